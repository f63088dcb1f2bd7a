"""Scores: predictions in, estimates with intervals out; the classical baselines; the errors.

``Predicted`` holds what one trained system said about one test set. ``score`` makes a ``Score``
of it, ``compare`` tells two systems apart or says that it cannot.
"""

from nlputils.evaluate.comparison import Comparison, compare
from nlputils.evaluate.metrics import (
    METRICS,
    Metric,
    accuracy,
    ham_fpr,
    macro_f1,
    macro_recall,
    mcc,
    spam_f1,
)
from nlputils.evaluate.scores import Predicted, Score, repeat, score, scores_frame

__all__ = [
    "METRICS",
    "Comparison",
    "Metric",
    "Predicted",
    "Score",
    "accuracy",
    "compare",
    "ham_fpr",
    "macro_f1",
    "macro_recall",
    "mcc",
    "repeat",
    "score",
    "scores_frame",
    "spam_f1",
]
