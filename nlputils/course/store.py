"""Finished lessons, kept by their content key, so that none is run twice."""

import contextlib
import json
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlputils.data import sha256_file, write_atomic


@dataclass(frozen=True)
class Entry:
    """A finished lesson.

    Attributes:
        folder: Where it lies: ``notebook.ipynb``, ``records/``, ``artefacts/``, ``lesson.json``.
        about: The content of ``lesson.json``.
    """

    folder: Path
    about: dict[str, Any]

    @property
    def notebook(self) -> Path:
        """The executed notebook."""
        return self.folder / "notebook.ipynb"

    @property
    def records(self) -> Path:
        """The folder of its records."""
        return self.folder / "records"

    @property
    def artefacts(self) -> Path:
        """The folder of what it left for later lessons."""
        return self.folder / "artefacts"

    def damage(self) -> list[str]:
        """Compare the files with the hashes taken when the lesson finished.

        Returns:
            Names of the files that are missing or differ.
        """
        listed: dict[str, str] = self.about["files"]
        return [name for name, digest in listed.items() if _digest(self.folder / name) != digest]


class Store:
    """The folder of finished lessons, and the one of those under way.

    Args:
        runs: The folder that holds all runs.
    """

    def __init__(self, runs: Path) -> None:
        self._store = runs / "store"
        self._work = runs / "work"

    def find(self, key: str) -> Entry | None:
        """Look a finished lesson up.

        An entry whose description cannot be read is named in a printed line and removed.

        Args:
            key: Its content key.

        Returns:
            The entry, or None.
        """
        path = self._store / key / "lesson.json"
        if not path.is_file():
            return None
        about = _description(path)
        entry = Entry(path.parent, about)
        if not about:
            print(f"{path} is damaged and was removed; the lesson is run again.", flush=True)
            self.discard(entry)
            return None
        return entry

    def artefacts(self, key: str) -> Path:
        """Tell where a lesson's artefacts will lie when it is finished.

        Args:
            key: Its content key.

        Returns:
            The folder.
        """
        return Entry(self._store / key, {}).artefacts

    def newest(self, number: str, profile: str) -> Entry | None:
        """Look up the newest finished run of a lesson, whatever its code was.

        Args:
            number: The lesson.
            profile: The profile.

        Returns:
            The entry, or None.
        """
        keys = [path.parent.name for path in self._store.glob("*/lesson.json")]
        entries = [entry for key in keys if (entry := self.find(key))]
        same = [e for e in entries if (e.about["number"], e.about["profile"]) == (number, profile)]
        return max(same, key=lambda entry: entry.about["finished"], default=None)

    def attempt(self, key: str) -> Path:
        """Make an empty folder for an attempt at a lesson.

        Args:
            key: Its content key.

        Returns:
            The folder, with ``records``, ``artefacts`` and ``scratch`` in it.
        """
        folder = self._work / key / "attempt"
        shutil.rmtree(folder, ignore_errors=True)
        for name in ("records", "artefacts", "scratch"):
            (folder / name).mkdir(parents=True)
        return folder

    def work(self, key: str) -> Path:
        """Give the folder that outlives a killed attempt.

        Args:
            key: The content key.

        Returns:
            An existing folder; its ``checkpoints`` holds those of the lesson's trainings.
        """
        folder = self._work / key
        (folder / "checkpoints").mkdir(parents=True, exist_ok=True)
        return folder

    def forget_checkpoints(self, key: str) -> None:
        """Let the trainings of a lesson begin anew.

        Args:
            key: Its content key.
        """
        shutil.rmtree(self._work / key / "checkpoints", ignore_errors=True)
        self.work(key)

    def forget_work(self, key: str) -> None:
        """Remove checkpoints and attempts of a lesson.

        Args:
            key: Its content key.
        """
        shutil.rmtree(self._work / key, ignore_errors=True)

    def abandon(self, attempt: Path) -> None:
        """Free what a failed attempt holds; its notebook and its records tell what happened.

        Args:
            attempt: The folder ``attempt`` gave.
        """
        for name in ("artefacts", "scratch"):
            shutil.rmtree(attempt / name, ignore_errors=True)

    def publish(self, key: str, attempt: Path, about: dict[str, Any]) -> Entry:
        """Turn a finished attempt into an entry of the store, by one rename.

        Args:
            key: The content key.
            attempt: The folder ``attempt`` gave.
            about: What to keep about the lesson.

        Returns:
            The entry.
        """
        shutil.rmtree(attempt / "scratch", ignore_errors=True)
        files = [path for path in sorted(attempt.rglob("*")) if path.is_file()]
        hashes = {path.relative_to(attempt).as_posix(): sha256_file(path) for path in files}
        about = {**about, "key": key, "files": hashes}
        write_atomic(attempt / "lesson.json", json.dumps(about, indent=1, ensure_ascii=False))
        replace_folder(attempt, self._store / key)
        self.forget_work(key)
        return Entry(self._store / key, about)

    def discard(self, entry: Entry) -> None:
        """Remove a damaged entry.

        Args:
            entry: The entry.
        """
        doomed = entry.folder.with_name(f".{entry.folder.name}.{uuid.uuid4().hex[:6]}")
        os.replace(entry.folder, doomed)
        shutil.rmtree(doomed, ignore_errors=True)


def replace_folder(source: Path, target: Path) -> None:
    """Move a folder to its final place, where an older one may lie.

    Args:
        source: The new folder, on the same disk.
        target: Its final place.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        aside = target.with_name(f".{target.name}.{uuid.uuid4().hex[:6]}")
        os.replace(target, aside)
        os.replace(source, target)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        os.replace(source, target)


def copy_tree(source: Path, target: Path) -> None:
    """Copy a folder, with links to the same bytes where the disk allows it.

    Args:
        source: The folder.
        target: Where the copy goes; made if missing.
    """
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, place)
        except OSError:
            shutil.copy2(path, place)


def point_latest(runs: Path, name: str) -> None:
    """Let ``runs/latest`` name a run, in one step.

    Args:
        runs: The folder that holds all runs.
        name: The run.
    """
    temporary = runs / f".latest.{uuid.uuid4().hex[:6]}"
    # Systems without symbolic links have the runs' names, which sort by time.
    with contextlib.suppress(OSError, NotImplementedError):
        os.symlink(name, temporary, target_is_directory=True)
        os.replace(temporary, runs / "latest")


def _description(path: Path) -> dict[str, Any]:
    """Read what is kept about a lesson; empty when the file is damaged."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # not JSON, or not text
        return {}
    needed = {"number", "profile", "finished", "seconds", "peak_mb", "run", "files"}
    return about if isinstance(about, dict) and needed <= about.keys() else {}


def _digest(path: Path) -> str:
    return sha256_file(path) if path.is_file() else "missing"
