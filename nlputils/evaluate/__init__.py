"""Scores: predictions in, estimates with intervals out; the classical baselines; the errors.

``Predicted`` holds what one trained system said about one test set. ``score`` makes a ``Score``
of it, ``compare`` tells two systems apart or says that it cannot.
"""

from nlputils.evaluate.baselines import (
    Baseline,
    char_svm,
    naive_bayes,
    union_svm,
    word_logistic,
    word_svm,
)
from nlputils.evaluate.comparison import Comparison, compare
from nlputils.evaluate.draws import draw_labels
from nlputils.evaluate.errors import error_table
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
from nlputils.evaluate.probe import LinearProbe, linear_probe
from nlputils.evaluate.runs import load_runs, save_runs
from nlputils.evaluate.scores import Predicted, Score, repeat, score, scores_frame

__all__ = [
    "Baseline",
    "Comparison",
    "LinearProbe",
    "METRICS",
    "Metric",
    "Predicted",
    "Score",
    "accuracy",
    "char_svm",
    "compare",
    "draw_labels",
    "error_table",
    "ham_fpr",
    "linear_probe",
    "load_runs",
    "macro_f1",
    "macro_recall",
    "mcc",
    "naive_bayes",
    "repeat",
    "save_runs",
    "score",
    "scores_frame",
    "spam_f1",
    "union_svm",
    "word_logistic",
    "word_svm",
]
