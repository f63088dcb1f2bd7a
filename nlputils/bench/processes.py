"""Contestants in processes of their own, of which one works at a time.

In one process, the libraries would share memory, locks and pools of threads. So each contestant
lives in its own, waits while others work, and is asked for a few steps when its turn comes.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from typing import Any

import psutil

from nlputils.bench.lineup import Block
from nlputils.bench.setup import Setup
from nlputils.errors import CourseError
from nlputils.memory import with_huge_pages

# What a contestant's process runs, followed by its name and the set-up.
WORKER = ("-m", "nlputils.bench.worker")
# Seconds after which a silent process counts as stuck. To compile takes a minute or two.
_LIMIT = 900.0
# Threads of the process before go on looking for work for some milliseconds.
_REST = 0.3


class Process:
    """A contestant in its process, from its start to its end.

    Args:
        name: a key of `nlputils.bench.lineup`.
        setup: what all contestants have in common.
        limit: seconds that an answer may take.
        backend: of Keras; that of this process where empty.

    Attributes:
        facts: of the contestant, once it is ready.
        absent: why it takes no part; empty if it does.
        failed: what went wrong; empty if nothing did.
        peak_mb: the most memory that it was seen to hold, in MB (10^6 bytes).
    """

    def __init__(
        self, name: str, setup: Setup, limit: float = _LIMIT, *, backend: str = ""
    ) -> None:
        self.name, self._limit = name, limit
        self.facts: dict[str, Any] = {}
        self.absent = self.failed = ""
        self.peak_mb = 0.0
        # It is closed by `end`.
        self._log = tempfile.TemporaryFile(  # noqa: SIM115
            mode="w+", encoding="utf-8", errors="replace"
        )
        words = [sys.executable, *WORKER, name, json.dumps(setup.to_dict())]
        self._process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment(setup.threads, backend),
            text=True,
            encoding="utf-8",
        )
        self._took(self._answer())

    @property
    def waits(self) -> bool:
        """Whether it can be asked for steps."""
        return not self.absent and not self.failed

    def block(self, steps: int) -> tuple[Block, float] | None:
        """Let it make so many steps.

        Args:
            steps: those that count.

        Returns:
            What it says, and how many cores other processes used meanwhile, on average; nothing
            if it failed.
        """
        time.sleep(_REST)
        process = self._process
        busy, own, begin = _busy(), _seconds(process.pid), time.monotonic()
        assert process.stdin is not None
        try:
            print(steps, file=process.stdin, flush=True)
        except BrokenPipeError:
            self.failed = f"it has ended; its last words: {self._last_words()}"
            return None
        answer = self._answer()
        self._took(answer)
        if not self.waits:
            return None
        wall = time.monotonic() - begin
        others = (_busy() - busy - (_seconds(process.pid) - own)) / wall
        return Block(**answer["block"]), max(0.0, others)

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.communicate()
        self._log.close()

    def _took(self, answer: Mapping[str, Any]) -> None:
        self.facts = answer.get("ready", self.facts)
        self.absent, self.failed = answer.get("absent", ""), answer.get("failed", "")
        if self.waits:
            memory = psutil.Process(self._process.pid).memory_info().rss / 1e6
            self.peak_mb = max(self.peak_mb, memory)

    def _answer(self) -> dict[str, Any]:
        """Wait for a line and return what it says."""
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], self._limit)
        if not ready:
            return {"failed": f"no answer within {self._limit:g} s"}
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            return {"failed": f"it ended with code {code}; its last words: {self._last_words()}"}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = [line.strip() for line in self._log if line.strip()]
        return lines[-1] if lines else "none"


def environment(threads: int, backend: str = "") -> dict[str, str]:
    """Return the environment of a contestant: so many threads, and no more memory than needed.

    JAX and TensorFlow would otherwise take nearly all memory of a GPU, which several processes
    share here.

    Args:
        threads: CPU threads.
        backend: of Keras; that of this process where empty.
    """
    count = str(threads)
    return {
        **with_huge_pages(os.environ),
        **({"KERAS_BACKEND": backend} if backend else {}),
        "OMP_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_NUM_INTEROP_THREADS": count,
        "TORCHINDUCTOR_COMPILE_THREADS": "1",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    }


def require_memory(needed_mb: float) -> None:
    """Refuse to start more processes than the memory holds.

    Args:
        needed_mb: what all of them hold together, in MB (10^6 bytes).

    Raises:
        CourseError: less is free.
    """
    free = psutil.virtual_memory().available / 1e6
    if free < needed_mb:
        raise CourseError(
            f"The contestants need about {needed_mb:,.0f} MB, and {free:,.0f} MB are free: close "
            "other programs, or name fewer contestants with --only."
        )


def _busy() -> float:
    """Return the seconds in which the machine's cores worked, since it was started."""
    times = psutil.cpu_times()._asdict()
    # Linux counts guests' time in user's and nice's too.
    idle = ("idle", "iowait", "guest", "guest_nice")
    return float(sum(value for name, value in times.items() if name not in idle))


def _seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)
