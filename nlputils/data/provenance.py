"""Where the bytes of a data set came from, so that a run can say it."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from nlputils.data.cards import DatasetCard, card
from nlputils.data.files import sha256_file
from nlputils.data.own import digest, find, is_own
from nlputils.data.places import cache_folder, embedded_files, mirror

Source = Literal["embedded", "cache", "mirror", "download", "own"]
# What a lesson's first output and the report of a run call each source.
SOURCE_WORDS: dict[str, str] = {
    "embedded": "embedded in the course",
    "cache": "real, from the cache of the machine",
    "mirror": "real, from a mirror",
    "download": "real, downloaded on first use",
    "own": "your own file",
}


@dataclass(frozen=True)
class Provenance:
    """Where the bytes of a data set came from.

    Attributes:
        name: The data set.
        source: ``embedded``, ``mirror`` (a folder or an address), ``cache``, ``download``, or
            ``own`` for a file of the user's own.
        licence: As stated by its source.
        citation: What to cite.
        sha256: One hash over the hashes of all its files.
        files: Their places, ``<owner>/<repo>/<commit>/<path>`` or ``data/pocket/<file>``, or the
            name of the user's own file as it was given.
    """

    name: str
    source: Source
    licence: str
    citation: str
    sha256: str
    files: tuple[str, ...]


def provenance(name: str) -> Provenance:
    """Tell where the bytes of a data set come from, or would come from.

    Args:
        name: The data set, or the path of a file of one's own.

    Returns:
        Its provenance as things stand now. Nothing is downloaded: ``source`` is ``download``
        when a file has still to be fetched.

    Raises:
        CourseError: When the name is unknown, or an embedded file or one's own is missing.
    """
    if is_own(name):
        licence = "your own file; its licence is yours to know"
        return Provenance(name, "own", licence, "", digest(find(name)), (name,))
    data = card(name)
    if data.embedded:
        places = tuple(f"data/pocket/{file}" for file in data.embedded)
        hashes = [sha256_file(path) for _, path in embedded_files(data)]
    else:
        places = tuple(file.path for file in data.files)
        hashes = [file.sha256 for file in data.files]
    whole = hashlib.sha256("\n".join(hashes).encode()).hexdigest() if hashes[1:] else hashes[0]
    return Provenance(name, source(data), data.licence, data.citation, whole, places)


def source(data: DatasetCard) -> Source:
    """Say where the next read of a data set takes its bytes from.

    Args:
        data: The card.

    Returns:
        ``embedded``; ``mirror`` or ``cache`` when all files are there; else ``mirror`` when the
        mirror is an address, ``download`` when it is not.
    """
    if data.embedded:
        return "embedded"
    folder, address = mirror()
    if folder and all((folder / file.path).is_file() for file in data.files):
        return "mirror"
    if all((cache_folder() / file.path).is_file() for file in data.files):
        return "cache"
    return "mirror" if address else "download"
