"""Curves: losses over steps, scores over the number of labels."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator
from numpy.typing import ArrayLike

from nlputils.errors import CourseError
from nlputils.plots.figure import MUTED, Figure, canvas, look, number, plural, readable, styled

_MARKED = 25
# A series that ends before this share of the axis carries its name itself.
_SHORT = 0.5


@styled
def learning_curve(
    frame: pd.DataFrame,
    x: str,
    ys: Sequence[str] | str,
    *,
    levels: Mapping[str, float] | None = None,
    title: str = "",
    y_label: str = "loss",
) -> Figure:
    """Draw how numbers change while a model learns, such as train and validation loss.

    Args:
        frame: A row for each report, such as ``history.frame``.
        x: The column along the horizontal axis, such as ``"step"`` or ``"epoch"``.
        ys: One column or several; rows in which one is missing are left out for it.
        levels: Values to compare with, by what they are called, drawn as dashed lines.
        title: What stands above.
        y_label: What the vertical axis counts, with its unit.

    Returns:
        The figure.

    Raises:
        CourseError: When a column is missing or holds no number.
    """
    names = [ys] if isinstance(ys, str) else list(ys)
    series = {name: _series(frame, x, name) for name in names}
    figure, axes = canvas(8, 4.2)
    for place, (name, rows) in enumerate(series.items()):
        every = max(1, len(rows) // _MARKED)
        axes.plot(rows[x], rows[name], label=_words(name), markevery=every, **look(place))
    axes.set(xlabel=_words(x), ylabel=y_label, title=title)
    if all((rows[x] == rows[x].round()).all() for rows in series.values()):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    for name, value in (levels or {}).items():
        _level(axes, value, name)
    _label_ends(axes, {_words(name): (rows[x], rows[name]) for name, rows in series.items()})
    parts = [_trend(_words(name), rows[x], rows[name], _words(x)) for name, rows in series.items()]
    parts += [
        f"A dashed line at {number(value)}: {name}." for name, value in (levels or {}).items()
    ]
    return Figure(figure, f"{_head('Line chart', title)} {_count(names)}. {' '.join(parts)}")


@styled
def low_label_curve(
    frame: pd.DataFrame,
    *,
    x: str = "n",
    by: str = "system",
    metric: str = "score",
    percent: bool = True,
    title: str = "",
) -> Figure:
    """Draw scores over the number of labels, on a logarithmic axis, with their intervals.

    Args:
        frame: A row for each system and number of labels, with ``value``, ``low`` and ``high`` as
            fractions, such as ``Score`` holds them.
        x: The column with the number of labels.
        by: The column that names the system.
        metric: What the vertical axis is called, such as ``"spam-F1"``.
        percent: Whether values are shown times 100.
        title: What stands above.

    Returns:
        The figure.

    Raises:
        CourseError: When a column is missing, or a number of labels is not positive.
    """
    _needs(frame, [x, by, "value", "low", "high"])
    if frame.empty or frame[x].min() <= 0:
        raise CourseError(f"Column {x!r} must hold positive numbers of labels for a log axis.")
    factor = 100.0 if percent else 1.0
    figure, axes = canvas(8, 4.6)
    systems = list(dict.fromkeys(frame[by]))
    ends, parts = {}, []
    for place, system in enumerate(systems):
        rows = frame[frame[by] == system].sort_values(x)
        value, low, high = (
            rows[name].to_numpy(float) * factor for name in ("value", "low", "high")
        )
        # A small shift keeps the intervals of two systems from covering each other.
        shifted = rows[x].to_numpy(float) * 1.03 ** (place - (len(systems) - 1) / 2)
        axes.errorbar(
            shifted, value, [value - low, high - value], capsize=3, elinewidth=1.4, **look(place)
        )
        ends[str(system)] = (shifted, value)
        points = zip(rows[x], value, low, high, strict=True)
        listed = ", ".join(
            f"{number(v)} [{number(a)}, {number(b)}] with {number(n)}" for n, v, a, b in points
        )
        parts.append(f"{system}: {listed} labels.")
    _log_axis(axes, sorted(set(frame[x])))
    axes.set(xlabel="labelled training examples", ylabel=_unit(metric, percent), title=title)
    _label_ends(axes, ends)
    head = _head("Line chart with 95 % intervals on a logarithmic axis", title)
    return Figure(
        figure, f"{head} {_unit(metric, percent)} of {_count(systems)}. {' '.join(parts)}"
    )


def _level(axes: Axes, value: float, name: str) -> None:
    """Draw a dashed line at a value that curves are compared with, and say what it is."""
    axes.axhline(value, color=MUTED, linestyle=(0, (5, 3)), linewidth=1.5)
    axes.annotate(
        f"{name}: {number(value)}",
        (1, value),
        (-4, 5),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        color=MUTED,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
    )


def _log_axis(axes: Axes, ticks: Sequence[float]) -> None:
    """Make the horizontal axis logarithmic, with the numbers themselves as its ticks."""
    axes.set_xscale("log", base=2)
    axes.set_xticks(ticks)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.xaxis.set_minor_locator(NullLocator())


def _series(frame: pd.DataFrame, x: str, y: str) -> pd.DataFrame:
    _needs(frame, [x, y])
    rows = frame[[x, y]].dropna()
    if rows.empty:
        raise CourseError(f"Column {y!r} holds no number, so there is nothing to draw.")
    return rows


def _needs(frame: pd.DataFrame, names: Sequence[str]) -> None:
    missing = [name for name in names if name not in frame]
    if missing:
        raise CourseError(f"The frame lacks {missing}; its columns are {list(frame.columns)}.")


def _label_ends(axes: Axes, ends: dict[str, tuple[ArrayLike, ArrayLike]]) -> None:
    """Write each series' name beside its last point, moved apart where they would overlap."""
    if len(ends) < 2:
        return
    figure = axes.get_figure(root=True)
    if figure is None:
        return
    figure.draw_without_rendering()
    # Names stand right of the longest series, but that of a much shorter one stands at its own end.
    # The places are given in the data's own numbers: the axes still shrink when names are added.
    right = max(float(np.asarray(x)[-1]) for x, _ in ends.values())
    points = {}
    for name, (x, y) in ends.items():
        end = float(np.asarray(x)[-1])
        points[name] = (end if end < _SHORT * right else right, float(np.asarray(y)[-1]))
    heights = {name: axes.transData.transform(point)[1] for name, point in points.items()}
    gap, placed = 15 * figure.dpi / 72, -np.inf
    for name in sorted(heights, key=lambda item: heights[item]):
        placed = max(heights[name], placed + gap)
        axes.annotate(
            name,
            points[name],
            (12, (placed - heights[name]) * 72 / figure.dpi),
            textcoords="offset points",
            va="center",
            color=readable(look(list(ends).index(name))["color"]),
            fontweight="bold",
            annotation_clip=False,
        )


def _trend(name: str, x: ArrayLike, y: ArrayLike, unit: str) -> str:
    xs, ys = np.asarray(x, float), np.asarray(y, float)
    if len(ys) == 1:
        return f"{name}: {number(ys[0])} at {unit} {number(xs[0])}."
    return (
        f"{name}: {number(ys[0])} at {unit} {number(xs[0])}, {number(ys[-1])} at {unit} "
        f"{number(xs[-1])}; lowest {number(ys.min())}, highest {number(ys.max())}."
    )


def _head(kind: str, title: str) -> str:
    return f"{kind}: {title.rstrip('.')}." if title else f"{kind}."


def _count(names: Sequence[object]) -> str:
    return plural(len(names), "line")


def _unit(metric: str, percent: bool) -> str:
    return f"{metric} (%)" if percent else metric


def _words(name: str) -> str:
    return {"val_loss": "validation loss", "loss": "loss"}.get(name, name.replace("_", " "))
