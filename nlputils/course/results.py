"""A run as files: ``run.json``, ``metrics.json``, ``claims.json``, notebooks, artefacts."""

import json
import platform
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlputils import __version__
from nlputils.course.store import Entry, copy_tree, replace_folder
from nlputils.data import course_root, write_atomic
from nlputils.lesson.machine import backend, device, versions
from nlputils.lesson.records import readable_lines

_PACKAGES = (
    "keras",
    "keras-hub",
    "numpy",
    "pandas",
    "scikit-learn",
    "tokenizers",
    "papermill",
)
_RECORDS = ("metrics", "claims")
_SHOWN = 2


@dataclass
class Result:
    """What became of one lesson in a run.

    Attributes:
        number: The lesson.
        title: Its title.
        status: ``done``, ``unchanged``, ``failed``, ``killed``, ``timeout`` or ``skipped``.
        key: Its content key.
        parameters: All parameters with their values.
        overridden: Those given by ``-p``.
        message: A sentence on what went wrong, or where an unchanged one comes from.
        seconds: Wall-clock seconds of its execution, or None.
        peak_mb: Peak memory of its kernel in MB, or None.
        source: The run that executed it.
        entry: Where its results lie in the store, or None.
        notebook: The executed notebook of a failed attempt, or None.
        records: The record folder of a failed attempt, or None.
    """

    number: str
    title: str
    status: str
    key: str
    parameters: dict[str, Any]
    overridden: dict[str, Any] = field(default_factory=dict)
    message: str = ""
    seconds: float | None = None
    peak_mb: float | None = None
    source: str = ""
    entry: Entry | None = None
    notebook: Path | None = None
    records: Path | None = None

    @property
    def good(self) -> bool:
        """Whether its results can be used."""
        return self.entry is not None

    def lines(self, kind: str) -> list[dict[str, Any]]:
        """Read what the lesson recorded.

        Args:
            kind: ``metrics`` or ``claims``.

        Returns:
            The entries; those made before a failure, for a lesson that failed. Lines that cannot
            be read are left out: its message tells of them.
        """
        folder = self.entry.records if self.entry else self.records
        return readable_lines(folder / f"{kind}.jsonl")[0] if folder else []

    def row(self) -> dict[str, Any]:
        """Give the lesson's row of the table.

        Returns:
            The cells.
        """
        metrics, claims = self.lines("metrics"), self.lines("claims")
        return {
            "number": self.number,
            "title": self.title,
            "status": self.status,
            "seconds": self.seconds,
            "peak_mb": self.peak_mb,
            "scores": [f"{row['name']}: {row['text']}" for row in main_results(metrics)],
            "claims": (sum(row["held"] for row in claims), len(claims)),
        }


def main_results(metrics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Choose the results of a lesson that a table shows.

    Args:
        metrics: What the lesson recorded, in order.

    Returns:
        Those recorded with ``main=True``; where there is none, the last scores.
    """
    chosen = [row for row in metrics if row.get("main")]
    return chosen or [row for row in metrics if row["kind"] == "score"][-_SHOWN:]


def unreadable(records: Path) -> list[str]:
    """Look for lines of a lesson's records that cannot be read.

    Args:
        records: The folder of its records.

    Returns:
        A sentence for each such line.
    """
    return [line for kind in _RECORDS for line in readable_lines(records / f"{kind}.jsonl")[1]]


def write_run(folder: Path, about: dict[str, Any], results: list[Result]) -> None:
    """Assemble the folder of a run and put it into place by one rename.

    Args:
        folder: Its final place.
        about: What ``run.json`` says of the run as a whole.
        results: Its lessons.

    Raises:
        OSError: When the disk is full or read-only. Nothing half-made is left at the place.
    """
    staging = folder.with_name(f".{folder.name}.staging")
    shutil.rmtree(staging, ignore_errors=True)
    (staging / "notebooks").mkdir(parents=True)
    for result in results:
        _keep_files(staging, result)
    lessons = {result.number: _about(result) for result in results}
    whole = {**about, "lessons": lessons, "data": _provenance(results)}
    _write_json(staging / "run.json", whole)
    for kind in _RECORDS:
        rows = {result.number: result.lines(kind) for result in results}
        _write_json(
            staging / f"{kind}.json", {n: _content(kind, lines) for n, lines in rows.items()}
        )
    replace_folder(staging, folder)


def _content(kind: str, lines: list[dict[str, Any]]) -> Any:
    """Metrics by their name, claims in their order."""
    if kind == "claims":
        return lines
    return {line["name"]: {k: v for k, v in line.items() if k != "name"} for line in lines}


def environment() -> dict[str, Any]:
    """Describe the machine and the packages of a run.

    Returns:
        Versions, platform, device, the backend of Keras and, in a git clone, the commit.
    """
    return {
        "versions": {"nlputils": __version__, **versions(_PACKAGES)},
        "platform": platform.platform(),
        "machine": platform.machine(),
        "device": device(),
        "backend": backend()[0],
        "commit": _commit(),
    }


def _commit() -> str | None:
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "-C", str(course_root()), "describe", "--always", "--abbrev=40", "--dirty"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


def _keep_files(staging: Path, result: Result) -> None:
    notebook = result.entry.notebook if result.entry else result.notebook
    if notebook and notebook.is_file():
        shutil.copy2(notebook, staging / "notebooks" / _file_name(result))
    if result.entry:
        copy_tree(result.entry.artefacts, staging / "artefacts" / result.number)


def _file_name(result: Result) -> str:
    about = result.entry.about if result.entry else {}
    return str(about.get("file") or f"{result.number}.ipynb")


def _about(result: Result) -> dict[str, Any]:
    kept = ("title", "status", "key", "parameters", "overridden", "message", "seconds", "peak_mb")
    return {name: getattr(result, name) for name in kept} | {"executed_in": result.source}


def _provenance(results: list[Result]) -> dict[str, Any]:
    """Collect where the data of all lessons came from, by the name of the data set."""
    found: dict[str, Any] = {}
    for result in results:
        folder = result.entry.records if result.entry else result.records
        path = folder / "data.json" if folder else None
        if path and path.is_file():
            rows = json.loads(path.read_text(encoding="utf-8"))
            found |= {row["name"]: row for row in rows}
    return found


def _write_json(path: Path, content: Any) -> None:
    write_atomic(path, json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n")
