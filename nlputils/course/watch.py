"""Execute one notebook in a process of its own, and watch it: section, memory, time."""

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from nlputils.course.readiness import GO
from nlputils.data import write_atomic
from nlputils.errors import CourseError

_PERIOD = 0.25
_PATIENCE = 20.0


@dataclass(frozen=True)
class Outcome:
    """How the execution of a notebook ended.

    Attributes:
        status: ``done``, ``failed``, ``killed`` or ``timeout``.
        error: The name of the exception, where there was one.
        message: Its message.
        section: The section that was executed last.
        seconds: Wall-clock seconds.
        peak_mb: The most memory the kernel and its children were seen to hold together, in MB
            (10^6 bytes), or None where the kernel was gone before it was looked at.
    """

    status: str
    error: str
    message: str
    section: str
    seconds: float
    peak_mb: float | None


class Worker:
    """The process that executes one notebook, with its kernel.

    It starts its kernel at once, and executes no cell before it is told to.

    Args:
        job: For the worker: ``input``, ``output`` and ``folder``.
        folder: Where the job, its log and the list of its processes are kept.
        environment: The environment of the worker and its kernel.
    """

    def __init__(
        self, job: Mapping[str, str], folder: Path, environment: Mapping[str, str]
    ) -> None:
        write_atomic(folder / "job.json", json.dumps(dict(job)))
        command = [sys.executable, "-m", "nlputils.course.worker", str(folder / "job.json")]
        with open(folder / "log.txt", "w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=dict(environment),
                text=True,
                encoding="utf-8",
                # Ctrl-C is for the run alone, which then ends this process with its kernel.
                start_new_session=True,
            )
        self._tree = _Tree(self._process.pid, folder / "processes.json")
        self._events = _events(self._process.stdout)

    def watch(self, limit_seconds: float, tell: Callable[[float, str], None]) -> Outcome:
        """Let the notebook be executed, follow it to its end, and end its processes.

        Args:
            limit_seconds: After this the notebook is stopped from outside.
            tell: Called about four times a second with elapsed seconds and the current section.

        Returns:
            How it ended. Its seconds are counted from this call.
        """
        try:
            # A worker that has died already is told by the end of its output.
            with contextlib.suppress(BrokenPipeError):
                print(GO, file=self._process.stdin, flush=True)
            return _follow(self._events, self._tree, limit_seconds, tell)
        finally:
            self.end()

    def alive(self) -> bool:
        """Tell whether the process still runs; one that waits ends itself if its kernel died."""
        return self._process.poll() is None

    def end(self) -> None:
        """End the worker and its kernel, whatever they do."""
        self._tree.kill()
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            if self._process.stdin is not None:
                self._process.stdin.close()


def end_leftovers(folder: Path) -> None:
    """End what a killed run may have left running for a lesson, before it is run again.

    The worker ends by itself when its run is gone. Only where it was killed too, the kernel may
    live a moment longer, and two kernels must never write the same checkpoints.

    Args:
        folder: The one that `Worker` was given.

    Raises:
        CourseError: When the list of the processes is damaged.
    """
    path = folder / "processes.json"
    if not path.is_file():
        return
    try:
        rows = [(int(pid), float(created)) for pid, created in json.loads(path.read_bytes())]
    except (ValueError, TypeError) as error:
        raise CourseError(
            f"{path}, the list of what a killed run left running, is damaged. See that no kernel "
            "of it still runs (or start the computer anew), remove the file, and give the same "
            "command again."
        ) from error
    for pid, created in rows:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            if process.create_time() == created:
                process.kill()
                process.wait(_PATIENCE)
    path.unlink()


def _follow(
    events: "queue.Queue[dict[str, Any]]",
    tree: "_Tree",
    limit_seconds: float,
    tell: Callable[[float, str], None],
) -> Outcome:
    begin = time.monotonic()
    # A kernel that was started ahead is here already, and a small lesson may be over in a moment.
    tree.sample()
    section, status, verdict = "starting the kernel", "", {}
    while not status:
        event = _next(events)
        section = event.get("section") or section
        if "verdict" in event:
            verdict = event["verdict"]
            status = verdict["status"]
        elif "end" in event:
            status = "killed"
        elif time.monotonic() - begin > limit_seconds:
            status = "timeout"
        tree.sample()
        tell(time.monotonic() - begin, section)
    return Outcome(
        status=status,
        error=verdict.get("error", ""),
        message=verdict.get("message", ""),
        section=section,
        seconds=time.monotonic() - begin,
        peak_mb=tree.peak / 1e6 if tree.peak else None,
    )


def _events(stream: IO[str] | None) -> "queue.Queue[dict[str, Any]]":
    """Read the worker's lines in a thread of its own, so that a silent one can be timed."""
    events: queue.Queue[dict[str, Any]] = queue.Queue()

    def read() -> None:
        for line in stream or ():
            with contextlib.suppress(ValueError):
                events.put(json.loads(line))
        events.put({"end": True})
        if stream is not None:
            stream.close()

    threading.Thread(target=read, daemon=True).start()
    return events


def _next(events: "queue.Queue[dict[str, Any]]") -> dict[str, Any]:
    try:
        return events.get(timeout=_PERIOD)
    except queue.Empty:
        return {}


class _Tree:
    """The worker's process tree: its memory, and its end.

    Args:
        pid: The worker.
        path: Where the processes are listed, for a later run to find leftovers.
    """

    def __init__(self, pid: int, path: Path) -> None:
        self._worker = psutil.Process(pid)
        self._path = path
        self._seen: set[psutil.Process] = {self._worker}
        self._write()
        self.peak = 0

    def sample(self) -> None:
        """Add up the memory of the kernel and its children; remember new processes."""
        held = 0
        with contextlib.suppress(psutil.NoSuchProcess):
            for process in self._worker.children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    held += process.memory_info().rss
                    if process not in self._seen:
                        self._seen.add(process)
                        # On a full disk the list stays as it was: the lesson tells of the disk.
                        with contextlib.suppress(OSError):
                            self._write()
        self.peak = max(self.peak, held)

    def kill(self) -> None:
        """End every process seen, also those whose parent is gone already."""
        self.sample()
        for process in self._seen:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(list(self._seen), timeout=_PATIENCE)
        self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        rows = []
        for process in self._seen:
            with contextlib.suppress(psutil.NoSuchProcess):
                rows.append((process.pid, process.create_time()))
        write_atomic(self._path, json.dumps(rows))
