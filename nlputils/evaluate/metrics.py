"""Metrics: from true and predicted classes to one number, alone or for many resamples at once.

Every metric here is a function of the confusion matrix. That is why the bootstrap in
``resampling`` is quick: it resamples the cells of that matrix, not the messages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nlputils.errors import CourseError

_SPAM = 1


@dataclass(frozen=True)
class Metric:
    """A metric, and how it is shown.

    Attributes:
        name: Its key in ``METRICS``.
        display: What a reader sees.
        better: ``"higher"`` or ``"lower"``.
        percent: Whether it is shown times 100. Values themselves are never multiplied.
        range: The smallest and the largest value there is.
        binary: Whether it needs exactly the classes 0 (ham) and 1 (spam).
        of_counts: The metric of confusion matrices: float64[..., c, c] (row = true class, column
            = predicted class) to float64[...].
    """

    name: str
    display: str
    better: str
    percent: bool
    range: tuple[float, float]
    binary: bool
    of_counts: Callable[[np.ndarray], np.ndarray]

    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike) -> float:
        """Compute the metric.

        Args:
            y_true: int[n], the true classes.
            y_pred: int[n], the predicted classes.

        Returns:
            The value, as a fraction (0.931, not 93.1).

        Raises:
            CourseError: When the arrays do not fit, or hold more classes than the metric takes.
        """
        true, pred = as_classes(y_true, "y_true"), as_classes(y_pred, "y_pred")
        if len(true) != len(pred):
            raise CourseError(
                f"There are {len(true)} true and {len(pred)} predicted classes. "
                "Predict the same texts, in the same order."
            )
        if self.binary and max(true.max(), pred.max()) > _SPAM:
            raise CourseError(
                f"{self.display} is for two classes, 0 (ham) and 1 (spam), and here is class "
                f"{max(true.max(), pred.max())}. For more classes take macro_f1 or macro_recall."
            )
        return float(self.of_counts(confusion(true, pred)))

    def check(self, y_true: np.ndarray) -> None:
        """Refuse a test set on which the metric means nothing.

        Args:
            y_true: int64[n].

        Raises:
            CourseError: For a two-class metric on a test set that holds only one class.
        """
        if self.binary and len(np.unique(y_true)) == 1:
            raise CourseError(
                f"{self.display} says nothing on a test set in which all {len(y_true)} rows have "
                f"class {y_true[0]}. Draw a test set that holds both classes."
            )

    def show(self, value: float, digits: int = 1) -> str:
        """Write a value the way a reader expects it.

        Args:
            value: The value as a fraction.
            digits: Decimals of a percentage; a metric that is no percentage gets two more.

        Returns:
            For instance ``"93.1"``, or ``"0.912"`` for MCC.
        """
        number = value * 100 if self.percent else value
        places = digits if self.percent else digits + 2
        return f"{round(number, places) + 0.0:.{places}f}"


def confusion(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
    """Count how often each true class was given each predicted class.

    Args:
        y_true: int[n].
        y_pred: int[n].

    Returns:
        float64[c, c], rows true, columns predicted, where c is the largest class + 1, at least 2.
    """
    classes = max(int(max(y_true.max(), y_pred.max())) + 1, 2)
    cells = np.bincount(y_true * classes + y_pred, minlength=classes * classes)
    return cells.reshape(classes, classes).astype(np.float64)


def as_classes(values: ArrayLike, name: str) -> np.ndarray:
    """Check that an array holds classes.

    Args:
        values: What should be int[n]; whole numbers from 0 on.
        name: What the error calls it.

    Returns:
        int64[n].

    Raises:
        CourseError: When it has another shape, is empty, or holds something else.
    """
    array = np.asarray(values)
    if array.ndim != 1 or array.size == 0:
        raise CourseError(
            f"{name} has shape {array.shape}; expected one class for each text, shape (n,). "
            "From probabilities take `argmax(axis=-1)`, or `p > 0.5` for one column."
        )
    whole = array.astype(np.int64) if array.dtype.kind in "iubf" else None
    if whole is None or not np.array_equal(whole, array) or whole.min() < 0:
        raise CourseError(
            f"{name} holds {array[:3].tolist()}...; expected whole numbers from 0 on, the index of "
            "each label. `split.y(frame)` gives them."
        )
    return whole


def accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Share of texts whose class is right.

    Args:
        y_true: int[n].
        y_pred: int[n].

    Returns:
        A fraction from 0 to 1.
    """
    return METRICS["accuracy"](y_true, y_pred)


