"""The encoder the course ships: how it is made, the card that says so, and what it is worth.

`compare_recipes` measures each choice in the recipe; `make_encoder` pretrains by it.
"""

from nlputils.shipping.evaluating import TASKS, Effort, evaluate_encoder
from nlputils.shipping.making import Recipe, make_encoder
from nlputils.shipping.recipes import QUESTIONS, compare_recipes, recipe_table
from nlputils.shipping.trials import Budget, Settings

__all__ = [
    "QUESTIONS",
    "TASKS",
    "Budget",
    "Effort",
    "Recipe",
    "Settings",
    "compare_recipes",
    "evaluate_encoder",
    "make_encoder",
    "recipe_table",
]
