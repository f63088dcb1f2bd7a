"""Scores: a metric's estimate with its interval, its n and its seeds."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from nlputils.errors import CourseError
from nlputils.evaluate.metrics import METRICS, Metric, as_classes, metric_named
from nlputils.evaluate.resampling import (
    bootstrap,
    percentile_interval,
    seeds_half_width,
    splits_half_width,
    standard_error,
)
from nlputils.wrapping import wrapped

Design = Literal["seeds", "splits"]


@dataclass(frozen=True, eq=False)
class Predicted:
    """What one trained system said about one test set.

    Attributes:
        y_true: int[n], the true classes.
        y_pred: int[n], the predicted classes.
        seed: The seed of the training, or of the split.
        n_train: Texts with labels that the system was trained on; 0 where nobody counted. The
            design ``"splits"`` needs it.
        y_prob: float[n] (of class 1) or float[n, c], or None.
    """

    y_true: ArrayLike
    y_pred: ArrayLike
    seed: int = 0
    n_train: int = 0
    y_prob: ArrayLike | None = None

    def __post_init__(self) -> None:
        """Check the shapes and keep the classes as int64 arrays."""
        true, pred = as_classes(self.y_true, "y_true"), as_classes(self.y_pred, "y_pred")
        if len(true) != len(pred):
            raise CourseError(
                f"Predicted holds {len(true)} true and {len(pred)} predicted classes. "
                "Both must be about the same texts, in the same order."
            )
        if self.n_train < 0:
            raise CourseError(f"Predicted: n_train is {self.n_train}; expected a number of texts.")
        object.__setattr__(self, "y_true", true)
        object.__setattr__(self, "y_pred", pred)
        if self.y_prob is not None:
            object.__setattr__(self, "y_prob", _probabilities(self.y_prob, len(true)))

    @property
    def true(self) -> np.ndarray:
        """The true classes, int64[n]."""
        return np.asarray(self.y_true)

    @property
    def pred(self) -> np.ndarray:
        """The predicted classes, int64[n]."""
        return np.asarray(self.y_pred)


@dataclass(frozen=True)
class Score:
    """An estimate: what was measured, and how far it could have come out differently.

    Attributes:
        metric: The metric's name, a key of ``METRICS``.
        value: The mean over the runs, as a fraction (0.931, not 93.1).
        low: The lower end of the 95 % interval.
        high: Its upper end.
        n: Texts in the test set (of one split; the mean over splits, rounded).
        seeds: The seeds of the runs, in order.
        values: The value of each run, in the same order.
        design: ``"seeds"``: one test set, several trainings. ``"splits"``: several splits.
    """

    metric: str
    value: float
    low: float
    high: float
    n: int
    seeds: tuple[int, ...]
    values: tuple[float, ...]
    design: Design = "seeds"

    @property
    def interval(self) -> str:
        """The interval as it is shown, such as ``[91.0, 95.0]``."""
        kind = METRICS[self.metric]
        return f"[{kind.show(self.low)}, {kind.show(self.high)}]"

    @property
    def text(self) -> str:
        """The score in one line, as records keep it; ``str`` breaks it to fit."""
        kind = METRICS[self.metric]
        about = size(self.n, self.seeds, self.design)
        return f"{kind.display} {kind.show(self.value)} {self.interval} ({about})"

    def __str__(self) -> str:
        return wrapped(self.text)

    def _repr_html_(self) -> str:
        return f"<span>{html.escape(self.text)}</span>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def to_dict(self) -> dict[str, Any]:
        """Give the parts for a file.

        Returns:
            The attributes, as numbers, strings and lists.
        """
        return {**asdict(self), "seeds": list(self.seeds), "values": list(self.values)}


def score(
    metric: Any,
    runs: Predicted | Sequence[Predicted],
    design: Design = "seeds",
    *,
    resamples: int = 2000,
) -> Score:
    """Estimate a metric, with a 95 % interval.

    One run: the percentile bootstrap over the texts of the test set. It says how far the score
    of *this* trained system could differ on other texts of the same kind. It says nothing about
    another training seed or train set, nothing about texts of another kind, and it cannot foresee
    a mistake that was never made: without a single error it is [100, 100].

    Several runs, design ``"seeds"`` (one test set): the spread between the seeds is added, see
    ``resampling.seeds_half_width``. It says nothing about another train set.

    Several runs, design ``"splits"`` (each its own train and test set): the corrected resampled
    t interval of Nadeau and Bengio (2003), see ``resampling.splits_half_width``. It is
    approximate: no estimate of this variance is free of bias (Bengio and Grandvalet 2004).

    Args:
        metric: A name of ``METRICS``, or the function of that name.
        runs: What each trained system predicted.
        design: ``"seeds"`` or ``"splits"``.
        resamples: Test sets that the bootstrap draws.

    Returns:
        The score: the mean over the runs and its interval, kept inside the metric's range.

    Raises:
        CourseError: When the runs do not fit the design, or the metric does not fit the classes.
    """
    kind, runs = metric_named(metric), as_runs(runs, design)
    for run in runs:
        kind.check(run.true)
    values = np.array([kind(run.true, run.pred) for run in runs])
    low, high = _ends(kind, runs, values, design, resamples)
    return Score(
        metric=kind.name,
        value=float(values.mean()),
        low=max(low, kind.range[0]),
        high=min(high, kind.range[1]),
        n=round(float(np.mean([len(run.true) for run in runs]))),
        seeds=tuple(run.seed for run in runs),
        values=tuple(float(value) for value in values),
        design=design,
    )


def repeat(run: Predicted, seeds: Sequence[int]) -> list[Predicted]:
    """Let a system without randomness stand beside one that was trained with several seeds.

    A linear SVM gives the same answer under each seed. Repeated, it can be compared with the
    seeds of a network on the same test set, and its own spread over seeds is zero, as it should
    be. Never repeat a system that has a seed.

    Args:
        run: Its one run.
        seeds: The seeds of the other system.

    Returns:
        The run once for each seed.
    """
    return [replace(run, seed=int(seed)) for seed in seeds]


def scores_frame(scores: Mapping[str, Score]) -> pd.DataFrame:
    """Lay scores out as a table, the best first.

    Args:
        scores: Scores by the name of their system. All of one metric.

    Returns:
        A row for each system: the metric's display name (its value as shown), ``95 % interval``,
        ``n`` and ``runs``.

    Raises:
        CourseError: When there are no scores, or they are of several metrics.
    """
    kind = common_metric(scores)
    ordered = best_first(scores)
    return pd.DataFrame(
        {
            kind.display: [kind.show(item.value) for item in ordered.values()],
            "95 % interval": [item.interval for item in ordered.values()],
            "n": [item.n for item in ordered.values()],
            "runs": [count(item.seeds, item.design) for item in ordered.values()],
        },
        index=pd.Index(list(ordered), name="system"),
    )


def common_metric(scores: Mapping[str, Score]) -> Metric:
    """Find the metric that all scores are of.

    Args:
        scores: Scores by name.

    Returns:
        The metric.

    Raises:
        CourseError: When there are no scores, or they are of several metrics.
    """
    found = {item.metric for item in scores.values()}
    if len(found) != 1:
        raise CourseError(
            f"Expected scores of one metric, found {', '.join(sorted(found)) or 'no score at all'}."
            " Show each metric on its own."
        )
    return METRICS[found.pop()]


def best_first(scores: Mapping[str, Score]) -> dict[str, Score]:
    """Sort scores of one metric.

    Args:
        scores: Scores by name.

    Returns:
        The same, the best first; equals keep their order.
    """
    higher = common_metric(scores).better == "higher"
    return dict(sorted(scores.items(), key=lambda item: item[1].value, reverse=higher))


def as_runs(runs: Predicted | Sequence[Predicted], design: str) -> list[Predicted]:
    """Check that runs fit a design.

    Args:
        runs: One or several.
        design: ``"seeds"`` or ``"splits"``.

    Returns:
        The runs as a list.

    Raises:
        CourseError: When there is none, a seed stands twice, the design is unknown, ``"seeds"``
            has several test sets, or ``"splits"`` has one run or lacks ``n_train``.
    """
    found = [runs] if isinstance(runs, Predicted) else list(runs)
    if design not in get_args(Design):
        raise CourseError(f"The design is {design!r}; expected 'seeds' or 'splits'.")
    if not found:
        raise CourseError("There are no runs to score. Give at least one Predicted.")
    seeds = [run.seed for run in found]
    if len(set(seeds)) < len(seeds):
        raise CourseError(f"The seeds {seeds} name one twice; a run counted twice is not evidence.")
    if design == "seeds" and any(not np.array_equal(found[0].true, r.true) for r in found[1:]):
        raise CourseError(
            "These runs have different test sets. If each seed drew its own split, say "
            "design='splits'; if not, score all runs on the same texts in the same order."
        )
    if design == "splits" and any(run.n_train < 1 for run in found):
        raise CourseError(
            "The interval over splits depends on n_train, the number of texts trained on. "
            "Give it to each Predicted."
        )
    if design == "splits" and len(found) == 1:
        raise CourseError(
            "One split cannot show how much splits differ. Give two or more, or say "
            "design='seeds', whose interval is then about this one test set only."
        )
    return found


def size(n: int, seeds: Sequence[int], design: str) -> str:
    """Say how much evidence there is, such as ``n = 1,020, 5 seeds``."""
    return f"n = {n:,}, {count(seeds, design)}"


def count(seeds: Sequence[int], design: str) -> str:
    """Say how many runs there are, such as ``5 seeds`` or ``1 seed``."""
    return f"{len(seeds)} {design if len(seeds) > 1 else design[:-1]}"


def _ends(
    kind: Metric, runs: list[Predicted], values: np.ndarray, design: str, resamples: int
) -> tuple[float, float]:
    if design == "splits":
        errors = [
            standard_error(bootstrap(kind, run.true, [run.pred], resamples=resamples)[:, 0])
            for run in runs
        ]
        half = splits_half_width(values, *mean_sizes(runs), errors)
        return float(values.mean() - half), float(values.mean() + half)
    draws = bootstrap(kind, runs[0].true, [run.pred for run in runs], resamples=resamples).mean(1)
    if len(runs) == 1:
        return percentile_interval(draws)
    half = seeds_half_width(draws, values)
    return float(values.mean() - half), float(values.mean() + half)


def mean_sizes(runs: Sequence[Predicted]) -> tuple[float, float]:
    """Give the mean number of test texts and of train texts."""
    tests, trains = [len(run.true) for run in runs], [run.n_train for run in runs]
    return float(np.mean(tests)), float(np.mean(trains))


def _probabilities(values: ArrayLike, n: int) -> np.ndarray:
    found = np.asarray(values, dtype=np.float64)
    if found.ndim not in (1, 2) or len(found) != n:
        raise CourseError(
            f"Predicted: y_prob has shape {found.shape}; expected ({n},) with the probability of "
            f"class 1, or ({n}, classes)."
        )
    if not np.isfinite(found).all() or found.min() < 0 or found.max() > 1 + 1e-6:
        raise CourseError(
            "Predicted: y_prob holds values that are no probabilities. A network that gives "
            "logits needs a sigmoid or a softmax first."
        )
    return found
