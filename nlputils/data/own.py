"""One's own data: a table of texts and labels, or sentences with a tag for each token.

A file is read line by line, and each row is checked where it stands, so that an error names the
row. Memory is bounded: a file that is too large to be held is refused with the number of rows that
fit, or, where a limit is given, a random sample of it is drawn in one pass.
"""

import contextlib
import heapq
import math
import os
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from nlputils.data.files import files_below, sha256_file, sha256_files
from nlputils.data.own_rows import Row, sentences, table
from nlputils.data.root import course_root
from nlputils.errors import CourseError

SUFFIXES = (".csv", ".tsv", ".conll")
# What the rows of a file may take in memory, about: texts, ids and groups as Python keeps them.
HELD_BYTES = 600_000_000
_MOST_LABELS = 100


@dataclass(frozen=True)
class OwnRows:
    """What a file of one's own holds, checked.

    Attributes:
        frame: columns ``part`` (empty), ``id``, and ``text`` and ``label``, or ``tokens`` and
            ``tags``; in the order of the file.
        task: ``classification`` or ``tokens``.
        labels: the classes, or for tokens the entity types.
        place: how an error names the file.
    """

    frame: pd.DataFrame
    task: Literal["classification", "tokens"]
    labels: tuple[str, ...]
    place: str


def is_own(name: str) -> bool:
    """Tell whether a name means a file of one's own and not a registered data set.

    Args:
        name: What ``load`` was given.

    Returns:
        True for a name that ends in ``.csv``, ``.tsv`` or ``.conll``, and for the path of a file
        that exists.
    """
    path = Path(name)
    if path.suffix.lower() in SUFFIXES:
        return True
    return len(path.parts) > 1 and _found(name) is not None


def find(name: str) -> Path:
    """Find a file of one's own.

    A relative path is looked up where the command was given (``NLPUTILS_FROM``, which
    ``nlputils run`` sets; else the current folder), then in the folder of the course.

    Args:
        name: Its path.

    Returns:
        The absolute path.

    Raises:
        CourseError: When there is no such file, or it is of no kind that can be read.
    """
    found = _found(name)
    if found is None:
        looked = " and ".join(str(place) for place in _places(Path(name)))
        raise CourseError(f"There is no file {name}: looked for {looked}. Give its full path.")
    if not found.is_file() or found.suffix.lower() not in SUFFIXES:
        raise CourseError(
            f"{found} cannot be read as data. Give a file that ends in .csv (columns text and "
            "label), .tsv (the same, separated by tabs) or .conll (a token and its tag a line)."
        )
    return found


def digest(path: Path) -> str:
    """Hash a file of one's own; one that has not changed is hashed once in a process.

    Args:
        path: The file.

    Returns:
        Its sha256 in hexadecimal digits.
    """
    state = path.stat()
    key = (path, state.st_size, state.st_mtime_ns)
    if key not in _digests:
        _digests[key] = sha256_file(path)
    return _digests[key]


def read(
    name: str,
    *,
    labels: Sequence[str] | None = None,
    limit: int | None = None,
    share: float = 1.0,
    seed: int = 0,
    encoding: str = "utf-8",
    tag_column: int | None = None,
) -> OwnRows:
    """Read a file of one's own and check every row of it.

    Args:
        name: Its path.
        labels: The classes (for tokens: the entity types) in the order of their integer index;
            None takes what the file holds, sorted.
        limit: How many rows train needs, where the file is too large to be held; None refuses it.
        share: The share of the rows that goes to train.
        seed: Decides which rows are drawn then.
        encoding: How its bytes spell characters.
        tag_column: For CoNLL, the column of the tags, counted from 1.

    Returns:
        The rows.

    Raises:
        CourseError: The file, the row and the remedy.
    """
    path = find(name)
    tokens = path.suffix.lower() == ".conll"
    known = _Labels(path, tuple(labels) if labels is not None else None, tokens)

    def source() -> Iterator[Row]:
        rows = sentences(path, encoding, tag_column) if tokens else table(path, encoding)
        return (known.checked(row) for row in rows)

    held = _held(source, path, limit, share, seed)
    if not held:
        raise CourseError(f"{path} holds no rows: it needs at least a few for each label.")
    second = ("tokens", "tags") if tokens else ("text", "label")
    columns = ["part", "id", *second]
    frame = pd.DataFrame([("", row.name, row.content, row.answer) for row in held], columns=columns)
    return OwnRows(frame, "tokens" if tokens else "classification", known.names(), str(path))


def identify(name: str) -> tuple[str, str]:
    """Identify the content of a file or a folder of one's own, as a part of a lesson's key.

    Args:
        name: A parameter of a lesson.

    Returns:
        The name, and the sha256 of the file, or one over the names and contents of the folder's
        files, or ``"missing"``.
    """
    found = _found(name)
    with contextlib.suppress(OSError):
        if found is not None and found.is_dir():
            return name, sha256_files(found, files_below(found))
        if found is not None and found.is_file():
            return name, digest(found)
    return name, "missing"


