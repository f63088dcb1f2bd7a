"""The progress of a download: a bar on a terminal, plain lines elsewhere."""

import contextlib
import sys
import time

from tqdm import tqdm

from nlputils.data.cards import DatasetCard
from nlputils.data.places import cache_folder

_LINE_EVERY_SECONDS = 5.0


class Progress(contextlib.AbstractContextManager["Progress"]):
    """The progress of one data set's download; silent while no file has to be downloaded.

    Args:
        data: The card.
        wanted: Whether to show anything at all.
    """

    def __init__(self, data: DatasetCard, wanted: bool) -> None:
        self._data = data
        self._wanted = wanted
        self._bar: tqdm | None = None
        self._done = 0
        self._started = False
        self._last = time.monotonic()

    def announce(self, url: str) -> None:
        """Say once, before the first download, what comes and from where."""
        if self._started or not self._wanted:
            return
        self._started = True
        megabytes = self._data.bytes / 1e6
        host = url.split("/")[2]
        print(
            f"{self._data.name}: fetching {len(self._data.files)} file(s), {megabytes:.1f} MB, "
            f"from {host} into {cache_folder()}",
            file=sys.stderr,
            flush=True,
        )
        if sys.stderr.isatty():
            self._bar = tqdm(
                total=self._data.bytes, initial=self._done, unit="B", unit_scale=True, leave=False
            )

    def advance(self, size: int) -> None:
        """Count a file that is there, wherever it came from."""
        self._done += size
        if self._bar is not None:
            self._bar.update(size)
        elif self._started and time.monotonic() - self._last > _LINE_EVERY_SECONDS:
            self._last = time.monotonic()
            print(
                f"{self._data.name}: {self._done / 1e6:.1f} of {self._data.bytes / 1e6:.1f} MB",
                file=sys.stderr,
                flush=True,
            )

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
