"""Few labels: draws of labelled examples that grow without throwing any away."""

import numpy as np
from numpy.typing import ArrayLike

from nlputils.errors import CourseError
from nlputils.evaluate.metrics import as_classes


def draw_labels(y: ArrayLike, n: int, seed: int, *, at_least: int = 1) -> np.ndarray:
    """Draw n labelled examples in the proportions of the classes.

    For one seed (and one ``at_least``) a smaller draw is part of every larger one. So a curve over
    n shows what more labels bring, and not what other labels bring.

    Args:
        y: int[N], the classes of all examples.
        n: How many to draw.
        seed: Decides the draw.
        at_least: How many of each class to take first, before proportions count.

    Returns:
        int64[n], indices into ``y`` without repeats. They come in the order of the draw, the
        first ones balanced: shuffle before training in that order.

    Raises:
        CourseError: When there are fewer examples than asked for, in all or of a class, or n is
            too small for ``at_least`` of each.
    """
    classes = as_classes(y, "y")
    found, counts = np.unique(classes, return_counts=True)
    if not len(found) * at_least <= n <= len(classes):
        raise CourseError(
            f"Cannot draw {n} of {len(classes)} labels with at least {at_least} of each of "
            f"{len(found)} classes. n must lie from {len(found) * at_least} to {len(classes)}."
        )
    if counts.min() < at_least:
        raise CourseError(
            f"Class {found[counts.argmin()]} has {counts.min()} examples, fewer than the "
            f"at_least={at_least} of each class that are asked for."
        )
    rng, keys = np.random.default_rng(seed), np.empty(len(classes))
    for label, count in zip(found, counts, strict=True):
        rank = np.empty(count)
        rank[rng.permutation(count)] = np.arange(count)
        # Item j of a class of m is due when (j + 1/2) / m of all has been drawn; the first
        # ``at_least`` are due before everything else.
        keys[classes == label] = np.where(rank < at_least, rank - at_least, (rank + 0.5) / count)
    return np.argsort(keys, kind="stable")[:n].astype(np.int64)