class _Labels:
    """The labels of a file: those that were given, or those that it holds."""

    def __init__(self, path: Path, given: tuple[str, ...] | None, tokens: bool) -> None:
        self.path, self.given, self.tokens = path, given, tokens
        self._first: dict[str, Row] = {}
        self._folded: dict[str, str] = {}

    def checked(self, row: Row) -> Row:
        """Pass a row on if its label is one; remember the label."""
        for label in row.labels:
            if label not in self._first:
                self._new(label, row)
        return row

    def _new(self, label: str, row: Row) -> None:
        kind, article = ("entity type", "an") if self.tokens else ("label", "a")
        if self.given is not None and label not in self.given:
            raise CourseError(
                f"{self.path}, {row.place}: {label!r} is not {article} {kind} of "
                f"{list(self.given)}. Correct the row, or add it to `labels`."
            )
        other = self._folded.setdefault(label.casefold(), label)
        if other != label and self.given is None:
            raise CourseError(
                f"{self.path}, {row.place}: the {kind} {label!r} differs from {other!r} "
                f"({self._first[other].place}) only in capitals. Write both alike, or give "
                "`labels`."
            )
        self._first[label] = row._replace(content="", answer="")
        if len(self._first) > _MOST_LABELS:
            raise CourseError(
                f"{self.path} has more than {_MOST_LABELS} different {kind}s by {row.place}, such "
                f"as {label!r}. Is it the right column? A class needs many rows."
            )

    def names(self) -> tuple[str, ...]:
        """Give the labels in the order of their index."""
        names = self.given if self.given is not None else tuple(sorted(self._first))
        if len(names) < (1 if self.tokens else 2):
            raise CourseError(
                f"{self.path} has nothing to tell apart: its only label is {list(names)}. "
                + ("Tag the entities B-TYPE and I-TYPE." if self.tokens else "Add rows of another.")
            )
        return names


def _held(
    source: Callable[[], Iterator[Row]], path: Path, limit: int | None, share: float, seed: int
) -> list[Row]:
    """Hold all rows where they fit, else a sample of those that are wanted."""
    rows: list[Row] = []
    size = 0
    for row in source():
        size += row.size
        if size > HELD_BYTES:
            break
        rows.append(row)
    else:
        return rows
    fit = len(rows)
    del rows
    if limit is None:
        raise CourseError(
            f"{path} has {path.stat().st_size / 1e6:,.0f} MB. {fit:,} of its rows fit into the "
            f"memory set aside for data ({HELD_BYTES / 1e6:,.0f} MB). Give `limit`, the number of "
            f"train rows, at most about {int(fit * share):,}: as many are drawn at random from the "
            "whole file, in one pass."
        )
    return _sample(source(), path, math.ceil(limit / share), share, seed)


def _sample(rows: Iterable[Row], path: Path, wanted: int, share: float, seed: int) -> list[Row]:
    """Draw rows at random in one pass: each gets a random number, and the lowest are kept.

    Every set of rows is equally likely, and the sample of fewer rows is part of that of more
    (bottom-k sampling; Cohen & Kaplan 2007, "Summarizing Data using Bottom-k Sketches").
    """
    chance = random.Random(seed)
    heap: list[tuple[float, int, Row]] = []
    size = 0
    for number, row in enumerate(rows):
        entry = (-chance.random(), number, row)
        size += row.size
        if len(heap) < wanted:
            heapq.heappush(heap, entry)
        else:
            size -= heapq.heappushpop(heap, entry)[2].size
        if size > HELD_BYTES:
            raise CourseError(
                f"{wanted:,} rows of {path} do not fit into the memory set aside for data "
                f"({HELD_BYTES / 1e6:,.0f} MB). Lower `limit` to about {int(len(heap) * share):,}."
            )
    return [row for _, _, row in sorted(heap, key=lambda entry: entry[1])]


def _found(name: str) -> Path | None:
    """Give the first place where there is such a file or folder."""
    return next((place for place in _places(Path(name)) if place.exists()), None)


def _places(path: Path) -> list[Path]:
    start = Path(os.environ.get("NLPUTILS_FROM") or Path.cwd())
    path = path.expanduser()
    if path.is_absolute():
        return [path]
    return list(dict.fromkeys((start / path, course_root() / path)))


_digests: dict[tuple[Any, ...], str] = {}


def file_hashes(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Hash the files and folders that a lesson's parameters name, so that changed ones are read.

    Args:
        parameters: A lesson's parameters.

    Returns:
        The sha256 by name; empty where no parameter names any.
    """
    words = [word for value in parameters.values() for word in _words(value)]
    return dict(identify(word) for word in words if is_own(word))


def _words(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
