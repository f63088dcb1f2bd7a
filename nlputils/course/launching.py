"""Start the processes of a lesson, and those of the next one before its turn.

A kernel needs many seconds before its first cell: to start, and to import TensorFlow, which keeps
one core busy. So the next lesson's kernel gets ready while the present lesson is executed, and
waits. It executes no cell before its turn.
"""

import contextlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import nbformat

from nlputils.course.lessons import with_parameters
from nlputils.course.plan import Order, Step
from nlputils.course.store import Store
from nlputils.course.watch import Worker, end_leftovers
from nlputils.data import course_root, write_atomic
from nlputils.errors import CourseError
from nlputils.memory import with_huge_pages


@dataclass(frozen=True)
class Launched:
    """A lesson whose worker was started.

    Attributes:
        key: The lesson's content key.
        work: The folder that outlives a killed attempt.
        attempt: The folder of this attempt.
        worker: The process that will execute the notebook.
    """

    key: str
    work: Path
    attempt: Path
    worker: Worker


def launch(order: Order, step: Step, store: Store) -> Launched:
    """Start a lesson's worker; it starts its kernel and waits.

    Args:
        order: What was asked for.
        step: The lesson.
        store: The finished lessons.

    Returns:
        The lesson with its worker.

    Raises:
        CourseError: When the list of what a killed run left running is damaged.
    """
    work = store.work(step.key)
    end_leftovers(work)
    attempt = store.attempt(step.key)
    notebook = with_parameters(step.lesson, step.parameters)
    write_atomic(work / "input.ipynb", nbformat.writes(notebook))
    job = {
        "input": str(work / "input.ipynb"),
        "output": str(attempt / "notebook.ipynb"),
        "folder": str(attempt / "scratch"),
    }
    surroundings = _environment(order, step, store, attempt, work)
    return Launched(step.key, work, attempt, Worker(job, work, surroundings))


class Ahead:
    """Launch each lesson at its turn, and the one after it ahead of its turn.

    At its end, as a context manager, it ends what still waits.

    Args:
        order: What was asked for.
        steps: The lessons of the run, in order.
        store: The finished lessons.
        several: Whether a second kernel may wait. Beside a GPU it must not: some frameworks take
            memory there as soon as they are imported.
    """

    def __init__(self, order: Order, steps: Iterable[Step], store: Store, several: bool) -> None:
        self._order, self._store, self._several = order, store, several
        self._steps = [step for step in steps if step.selected]
        self._waiting: Launched | None = None

    def __enter__(self) -> "Ahead":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._dismiss()

    def launch(self, step: Step) -> Launched:
        """Launch a lesson, if that was not done before, and begin with the next one.

        Args:
            step: The lesson whose turn it is.

        Returns:
            The lesson with its worker.

        Raises:
            CourseError: When the lesson cannot be launched.
        """
        waiting = self._waiting
        if waiting is not None and not (waiting.key == step.key and waiting.worker.alive()):
            self._dismiss()
        launched, self._waiting = self._waiting or launch(self._order, step, self._store), None
        try:
            if self._order.fresh:
                self._store.forget_checkpoints(step.key)
            self._begin_with(self._following(step))
        except BaseException:
            launched.worker.end()
            raise
        return launched

    def _begin_with(self, step: Step | None) -> None:
        if step is not None and self._several:
            # Whatever is wrong with it is told at its own turn; here it would stop this lesson.
            with contextlib.suppress(CourseError, OSError):
                self._waiting = launch(self._order, step, self._store)

    def _following(self, step: Step) -> Step | None:
        """Find the next lesson that is not in the store already."""
        later = self._steps[self._steps.index(step) + 1 :]
        return next((s for s in later if self._order.fresh or not self._store.find(s.key)), None)

    def _dismiss(self) -> None:
        if self._waiting is not None:
            self._waiting.worker.end()
            self._store.abandon(self._waiting.attempt)
            self._waiting = None


def _environment(
    order: Order, step: Step, store: Store, attempt: Path, work: Path
) -> dict[str, str]:
    """Set what the lesson reads, and keep the person's own Jupyter settings out of it."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("JUPYTER_")}
    needed = {number: str(store.artefacts(key)) for number, key in step.upstream.items()}
    return with_huge_pages(own) | {
        "NLPUTILS_ROOT": str(course_root()),
        "NLPUTILS_RUNS": str(order.runs),
        "NLPUTILS_FROM": str(Path.cwd()),
        "NLPUTILS_LESSON": step.lesson.number,
        "NLPUTILS_PROFILE": order.profile,
        "NLPUTILS_RECORDS": str(attempt / "records"),
        "NLPUTILS_ARTEFACTS": str(attempt / "artefacts"),
        "NLPUTILS_CHECKPOINTS": str(work / "checkpoints"),
        "NLPUTILS_NEEDED": json.dumps(needed),
        "NLPUTILS_CLAIMS": "report" if step.reason else "enforce",
        "NLPUTILS_CLAIMS_REASON": step.reason,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONHASHSEED": "0",
        "IPYTHONDIR": str(work / "ipython"),
        "JUPYTER_CONFIG_DIR": str(work / "jupyter"),
        "JUPYTER_DATA_DIR": str(work / "jupyter"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
