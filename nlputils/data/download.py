"""Bring a data set's files to this machine, and believe none before its hash is checked.

A file is looked for in the mirror folder, then in the cache, then at the mirror's address or its
own. The cache has the layout of a mirror, so that one machine's cache can serve a room:
``python -m http.server`` in the cache folder, and ``NLPUTILS_MIRROR=http://<machine>:8000``.
"""

import errno
import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import pooch
import requests

from nlputils.data.cards import DatasetCard, RemoteFile, card, registry
from nlputils.data.files import sha256_file
from nlputils.data.places import cache_folder, embedded_files, mirror
from nlputils.data.progress import FileProgress, Progress
from nlputils.data.root import course_root
from nlputils.errors import CourseError

RETRIES = 3
TIMEOUT_SECONDS = 30
_CHUNK = 1 << 16
_STATES = ("whole", "damaged", "absent")
# Files whose hash was seen to be right in this process, with the size and time they had then.
_verified: dict[Path, tuple[int, int]] = {}


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
    with Progress(data, progress) as report:
        for file in data.files:
            path = _local(data, file, report)
            report.advance(file.bytes)
            yield file.role, path


def _embedded(data: DatasetCard) -> Iterator[tuple[str, Path]]:
    """Give the embedded files of a set, each compared with its pin if it has one."""
    pins = {course_root() / pin.path: pin for pin in data.pins}
    for role, path in embedded_files(data):
        if path in pins and not is_whole(path, pins[path]):
            raise CourseError(
                f"{path} is not the file the registry names: {_difference(path, pins[path])}. "
                "`git checkout -- data/pocket` brings that file back. If the change is meant, see "
                "data/pocket/README.md for the line that data/datasets.toml needs."
            )
        yield role, path


def verify(names: Iterable[str] | None = None) -> pd.DataFrame:
    """Hash every file that is on this machine and compare it with the registry.

    Args:
        names: Data sets to check; ``None`` checks all.

    Returns:
        A row for each data set with pinned files: ``files`` it has, and how many of them are
        ``whole``, ``damaged`` and ``absent``; ``paths`` lists the damaged ones.

    Raises:
        CourseError: When a name is unknown.
    """
    _verified.clear()
    cards = [card(name) for name in names] if names is not None else list(registry().values())
    rows = {}
    for data in cards:
        if data.files or data.pins:
            states = [_state(file) for file in data.files or data.pins]
            counts = {state: sum(s == state for s, _ in states) for state in _STATES}
            damaged = tuple(str(path) for state, path in states if state == "damaged")
            rows[data.name] = {"files": len(states), **counts, "paths": damaged}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["files", *_STATES, "paths"])


def _state(file: RemoteFile) -> tuple[str, Path]:
    folder, _ = mirror()
    path = cache_folder() / file.path
    if not file.url:
        path = course_root() / file.path
    elif folder and (folder / file.path).is_file():
        path = folder / file.path
    if not path.is_file():
        return "absent", path
    return ("whole" if is_whole(path, file) else "damaged"), path


def is_whole(path: Path, file: RemoteFile) -> bool:
    """Compare a local file with the registry.

    Args:
        path: The local file.
        file: What it should be.

    Returns:
        Whether size and hash agree. A file seen whole is hashed once per process, unless its
        size or its time changes.
    """
    state = path.stat()
    stamp = (state.st_size, state.st_mtime_ns)
    if _verified.get(path) == stamp:
        return True
    if state.st_size != file.bytes or sha256_file(path) != file.sha256:
        return False
    _verified[path] = stamp
    return True


def _local(data: DatasetCard, file: RemoteFile, report: Progress) -> Path:
    folder, address = mirror()
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
        _download(file, url, FileProgress(report, file.bytes))
    except CourseError as error:
        if damaged:
            raise CourseError(
                f"{path} is damaged (its hash is wrong), and it could not be fetched again. {error}"
            ) from error
        raise
    _verified[path] = (path.stat().st_size, path.stat().st_mtime_ns)
    return path


def _download(file: RemoteFile, url: str, report: FileProgress) -> None:
    """Download one file into the cache; pooch retries, checks the hash and keeps no wrong file."""
    folder = cache_folder()
    # pooch names each file; the progress of the whole data set is shown instead.
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
        downloader = pooch.HTTPDownloader(
            progressbar=report, chunk_size=_CHUNK, timeout=TIMEOUT_SECONDS
        )
        fetcher.fetch(file.path, downloader=downloader)
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
