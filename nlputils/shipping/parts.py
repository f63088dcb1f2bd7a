"""What an evaluation has measured so far, system by system: nothing of it is measured twice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlputils.data import write_atomic
from nlputils.data.files import read_object
from nlputils.evaluate import Predicted
from nlputils.lesson.machine import device


@dataclass(frozen=True)
class System:
    """What one system answered.

    Attributes:
        runs: its answers, one for each seed.
        seconds: of one training, on average.
        chosen: the learning rate; None where there is none.
        device: where it was trained.
    """

    runs: list[Predicted]
    seconds: float
    chosen: float | None
    device: str


class Parts:
    """The systems of one task that are measured, in a file beside the evaluation.

    Args:
        path: of the evaluation.
        task: its name.
        about: what must be equal for a part to serve: the encoder's weights and the effort.
    """

    def __init__(self, path: Path, task: str, about: dict[str, Any]) -> None:
        self.path = path.with_name(f"{path.stem}-{task}.part.json")
        self._about = about
        self._held: dict[str, Any] = {}
        if self.path.is_file():
            held = read_object(
                self.path, f"Remove {self.path.name}: its systems are measured anew."
            )
            if held.get("about") == about:
                self._held = dict(held["systems"])

    def __contains__(self, system: str) -> bool:
        """Tell whether a system is measured."""
        return system in self._held

    def __getitem__(self, system: str) -> System:
        """Return what a system answered."""
        held = self._held[system]
        runs = [
            Predicted(np.array(run["truth"]), np.array(run["answers"]), run["seed"], run["n_train"])
            for run in held["runs"]
        ]
        return System(runs, held["seconds"], held["chosen"], held["device"])

    def add(
        self, system: str, runs: list[Predicted], seconds: float, chosen: float | None = None
    ) -> None:
        """Keep what a system answered on this machine."""
        plain = [
            {
                "truth": np.asarray(run.y_true).tolist(),
                "answers": np.asarray(run.y_pred).tolist(),
                "seed": int(run.seed),
                "n_train": int(run.n_train),
            }
            for run in runs
        ]
        self._held[system] = {
            "runs": plain,
            "seconds": float(seconds),
            "chosen": chosen,
            "device": device(),
        }
        content = {"about": self._about, "systems": self._held}
        write_atomic(self.path, json.dumps(content) + "\n")

    def remove(self) -> None:
        """Remove the file: all of it stands in the evaluation."""
        self.path.unlink(missing_ok=True)
