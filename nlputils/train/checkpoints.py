"""Checkpoints: what a training needs to go on after it was killed, as files.

A checkpoint is one ``.npz`` file: arrays, and a text in JSON that says which training it is of and
how far that had come. It is written whole or not at all, and the one before it is kept until the
next is whole, so that there is always one to go on from.
"""

from __future__ import annotations

import errno
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlputils.data.files import open_atomic
from nlputils.errors import CourseError

_ABOUT = "about"
_END = "end.npz"
_KEPT = 2


@dataclass(frozen=True)
class Saved:
    """One checkpoint as it was read.

    Attributes:
        reports: reports made before it was written.
        finished: whether the training had come to its end.
        identity: the training's settings and fingerprints.
        state: what else was kept: rows of the history, the lowest validation loss.
        arrays: the arrays by group, each group in the order in which it was given.
    """

    reports: int
    finished: bool
    identity: dict[str, Any]
    state: dict[str, Any]
    arrays: dict[str, list[np.ndarray]]


class CheckpointFolder:
    """The checkpoints of one training.

    Args:
        folder: where they lie, such as ``lesson.checkpoints("pretrain")`` gives; made if missing.
        identity: settings and fingerprints of the training, plain values by name.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any]) -> None:
        self.folder, self.identity = Path(folder), dict(identity)
        self.folder.mkdir(parents=True, exist_ok=True)
        # What a killed writer began has no use; the lock of the run keeps a second writer out.
        for begun in self.folder.glob(".*.npz.*"):
            begun.unlink()

    def newest(self) -> Saved | None:
        """Read the newest whole checkpoint.

        A damaged one is named in a printed line and removed; the one before it takes its place.

        Returns:
            The checkpoint, or None where there is none.

        Raises:
            CourseError: it is one of another training; the message names what differs.
        """
        end = [self.folder / _END] if (self.folder / _END).exists() else []
        found = [*end, *reversed(self._reports())]
        for path in found:
            saved = _read(path)
            if saved is not None:
                self._require_same(saved)
                return saved
            print(f"The checkpoint {path} is damaged and was removed.", flush=True)
            path.unlink()
        if found:
            print("No whole checkpoint is left: the training begins again.", flush=True)
        return None

    def write(
        self,
        reports: int,
        arrays: Mapping[str, Sequence[np.ndarray]],
        state: Mapping[str, Any],
        *,
        finished: bool = False,
    ) -> None:
        """Write a checkpoint and remove those it makes needless.

        Args:
            reports: reports made so far.
            arrays: groups of arrays, of numbers only.
            state: plain values to keep with them.
            finished: the training has come to its end, and only this file has a use from now on.

        Raises:
            CourseError: the disk is full. The checkpoint before is whole and is kept.
        """
        about = {
            "reports": reports,
            "finished": finished,
            "identity": self.identity,
            "state": dict(state),
            "sizes": {group: len(values) for group, values in arrays.items()},
        }
        flat = {f"{g}_{i:04d}": v for g, values in arrays.items() for i, v in enumerate(values)}
        _require_numbers(flat)
        contents = {_ABOUT: np.array(json.dumps(about)), **flat}
        path = self.folder / (_END if finished else f"report-{reports:06d}.npz")
        try:
            with open_atomic(path) as stream:
                np.savez(stream, **contents)  # type: ignore[arg-type]
        except OSError as error:
            raise self._not_written(error, path, reports) from error
        for old in self._reports()[: None if finished else -_KEPT]:
            old.unlink()

    def _reports(self) -> list[Path]:
        return sorted(self.folder.glob("report-*.npz"))

    def _require_same(self, saved: Saved) -> None:
        """Refuse the checkpoint of another training, but know a finished one by its end too."""
        old, new = saved.identity, self.identity
        different = [name for name in new if old.get(name) != new[name]]
        if different == ["weights"]:
            if saved.finished and saved.state.get("weights") == new["weights"]:
                return
            raise CourseError(
                f"The model does not have the weights with which the training in {self.folder} "
                "began. Build it again as it was then (run the cells from there on), and the "
                "training continues; or remove that folder, and it begins anew."
            )
        if different:
            changes = ", ".join(f"{n} (was {old.get(n)!r}, is {new[n]!r})" for n in different)
            raise CourseError(
                f"{self.folder} holds the checkpoint of another training; it differs in {changes}. "
                "Give each training a folder of its own, or remove this one to begin anew."
            )

    def _not_written(self, error: OSError, path: Path, reports: int) -> Exception:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            return error
        left = self._reports()
        kept = f"The one before, {left[-1].name}, is whole." if left else "None was written before."
        return CourseError(
            f"The disk of {self.folder} is full: the checkpoint of report {reports} ({path.name}) "
            f"could not be written. {kept} Free some space and give the same command again: the "
            "training continues from there."
        )


def _read(path: Path) -> Saved | None:
    """Read a checkpoint; None when it is damaged (each array carries a checksum in the file)."""
    try:
        with np.load(path, allow_pickle=False) as file:
            about = json.loads(str(file[_ABOUT]))
            arrays = {
                group: [file[f"{group}_{i:04d}"] for i in range(size)]
                for group, size in about["sizes"].items()
            }
        return Saved(about["reports"], about["finished"], about["identity"], about["state"], arrays)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError):
        return None


def _require_numbers(arrays: Mapping[str, np.ndarray]) -> None:
    odd = sorted({str(array.dtype) for array in arrays.values() if array.dtype.kind not in "biuf"})
    if odd:
        raise CourseError(
            f"A checkpoint cannot hold weights of type {', '.join(odd)}. Use float32 weights (the "
            "policy mixed_bfloat16 has them), or train without `checkpoint`."
        )
