"""Errors: which texts a system got wrong, the most confident mistake first."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from nlputils.errors import CourseError
from nlputils.evaluate.metrics import as_classes

_TINY = 1e-12


def error_table(
    frame: pd.DataFrame,
    y_true: ArrayLike,
    prob: ArrayLike,
    labels: tuple[str, ...] | None = None,
) -> pd.DataFrame:
    """Sort texts by their loss, so that the mistakes to read come first.

    The loss is the cross-entropy of the true class, -ln p(true). A large loss has two causes worth
    telling apart: the system is wrong, or the label is.

    Args:
        frame: n rows, with whatever should be shown beside the loss, such as ``text``.
        y_true: int[n].
        prob: float[n], the probability of class 1, or float[n, c].
        labels: The names of the classes, in the order of their index.

    Returns:
        The rows of ``frame`` with ``true``, ``predicted``, ``p_true`` (probability given to the
        true class), ``loss`` (nats) and ``correct``, the largest loss first. The index is kept.

    Raises:
        CourseError: When the lengths differ, ``prob`` holds no probabilities, or a class has no
            column or no name.
    """
    true, table = as_classes(y_true, "y_true"), _columns(prob)
    if not len(frame) == len(true) == len(table):
        raise CourseError(
            f"The frame has {len(frame)} rows, y_true {len(true)} and prob {len(table)}. "
            "All must be about the same texts, in the same order."
        )
    known = table.shape[1] if labels is None else min(table.shape[1], len(labels))
    if true.max() >= known:
        raise CourseError(f"y_true holds class {true.max()}, but only {known} classes are known.")
    p_true, predicted = table[np.arange(len(true)), true], table.argmax(1)
    names = np.arange(table.shape[1]) if labels is None else np.asarray(labels, dtype=object)
    found = frame.assign(
        true=names[true],
        predicted=names[predicted],
        p_true=p_true,
        loss=-np.log(np.maximum(p_true, _TINY)),
        correct=predicted == true,
    )
    return found.sort_values("loss", ascending=False, kind="stable")


def _columns(prob: ArrayLike) -> np.ndarray:
    table = np.asarray(prob, dtype=np.float64)
    if table.ndim == 2 and table.shape[1] == 1:
        table = table[:, 0]
    if table.ndim == 1:
        table = np.stack([1 - table, table], 1)
    rows_sum_to_one = table.ndim == 2 and np.allclose(table.sum(1), 1, atol=1e-3)
    if not rows_sum_to_one or table.min() < 0 or table.max() > 1 + 1e-6:
        raise CourseError(
            "prob holds no probabilities: expected (n,) for class 1, or (n, classes) with rows "
            "that sum to 1. Logits need a sigmoid or a softmax first."
        )
    return table
