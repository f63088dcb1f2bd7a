"""Whole files or none: atomic writing and hashing."""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from nlputils.errors import CourseError

_CHUNK = 1 << 20


def write_atomic(path: str | os.PathLike[str], content: bytes | str) -> Path:
    """Write a file whole or not at all.

    The content goes to a temporary file in the same folder, which then takes the place of the
    target in one step. Whoever reads the target sees the old file or the new one, never a half.

    Args:
        path: The file to write. Missing parent folders are made.
        content: Bytes as they are, or text, which is written as UTF-8 with LF line ends.

    Returns:
        The path written.

    Raises:
        OSError: When the folder cannot be written or the disk is full. The target is untouched
            and no temporary file is left behind.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with open_atomic(path) as stream:
        stream.write(data)
    return Path(path)


@contextlib.contextmanager
def open_atomic(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its place only when it is whole.

    For content too large to hold in memory twice; ``write_atomic`` does the rest.

    Args:
        path: The file to write. Missing parent folders are made.

    Yields:
        A stream for bytes. An error inside the ``with`` leaves the target as it was.

    Raises:
        OSError: When the folder cannot be written or the disk is full. The target is untouched
            and no temporary file is left behind.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, _mode(target))
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def write_npy(path: str | os.PathLike[str], array: np.ndarray) -> np.ndarray:
    """Write an array as ``.npy``, whole or not at all.

    Args:
        path: The file; an older one is replaced.
        array: Any array without objects; one that is mapped from a file is not read into memory.

    Returns:
        The array, mapped from the new file.
    """
    with open_atomic(path) as stream:
        np.save(stream, array, allow_pickle=False)
    mapped: np.ndarray = np.load(path, mmap_mode="r")
    return mapped


@contextlib.contextmanager
def folder_atomic(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Fill a folder that takes its place only when it is whole.

    Args:
        path: The folder to make. Missing parent folders are made, and a folder that stands there
            is replaced.

    Yields:
        An empty folder beside it. Write the files into this one. An error inside the ``with``
        leaves the target as it was.

    Raises:
        OSError: When the folder cannot be written or the disk is full. The target is untouched
            and no temporary folder is left behind.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        yield staging
        # ``mkdtemp`` makes a folder that only its owner can read.
        os.chmod(staging, 0o777 & ~_umask())
        _exchange(staging, target)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _exchange(new: Path, target: Path) -> None:
    """Put a folder in the place of another one, which comes back if that fails."""
    aside = new.with_name(f"{new.name}-old")
    if target.exists():
        os.replace(target, aside)
    try:
        os.replace(new, target)
    except OSError:
        if aside.exists():
            os.replace(aside, target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def sha256_file(path: str | os.PathLike[str]) -> str:
    """Hash a file without reading it into memory at once.

    Args:
        path: The file.

    Returns:
        Its SHA-256 as 64 lower-case hexadecimal digits.
    """
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()


def files_below(path: Path) -> list[Path]:
    """List the files of a folder, at any depth.

    Args:
        path: A folder, or one file.

    Returns:
        Their paths in no order; empty where there is nothing.
    """
    if path.is_dir():
        return [file for file in path.rglob("*") if file.is_file()]
    return [path] if path.is_file() else []


def sha256_files(base: Path, files: Iterable[Path]) -> str:
    """Hash files by their names and contents.

    Args:
        base: The folder from which their names are counted.
        files: The files, in any order.

    Returns:
        One SHA-256 over a line for each: its name and its own SHA-256.
    """
    rows = sorted(f"{file.relative_to(base).as_posix()} {sha256_file(file)}" for file in files)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def read_object(path: str | os.PathLike[str], remedy: str = "") -> dict[str, Any]:
    """Read a JSON file that holds one object: values by name.

    Args:
        path: The file.
        remedy: What to do where it cannot be read; a sentence. Without one: to copy it again.

    Returns:
        The object.

    Raises:
        CourseError: When there is no such file, or it is not JSON, or holds something else.
    """
    path = Path(path)
    if not path.is_file():
        again = remedy or "Copy its folder again, with all files."
        raise CourseError(f"{path} is missing. {again}")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        again = remedy or "Copy it again."
        raise CourseError(f"{path} is damaged: not JSON ({error}). {again}") from error
    if not isinstance(found, dict):
        kind = f"{path} holds a {type(found).__name__}; values by name were expected."
        raise CourseError(f"{kind} {remedy}".rstrip())
    return found


def read_npy(path: str | os.PathLike[str], remedy: str) -> np.ndarray:
    """Map an array from a ``.npy`` file.

    Args:
        path: The file.
        remedy: What to do where it cannot be read; a sentence.

    Returns:
        The array; its numbers are read when they are used.

    Raises:
        CourseError: When there is no such file, or it is cut off or no such file at all.
    """
    try:
        mapped: np.ndarray = np.lib.format.open_memmap(path, mode="r")
    except FileNotFoundError as error:
        raise CourseError(f"{path} is missing. {remedy}") from error
    except Exception as error:  # NumPy raises many kinds where a head is damaged
        raise CourseError(
            f"{path} is damaged: no array can be read from it ({error}). {remedy}"
        ) from error
    return mapped


# How the name of a file ends that holds a part of a result that is not whole yet. Git and the
# content keys of lessons leave such files alone.
UNFINISHED = ".part.json"
CHECKSUMS = "checksums.json"


def write_checksums(folder: str | os.PathLike[str]) -> Path:
    """Write the SHA-256 of each file of a folder into ``checksums.json`` beside them.

    Args:
        folder: The folder, finished but for this.

    Returns:
        The file.
    """
    folder = Path(folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CHECKSUMS)
    sums = {path.relative_to(folder).as_posix(): sha256_file(path) for path in files}
    return write_atomic(folder / CHECKSUMS, json.dumps(sums, indent=1) + "\n")


def with_checksums(shelf: str | os.PathLike[str]) -> list[Path]:
    """List the folders in a folder that `write_checksums` finished.

    Args:
        shelf: The folder; it need not exist.

    Returns:
        Their paths, sorted; one with a leading dot is still being written, and left out.
    """
    return sorted(path.parent for path in Path(shelf).glob(f"[!.]*/{CHECKSUMS}"))


def check_checksums(folder: str | os.PathLike[str], remedy: str = "") -> None:
    """Compare each file of a folder with what `write_checksums` wrote.

    Args:
        folder: The folder. Files that were added to it later are not looked at.
        remedy: What to do where a file differs; ends the sentence.

    Raises:
        CourseError: When a file is missing or damaged.
    """
    folder, remedy = Path(folder), f"; {remedy}" if remedy else ""
    for name, expected in read_object(folder / CHECKSUMS).items():
        if not (folder / name).is_file():
            raise CourseError(f"{folder / name} is missing{remedy}")
        found = sha256_file(folder / name)
        if found != expected:
            raise CourseError(
                f"{folder / name} is damaged: sha256 {found[:12]}..., expected {expected[:12]}..."
                f"{remedy}"
            )


def _mode(target: Path) -> int:
    """Give the permission bits the file would have had if it had been opened directly.

    ``mkstemp`` makes files that only their owner can read, which a shared course folder is not
    meant to hold.
    """
    if target.exists():
        return target.stat().st_mode & 0o777
    return 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
