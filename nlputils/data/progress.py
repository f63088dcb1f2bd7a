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
        self.show(0)

    def show(self, came: int) -> None:
        """Show how far the data set is.

        Args:
            came: Bytes of the file under way, beside the files that are there.
        """
        if self._bar is not None:
            self._bar.update(self._done + came - self._bar.n)
        elif self._started and time.monotonic() - self._last > _LINE_EVERY_SECONDS:
            self._last = time.monotonic()
            done, whole = (self._done + came) / 1e6, self._data.bytes / 1e6
            print(f"{self._data.name}: {done:.1f} of {whole:.1f} MB", file=sys.stderr, flush=True)

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


class FileProgress:
    """The bytes of one file as they come: what pooch takes for a progress bar.

    pooch sets ``total`` when an attempt begins, and counts chunks, of which the last is shorter
    than it says. It is told the total once more at the end.

    Args:
        report: The progress of the whole data set.
        size: The bytes that the file should have.
    """

    def __init__(self, report: Progress, size: int) -> None:
        self._report = report
        self._size = size
        self._came = 0

    @property
    def total(self) -> int:
        """The bytes that the file should have, whatever a server says."""
        return self._size

    @total.setter
    def total(self, _: int) -> None:
        self._came = 0

    def update(self, size: int) -> None:
        """Count bytes that came."""
        self._came = min(self._came + size, self._size)
        self._report.show(self._came)

    def reset(self) -> None:
        """Count from the beginning."""
        self._came = 0

    def close(self) -> None:
        """Nothing ends here: the data set may have more files."""
