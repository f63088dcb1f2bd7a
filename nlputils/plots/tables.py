"""Tables as pictures: heat maps, and tokens in a row."""

import math
from collections.abc import Sequence

import numpy as np
import seaborn as sns
from matplotlib import colormaps
from matplotlib.colors import Normalize, TwoSlopeNorm
from matplotlib.patches import FancyBboxPatch
from numpy.typing import ArrayLike

from nlputils.errors import CourseError
from nlputils.plots.figure import INK, Figure, canvas, ink_on, number, plural, styled

_WRITTEN = 150
_LISTED = 5
_LINE = 11.0
_LONGEST = 40
_TINY = 1e-4


@styled
def heatmap(
    matrix: ArrayLike,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    title: str = "",
    x_label: str = "",
    y_label: str = "",
) -> Figure:
    """Draw a matrix as a grid of colours; a small one has its numbers written in.

    Args:
        matrix: float[r, c], such as a confusion matrix or attention weights.
        rows: r names, from top to bottom.
        columns: c names, from left to right.
        title: What stands above.
        x_label: What the columns are.
        y_label: What the rows are.

    Returns:
        The figure.

    Raises:
        CourseError: When names and matrix do not fit.
    """
    table = np.asarray(matrix, dtype=float)
    if table.shape != (len(rows), len(columns)) or table.size == 0:
        raise CourseError(
            f"The matrix has shape {table.shape}; {len(rows)} rows and {len(columns)} columns are "
            "named."
        )
    wide = min(9.0, 2.2 + 0.62 * len(columns))
    figure, axes = canvas(max(wide, 4.0), min(9.0, 1.4 + 0.5 * len(rows)))
    texts = np.vectorize(number)(table) if table.size <= _WRITTEN else False
    signed = table.min() < 0
    sns.heatmap(
        table,
        ax=axes,
        cmap="vlag" if signed else "Blues",
        center=0 if signed else None,
        annot=texts,
        fmt="",
        annot_kws={"fontsize": 10},
        linewidths=0.8,
        xticklabels=list(columns),
        yticklabels=list(rows),
        cbar_kws={"shrink": 0.85},
    )
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    axes.tick_params(axis="y", rotation=0)
    if max(map(len, columns)) > 4:
        axes.set_xticklabels(columns, rotation=45, ha="right", rotation_mode="anchor")
    for text, face in zip(axes.texts, axes.collections[0].get_facecolor(), strict=False):
        text.set_color(ink_on(face))
    return Figure(figure, _described(table, rows, columns, title))


@styled
def token_strip(
    tokens: Sequence[str],
    values: ArrayLike | None = None,
    *,
    title: str = "",
    value_name: str = "value",
) -> Figure:
    """Draw the pieces of a text in a row, each in its box, coloured and labelled by a value.

    Args:
        tokens: n pieces.
        values: float[n], written under each piece and shown by its colour; None for plain boxes.
            Values of both signs get two colours, blue below zero and red above.
        title: What stands above.
        value_name: What the values are.

    Returns:
        The figure.

    Raises:
        CourseError: When there are no tokens, or another number of values.
    """
    numbers = None if values is None else np.asarray(values, dtype=float)
    if not len(tokens) or (numbers is not None and numbers.shape != (len(tokens),)):
        found = "no values" if numbers is None else f"values of shape {numbers.shape}"
        raise CourseError(f"token_strip got {len(tokens)} tokens and {found}; give one for each.")
    names = [_shortened(token) for token in tokens]
    values_shown = [""] * len(names) if numbers is None else _column(numbers)
    places, lines = _places(names, values_shown)
    step = 0.78 if numbers is not None else 0.52
    figure, axes = canvas(9, 0.35 + step * lines + (0.35 if title else 0))
    for index, (token, (left, line, width)) in enumerate(zip(names, places, strict=True)):
        middle, y = left + width / 2, -line * step
        face, ink = ("#eef2f5", INK) if numbers is None else _shade(numbers, index)
        axes.add_patch(
            FancyBboxPatch(
                (left, y),
                width,
                0.36,
                boxstyle="round,pad=0,rounding_size=0.07",
                facecolor=face,
                edgecolor="#9aa5ad",
                linewidth=1,
            )
        )
        axes.text(middle, y + 0.18, token, ha="center", va="center", color=ink, family="monospace")
        if numbers is not None:
            axes.text(middle, y - 0.13, values_shown[index], ha="center", va="center", size=10)
    axes.set(xlim=(-0.05, _LINE + 0.05), ylim=(-(lines - 1) * step - 0.28, 0.44), title=title)
    axes.axis("off")
    return Figure(figure, _listed(tokens, numbers, title, value_name))


