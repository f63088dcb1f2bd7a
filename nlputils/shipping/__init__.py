"""The encoder the course ships: how it is made, the card that says so, and what it is worth."""

from nlputils.shipping.evaluating import TASKS, Effort, evaluate_encoder
from nlputils.shipping.making import Recipe, make_encoder

__all__ = ["TASKS", "Effort", "Recipe", "evaluate_encoder", "make_encoder"]
