"""Where files are looked for: beside the course, in the mirror, in the cache."""

import os
from collections.abc import Iterator
from pathlib import Path

import pooch

from nlputils.data.cards import DatasetCard
from nlputils.data.root import course_root
from nlputils.errors import CourseError


def cache_folder() -> Path:
    """Name the folder that keeps downloads: ``NLPUTILS_DATA``, or the platform's cache folder."""
    chosen = os.environ.get("NLPUTILS_DATA")
    return Path(chosen).expanduser().resolve() if chosen else Path(pooch.os_cache("nlputils"))


def mirror() -> tuple[Path | None, str | None]:
    """Read ``NLPUTILS_MIRROR``.

    Returns:
        The folder, or ``None``, and the http address, or ``None``.

    Raises:
        CourseError: When it is neither a folder that exists nor an http address.
    """
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


def embedded_files(data: DatasetCard) -> Iterator[tuple[str, Path]]:
    """Find the files of an embedded set.

    Args:
        data: The card.

    Yields:
        The role ``all`` and the path of each file.

    Raises:
        CourseError: When a file is missing.
    """
    for file in data.embedded:
        path = course_root() / "data" / "pocket" / file
        if not path.is_file():
            raise CourseError(
                f"{path} is missing. It is part of the course: `git checkout -- data/pocket` "
                "brings it back."
            )
        yield "all", path