def _listed(tokens: Sequence[str], numbers: np.ndarray | None, title: str, value_name: str) -> str:
    """Say a strip in words: each piece, and its value if it has one."""
    pairs = list(tokens)
    if numbers is not None:
        pairs = [f"{t} {number(v)}" for t, v in zip(tokens, numbers, strict=True)]
    head = f"{title.rstrip('.')}. " if title else ""
    what = "" if numbers is None else f", each with its {value_name}"
    return f"{head}{plural(len(tokens), 'token')} in a row{what}: {', '.join(pairs)}."


def _shortened(token: str) -> str:
    """Cut a piece that would not fit on a line; the text alternative keeps it whole."""
    return token if len(token) <= _LONGEST else f"{token[: _LONGEST - 1]}…"


def _column(values: np.ndarray) -> list[str]:
    """Write values with the same number of decimals, so that they can be compared at a glance."""
    largest = float(np.abs(values).max())
    if 0 < largest < _TINY:
        return [number(value) for value in values]
    whole = bool(np.all(values == np.round(values)))
    digits = 0 if whole or largest == 0 else max(0, 2 - math.floor(math.log10(largest)))
    return [f"{round(float(value), digits) + 0.0:,.{digits}f}" for value in values]


def _places(
    tokens: Sequence[str], values: Sequence[str]
) -> tuple[list[tuple[float, int, float]], int]:
    """Set boxes in lines: (left, line, width) of each, and the number of lines."""
    places: list[tuple[float, int, float]] = []
    left, line = 0.0, 0
    for token, value in zip(tokens, values, strict=True):
        # Widths of a letter of the monospaced font and of a digit below it, in units of the axes.
        width = max(0.115 * len(token) + 0.2, 0.112 * len(value) + 0.04, 0.3)
        if left and left + width > _LINE:
            left, line = 0.0, line + 1
        places.append((left, line, width))
        left += width + 0.1
    return places, line + 1


def _shade(numbers: np.ndarray, index: int) -> tuple[tuple[float, ...], str]:
    """Give a box's colour and the ink that can be read on it."""
    if numbers.min() < 0:
        edge = float(np.abs(numbers).max())
        face = colormaps["vlag"](TwoSlopeNorm(0, -edge, edge)(numbers[index]))
    else:
        top = float(numbers.max()) or 1.0
        face = colormaps["Blues"](0.85 * Normalize(0, top)(numbers[index]))
    return face, ink_on(face)


def _described(table: np.ndarray, rows: Sequence[str], columns: Sequence[str], title: str) -> str:
    head = f"{title.rstrip('.')}. " if title else ""
    size = f"Heat map of {plural(len(rows), 'row')} and {plural(len(columns), 'column')}"
    if table.size <= _WRITTEN // 5:
        lines = [
            f"{row}: " + ", ".join(f"{c} {number(v)}" for c, v in zip(columns, values, strict=True))
            for row, values in zip(rows, table, strict=True)
        ]
        return f"{head}{size}. {'; '.join(lines)}."
    largest = np.argsort(table, axis=None)[::-1][:_LISTED]
    cells = [divmod(int(index), table.shape[1]) for index in largest]
    listed = ", ".join(f"{rows[r]} / {columns[c]} {number(table[r, c])}" for r, c in cells)
    return f"{head}{size}, from {number(table.min())} to {number(table.max())}. Largest: {listed}."
