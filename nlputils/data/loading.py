"""From a data set's name to typed splits, and to the texts of a corpus."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Literal

import numpy as np
import pandas as pd

from nlputils.data import parsers
from nlputils.data.cards import DatasetCard, card, registry
from nlputils.data.download import local_files
from nlputils.data.own import OwnRows, is_own, read
from nlputils.data.provenance import Provenance, provenance
from nlputils.data.splits import near_duplicate_groups, split_groups, stratified_order
from nlputils.errors import CourseError

FRACTIONS = (0.72, 0.08, 0.20)
_PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Split:
    """A data set in three parts that share no text.

    Attributes:
        name: The data set.
        task: ``classification`` or ``tokens``.
        labels: The classes in the order of their integer index. For tokens the IOB2 tags, ``O``
            first.
        train: What a model learns from. Columns ``id, text, label, group``, or for tokens
            ``id, tokens, tags, group`` and ``roles`` where there are any. ``group`` names the
            near-duplicates of a row.
        validation: What chooses between models.
        test: What speaks once.
        provenance: Where the bytes came from.
    """

    name: str
    task: Literal["classification", "tokens"]
    labels: tuple[str, ...]
    train: pd.DataFrame
    validation: pd.DataFrame
    test: pd.DataFrame
    provenance: Provenance

    def y(self, frame: pd.DataFrame) -> np.ndarray:
        """Turn the labels of a frame into integers.

        Args:
            frame: Rows of a classification split.

        Returns:
            int64[n]: the index of each row's label in ``labels``.

        Raises:
            CourseError: For a token split, or a label that is not in ``labels``.
        """
        if self.task != "classification":
            raise CourseError(f"{self.name} has a tag for each token, not a label: use its `tags`.")
        unknown = sorted(set(frame["label"]) - set(self.labels))
        if unknown:
            raise CourseError(f"{unknown} are not labels of {self.name}, which has {self.labels}.")
        index = {label: number for number, label in enumerate(self.labels)}
        return frame["label"].map(index).to_numpy(dtype=np.int64)

    def describe(self) -> pd.DataFrame:
        """Count the rows of each part: in all and by label, or tokens and entities by type.

        Returns:
            One row for each of train, validation and test; integer columns.
        """
        parts = {part: getattr(self, part) for part in _PARTS}
        return pd.DataFrame({part: self._counts(frame) for part, frame in parts.items()}).T

    def _counts(self, frame: pd.DataFrame) -> dict[str, int]:
        if self.task == "classification":
            counts = {label: int((frame["label"] == label).sum()) for label in self.labels}
            return {"rows": len(frame), **counts}
        begins = [tag[2:] for tags in frame["tags"] for tag in tags if tag.startswith("B-")]
        types = [label[2:] for label in self.labels if label.startswith("B-")]
        tokens = int(frame["tokens"].map(len).sum())
        return {
            "rows": len(frame),
            "tokens": tokens,
            **{name: begins.count(name) for name in types},
        }


def load(
    name: str | PathLike[str],
    seed: int = 0,
    *,
    deduplicate: bool = True,
    resplit: bool = False,
    fractions: tuple[float, float, float] = FRACTIONS,
    limit: int | None = None,
    labels: Sequence[str] | None = None,
) -> Split:
    """Load a data set: fetched, verified, cleaned, without repeats, in three parts.

    What a set brings along is kept. If it has a test set, that is the test set; if it has
    no validation set, the seed cuts one from train; if it has nothing, as the SMS Spam Collection,
    the seed draws all three. ``resplit=True`` pools the rows of any set and lets the seed draw all
    three parts, so that one line of code gives several random splits of any data set.

    A name that ends in ``.csv``, ``.tsv`` or ``.conll`` is a file of your own, always split by
    the seed: see `load_file`.

    Args:
        name: The data set, as in the registry, or the path of a file of your own.
        seed: Decides every random choice: the split, the order of train, the rows ``limit`` keeps.
        deduplicate: When the parts are drawn anew, keep the first row of each near-duplicate
            group only. With a test set of its own, drop from train (and validation) what is
            a near-duplicate of a test row (train: or of a validation row) and what repeats an
            earlier row of train word for word. ``False`` keeps every row and splits row by row,
            as is often done: then test texts stand in train, which ``leak_rate`` measures.
        resplit: Pool all rows and split them anew by the seed.
        fractions: The shares of train, validation and test. A set with its own test set uses the
            first two, in proportion.
        limit: Keep at most this many rows of train, in proportion to the labels. With one seed,
            fewer rows are part of more.
        labels: For a file of your own, its classes in the order of their integer index.

    Returns:
        The split. ``train`` is shuffled by the seed; the other parts keep the order of the files.

    Raises:
        CourseError: When the name is unknown, has no labels, or its files cannot be had.
    """
    name = str(name)
    if is_own(name):
        return load_file(
            name, seed, labels=labels, deduplicate=deduplicate, fractions=fractions, limit=limit
        )
    data = card(name)
    if labels is not None:
        raise CourseError(f"The labels of {name} are {data.labels}; `labels` is for your own file.")
    if data.parser not in parsers.TABLES:
        tables = [other for other, entry in registry().items() if entry.parser in parsers.TABLES]
        raise CourseError(
            f"{name} is text without labels: read it with `read_texts({name!r})`. "
            f"Sets with labels are {', '.join(tables)}."
        )
    origin = provenance(name)
    frame = parsers.TABLES[data.parser](local_files(data))
    frame["group"] = near_duplicate_groups(texts_of(frame))
    if resplit or data.split == "none":
        frame = _drawn(frame, fractions, seed, deduplicate)
    else:
        frame = _own(frame, data, fractions, seed, deduplicate)
    task: Literal["classification", "tokens"] = "tokens" if "tags" in frame else "classification"
    labels = _labels(data.task, data.labels)
    return Split(name, task, labels, **_parts(frame, seed, limit), provenance=origin)


def load_file(
    path: str | PathLike[str],
    seed: int = 0,
    *,
    labels: Sequence[str] | None = None,
    deduplicate: bool = True,
    fractions: tuple[float, float, float] = FRACTIONS,
    limit: int | None = None,
    encoding: str = "utf-8",
    tag_column: int | None = None,
) -> Split:
    """Load a file of your own as a data set: checked, without repeats, in three parts by the seed.

    A ``.csv`` has the columns ``text`` and ``label``, named in its first line, and perhaps others;
    its separator is the comma, or the semicolon or tab if its first line shows it. A ``.tsv`` is
    the same with tabs and no quotation marks. A ``.conll`` has a token, a tab and its IOB2 tag in
    each line, and an empty line after each sentence.

    Args:
        path: The file. A relative path is looked up where the command was given, then in the
            folder of the course.
        seed: Decides the split, the order of train, the rows ``limit`` keeps.
        labels: The classes (for tokens: the entity types) in the order of their integer index;
            None takes what the file holds, sorted.
        deduplicate: Keep the first row of each near-duplicate group only.
        fractions: The shares of train, validation and test.
        limit: Keep at most this many rows of train. Of a file that is too large to be held in
            memory, a random sample for that many is drawn in one pass.
        encoding: How its bytes spell characters.
        tag_column: For CoNLL with more than two columns, the one of the tags, counted from 1.

    Returns:
        The split. Its ``id`` names the row or line of the file.

    Raises:
        CourseError: When something is wrong with the file: it names file, row and remedy.
    """
    name = str(path)
    own = read(
        name,
        labels=labels,
        limit=limit,
        share=fractions[0],
        seed=seed,
        encoding=encoding,
        tag_column=tag_column,
    )
    frame = own.frame.assign(group=near_duplicate_groups(texts_of(own.frame)))
    frame = _drawn(frame, fractions, seed, deduplicate)
    _require_enough(own, frame, fractions)
    parts, names = _parts(frame, seed, limit), _labels(own.task, own.labels)
    return Split(name, own.task, names, **parts, provenance=provenance(name))


def _require_enough(
    own: OwnRows, frame: pd.DataFrame, fractions: tuple[float, float, float]
) -> None:
    """Refuse a file of which a part would lack a label."""
    least = math.ceil(1 / min(share for share in fractions if share > 0))
    if own.task == "tokens":
        kinds = ({tag[2:] for tag in tags if tag != "O"} for tags in frame["tags"])
        counts = Counter(kind for found in kinds for kind in found)
    else:
        counts = Counter(frame["label"])
    few = {label: counts[label] for label in own.labels if counts[label] < least}
    if few:
        listed = ", ".join(f"{label!r} has {count}" for label, count in few.items())
        unit = "sentences" if own.task == "tokens" else "rows"
        raise CourseError(
            f"{own.place} has too few {unit}, repeats counted once: {listed}. Each label needs at "
            f"least {least} to be in train, validation and test. Add some, or leave the label out."
        )


def read_texts(name: str, limit_characters: int | None = None) -> Iterator[str]:
    """Read a corpus for pretraining, one paragraph or tweet at a time.

    Files are fetched as they are needed, so that a small limit downloads little.

    Args:
        name: A data set of task ``text``.
        limit_characters: Stop once this many characters have been read; ``None`` reads all.

    Returns:
        An iterator over texts without line breaks, in the order of the files.

    Raises:
        CourseError: When the name is unknown, has labels, or its files cannot be had.
    """
    data = card(name)
    if data.parser not in parsers.TEXTS:
        corpora = [other for other, entry in registry().items() if entry.parser in parsers.TEXTS]
        raise CourseError(
            f"{name} has labels: read it with `load({name!r})`. "
            f"Sets for pretraining are {', '.join(corpora)}."
        )
    return _limited(parsers.TEXTS[data.parser](local_files(data)), limit_characters)


def leak_rate(split: Split, by: Literal["group", "text"] = "group") -> pd.DataFrame:
    """Measure how much of a test set stands in train.

    Args:
        split: A classification split.
        by: ``group`` counts a test row whose near-duplicate is in train; ``text`` one whose text
            is there letter for letter.

    Returns:
        A row for ``all`` and for each label: ``test_rows``, ``in_train`` (counts) and ``share``
        (between 0 and 1).

    Raises:
        CourseError: For a token split.
    """
    if split.task != "classification":
        raise CourseError(f"{split.name} has no labels for whole rows to measure the leak by.")
    leaked = split.test[by].isin(set(split.train[by]))
    rows = {"all": leaked, **{name: leaked[split.test["label"] == name] for name in split.labels}}
    table = {
        name: {"test_rows": len(column), "in_train": int(column.sum())}
        for name, column in rows.items()
    }
    counts = pd.DataFrame(table).T
    return counts.assign(share=counts["in_train"] / counts["test_rows"])


def _drawn(
    frame: pd.DataFrame, fractions: tuple[float, float, float], seed: int, deduplicate: bool
) -> pd.DataFrame:
    """Draw all three parts; without ``deduplicate`` each row is dealt on its own, which leaks."""
    if deduplicate:
        frame = frame.drop_duplicates("group").reset_index(drop=True)
    dealt = _dealt(frame, fractions, seed, deduplicate)
    return frame.assign(part=[_PARTS[part] for part in dealt])


def _own(
    frame: pd.DataFrame,
    data: DatasetCard,
    fractions: tuple[float, float, float],
    seed: int,
    deduplicate: bool,
) -> pd.DataFrame:
    """Keep the parts a set brings along, and cut validation from train where it is missing."""
    if deduplicate:
        frame = _without(frame, "test", ("train", "validation"))
        repeats = (frame["part"] == "train") & texts_of(frame).duplicated()
        frame = frame[~repeats].reset_index(drop=True)
    if data.split == "test":
        train = frame.index[frame["part"] == "train"]
        shares = (fractions[0] / sum(fractions[:2]), fractions[1] / sum(fractions[:2]))
        dealt = _dealt(frame.loc[train], shares, seed, deduplicate)
        frame.loc[train, "part"] = [_PARTS[part] for part in dealt]
    elif deduplicate:
        frame = _without(frame, "validation", ("train",))
    return frame


def _dealt(frame: pd.DataFrame, shares: tuple[float, ...], seed: int, whole: bool) -> np.ndarray:
    """Deal rows to parts: by family or group when these stay ``whole``, else one by one."""
    units = [str(number) for number in range(len(frame))]
    if whole:
        units = list(frame["family"] if "family" in frame else frame["group"])
    labels = list(frame["label"]) if "label" in frame else None
    return split_groups(units, labels, shares, seed)


def _without(frame: pd.DataFrame, part: str, others: tuple[str, ...]) -> pd.DataFrame:
    """Drop rows of other parts that are near-duplicates of a row of this part."""
    held_out = set(frame.loc[frame["part"] == part, "group"])
    return frame[~(frame["part"].isin(others) & frame["group"].isin(held_out))].reset_index(
        drop=True
    )


def texts_of(frame: pd.DataFrame) -> pd.Series:
    """Return the text of each row; where it is in tokens, these with spaces between them."""
    return frame["text"] if "text" in frame else frame["tokens"].map(" ".join)


def _ordered(train: pd.DataFrame, seed: int, limit: int | None) -> pd.DataFrame:
    labels = list(train["label"]) if "label" in train else [""] * len(train)
    order = stratified_order(labels, seed)[:limit]
    shuffled = np.random.default_rng(seed).permutation(order)
    return train.iloc[shuffled].reset_index(drop=True)


def _parts(frame: pd.DataFrame, seed: int, limit: int | None) -> dict[str, pd.DataFrame]:
    parts = {
        part: frame[frame["part"] == part]
        .drop(columns=["part", "family"], errors="ignore")
        .reset_index(drop=True)
        for part in _PARTS
    }
    return {**parts, "train": _ordered(parts["train"], seed, limit)}


def _labels(task: str, names: tuple[str, ...]) -> tuple[str, ...]:
    if task != "tokens":
        return names
    return ("O", *(f"{prefix}-{name}" for name in names for prefix in "BI"))


def _limited(texts: Iterator[str], characters: int | None) -> Iterator[str]:
    read = 0
    for text in texts:
        if characters is not None and read >= characters:
            return
        read += len(text)
        yield text
