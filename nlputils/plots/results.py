"""Results: scores and differences as points with their intervals."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from nlputils.errors import CourseError
from nlputils.evaluate import METRICS, Comparison, Score
from nlputils.evaluate.scores import best_first, common_metric
from nlputils.plots.figure import INK, MUTED, PALETTE, Figure, canvas, plural, styled


@styled
def scores(scores: Mapping[str, Score], *, title: str = "") -> Figure:
    """Draw scores of one metric: a point and its 95 % interval for each system, the best on top.

    Intervals that overlap do not settle which system is ahead, as they ignore that all were tested
    on the same texts: ``compare`` does.

    Args:
        scores: Scores by the name of their system.
        title: What stands above.

    Returns:
        The figure.

    Raises:
        CourseError: When there are no scores, or they are of several metrics.
    """
    kind, ordered = common_metric(scores), best_first(scores)
    factor = 100.0 if kind.percent else 1.0
    figure, axes = canvas(8, 1.2 + 0.52 * len(ordered))
    for place, item in enumerate(ordered.values()):
        low, value, high = (number * factor for number in (item.low, item.value, item.high))
        axes.plot([low, high], [place, place], color=PALETTE[0], linewidth=2.4, zorder=2)
        axes.plot(value, place, "o", color=PALETTE[0], markersize=9, zorder=3)
        axes.annotate(
            f"{kind.show(item.value)} {item.interval}",
            (1.02, place),
            xycoords=("axes fraction", "data"),
            va="center",
            annotation_clip=False,
        )
    _rows(axes, list(ordered))
    unit = " (%)" if kind.percent else ""
    note = ", lower is better" if kind.better == "lower" else ""
    axes.set(xlabel=f"{kind.display}{unit}{note}, with 95 % interval", title=title)
    listed = "; ".join(
        f"{name} {kind.show(item.value)} {item.interval}" for name, item in ordered.items()
    )
    head = f"{title.rstrip('.')}. " if title else ""
    what = f"{kind.display}{unit} of {plural(len(ordered), 'system')}"
    return Figure(figure, f"{head}Points with 95 % intervals: {what}, the best first: {listed}.")


@styled
def comparison(comparisons: Comparison | Sequence[Comparison], *, title: str = "") -> Figure:
    """Draw paired differences with their 95 % intervals, beside the line of no difference.

    A filled point is a difference that the data can tell from zero, a hollow one is not.

    Args:
        comparisons: One or several, all of one metric.
        title: What stands above.

    Returns:
        The figure.

    Raises:
        CourseError: When there is none, or they are of several metrics.
    """
    items = [comparisons] if isinstance(comparisons, Comparison) else list(comparisons)
    if len({item.metric for item in items}) != 1:
        raise CourseError("Expected comparisons of one metric, at least one. Draw others apart.")
    kind = METRICS[items[0].metric]
    factor = 100.0 if kind.percent else 1.0
    figure, axes = canvas(8, 1.3 + 0.6 * len(items))
    axes.axvline(0, color=INK, linewidth=1.4, linestyle=(0, (4, 2)))
    for place, item in enumerate(items):
        color = PALETTE[0] if item.distinguishable else MUTED
        ends = np.array([item.low, item.high]) * factor
        axes.plot(ends, [place, place], color=color, linewidth=2.4)
        fill = color if item.distinguishable else "white"
        axes.plot(
            item.difference * factor,
            place,
            "o",
            color=color,
            markerfacecolor=fill,
            markersize=9,
            markeredgewidth=2,
        )
        verdict = f"{item.better} ahead" if item.better else "not distinguishable"
        axes.annotate(
            f"{verdict}\n{item.interval}",
            (1.02, place),
            xycoords=("axes fraction", "data"),
            va="center",
            annotation_clip=False,
        )
    _rows(axes, [f"{item.names[0]} minus {item.names[1]}" for item in items])
    unit = "points of " if kind.percent else ""
    note = ", lower is better" if kind.better == "lower" else ""
    label = f"difference in {unit}{kind.display}{note}, with 95 % interval"
    axes.set(xlabel=label, title=title)
    head = f"{title.rstrip('.')}. " if title else ""
    listed = " ".join(f"{item.text}." for item in items)
    return Figure(figure, f"{head}Paired differences with 95 % intervals beside zero. {listed}")


def _rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    # Long names leave the drawing little width, and numbers with decimals need room.
    axes.locator_params(axis="x", nbins=6)
