"""Scores and comparisons as points with their intervals, drawn so that a phone can show them.

Each row is a drawing whose places are percentages of its width: it fits any screen without its
letters growing or shrinking with it. ``nlputils.plots`` draws the same for notebooks, as images of
one size.
"""

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlputils.course.recorded import shape

_TICKS = 5
_MARGIN = 0.06


@dataclass(frozen=True)
class Axis:
    """The horizontal axis that the rows of one drawing share.

    Attributes:
        low: Its left end.
        high: Its right end.
        ticks: Where its numbers stand.
    """

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Give the place of a value.

        Args:
            value: A number on the axis.

        Returns:
            From 0 (left end) to 100 (right end).
        """
        return 100 * (value - self.low) / (self.high - self.low)


def interval_plots(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Draw the scores and comparisons of a lesson, one drawing for each metric.

    Args:
        rows: What the lesson recorded, by name. Plain numbers are left out.

    Returns:
        HTML; empty where there is nothing with an interval.
    """
    groups: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for name, row in rows.items():
        if shape(row) != "number":
            groups.setdefault((shape(row), str(row.get("metric", ""))), {})[name] = row
    return "".join(_figure(kind, metric, group) for (kind, metric), group in groups.items())


def axis(values: Sequence[float]) -> Axis:
    """Choose an axis for values, with ticks at round numbers.

    Args:
        values: All that is drawn; at least one finite number.

    Returns:
        An axis a little wider than the values.
    """
    low, high = min(values), max(values)
    wide = (high - low) or max(abs(high), 1.0) * 0.1
    low, high = low - _MARGIN * wide, high + _MARGIN * wide
    step = _round_step((high - low) / _TICKS)
    first = math.ceil(low / step)
    ticks = [round(n * step, 10) + 0.0 for n in range(first, math.floor(high / step) + 1)]
    return Axis(low, high, tuple(ticks))


def name_code(name: str) -> str:
    """Write the name of a result as code that may be broken after its underscores.

    Args:
        name: The name, as the lesson recorded it.

    Returns:
        HTML.
    """
    return f"<code>{html.escape(name).replace('_', '_<wbr>')}</code>"


def _round_step(wanted: float) -> float:
    power = 10.0 ** math.floor(math.log10(wanted))
    return min(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted)


def _figure(kind: str, metric: str, rows: Mapping[str, Mapping[str, Any]]) -> str:
    from nlputils.evaluate import METRICS

    known = METRICS.get(metric)
    factor = 100.0 if known and known.percent else 1.0
    shown = known.display if known else metric or "value"
    unit = " (%)" if factor > 1 else ""
    middle = "value" if kind == "estimate" else "difference"
    if known and kind == "estimate":
        sign = -1 if known.better == "higher" else 1
        rows = dict(sorted(rows.items(), key=lambda item: sign * item[1]["value"]))
    title = f"{shown}{unit}, {known.better} is better" if known else f"{shown}"
    if kind == "comparison":
        title = f"difference in {'points of ' if factor > 1 else ''}{shown}"
    ends = [factor * row[key] for row in rows.values() for key in (middle, "low", "high")]
    singles = [factor * x for row in rows.values() for x in _singles(row)]
    scale = axis([*ends, *singles, *([0.0] if kind == "comparison" else [])])
    lines = "".join(_row(name, row, middle, factor, scale, shown) for name, row in rows.items())
    return (
        f'<figure class="forest"><figcaption>{html.escape(title)}, with 95 % intervals'
        f"</figcaption><ul>{lines}</ul>{_numbers(scale)}</figure>"
    )


def _singles(row: Mapping[str, Any]) -> list[float]:
    """Give the values of the single seeds or splits of a score, where there are several."""
    values = row.get("values") or []
    return list(values) if shape(row) == "estimate" and len(values) > 1 else []


def _row(
    name: str, row: Mapping[str, Any], middle: str, factor: float, scale: Axis, metric: str
) -> str:
    low, value, high = (scale.place(factor * row[key]) for key in ("low", middle, "high"))
    open_point = row.get("distinguishable") is False
    parts = [_line(scale.place(tick), "tick") for tick in scale.ticks]
    parts += [_line(scale.place(0), "zero")] if middle == "difference" else []
    parts.append(f'<line class="range" x1="{low:.2f}%" x2="{high:.2f}%" y1="14" y2="14"/>')
    parts += [
        f'<circle class="single" cx="{scale.place(factor * x):.2f}%" cy="14" r="3"/>'
        for x in _singles(row)
    ]
    style = "point open" if open_point else "point"
    parts.append(f'<circle class="{style}" cx="{value:.2f}%" cy="14" r="6"/>')
    told = html.escape(
        f"{name}: {row['text']}. The axis goes from {_tick(scale.low)} to {_tick(scale.high)}."
    )
    text = html.escape(row["text"].removeprefix(f"{metric} "))
    return (
        f'<li><span class="name">{name_code(name)}</span>'
        f'<svg role="img" aria-label="{told}" height="28">{"".join(parts)}</svg>'
        f'<span class="text">{text}</span></li>'
    )


def _line(place: float, style: str) -> str:
    return f'<line class="{style}" x1="{place:.2f}%" x2="{place:.2f}%" y1="0" y2="28"/>'


def _numbers(scale: Axis) -> str:
    numbers = "".join(
        f'<span style="left:{scale.place(tick):.2f}%">{_tick(tick)}</span>' for tick in scale.ticks
    )
    return f'<div class="axis" aria-hidden="true"><div>{numbers}</div></div>'


def _tick(value: float) -> str:
    return f"{value:.4g}"
