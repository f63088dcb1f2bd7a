"""A finished run, read back: which folder is meant, and what lies in it, checked."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlputils.errors import CourseError

LATEST = "latest"
GOOD = ("done", "unchanged")
_FILE = "run.json"
_LISTED = 5
_NUMBERS = {
    "estimate": ("value", "low", "high"),
    "comparison": ("difference", "low", "high"),
    "number": ("value",),
}


@dataclass(frozen=True)
class Recorded:
    """What a run left behind.

    Attributes:
        folder: Where it lies.
        about: The content of ``run.json``.
        metrics: For each lesson its results by name.
        claims: For each lesson its claims in their order.
    """

    folder: Path
    about: dict[str, Any]
    metrics: dict[str, dict[str, dict[str, Any]]]
    claims: dict[str, list[dict[str, Any]]]

    @property
    def name(self) -> str:
        """The run's name."""
        return str(self.about["name"])

    @property
    def profile(self) -> str:
        """The profile it ran under."""
        return str(self.about["profile"])

    @property
    def lessons(self) -> dict[str, dict[str, Any]]:
        """What became of each lesson, by number."""
        return dict(self.about["lessons"])

    def left_out(self, number: str) -> bool:
        """Tell whether a lesson is missing because the person asked for others.

        Args:
            number: The lesson.

        Returns:
            True when the run was limited with ``--only`` to other lessons.
        """
        only = [str(name).zfill(2) for name in self.about.get("only", [])]
        return bool(only) and number not in only


def shape(row: Mapping[str, Any]) -> str:
    """Tell what a recorded result is, by the parts it has.

    Args:
        row: One entry of ``metrics.json``.

    Returns:
        ``estimate`` (a value with an interval, such as a ``Score``), ``comparison`` (a difference
        with an interval) or ``number``.
    """
    if "difference" in row:
        return "comparison"
    return "estimate" if "low" in row else "number"


def find_run(word: str, runs: Path) -> Path:
    """Find the folder of a run.

    Args:
        word: Its name, ``latest``, or the path of its folder.
        runs: The folder that holds the runs.

    Returns:
        The folder. A link, such as ``latest``, is followed.

    Raises:
        CourseError: When there is no such folder, or it holds no run.
    """
    named = runs / word
    if word == LATEST and not named.exists():
        named = _newest(runs)
    folder = named if named.is_dir() else Path(word)
    if not folder.is_dir():
        raise CourseError(
            f"There is no run {word!r} in {runs}, and no folder of that path. {_offer(runs)}"
        )
    if not (folder / _FILE).is_file():
        raise CourseError(f"{folder} is not a run: it holds no {_FILE}. {_offer(runs)}")
    return folder.resolve()


def read_run(folder: Path) -> Recorded:
    """Read a run and check that its files are whole.

    Args:
        folder: The folder of the run.

    Returns:
        Its content.

    Raises:
        CourseError: When a file is missing, is not JSON, or holds something else than a run
            writes. The message names the file and the place in it.
    """
    about = _read(folder / _FILE, _check_about)
    metrics = _read(folder / "metrics.json", _check_metrics)
    claims = _read(folder / "claims.json", _check_claims)
    return Recorded(folder, about, metrics, claims)


def _newest(runs: Path) -> Path:
    """Find the last good run where the system has no symbolic links."""
    good = []
    for path in _runs(runs):
        about = _read(path, _check_about)
        if about.get("status") == "done":
            good.append((str(about.get("finished", "")), path.parent))
    if not good:
        raise CourseError(
            f"No run in {runs} has ended well, so none is the {LATEST}. Begin one: `nlputils run`."
        )
    return max(good)[1]


def _runs(runs: Path) -> list[Path]:
    """Give the ``run.json`` of each run; a run that is being written has a dot before its name."""
    found = runs.glob(f"*/{_FILE}")
    return [p for p in found if p.parent.name != LATEST and not p.parent.name.startswith(".")]


def _offer(runs: Path) -> str:
    """Say which runs there are, the newest first."""
    found = [path.parent for path in _runs(runs)]
    if not found:
        return "No run is there yet: `nlputils run` makes the first."
    found.sort(key=lambda path: (path / _FILE).stat().st_mtime, reverse=True)
    shown = ", ".join(path.name for path in found[:_LISTED])
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    return f"There are: {shown}{more}."


def _read(path: Path, check: Callable[[Any], str]) -> Any:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(f"{path} is missing, so this run is not whole. {_AGAIN}") from None
    except ValueError as error:
        raise CourseError(f"{path} is damaged: it is not JSON ({error}). {_AGAIN}") from None
    problem = check(content)
    if problem:
        raise CourseError(f"{path} is damaged: {problem}. {_AGAIN}")
    return content


_AGAIN = (
    "Run it again under another name: `nlputils run --name NAME`; lessons that are unchanged are "
    "not executed a second time."
)


def _check_about(content: Any) -> str:
    if not isinstance(content, dict):
        return f"expected an object, found {_kind(content)}"
    missing = [key for key in ("name", "profile", "status", "lessons") if key not in content]
    if missing:
        return f"{missing[0]!r} is missing"
    lessons = content["lessons"]
    if not isinstance(lessons, dict):
        return f"'lessons' is {_kind(lessons)}; expected an object"
    for number, row in lessons.items():
        if not isinstance(row, dict) or not isinstance(row.get("status"), str):
            return f"lesson {number} has no status"
        for key in ("seconds", "peak_mb"):
            if row.get(key) is not None and not _is_number(row[key]):
                return f"lesson {number}: {key} is {row[key]!r}; expected a number or null"
    return ""


def _check_metrics(content: Any) -> str:
    if not isinstance(content, dict):
        return f"expected an object, found {_kind(content)}"
    for number, rows in content.items():
        if not isinstance(rows, dict):
            return f"lesson {number} holds {_kind(rows)}; expected an object"
        for name, row in rows.items():
            problem = _check_result(row)
            if problem:
                return f"lesson {number}, {name!r}: {problem}"
    return ""


def _check_result(row: Any) -> str:
    if not isinstance(row, dict):
        return f"found {_kind(row)}; expected an object"
    for key in _NUMBERS[shape(row)]:
        if not _is_number(row.get(key)):
            return f"{key} is {row.get(key)!r}; expected a finite number"
    missing = [key for key in ("kind", "text") if not isinstance(row.get(key), str)]
    return f"its {missing[0]} is missing" if missing else ""


def _check_claims(content: Any) -> str:
    if not isinstance(content, dict):
        return f"expected an object, found {_kind(content)}"
    for number, rows in content.items():
        if not isinstance(rows, list):
            return f"lesson {number} holds {_kind(rows)}; expected a list"
        for place, row in enumerate(rows, 1):
            whole = isinstance(row, dict) and isinstance(row.get("sentence"), str)
            if not whole or not isinstance(row.get("held"), bool):
                return f"lesson {number}, claim {place}: expected a sentence and held (true, false)"
    return ""


def _is_number(value: Any) -> bool:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and math.isfinite(value)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a truth value"}
    return names.get(type(value), "nothing" if value is None else "a number")
