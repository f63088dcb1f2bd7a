"""The process that executes one notebook: ``python -m nlputils.course.worker JOB.json``.

It starts the kernel, which imports what the notebook will import, and waits for the word to go on.
Then it says on its standard output, one JSON object a line, which section is being executed, and at
the end its verdict. It ends, and its kernel with it, when the process that started it is gone: that
one holds the other end of its standard input.
"""

import contextlib
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

import psutil
from papermill import execute_notebook
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from nlputils.course.readiness import GO, NOTEBOOK_VARIABLE, START_LINE

_ENGINE = "nlputils"
# A kernel imports TensorFlow before it answers, while another lesson may have both cores.
_START_SECONDS = 300
_SAVE_SECONDS = 5.0
_channel: list[IO[str]] = [sys.stdout]
_go = threading.Event()
_LOOK_SECONDS = 2.0


class ReportingEngine(NBClientEngine):
    """Papermill's engine, which also says what it is about to execute."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: Any
    ) -> None:
        """Execute the notebook and announce each code cell before it starts.

        Args:
            nb_man: Papermill's state of the execution.
            kernel_name: The kernel.
            **options: For papermill's own engine.
        """
        begin = nb_man.cell_start
        say({"cells": sum(cell.cell_type == "code" for cell in nb_man.nb.cells)})

        def cell_start(cell: Any, cell_index: int | None = None, **rest: Any) -> None:
            if cell.cell_type == "code":
                say({"section": section(nb_man.nb, cell_index or 0)})
            begin(cell, cell_index, **rest)

        nb_man.cell_start = cell_start
        _save_less(nb_man)
        super().execute_managed_notebook(nb_man, kernel_name, **options)


def _save_less(nb_man: NotebookExecutionManager) -> None:
    """Save every few seconds and at the end: Papermill writes all pictures twice for each cell."""
    save, complete, saved = nb_man.save, nb_man.notebook_complete, -_SAVE_SECONDS

    def sometimes(**rest: Any) -> None:
        nonlocal saved
        if time.monotonic() - saved > _SAVE_SECONDS:
            save(**rest)
            saved = time.monotonic()

    def notebook_complete(**rest: Any) -> None:
        nb_man.save = save
        complete(**rest)

    nb_man.save, nb_man.notebook_complete = sometimes, notebook_complete


def section(notebook: Any, index: int) -> str:
    """Find the heading that a cell stands under.

    Args:
        notebook: The notebook.
        index: The cell.

    Returns:
        The text of the nearest heading above it, or an empty string.
    """
    for cell in reversed(notebook.cells[: index + 1]):
        if cell.cell_type == "markdown":
            headings = [line for line in cell.source.splitlines() if line.startswith("#")]
            if headings:
                return headings[-1].lstrip("#").strip()
    return ""


def say(event: dict[str, Any]) -> None:
    """Tell the process that started this one.

    Args:
        event: What happened.
    """
    print(json.dumps(event), file=_channel[0], flush=True)


def _take_channel() -> None:
    """Keep the standard output for events; what the kernel's process prints goes to the log."""
    _channel[0] = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)


def execute(job: dict[str, str]) -> dict[str, Any]:
    """Execute a notebook and judge it by what was raised, never by the marks it left.

    The first cell waits for the word to go on.

    Args:
        job: ``input``, ``output`` (notebooks) and ``folder`` (the working directory).

    Returns:
        ``{"status": "done"}``, or ``failed`` or ``killed`` with what happened and where.
    """
    papermill_engines.register(_ENGINE, ReportingEngine)
    config = Config({"KernelManager": {"transport_encryption": "auto"}})
    os.environ[NOTEBOOK_VARIABLE] = job["input"]
    try:
        execute_notebook(
            job["input"],
            job["output"],
            engine_name=_ENGINE,
            cwd=job["folder"],
            progress_bar=False,
            coalesce_streams=True,
            start_timeout=_START_SECONDS,
            extra_arguments=[f"--IPKernelApp.exec_lines={START_LINE}"],
            on_notebook_start=_wait_for_turn,
            config=config,
            # What a lesson leaves is written by then; a kernel asked to leave takes seconds.
            shutdown_kernel="immediate",
        )
    except PapermillExecutionError as error:
        return {"status": "failed", "error": str(error.ename), "message": str(error.evalue)}
    except Exception as error:  # a kernel that died, a kernel that never started
        kind = "killed" if type(error).__name__ == "DeadKernelError" else "failed"
        return {"status": kind, "error": type(error).__name__, "message": str(error)}
    return {"status": "done"}


def _wait_for_turn(notebook: Any) -> None:
    """Wait with a kernel that is ready; end this process if the kernel dies meanwhile."""
    while not _go.wait(_LOOK_SECONDS):
        kernels = psutil.Process().children()
        if all(kernel.status() == psutil.STATUS_ZOMBIE for kernel in kernels):
            # The lesson has not begun: at its turn, the run starts another worker.
            os._exit(1)


def _listen() -> None:
    """Pass the word to go on; when the other end is gone, end the kernel and this process."""
    for line in sys.stdin:
        if line.strip() == GO:
            _go.set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    os._exit(1)


def main() -> None:
    """Do the job that the first argument names."""
    _take_channel()
    threading.Thread(target=_listen, daemon=True).start()
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    verdict = execute(job)
    say({"verdict": verdict})


if __name__ == "__main__":
    main()
