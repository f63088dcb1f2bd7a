"""Linear probes: what a frozen representation holds that a straight line can read."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from nlputils.errors import CourseError
from nlputils.evaluate.metrics import as_classes, metric_named

STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0)


class LinearProbe:
    """A fitted probe.

    Attributes:
        chosen: The inverse strength of the regularisation (C) that validation chose.
        grid: All that were tried.
        table: A row for each, with its validation score.
    """

    def __init__(self, model: Pipeline, chosen: float, table: pd.DataFrame) -> None:
        """Keep a fitted pipeline and how it was chosen."""
        self._model, self.chosen, self.table = model, chosen, table
        self.grid = [float(strength) for strength in table["C"]]

    def predict(self, features: ArrayLike) -> np.ndarray:
        """Name the class of each row.

        Args:
            features: float[n, d].

        Returns:
            int64[n].
        """
        return np.asarray(self._model.predict(np.asarray(features)), dtype=np.int64)

    def probabilities(self, features: ArrayLike) -> np.ndarray:
        """Give the probability of each class.

        Args:
            features: float[n, d].

        Returns:
            float64[n, c].
        """
        return np.asarray(self._model.predict_proba(np.asarray(features)))


def linear_probe(
    features: ArrayLike,
    y: ArrayLike,
    validation_features: ArrayLike,
    y_validation: ArrayLike,
    *,
    metric: Any = "macro_f1",
    strengths: Sequence[float] = STRENGTHS,
) -> LinearProbe:
    """Fit logistic regression on frozen features; validation chooses how strongly to regularise.

    The method is that of Alain and Bengio (2016), "Understanding intermediate layers using linear
    classifier probes". A good probe shows that the information is there and easy to read, not that
    a model uses it (Belinkov 2022). Compare it with a probe on the same encoder with random
    weights. The features are brought to mean 0 and variance 1, as measured on train.

    Args:
        features: float[n, d], of train.
        y: int[n].
        validation_features: float[m, d].
        y_validation: int[m].
        metric: What validation chooses by; equals are decided for the stronger regularisation.
        strengths: Values of C, the inverse strength, in rising order.

    Returns:
        The probe, trained on train only.

    Raises:
        CourseError: When the shapes do not fit, or a feature is not finite.
    """
    kind = metric_named(metric)
    train_x, train_y = _checked(features, y, "train")
    held_x, held_y = _checked(validation_features, y_validation, "validation")
    rows: list[dict[str, float]] = []
    best, fitted = -np.inf, None
    # Small matrices: handing them out to threads costs more than it saves.
    with threadpool_limits(1, user_api="blas"):
        for strength in strengths:
            model = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=1000))
            value = kind(held_y, model.fit(train_x, train_y).predict(held_x))
            rows.append({"C": strength, kind.display: value})
            gain = value if kind.better == "higher" else -value
            if gain > best:
                best, fitted, chosen = gain, model, float(strength)
    if fitted is None:
        raise CourseError("A probe needs at least one value in `strengths`.")
    return LinearProbe(fitted, chosen, pd.DataFrame(rows))


def _checked(features: ArrayLike, y: ArrayLike, part: str) -> tuple[np.ndarray, np.ndarray]:
    table, classes = np.asarray(features, dtype=np.float64), as_classes(y, f"y of {part}")
    if table.ndim != 2 or len(table) != len(classes):
        raise CourseError(
            f"The features of {part} have shape {table.shape}; expected ({len(classes)}, d): one "
            "row for each class given. Average the pieces of a text first."
        )
    if not np.isfinite(table).all():
        raise CourseError(f"The features of {part} hold values that are not finite.")
    return table, classes
