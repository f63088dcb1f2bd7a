"""The registry: what each data set is, where it comes from and what it may be used for."""

import difflib
import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nlputils.data.root import course_root
from nlputils.errors import CourseError

Task = Literal["classification", "tokens", "text"]
SplitKind = Literal["none", "test", "all"]


@dataclass(frozen=True)
class RemoteFile:
    """One file of a data set at its pinned address.

    Attributes:
        role: What it holds for the parser, such as ``train`` or ``test``.
        url: The address, pinned to one commit.
        path: Its place in a mirror or in the cache: ``<owner>/<repo>/<commit>/<path>``.
        bytes: Its size.
        sha256: Its hash in hexadecimal digits.
    """

    role: str
    url: str
    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class DatasetCard:
    """What is known about a data set before a byte of it is read.

    Attributes:
        name: The name ``load`` and ``fetch`` take.
        description: One line.
        task: ``classification``, ``tokens`` (one tag a token) or ``text`` (no labels).
        labels: The classes in the order of their integer index; for tokens the entity types.
        parser: The reader's name in ``nlputils.data.parsers``.
        split: ``none`` (no test set of its own), ``test`` (its own test set, no validation set)
            or ``all`` (train, validation and test are its own).
        licence: As stated by its source.
        homepage: Where its authors describe it.
        citation: The paper or the page to cite.
        warning: What a reader should know before looking at it. May be empty.
        stand_in: The embedded set that takes its place without a network, or ``None``.
        excludes: Sets that share texts with it and must not be mixed with it.
        embedded: Its files below ``data/pocket``; empty for a set that is downloaded.
        pins: Size and hash of each embedded file; its ``path`` is that below the course folder.
        files: Its files to download; empty for an embedded set.
    """

    name: str
    description: str
    task: Task
    labels: tuple[str, ...]
    parser: str
    split: SplitKind
    licence: str
    homepage: str
    citation: str
    warning: str = ""
    stand_in: str | None = None
    excludes: tuple[str, ...] = ()
    embedded: tuple[str, ...] = ()
    pins: tuple[RemoteFile, ...] = ()
    files: tuple[RemoteFile, ...] = ()

    @property
    def bytes(self) -> int:
        """Bytes to download: the sum over its files, 0 for an embedded set."""
        return sum(file.bytes for file in self.files)


def registry() -> dict[str, DatasetCard]:
    """Read ``data/datasets.toml``.

    Returns:
        The card of each data set by its name, in the order of the file.

    Raises:
        CourseError: When the file cannot be read or an entry lacks a key.
    """
    path = course_root() / "data" / "datasets.toml"
    return dict(_read(path, path.stat().st_mtime_ns))


def card(name: str) -> DatasetCard:
    """Look up one data set.

    Args:
        name: Its name in the registry.

    Returns:
        Its card.

    Raises:
        CourseError: When there is no such name; the message offers the nearest ones.
    """
    cards = registry()
    if name in cards:
        return cards[name]
    close = difflib.get_close_matches(name, cards, n=3, cutoff=0.4)
    hint = f"Did you mean {' or '.join(close)}?" if close else "The names are " + ", ".join(cards)
    raise CourseError(f"There is no data set {name!r}. {hint} `nlputils data list` shows them all.")


@functools.lru_cache(maxsize=8)
def _read(path: Path, _modified: int) -> tuple[tuple[str, DatasetCard], ...]:
    """Parse the registry once for each state of the file."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple((name, _card(name, table)) for name, table in tables.items())
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise CourseError(
            f"{path} is not a valid registry: {type(error).__name__}: {error}. "
            "The head of the file lists the keys of an entry."
        ) from error


def _card(name: str, table: Mapping[str, Any]) -> DatasetCard:
    fields = {key: value for key, value in table.items() if key != "sources"}
    fields["pins"] = tuple(
        RemoteFile("all", "", f"data/pocket/{file}", int(size), sha256)
        for file, size, sha256 in fields.get("pins", ())
    )
    for key in ("labels", "excludes", "embedded"):
        fields[key] = tuple(fields.get(key, ()))
    files = tuple(
        _remote(source["base"], row)
        for source in table.get("sources", ())
        for row in source["files"]
    )
    if bool(files) == bool(fields["embedded"]):
        raise ValueError(f"{name} needs either `embedded` or `sources`")
    return DatasetCard(name=name, files=files, **fields)


def _remote(base: str, row: tuple[str, str, int, str]) -> RemoteFile:
    role, path, size, sha256 = row
    place = base.split("://", 1)[1].split("/", 1)[1]
    return RemoteFile(role, f"{base}/{path}", f"{place}/{path}", int(size), sha256)
