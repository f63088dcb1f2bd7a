"""What a person sees while the course runs, and the table at its end."""

import shutil
import sys
from collections.abc import Sequence
from typing import Any

_HEARTBEAT = 60.0
# Columns where the terminal does not say how many it has.
_WIDTH = 100


class Line:
    """One live line for one lesson: elapsed and expected time, current section.

    In a terminal the line is rewritten in place. In a log a new line is printed when the section
    changes, and once a minute within a long one.

    Args:
        label: Number and title of the lesson.
        expected: Seconds it took when it was measured, or None.
        live: Whether the output is a terminal; found out where not given.
    """

    def __init__(self, label: str, expected: float | None, live: bool | None = None) -> None:
        self._label = label
        self._expected = f" of about {clock(expected)}" if expected else ""
        self._live = sys.stdout.isatty() if live is None else live
        self._section, self._told = "", -_HEARTBEAT

    def tell(self, elapsed: float, section: str) -> None:
        """Show where the lesson is.

        Args:
            elapsed: Seconds since it began.
            section: The heading above the cell being executed.
        """
        text = f"{self._label}  {clock(elapsed)}{self._expected}  {section}"
        if self._live:
            # One column stays free: in a row that is full, some terminals begin the next one.
            room = shutil.get_terminal_size((_WIDTH, 24)).columns - 1
            print(f"\r\x1b[2K{text[:room]}", end="", flush=True)
        elif section != self._section or elapsed - self._told > _HEARTBEAT:
            print(text, flush=True)
            self._section, self._told = section, elapsed

    def end(self, text: str) -> None:
        """Close the line.

        Args:
            text: What became of the lesson.
        """
        before = "\r\x1b[2K" if self._live else ""
        print(f"{before}{self._label}  {text}", flush=True)


def clock(seconds: float) -> str:
    """Write seconds as a person reads them.

    Args:
        seconds: How many.

    Returns:
        Minutes and seconds, such as ``1:05``.
    """
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Lay out the end of a run.

    Args:
        rows: For each lesson ``number``, ``title``, ``status``, ``seconds``, ``peak_mb``,
            ``scores`` (texts) and ``claims`` (held, all).

    Returns:
        A table as text: one line a lesson, and one line for each further score.
    """
    width = max([len("lesson"), *(len(f"{r['number']} {r['title']}") for r in rows)])
    columns = f"{'status':<9}  {'time':>6}  {'peak MB':>7}  {'claims':>7}  main scores"
    head = f"{'lesson':<{width}}  {columns}"
    lines = [head, "-" * len(head)]
    for row in rows:
        name = f"{row['number']} {row['title']}"
        held, claims = row["claims"]
        cells = f"{_number(row['seconds'], clock):>6}  {_number(row['peak_mb'], _whole):>7}"
        verdicts = f"{held} of {claims}" if claims else "-"
        scores = row["scores"] or [""]
        lines.append(f"{name:<{width}}  {row['status']:<9}  {cells}  {verdicts:>7}  {scores[0]}")
        indent = " " * (width + 9 + 6 + 7 + 7 + 10)
        lines += [f"{indent}{score}" for score in scores[1:]]
    return "\n".join(line.rstrip() for line in lines)


def _number(value: float | None, style: Any) -> str:
    return "-" if value is None else style(value)


def _whole(value: float) -> str:
    return f"{value:,.0f}"
