"""Resampling: how far a score could have come out differently, by bootstrap and by theory.

Sources: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 6 and 13, for the
bootstrap; Nadeau and Bengio (2003), "Inference for the Generalization Error", section 3, for
repeated random splits.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from nlputils.evaluate.metrics import Metric

RESAMPLES = 2000
LEVEL = 0.95
_Z = float(stats.norm.ppf(0.5 + LEVEL / 2))
_CHUNK = 4_000_000


def bootstrap(
    metric: Metric,
    y_true: np.ndarray,
    predictions: Sequence[np.ndarray],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> np.ndarray:
    """Recompute a metric on test sets drawn with replacement from the test set.

    All systems are scored on the same draws, so that their differences are paired. Texts on which
    truth and all predictions agree are interchangeable; drawing n texts with replacement is
    therefore the same as drawing the counts of these kinds of text from a multinomial
    distribution. That is exact, and quick.

    Args:
        metric: What to compute.
        y_true: int64[n].
        predictions: For each of m systems int64[n].
        resamples: How many test sets to draw.
        seed: Decides the draws.

    Returns:
        float64[resamples, m]: the metric of each system on each drawn test set.
    """
    kinds, counts = np.unique(np.stack([y_true, *predictions], 1), axis=0, return_counts=True)
    classes = max(int(kinds.max()) + 1, 2)
    cells = kinds[:, :1] * classes + kinds[:, 1:]
    onehot = (cells[:, :, None] == np.arange(classes**2)).astype(np.float64)
    rng = np.random.default_rng(seed)
    step = max(1, _CHUNK // len(kinds))
    parts = []
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        drawn = rng.multinomial(len(y_true), counts / counts.sum(), size=size)
        tables = np.tensordot(drawn.astype(np.float64), onehot, axes=1)
        parts.append(metric.of_counts(tables.reshape(size, -1, classes, classes)))
    return np.concatenate(parts)


def standard_error(draws: np.ndarray) -> float:
    """The bootstrap standard error: how far the draws of one number spread.

    Args:
        draws: float64[resamples].

    Returns:
        Their standard deviation.
    """
    return float(np.std(draws, ddof=1))


def percentile_interval(draws: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of bootstrap draws: the percentile interval.

    Args:
        draws: float64[resamples].

    Returns:
        Its lower and its upper end.
    """
    low, high = np.quantile(draws, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return float(low), float(high)


def seeds_half_width(draws: np.ndarray, values: np.ndarray) -> float:
    """Half of a 95 % interval for the mean over training seeds on one test set.

    Two things could have been otherwise: the texts in the test set, and the seeds. Their
    variances add: sqrt((1.96 se_test)^2 + (t sd / sqrt(k))^2), with se_test the bootstrap
    standard error of the mean over the k trained systems, sd the standard deviation between them,
    and t the 0.975 quantile of Student's distribution with k - 1 degrees of freedom.

    A seed finds some texts easier than another seed does. This part of the chance is in both
    terms, so the interval is too wide rather than too narrow, most so between systems that are
    equal: with three seeds and 600 texts, 2 of 600 simulated comparisons left out 0. To take the
    part off once is possible (two crossed random factors), and makes an interval that may be very
    short where three seeds agree by luck. This one is never shorter than the texts alone ask for.

    Args:
        draws: float64[resamples], the mean over seeds on each drawn test set.
        values: float64[k], the value of each seed on the whole test set.

    Returns:
        The half-width.
    """
    return float(np.hypot(_Z * standard_error(draws), student_half_width(values)))


def student_half_width(values: ArrayLike) -> float:
    """Half of Student's 95 % interval for a mean: t sd / sqrt(k), as in `seeds_half_width`.

    Args:
        values: float64[k], at least two.

    Returns:
        The half-width.
    """
    found = np.asarray(values, dtype=float)
    t = float(stats.t.ppf(0.5 + LEVEL / 2, len(found) - 1))
    return float(t * found.std(ddof=1) / np.sqrt(len(found)))


def splits_half_width(
    values: np.ndarray, n_test: float, n_train: float, errors: ArrayLike
) -> float:
    """Half of a 95 % interval for the mean over repeated random splits.

    The corrected resampled t interval of Nadeau and Bengio (2003): t sd sqrt(1/k + n_test/n_train)
    with k - 1 degrees of freedom. The second term pays for what the splits share: their train sets
    overlap, so their scores are not independent, and sd / sqrt(k) would be far too small.

    A standard deviation of three or five values may come out near zero by luck. So the result is
    never less than 1.96 sqrt(sum of se_i^2) / k, what the size of the test sets alone would give
    if they shared no text. They do share some, so this is the least that can be missing.

    Args:
        values: float64[k], the value on each split.
        n_test: Texts in a test set.
        n_train: Texts in a train set.
        errors: float64[k], the bootstrap standard error of the value on each split's test set.

    Returns:
        The half-width.
    """
    k = len(values)
    t = float(stats.t.ppf(0.5 + LEVEL / 2, k - 1))
    between = t * np.std(values, ddof=1) * np.sqrt(1 / k + n_test / n_train)
    least = _Z * np.sqrt(np.sum(np.square(errors))) / k
    return float(max(between, least))
