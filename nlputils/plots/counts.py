"""Counts: how many texts have which label, and how long texts are."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.ticker import StrMethodFormatter
from numpy.typing import ArrayLike

from nlputils.data import Split
from nlputils.errors import CourseError
from nlputils.plots.figure import INK, PALETTE, Figure, canvas, number, plural, styled

_HATCHES = ("", "///", "...")
_PARTS = ("train", "validation", "test")
# How much of a histogram's height a row of labels takes.
_ROW = 0.13


@styled
def label_counts(split: Split) -> Figure:
    """Draw how many rows of each label stand in train, validation and test.

    Args:
        split: A data set. For tokens, the entities of each type are counted.

    Returns:
        The figure: a group of bars for each label, with the counts written beside them.
    """
    counted = split.describe().drop(columns=["rows", "tokens"], errors="ignore")
    labels = [str(name) for name in counted.columns]
    table = dict(zip(_PARTS, counted.loc[list(_PARTS)].to_numpy(int).tolist(), strict=True))
    figure, axes = canvas(8, 0.9 + 0.85 * len(labels))
    tall = 0.26
    for place, part in enumerate(_PARTS):
        counts = table[part]
        bars = axes.barh(
            np.arange(len(counts)) + (place - 1) * tall,
            counts,
            height=tall * 0.9,
            color=PALETTE[place],
            hatch=_HATCHES[place],
            edgecolor="white",
            label=part,
        )
        axes.bar_label(bars, [f"{value:,}" for value in counts], padding=4, color=INK, fontsize=10)
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    what = "rows" if split.task == "classification" else "entities"
    axes.set(xlabel=what, title=f"{split.name}: {what} by label")
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.1)
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    parts = [
        f"{part}: " + ", ".join(f"{c:,} {name}" for c, name in zip(counts, labels, strict=True))
        for part, counts in table.items()
    ]
    return Figure(figure, f"Bar chart of the {what} of {split.name} by label. {'; '.join(parts)}.")


@styled
def length_histogram(
    lengths: ArrayLike | Mapping[str, ArrayLike],
    cut: int | None = None,
    *,
    unit: str = "pieces",
    title: str = "",
) -> Figure:
    """Draw how long texts are, and where they will be cut.

    Args:
        lengths: int[n], or such arrays by the name of their series (drawn one above the other).
        cut: The length at which longer texts lose their end; None marks none.
        unit: What is counted.
        title: What stands above.

    Returns:
        The figure. Its longest hundredth is drawn in the last bar.

    Raises:
        CourseError: When there are no lengths.
    """
    series = dict(lengths) if isinstance(lengths, Mapping) else {"": lengths}
    arrays = {name: np.asarray(values, dtype=float) for name, values in series.items()}
    if not arrays or any(values.size == 0 for values in arrays.values()):
        raise CourseError("There are no lengths to draw.")
    every = np.concatenate(list(arrays.values()))
    top = max(float(np.quantile(every, 0.99)), 1.5 * (cut or 0), 10)
    edges = _edges(top, cut)
    figure = MatplotlibFigure(figsize=(8, 1.4 + 2.2 * len(arrays)), layout="constrained")
    axes = figure.subplots(len(arrays), 1, sharex=True, squeeze=False)[:, 0]
    for place, (name, values) in enumerate(arrays.items()):
        axis = axes[place]
        color = PALETTE[place % len(PALETTE)]
        shown = np.minimum(values, edges[-1] - 0.5)
        axis.hist(
            shown, edges, weights=np.full(len(shown), 100 / len(shown)), color=color, linewidth=0.6
        )
        axis.set_xlim(edges[0], edges[-1])
        axis.set_ylabel("% of texts" if not name else f"% of {name}")
        _room_above(axis, 1 if cut is None else 2)
        # A median among the longest texts stands in their bar, as those texts do.
        middle = float(np.median(values))
        _mark(axis, min(middle, edges[-1] - 0.5), f"median {number(middle)}", 1, "-")
        if cut is not None:
            share = 100 * np.mean(values > cut)
            _mark(axis, cut + 0.5, f"cut at {cut}: {share:.1f} % are longer", 2, (0, (4, 2)))
    axes[0].set_title(title or f"Length of texts in {unit}")
    axes[-1].set_xlabel(f"length in {unit} (the last bar also holds all longer texts)")
    parts = [_spread(name, values, cut, unit) for name, values in arrays.items()]
    return Figure(figure, f"Histogram of text lengths in {unit}. {' '.join(parts)}")


def _room_above(axis: Axes, rows: int) -> None:
    """Leave room above the bars, so that no label covers one; no share is above 100 %."""
    top = axis.dataLim.y1 / (1 - _ROW * rows - 0.02)
    axis.set_ylim(0, top)
    axis.set_yticks([tick for tick in axis.get_yticks() if 0 <= tick <= min(top, 100)])


def _mark(axis: Axes, x: float, words: str, row: int, line: Any) -> None:
    """Draw an upright line with its label, in a row of its own: no two labels can meet."""
    top = 1 - _ROW * (row - 1)
    axis.axvline(x, ymax=top, color=INK, linewidth=1.4, linestyle=line)
    low, high = axis.get_xlim()
    left = x > (low + high) / 2 and row == 1
    axis.annotate(
        words,
        (x, top - _ROW / 2),
        (-6 if left else 6, 0),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
    )


def _edges(top: float, cut: int | None) -> np.ndarray:
    """Choose bars of whole numbers, about forty of them, so that no bar lies across the cut."""
    width = max(1, round(top / 40))
    first = 0 if cut is None else (cut + 1) % width - width * ((cut + 1) % width > 0)
    return np.arange(first, top + 2 * width, width) - 0.5


def _spread(name: str, values: np.ndarray, cut: int | None, unit: str) -> str:
    middle = f"median {number(np.median(values))}, longest {number(values.max())} {unit}"
    text = f"{name or 'All'}: {plural(len(values), 'text')}, {middle}"
    if cut is None:
        return f"{text}."
    return f"{text}; {100 * np.mean(values > cut):.1f} % are longer than the cut at {cut}."