def spam_f1(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """F1 of class 1: the harmonic mean of its precision and its recall, 2TP / (2TP + FP + FN).

    Source: van Rijsbergen, Information Retrieval (1979), chapter 7, with equal weights. It
    ignores how many ham messages were rightly let through. Where nothing is predicted to be spam
    it is 0, as in scikit-learn.

    Args:
        y_true: int[n] of 0 (ham) and 1 (spam).
        y_pred: int[n] of the same.

    Returns:
        A fraction from 0 to 1.
    """
    return METRICS["spam_f1"](y_true, y_pred)


def mcc(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Matthews' correlation coefficient: the correlation of truth and prediction.

    Source: Matthews (1975); for more than two classes Gorodkin (2004), "Comparing two K-category
    assignments by a K-category correlation coefficient". A predictor that names one class only
    has 0, as in scikit-learn.

    Args:
        y_true: int[n].
        y_pred: int[n].

    Returns:
        From -1 (always wrong, two classes) over 0 (no better than chance) to 1.
    """
    return METRICS["mcc"](y_true, y_pred)


def ham_fpr(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Share of ham that is taken for spam: what a filter costs its user. Lower is better.

    Args:
        y_true: int[n] of 0 (ham) and 1 (spam).
        y_pred: int[n] of the same.

    Returns:
        A fraction from 0 to 1.
    """
    return METRICS["ham_fpr"](y_true, y_pred)


def macro_recall(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Mean of the recalls of the classes that occur in the truth; each class weighs the same.

    It is scikit-learn's ``balanced_accuracy_score`` and the measure of TweetEval's sentiment task
    (Rosenthal, Farra and Nakov 2017, SemEval-2017 Task 4, "AvgRec").

    Args:
        y_true: int[n].
        y_pred: int[n].

    Returns:
        A fraction from 0 to 1; 1/c for a predictor that names one of c classes only.
    """
    return METRICS["macro_recall"](y_true, y_pred)


def macro_f1(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Mean of the F1 of the classes that occur in truth or prediction; each weighs the same.

    There are two measures of this name. This one averages the F1 of the classes, as scikit-learn
    does; see Opitz and Burst (2019), "Macro F1 and Macro F1", equation 1.

    Args:
        y_true: int[n].
        y_pred: int[n].

    Returns:
        A fraction from 0 to 1.
    """
    return METRICS["macro_f1"](y_true, y_pred)


def metric_named(metric: Any) -> Metric:
    """Find a metric by its name, by its function, or as itself.

    Args:
        metric: ``"spam_f1"``, ``spam_f1`` or ``METRICS["spam_f1"]``.

    Returns:
        The metric.

    Raises:
        CourseError: When there is none of that name.
    """
    if isinstance(metric, Metric):
        return metric
    name = getattr(metric, "__name__", metric)
    if name not in METRICS:
        raise CourseError(f"There is no metric {name!r}: choose one of {', '.join(METRICS)}.")
    return METRICS[name]


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide, with 0 where there is nothing to divide by (scikit-learn's ``zero_division=0``)."""
    out = np.zeros(np.broadcast_shapes(np.shape(part), np.shape(whole)))
    return np.divide(part, whole, out=out, where=np.asarray(whole) > 0)


def _accuracy(counts: np.ndarray) -> np.ndarray:
    return _share(np.trace(counts, axis1=-2, axis2=-1), counts.sum((-2, -1)))


def _f1(counts: np.ndarray) -> np.ndarray:
    """F1 of each class: float64[..., c]."""
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    return _share(2 * right, counts.sum(-1) + counts.sum(-2))


def _spam_f1(counts: np.ndarray) -> np.ndarray:
    return _f1(counts)[..., _SPAM]


def _macro_f1(counts: np.ndarray) -> np.ndarray:
    seen = counts.sum(-1) + counts.sum(-2) > 0
    return _share(_f1(counts).sum(-1), seen.sum(-1))


def _macro_recall(counts: np.ndarray) -> np.ndarray:
    support = counts.sum(-1)
    recall = _share(np.diagonal(counts, axis1=-2, axis2=-1), support)
    return _share(recall.sum(-1), (support > 0).sum(-1))


def _ham_fpr(counts: np.ndarray) -> np.ndarray:
    return _share(counts[..., 0, _SPAM], counts[..., 0, :].sum(-1))


def _mcc(counts: np.ndarray) -> np.ndarray:
    """Gorodkin's R_K, from the totals of rows and columns."""
    total = counts.sum((-2, -1))
    true, pred = counts.sum(-1), counts.sum(-2)
    right = np.trace(counts, axis1=-2, axis2=-1)
    numerator = right * total - (true * pred).sum(-1)
    spread_true = total**2 - (true**2).sum(-1)
    spread_pred = total**2 - (pred**2).sum(-1)
    return _share(numerator, np.sqrt(spread_true * spread_pred))


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "accuracy", "higher", True, (0.0, 1.0), False, _accuracy),
        Metric("spam_f1", "spam-F1", "higher", True, (0.0, 1.0), True, _spam_f1),
        Metric("mcc", "MCC", "higher", False, (-1.0, 1.0), False, _mcc),
        Metric("ham_fpr", "ham false-positive rate", "lower", True, (0.0, 1.0), True, _ham_fpr),
        Metric("macro_recall", "macro recall", "higher", True, (0.0, 1.0), False, _macro_recall),
        Metric("macro_f1", "macro F1", "higher", True, (0.0, 1.0), False, _macro_f1),
    )
}
