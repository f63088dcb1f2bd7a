"""Comparisons: whether one system is ahead of another on the same texts."""

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from nlputils.errors import CourseError
from nlputils.evaluate.metrics import METRICS, Metric, metric_named
from nlputils.evaluate.resampling import (
    bootstrap,
    percentile_interval,
    seeds_half_width,
    splits_half_width,
    standard_error,
)
from nlputils.evaluate.scores import Design, Predicted, as_runs, mean_sizes, size
from nlputils.wrapping import wrapped

_MOST_DIGITS = 4


@dataclass(frozen=True)
class Comparison:
    """The difference of two systems, first minus second, with its 95 % interval.

    Attributes:
        metric: The metric's name, a key of ``METRICS``.
        names: What the two systems are called.
        difference: The mean of the paired differences, as a fraction.
        low: The lower end of the 95 % interval.
        high: Its upper end.
        values: The mean value of each of the two systems.
        n: Texts in the test set (of one split; the mean over splits, rounded).
        seeds: The seeds of the pairs of runs.
        design: ``"seeds"`` or ``"splits"``.
    """

    metric: str
    names: tuple[str, str]
    difference: float
    low: float
    high: float
    values: tuple[float, float]
    n: int
    seeds: tuple[int, ...]
    design: Design = "seeds"

    @property
    def distinguishable(self) -> bool:
        """Whether the interval leaves out 0."""
        return not self.low <= 0 <= self.high

    @property
    def interval(self) -> str:
        """The difference and its interval as they are shown, such as ``3.1 [1.2, 5.0]``."""
        middle, low, high = _shown(METRICS[self.metric], self.difference, self.low, self.high)
        return f"{middle} [{low}, {high}]"

    @property
    def better(self) -> str | None:
        """The name of the system that is ahead, or None where that cannot be told."""
        if not self.distinguishable:
            return None
        first = (self.difference > 0) == (METRICS[self.metric].better == "higher")
        return self.names[0] if first else self.names[1]

    @property
    def verdict(self) -> str:
        """Where the first stands beside the second: ahead, behind, or not distinguishable."""
        if not self.distinguishable:
            return "not distinguishable"
        return "ahead" if self.better == self.names[0] else "behind"

    @property
    def text(self) -> str:
        """The result as a sentence in one line, as records keep it; ``str`` breaks it to fit."""
        return f"{self._sentence()} ({size(self.n, self.seeds, self.design)})"

    def __str__(self) -> str:
        return wrapped(self.text)

    def _repr_html_(self) -> str:
        return f"<span>{html.escape(self.text)}</span>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def to_dict(self) -> dict[str, Any]:
        """Give the parts for a file.

        Returns:
            The attributes as numbers, strings and lists, with ``distinguishable`` and ``better``.
        """
        lists = {name: list(getattr(self, name)) for name in ("names", "values", "seeds")}
        found = {"distinguishable": self.distinguishable, "better": self.better}
        return {**asdict(self), **lists, **found}

    def _sentence(self) -> str:
        kind, (first, second) = METRICS[self.metric], self.names
        unit = "points of " if kind.percent else "in "
        if not self.distinguishable:
            shown = _shown(kind, self.difference, self.low, self.high)
            amount = f"difference {shown[0]} {unit}{kind.display} [{shown[1]}, {shown[2]}]"
            return f"{first} and {second} are not distinguishable: {amount}"
        ends = sorted((abs(self.low), abs(self.high)))
        by, low, high = _shown(kind, abs(self.difference), *ends)
        ahead, behind = (first, second) if self.better == first else (second, first)
        note = ", lower is better," if kind.better == "lower" else ""
        return f"{ahead} is ahead of {behind} by {by} {unit}{kind.display}{note} [{low}, {high}]"


