"""The road: the picture of the whole course, with the place where the reader stands."""

from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch

from nlputils.data.root import course_root
from nlputils.errors import CourseError
from nlputils.plots.figure import INK, PALETTE, Figure, canvas, readable, styled

ROAD: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Set out", (("00", "Start here"),)),
    ("From text\nto numbers", (("01", "Text to\ntensors"), ("02", "Learning\nby gradient"))),
    ("Reading\nin order", (("03", "The LSTM\nbaseline"), ("04", "Attention,\nTransformer"))),
    ("Pretraining", (("05", "Pretraining\na BERT"), ("06", "Pretraining\na GPT-2"))),
    (
        "Fine-tuning",
        (
            ("07", "Spam"),
            ("08", "Sentiment"),
            ("09", "Named\nentities"),
            ("10", "Semantic\nroles"),
        ),
    ),
    (
        "What stands\nin the way",
        (("11", "Little\ndata"), ("12", "Large\nmodels"), ("13", "Opaque\nmodels")),
    ),
    ("Onwards", (("14", "Bridge to\nHugging Face"), ("15", "What comes\nnext"))),
)
_STEP = 1.62
_CARD = (1.5, 0.66)
_DROP = 0.82
# Room below the reader's card for the words "you are here".
_SIGN = 0.36
_HERE = readable(PALETTE[1])


@styled
def road_map(here: str | None = None) -> Figure:
    """Draw the sixteen lessons in their stages, and where the reader stands.

    A lesson that has no notebook in the course folder yet stands in a dashed frame.

    Args:
        here: The number of a lesson, such as ``"03"``; None for the road without a traveller.

    Returns:
        The figure.

    Raises:
        CourseError: When there is no such lesson.
    """
    numbers = [number for _, lessons in ROAD for number, _ in lessons]
    if here is not None and here not in numbers:
        raise CourseError(f"There is no lesson {here!r}. Lessons are numbered 00 to 15.")
    written = {path.name[:2] for path in (course_root() / "notebooks").glob("[0-9][0-9]_*.ipynb")}
    if here is not None:
        # The reader has a notebook of this lesson open, wherever it lies.
        written.add(here)
    figure, axes = canvas(11.6, 5.0)
    end = (len(ROAD) - 1) * _STEP
    _road(axes, end)
    for place, (stage, lessons) in enumerate(ROAD):
        x = place * _STEP
        reached = here is not None and lessons[0][0] <= here
        _stage(axes, x, place + 1, stage, reached)
        for row, (number, title) in enumerate(lessons):
            after_sign = here is not None and lessons[0][0] <= here < number
            y = -0.95 - row * _DROP - _SIGN * after_sign
            _card(axes, x, y, number, title, here, number in written)
    axes.set(xlim=(-0.85, end + 0.95), ylim=(-4.2, 1.12))
    axes.set_aspect("equal")
    axes.axis("off")
    return Figure(figure, _told(here, written))


def _road(axes: Axes, end: float) -> None:
    """A grey road with a dashed middle line, and an arrow head where it goes on."""
    axes.plot([-0.75, end + 0.6], [0, 0], color="#c9d1d7", linewidth=19, solid_capstyle="round")
    axes.plot([-0.7, end + 0.6], [0, 0], color="white", linewidth=1.6, linestyle=(0, (7, 6)))
    axes.plot(end + 0.78, 0, marker=">", markersize=19, color="#c9d1d7")


def _stage(axes: Axes, x: float, number: int, name: str, reached: bool) -> None:
    face, ink = (PALETTE[0], "white") if reached else ("white", INK)
    axes.add_patch(Circle((x, 0), 0.25, facecolor=face, edgecolor=PALETTE[0], lw=2.2, zorder=4))
    axes.text(x, -0.01, str(number), ha="center", va="center", color=ink, weight="bold", zorder=5)
    axes.text(x, 0.66, name, ha="center", va="center", weight="bold", linespacing=1.15)
    axes.plot([x, x], [-0.25, -0.6], color=PALETTE[0], linewidth=1.6, zorder=1)


def _card(
    axes: Axes, x: float, y: float, number: str, title: str, here: str | None, written: bool
) -> None:
    standing, passed = number == here, here is not None and number < here and written
    face = _HERE if standing else "#dcebf5" if passed else "#f6f8f9"
    edge = _HERE if standing else PALETTE[0] if passed else "#b4bdc4"
    ink = "white" if standing else INK
    wide, tall = _CARD
    axes.add_patch(
        FancyBboxPatch(
            (x - wide / 2, y - tall / 2),
            wide,
            tall,
            boxstyle="round,pad=0,rounding_size=0.1",
            facecolor=face,
            edgecolor=edge,
            linewidth=2.4 if standing else 1.2,
            linestyle="-" if written else (0, (3, 2)),
            zorder=3,
        )
    )
    mark = f"{number} ✓" if passed else number
    axes.text(
        x - wide / 2 + 0.08,
        y,
        mark.replace(" ", "\n"),
        va="center",
        color=ink,
        weight="bold",
        zorder=5,
        linespacing=1.1,
    )
    axes.text(
        x - wide / 2 + 0.38,
        y,
        title,
        va="center",
        color=ink,
        fontsize=10,
        zorder=5,
        linespacing=1.15,
    )
    if standing:
        _sign(axes, x, y)


def _sign(axes: Axes, x: float, y: float) -> None:
    """Write "you are here" into the room that is left below the reader's card."""
    below = y - _CARD[1] / 2 - (_DROP - _CARD[1] + _SIGN) / 2
    axes.text(
        x, below, "you are here", ha="center", va="center", color=_HERE, weight="bold", zorder=6
    )


def _told(here: str | None, written: set[str]) -> str:
    later = {True: "", False: " (dashed: to be written)"}
    stages = "; ".join(
        f"{name} ({', '.join(f'{n} {title}{later[n in written]}' for n, title in lessons)})"
        for name, lessons in ROAD
    ).replace("\n", " ")
    count = sum(len(lessons) for _, lessons in ROAD)
    place = "" if here is None else f" You are here: lesson {here}."
    return f"The road of the course: {count} lessons in {len(ROAD)} stages.{place} {stages}."
