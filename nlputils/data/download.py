"""Bring a data set's files to this machine, and believe none before its hash is checked.

A file is looked for in the mirror folder, then in the cache, then at the mirror's address or its
own. The cache has the layout of a mirror, so that one machine's cache can serve a room:
``python -m http.server`` in the cache folder, and ``NLPUTILS_MIRROR=http://<machine>:8000``.
"""

import contextlib
import errno
import hashlib
import logging
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pooch
import requests
from tqdm import tqdm

from nlputils.data.cards import DatasetCard, RemoteFile, card
from nlputils.data.files import sha256_file
from nlputils.data.root import course_root
from nlputils.errors import CourseError

Source = Literal["embedded", "cache", "mirror", "download"]

RETRIES = 3
TIMEOUT_SECONDS = 30
_LINE_EVERY_SECONDS = 5.0
# Files whose hash was seen to be right in this process, with the size and time they had then.
_verified: dict[Path, tuple[int, int]] = {}


@dataclass(frozen=True)
class Provenance:
    """Where the bytes of a data set came from.

    Attributes:
        name: The data set.
        source: ``embedded``, ``mirror`` (a folder or an address), ``cache`` or ``download``.
        licence: As stated by its source.
        citation: What to cite.
        sha256: One hash over the hashes of all its files.
        files: Their places, ``<owner>/<repo>/<commit>/<path>`` or ``data/pocket/<file>``.
    """

    name: str
    source: Source
    licence: str
    citation: str
    sha256: str
    files: tuple[str, ...]


def cache_folder() -> Path:
    """Name the folder that keeps downloads: ``NLPUTILS_DATA``, or the platform's cache folder."""
    chosen = os.environ.get("NLPUTILS_DATA")
    return Path(chosen).expanduser().resolve() if chosen else Path(pooch.os_cache("nlputils"))


def fetch(name: str, *, progress: bool = True) -> tuple[Path, ...]:
    """Make sure that all files of a data set are on this machine and whole.

    Args:
        name: The data set.
        progress: Whether to show the progress of a download.

    Returns:
        The local path of each file, in the registry's order. Do not write to them.

    Raises:
        CourseError: When a file cannot be had or does not have its hash.
    """
    return tuple(path for _, path in local_files(card(name), progress=progress))


def local_files(data: DatasetCard, *, progress: bool = True) -> Iterator[tuple[str, Path]]:
    """Fetch the files of a data set one after the other, as they are asked for.

    Args:
        data: The card.
        progress: Whether to show the progress of a download.

    Yields:
        The role of a file and its local path.
    """
    if data.embedded:
        yield from _embedded(data)
        return
    with _Progress(data, progress) as report:
        for file in data.files:
            path = _local(data, file, report)
            report.advance(file.bytes)
            yield file.role, path


def provenance(name: str) -> Provenance:
    """Tell where the bytes of a data set come from, or would come from.

    Args:
        name: The data set.

    Returns:
        Its provenance as things stand now. Nothing is downloaded: ``source`` is ``download``
        when a file has still to be fetched.

    Raises:
        CourseError: When the name is unknown, or an embedded file is missing.
    """
    data = card(name)
    if data.embedded:
        places = tuple(f"data/pocket/{file}" for file in data.embedded)
        hashes = [sha256_file(path) for _, path in _embedded(data)]
    else:
        places = tuple(file.path for file in data.files)
        hashes = [file.sha256 for file in data.files]
    digest = hashlib.sha256("\n".join(hashes).encode()).hexdigest() if hashes[1:] else hashes[0]
    return Provenance(name, source(data), data.licence, data.citation, digest, places)


def source(data: DatasetCard) -> Source:
    """Say where the next read of a data set takes its bytes from."""
    if data.embedded:
        return "embedded"
    folder, address = _mirror()
    if folder and all((folder / file.path).is_file() for file in data.files):
        return "mirror"
    if all((cache_folder() / file.path).is_file() for file in data.files):
        return "cache"
    return "mirror" if address else "download"


def is_whole(path: Path, file: RemoteFile) -> bool:
    """Compare a local file with the registry; a file seen whole is hashed once per process."""
    state = path.stat()
    stamp = (state.st_size, state.st_mtime_ns)
    if _verified.get(path) == stamp:
        return True
    if state.st_size != file.bytes or sha256_file(path) != file.sha256:
        return False
    _verified[path] = stamp
    return True


def _embedded(data: DatasetCard) -> Iterator[tuple[str, Path]]:
    for file in data.embedded:
        path = course_root() / "data" / "pocket" / file
        if not path.is_file():
            raise CourseError(
                f"{path} is missing. It is part of the course: `git checkout -- data/pocket` "
                "brings it back."
            )
        yield "all", path


