"""The encoder the course ships: how it is made, the card that says so, and what it is worth.

`run_study` measures each choice in the recipe; `make_encoder` pretrains by it.
"""

from nlputils.shipping.evaluating import (
    TASKS,
    Effort,
    evaluate_again,
    evaluate_encoder,
    evaluation_table,
    stored_scores,
)
from nlputils.shipping.making import Recipe, make_encoder
from nlputils.shipping.studies import STUDIES, Study, run_study, study_table
from nlputils.shipping.trials import Budget, Settings

__all__ = [
    "STUDIES",
    "TASKS",
    "Budget",
    "Effort",
    "Recipe",
    "Settings",
    "Study",
    "evaluate_again",
    "evaluate_encoder",
    "evaluation_table",
    "make_encoder",
    "run_study",
    "stored_scores",
    "study_table",
]
