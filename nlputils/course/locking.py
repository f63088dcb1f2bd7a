"""One run at a time in a folder of runs."""

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from nlputils.errors import CourseError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@contextlib.contextmanager
def only_run(runs: Path) -> Iterator[None]:
    """Hold the lock of a folder of runs.

    The operating system frees the lock when its holder ends, however it ends, so a killed run
    leaves nothing behind that would have to be removed by hand.

    Args:
        runs: The folder.

    Yields:
        Nothing.

    Raises:
        CourseError: When another run holds the lock.
    """
    runs.mkdir(parents=True, exist_ok=True)
    with open(runs / ".lock", "a+", encoding="utf-8") as stream:
        if not _locked(stream):
            raise CourseError(
                f"Another run is under way in {runs}{_holder(stream)}. Wait until it has ended, or "
                "give this one a folder of its own: --output FOLDER."
            )
        stream.seek(0)
        stream.truncate()
        json.dump({"pid": os.getpid(), "since": time.strftime("%H:%M:%S")}, stream)
        stream.flush()
        yield


def _locked(stream: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            # One byte far behind the text, so that others can still read who holds the lock.
            stream.seek(1 << 20)
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _holder(stream: IO[str]) -> str:
    stream.seek(0)
    try:
        about = json.loads(stream.read())
    except ValueError:
        return ""
    return f" (process {about['pid']}, since {about['since']})"
