"""What the systems of an evaluation have answered so far: nothing is measured twice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from nlputils.bench.peak import keras_device
from nlputils.data import write_atomic
from nlputils.data.files import UNFINISHED, read_object
from nlputils.errors import CourseError
from nlputils.evaluate import Predicted
from nlputils.evaluate.runs import run_from_dict, run_to_dict
from nlputils.lesson.machine import device, gpus


@dataclass(frozen=True)
class Answers:
    """What one system answered.

    Attributes:
        runs: its answers, one for each seed.
        seconds: of one training, on average.
        chosen: the learning rate; None where there is none.
        made: ``device``, the machine; ``on``, what of it was used; and for a network ``backend``.
    """

    runs: list[Predicted]
    seconds: float
    chosen: float | None
    made: dict[str, str]


def made_here(network: bool) -> dict[str, str]:
    """Say on what this process trains.

    Args:
        network: whether Keras trains; the simple methods use the CPU alone.

    Returns:
        See `Answers`.
    """
    if not network:
        return {"device": device(), "on": "CPU"}
    on_gpu = keras_device() == "gpu" and gpus()
    backend = f"{keras.backend.backend()}, Keras {keras.__version__}"
    return {"device": device(), "on": gpus()[0] if on_gpu else "CPU", "backend": backend}


class AnswerFiles:
    """The answers of one task, a file for each system, beside the evaluation.

    Two processes may add systems at the same time. Files of another machine may be put beside.

    Args:
        path: of the evaluation.
        task: its name.
        about: what must be equal for answers to serve: the encoder's weights, task and effort.
    """

    def __init__(self, path: Path, task: str, about: dict[str, Any]) -> None:
        self._path, self._task = path, task
        self._about: dict[str, Any] = json.loads(json.dumps(about))

    def file(self, system: str) -> Path:
        """Return the file of a system."""
        name = f"{self._path.stem}-{self._task}-{system.replace(' ', '_')}{UNFINISHED}"
        return self._path.with_name(name)

    def __contains__(self, system: str) -> bool:
        """Tell whether a system is measured."""
        return self.file(system).is_file()

    def __getitem__(self, system: str) -> Answers:
        """Return what a system answered.

        Raises:
            CourseError: the file is damaged, or about another encoder, task or effort.
        """
        path = self.file(system)
        remedy = f"Remove {path}, and the system is measured anew; or name another `output`."
        held = read_object(path, remedy)
        if held.get("about") != self._about:
            raise CourseError(
                f"{path} holds what {system} answered for other weights, another task or another "
                f"effort ({held.get('about')}; expected {self._about}). {remedy}"
            )
        try:
            runs = [run_from_dict(run, f"run {place}") for place, run in enumerate(held["runs"])]
            return Answers(runs, held["seconds"], held["chosen"], held["made"])
        except (CourseError, KeyError, TypeError) as error:
            raise CourseError(f"{path} is damaged ({error!r}). {remedy}") from error

    def add(self, system: str, answers: Answers) -> None:
        """Keep what a system answered."""
        content = {
            "about": self._about,
            "runs": [run_to_dict(run) for run in answers.runs],
            "seconds": float(answers.seconds),
            "chosen": answers.chosen,
            "made": answers.made,
        }
        write_atomic(self.file(system), json.dumps(content) + "\n")

    def remove(self, system: str) -> None:
        """Remove the file of a system: the evaluation holds its score."""
        self.file(system).unlink(missing_ok=True)