def _mirror() -> tuple[Path | None, str | None]:
    """Read ``NLPUTILS_MIRROR``: a folder, or an http address, or nothing."""
    value = os.environ.get("NLPUTILS_MIRROR", "").strip()
    if not value:
        return None, None
    if value.startswith(("http://", "https://")):
        return None, value.rstrip("/")
    folder = Path(value).expanduser().resolve()
    if not folder.is_dir():
        raise CourseError(
            f"NLPUTILS_MIRROR is {value!r}, which is neither a folder nor an http address. "
            "Correct it, or unset it to download from the sources."
        )
    return folder, None


def _local(data: DatasetCard, file: RemoteFile, report: "_Progress") -> Path:
    folder, address = _mirror()
    if folder and (folder / file.path).is_file():
        path = folder / file.path
        if not is_whole(path, file):
            raise CourseError(
                f"{path} in the mirror is not the file the registry names: "
                f"{_difference(path, file)}. "
                "Copy it to the mirror again, or unset NLPUTILS_MIRROR to download it."
            )
        return path
    path = cache_folder() / file.path
    if path.is_file() and is_whole(path, file):
        return path
    if folder:
        raise CourseError(
            f"The mirror {folder} does not hold {file.path} of {data.name}. Add it there, or unset "
            "NLPUTILS_MIRROR to download it."
        )
    url = f"{address}/{file.path}" if address else file.url
    report.announce(url)
    damaged = path.is_file()
    try:
        _download(file, url)
    except CourseError as error:
        if damaged:
            raise CourseError(
                f"{path} is damaged (its hash is wrong), and it could not be fetched again. {error}"
            ) from error
        raise
    _verified[path] = (path.stat().st_size, path.stat().st_mtime_ns)
    return path


def _download(file: RemoteFile, url: str) -> None:
    """Download one file into the cache; pooch retries, checks the hash and keeps no wrong file."""
    folder = cache_folder()
    # pooch reports each file; the progress of the whole data set is shown here instead.
    pooch.get_logger().setLevel(logging.ERROR)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < file.bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
        fetcher = pooch.create(
            path=folder,
            base_url="",
            registry={file.path: f"sha256:{file.sha256}"},
            urls={file.path: url},
            retry_if_failed=RETRIES,
        )
        fetcher.fetch(file.path, downloader=pooch.HTTPDownloader(timeout=TIMEOUT_SECONDS))
    except requests.exceptions.RequestException as error:
        raise CourseError(
            f"{url} could not be downloaded to {folder} ({_short(error)}). Without a network, set "
            "NLPUTILS_MIRROR to a mirror (a folder or an address), or run `nlputils data fetch` "
            "where there is one and copy that machine's cache folder here (NLPUTILS_DATA)."
        ) from error
    except ValueError as error:  # pooch's word for a wrong hash
        raise CourseError(
            f"{url} does not serve the file the registry names: expected sha256 {file.sha256} "
            f"({file.bytes:,} bytes). Nothing was kept. The address or the mirror serves another "
            "version; try another mirror, or report it to the course."
        ) from error
    except OSError as error:
        raise _storage_error(error, folder, file) from error


def _storage_error(error: OSError, folder: Path, file: RemoteFile) -> CourseError:
    if error.errno == errno.ENOSPC:
        return CourseError(
            f"The disk of {folder} is full: {Path(file.path).name} needs {file.bytes:,} bytes. "
            "Free some space, or set NLPUTILS_DATA to a folder on another disk."
        )
    return CourseError(
        f"{folder} cannot be written ({error.strerror or error}). Set NLPUTILS_DATA to a folder of "
        "yours."
    )


def _difference(path: Path, file: RemoteFile) -> str:
    size = path.stat().st_size
    if size != file.bytes:
        return f"it has {size:,} bytes, expected {file.bytes:,}"
    return f"its sha256 is {sha256_file(path)}, expected {file.sha256}"


def _short(error: Exception) -> str:
    """Keep the kind of a network error: the rest is a chain of library internals."""
    if isinstance(error, requests.exceptions.HTTPError) and error.response is not None:
        return f"HTTP status {error.response.status_code}"
    if isinstance(error, requests.exceptions.Timeout):
        return f"no answer within {TIMEOUT_SECONDS} s"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "no connection"
    return type(error).__name__


class _Progress(contextlib.AbstractContextManager["_Progress"]):
    """The progress of one data set's download: a bar on a terminal, plain lines elsewhere.

    Silent while files come from the mirror folder or the cache.
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
