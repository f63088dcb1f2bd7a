"""Scores and other measured numbers, kept line by line while a lesson runs."""

import json
import math
import os
import re
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from nlputils.errors import CourseError
from nlputils.lesson.session import Session, current
from nlputils.wrapping import wrapped


@runtime_checkable
class Recordable(Protocol):
    """A result that knows its own parts: a ``Score`` or a ``Comparison``."""

    @property
    def text(self) -> str:
        """The result in one line."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Give the parts as plain numbers, strings, lists and dictionaries.

        Returns:
            What is written to the records.
        """
        ...


def record(name: str, value: Recordable | float, unit: str = "", *, main: bool = False) -> None:
    """Keep a measured result under a name and print it.

    Args:
        name: A name that is unique in the lesson, such as ``"lstm_spam_f1"``.
        value: A ``Score``, a ``Comparison``, or a plain number.
        unit: What a plain number counts: ``"seconds"``, ``"nats"``, ``"%"``. A score has none.
        main: Whether the table at the end of a run shows it.

    Raises:
        CourseError: When a plain number has no unit or is not finite, or when a headless lesson
            records the same name twice (in Lab the newest counts).
    """
    session = current()
    entry = {"name": name, "main": main, **_parts(name, value, unit)}
    if session.headless and name in {row["name"] for row in read(session, "metrics")}:
        raise CourseError(
            f"Lesson {session.number} records {name!r} twice. Give each its own name."
        )
    append(session, "metrics", entry)
    print(wrapped(f"{name}: {entry['text']}"))


def record_name(*words: str, lower: bool = True) -> str:
    """Make the name of a record out of the words that a lesson shows.

    Args:
        words: Names as they stand in tables and figures, such as ``"naive Bayes", "spam_f1"``.
        lower: Whether capital letters become small ones.

    Returns:
        The words joined by ``_``, which takes the place of all spaces and punctuation.

    Raises:
        CourseError: When no letter and no digit is left.
    """
    name = re.sub(r"[\W_]+", "_", " ".join(words)).strip("_")
    if not name:
        raise CourseError(
            f"record_name got {', '.join(map(repr, words)) or 'nothing'}: no letter and no digit "
            "to make a name of. Give the words that the lesson shows for the result."
        )
    return name.lower() if lower else name


def _parts(name: str, value: Recordable | float, unit: str) -> dict[str, Any]:
    if isinstance(value, Recordable):
        kind = type(value).__name__.lower()
        return {"kind": kind, "unit": unit, **value.to_dict(), "text": value.text}
    if not unit:
        raise CourseError(
            f"record({name!r}, {value!r}) is a bare number. Give its unit, record(name, value, "
            '"seconds"), or record a Score, which carries its interval.'
        )
    number = float(value)
    if not math.isfinite(number):
        raise CourseError(
            f"record({name!r}, {number}) is not a finite number: a step before failed."
        )
    return {
        "kind": "number",
        "unit": unit,
        "value": number,
        "text": f"{_amount(number, unit)} {unit}",
    }


def _amount(number: float, unit: str) -> str:
    """Write shares, points and seconds with one decimal, other amounts with four digits."""
    coarse = unit.split()[0].rstrip(",") in ("%", "points", "seconds")
    return f"{number:,.1f}" if coarse and abs(number) >= 0.05 else f"{number:,.4g}"


def append(session: Session, kind: str, entry: dict[str, Any]) -> None:
    """Add one line to a record file, so that a kernel killed later loses nothing before it.

    Args:
        session: The lesson.
        kind: ``metrics`` or ``claims``.
        entry: What to keep.
    """
    path = session.records / f"{kind}.jsonl"
    line = json.dumps(entry, default=_plain, ensure_ascii=False, sort_keys=True)
    with open(path, "a", encoding="utf-8") as stream:
        stream.write(line + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def read(session: Session, kind: str) -> list[dict[str, Any]]:
    """Read what a lesson has recorded so far.

    Args:
        session: The lesson.
        kind: ``metrics`` or ``claims``.

    Returns:
        The entries in the order in which they were made.
    """
    return read_lines(session.records / f"{kind}.jsonl")


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Read a file of one JSON object a line.

    Args:
        path: The file; a missing one is empty.

    Returns:
        The objects, in order.

    Raises:
        CourseError: When a line is no JSON object; the message names it.
    """
    rows, damage = readable_lines(path)
    if damage:
        raise CourseError(f"{damage[0]} Run the lesson again: it begins the file anew.")
    return rows


def readable_lines(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Read what can be read of a file of one JSON object a line.

    A kernel that is killed, or a disk that is full, may leave half of a line.

    Args:
        path: The file; a missing one is empty.

    Returns:
        The objects, in order, and a sentence for each line that is none.
    """
    rows: list[dict[str, Any]] = []
    damage: list[str] = []
    # Bytes, since half of a line may end within a letter. Only "\n" ends a line: a text may hold
    # other characters at which Python, too, would split.
    lines = path.read_bytes().split(b"\n") if path.is_file() else []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8"))
        except ValueError as error:
            damage.append(f"{path}, line {number}, is damaged: not JSON ({error}).")
            continue
        if isinstance(row, dict):
            rows.append(row)
        else:
            kind = type(row).__name__
            damage.append(f"{path}, line {number}, is damaged: a {kind} in place of an object.")
    return rows, damage


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise TypeError(f"a record cannot hold a {type(value).__name__}: {value!r}")