def compare(
    metric: Any,
    runs_a: Predicted | Sequence[Predicted],
    runs_b: Predicted | Sequence[Predicted],
    names: tuple[str, str] = ("a", "b"),
    design: Design = "seeds",
    *,
    resamples: int = 2000,
) -> Comparison:
    """Compare two systems on the same texts, pair by pair.

    The intervals are those of ``score``, for the difference: both systems are resampled on the
    same texts (the paired bootstrap; Berg-Kirkpatrick, Burkett and Klein 2012), and runs are
    paired in their order. Pairing removes what is hard for both. An interval that leaves out 0
    corresponds to a test at the 5 % level of *one* comparison: of twenty comparisons between equal
    systems, one is expected to leave out 0, and fewer where each has several seeds, since those
    intervals are too wide there (see `seeds_half_width`). An interval that holds 0 does not show
    that the systems are equal: it shows that these texts and seeds cannot tell them apart.

    Args:
        metric: A name of ``METRICS``, or the function of that name.
        runs_a: The runs of the first system.
        runs_b: The runs of the second, with the same seeds or splits in the same order.
        names: What to call the two.
        design: ``"seeds"`` or ``"splits"``, as in ``score``.
        resamples: Test sets that the bootstrap draws.

    Returns:
        The comparison; its ``text`` is a sentence, and ``print`` shows it.

    Raises:
        CourseError: When the runs do not pair, or do not fit the design or the metric.
    """
    kind = metric_named(metric)
    a, b = as_runs(runs_a, design), as_runs(runs_b, design)
    _check_pairs(a, b, names)
    for run in a:
        kind.check(run.true)
    values = np.array([[kind(r.true, r.pred) for r in runs] for runs in (a, b)])
    low, high = _ends(kind, a, b, values[0] - values[1], design, resamples)
    widest = kind.range[1] - kind.range[0]
    return Comparison(
        metric=kind.name,
        names=(str(names[0]), str(names[1])),
        difference=float((values[0] - values[1]).mean()),
        low=max(low, -widest),
        high=min(high, widest),
        values=(float(values[0].mean()), float(values[1].mean())),
        n=round(mean_sizes(a)[0]),
        seeds=tuple(run.seed for run in a),
        design=design,
    )


def _ends(
    kind: Metric,
    a: list[Predicted],
    b: list[Predicted],
    differences: np.ndarray,
    design: str,
    resamples: int,
) -> tuple[float, float]:
    middle = float(differences.mean())
    if design == "splits":
        n_train = min(mean_sizes(a)[1], mean_sizes(b)[1])
        half = splits_half_width(
            differences,
            mean_sizes(a)[0],
            n_train,
            [_error(kind, *pair, resamples) for pair in zip(a, b, strict=True)],
        )
        return middle - half, middle + half
    both = bootstrap(kind, a[0].true, [r.pred for r in (*a, *b)], resamples=resamples)
    draws = both[:, : len(a)].mean(1) - both[:, len(a) :].mean(1)
    if len(a) == 1:
        return percentile_interval(draws)
    half = seeds_half_width(draws, differences)
    return middle - half, middle + half


def _error(kind: Metric, one: Predicted, other: Predicted, resamples: int) -> float:
    """The bootstrap standard error of the difference of two systems on one test set."""
    both = bootstrap(kind, one.true, [one.pred, other.pred], resamples=resamples)
    return standard_error(both[:, 0] - both[:, 1])


def _check_pairs(a: list[Predicted], b: list[Predicted], names: tuple[str, str]) -> None:
    seeds_a, seeds_b = [run.seed for run in a], [run.seed for run in b]
    if seeds_a != seeds_b:
        raise CourseError(
            f"{names[0]} has the seeds {seeds_a} and {names[1]} has {seeds_b}: these are not "
            "pairs. Give both the same seeds in the same order. A system without randomness can "
            "stand in for each seed: repeat(run, seeds)."
        )
    for one, other in zip(a, b, strict=True):
        if not np.array_equal(one.true, other.true):
            raise CourseError(
                f"With seed {one.seed}, {names[0]} and {names[1]} were tested on different texts: "
                "these are not pairs. Compare predictions for the same test set, in the same order."
            )


def _shown(kind: Metric, middle: float, low: float, high: float) -> tuple[str, str, str]:
    """Write three numbers with as many decimals as keep a non-zero end from reading as zero."""
    digits = 1
    while digits < _MOST_DIGITS and any(
        end != 0 and float(kind.show(end, digits)) == 0 for end in (low, high)
    ):
        digits += 1
    return kind.show(middle, digits), kind.show(low, digits), kind.show(high, digits)
