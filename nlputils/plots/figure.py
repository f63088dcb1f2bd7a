"""Figures that always carry their text: an image, and what it shows in words."""

import base64
import html
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import seaborn as sns
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure as MatplotlibFigure

from nlputils.data import write_atomic
from nlputils.errors import CourseError

P = ParamSpec("P")
R = TypeVar("R")

DPI = 110
INK = "#22303c"
MUTED = "#5b6770"
# Okabe and Ito (2008), "Color Universal Design", in an order in which neighbours also differ in
# lightness; the yellow is left out, as it cannot be read on white.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
# What the Web Content Accessibility Guidelines (WCAG 2.2, criterion 1.4.3) ask of text.
CONTRAST = 4.5
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)), (0, (3, 1)), (0, (8, 3)), "-.")

_SETTINGS: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 11,
    "axes.labelsize": 11,
    "axes.titlesize": 13,
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "legend.fontsize": 10.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.edgecolor": "#9aa5ad",
    "grid.color": "#e4e8eb",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 2.0,
    "lines.markersize": 7.0,
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
}


@dataclass(frozen=True, eq=False)
class Figure:
    """A drawing and its text alternative.

    Attributes:
        figure: The matplotlib figure.
        alt: What it shows, in words and numbers taken from its data.
    """

    figure: MatplotlibFigure
    alt: str

    def png(self) -> bytes:
        """Draw the figure.

        Returns:
            A PNG file.
        """
        canvas = FigureCanvasAgg(self.figure)
        if self.figure.get_layout_engine() is not None:
            # A layout goes on from where the last drawing left it. Settled once, the same figure
            # gives the same bytes each time.
            self.figure.draw_without_rendering()
            self.figure.set_layout_engine("none")
        stream = io.BytesIO()
        canvas.print_figure(
            stream, format="png", dpi=DPI, bbox_inches="tight", pad_inches=0.12, facecolor="white"
        )
        return stream.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write the figure as a PNG file, whole or not at all.

        Args:
            path: Where to.

        Returns:
            The path.
        """
        return write_atomic(path, self.png())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Let a figure that stands last in a cell be shown with its text, too."""
        return _bundle(self)


def style() -> None:
    """Use the course's style for figures drawn by hand in a notebook.

    The functions of this folder bring the style with them; only own matplotlib or seaborn code
    needs this call.
    """
    sns.set_theme(style="whitegrid", palette=list(PALETTE), rc=_SETTINGS)


def show(figure: "Figure | MatplotlibFigure", alt: str | None = None) -> None:
    """Show a figure in a notebook, with its text for readers who do not see it.

    Args:
        figure: A figure of this folder, or a plain matplotlib figure.
        alt: What the figure shows. A figure of this folder brings its own; a plain matplotlib
            figure has none and needs one.

    Raises:
        CourseError: When there is no text, or what is given is no figure.
    """
    inner = figure.figure if isinstance(figure, Figure) else figure
    if not isinstance(inner, MatplotlibFigure):
        raise CourseError(
            f"show takes a figure, not a {type(figure).__name__}. From axes take `axes.figure`."
        )
    text = alt if alt is not None else getattr(figure, "alt", "")
    shown = Figure(inner, " ".join(text.split()))
    display(_bundle(shown), raw=True)
    _close(inner)


def styled(function: Callable[P, R]) -> Callable[P, R]:
    """Draw with the course's style, and leave the reader's own settings as they were.

    Args:
        function: Draws a figure.

    Returns:
        The same function, in the style.
    """

    @wraps(function)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        # Texts of the data may hold dollar signs, between which matplotlib would look for formulas.
        literal = {**_SETTINGS, "text.parse_math": False}
        with mpl.rc_context(), sns.axes_style("whitegrid"), mpl.rc_context(literal):
            return function(*args, **kwargs)

    return drawn


def canvas(width: float, height: float) -> tuple[MatplotlibFigure, Axes]:
    """Make an empty drawing that pyplot does not know of, so that nothing has to be closed.

    Args:
        width: In inches, of 110 pixels each.
        height: In inches.

    Returns:
        The figure and its only axes.
    """
    figure = MatplotlibFigure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def look(number: int) -> dict[str, Any]:
    """Give the colour, marker and dashes of a series, which differ in all three.

    Args:
        number: The place of the series, from 0.

    Returns:
        Keyword arguments for ``Axes.plot``.
    """
    return {
        "color": PALETTE[number % len(PALETTE)],
        "marker": MARKERS[number % len(MARKERS)],
        "linestyle": DASHES[number % len(DASHES)],
    }


def number(value: float) -> str:
    """Write a number for a reader, with about three digits.

    Args:
        value: Any number.

    Returns:
        For instance ``"1,020"``, ``"6.62"`` or ``"0.003"``.
    """
    value = float(value)
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value.is_integer() else f"{value:.3g}"


def plural(count: int, noun: str) -> str:
    """Count something for a reader.

    Args:
        count: How many.
        noun: What, in the singular.

    Returns:
        For instance ``"1 row"`` or ``"1,020 rows"``.
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def contrast(one: Any, other: Any) -> float:
    """Measure how well two colours can be told apart as text and background.

    Source: WCAG 2.2, definitions of contrast ratio and relative luminance.

    Args:
        one: A colour, as matplotlib takes it. Its transparency is ignored.
        other: Another one.

    Returns:
        From 1 (the same) to 21 (black and white).
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def readable(color: Any) -> str:
    """Darken a colour until text of it can be read on white.

    Args:
        color: A colour, as matplotlib takes it.

    Returns:
        The colour itself or a darker shade of it, as ``#rrggbb``.
    """
    shade = to_rgb(color)
    while contrast(to_hex(shade), "white") < CONTRAST:
        shade = tuple(0.96 * part for part in shade)  # type: ignore[assignment]
    return to_hex(shade)


def ink_on(face: Any) -> str:
    """Choose the colour of text on a coloured field.

    Args:
        face: The colour of the field.

    Returns:
        The course's ink, or white or black where the ink cannot be read.
    """
    if contrast(face, INK) >= CONTRAST:
        return INK
    return max(("white", "black"), key=lambda ink: contrast(face, ink))


def _luminance(color: Any) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in to_rgb(color)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _bundle(figure: Figure) -> dict[str, str]:
    text = figure.alt.strip()
    if not text:
        raise CourseError(
            "This figure has no alt text. Say in a sentence what it shows: show(figure, alt='...')."
        )
    data = base64.b64encode(figure.png()).decode("ascii")
    image = (
        f'<img alt="{html.escape(text, quote=True)}" style="max-width: 100%; height: auto" '
        f'src="data:image/png;base64,{data}">'
    )
    return {"text/html": image, "text/plain": text}


def _close(figure: MatplotlibFigure) -> None:
    """Close a figure that pyplot keeps, so that Jupyter does not show it again without its text."""
    import matplotlib.pyplot as plt

    if plt.fignum_exists(getattr(figure, "number", -1)):
        plt.close(figure)
