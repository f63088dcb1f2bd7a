"""Whole files or none: atomic writing and hashing."""

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

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
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, _mode(target))
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    return target


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


def _mode(target: Path) -> int:
    """Give the permission bits the file would have had if it had been opened directly.

    ``mkstemp`` makes files that only their owner can read, which a shared course folder is not
    meant to hold.
    """
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
