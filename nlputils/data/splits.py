"""Near-duplicates, and splits that keep them on one side.

Two messages that differ in a telephone number only are one message to a classifier. When one of
them is in train and the other in test, the test measures memory. So near-duplicates form a group,
and a group is never cut.
"""

import hashlib
import html
import unicodedata
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd


class _Letters(dict[int, str | None]):
    """A translation table that keeps letters, their marks and white space."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        kept: str | None = None
        if character.isspace():
            kept = " "
        elif unicodedata.category(character)[0] in "LM":
            kept = character
        self[code] = kept
        return kept


_LETTERS = _Letters()


def normalise(text: str) -> str:
    """Reduce a text to what near-duplicates share.

    HTML entities are unescaped, letters are made lower-case, digits, punctuation and symbols
    are removed, and white space is folded. Letters of all scripts are kept.

    Args:
        text: Any text.

    Returns:
        The reduced text; empty when the text holds no letter.
    """
    return " ".join(html.unescape(text).lower().translate(_LETTERS).split())


def near_duplicate_groups(texts: Iterable[str]) -> list[str]:
    """Name the near-duplicate group of each text.

    Texts are in one group when ``normalise`` makes them equal. A text without a letter, such as a
    smiley, is grouped with its exact repeats only. The name comes from the content, so
    that groups of two calls can be compared.

    Args:
        texts: The texts.

    Returns:
        A group name of 16 hexadecimal digits for each text, in order.
    """
    return [_group(text) for text in texts]


def _group(text: str) -> str:
    key = normalise(text) or "=" + " ".join(text.split())
    return hashlib.blake2b(key.encode("utf-8"), digest_size=8).hexdigest()


def phrase_families(texts: Iterable[str]) -> list[str]:
    """Find out which phrases come from one sentence.

    From the longest text to the shortest, each text that belongs to no family yet founds one and
    takes in every run of its words that is a text of its own and still free. Near-duplicates
    always share a family. A short phrase that several sentences hold goes to the longest of them.

    Args:
        texts: Sentences and phrases of them.

    Returns:
        For each text the group name of the sentence that founded its family.
    """
    items = list(texts)
    founder: dict[str, str] = {normalise(text): "" for text in items}
    for key in sorted(founder, key=lambda key: (-key.count(" "), key)):
        if founder[key]:
            continue
        words = key.split()
        for start in range(len(words)):
            for end in range(start + 1, len(words) + 1):
                run = " ".join(words[start:end])
                if founder.get(run) == "":
                    founder[run] = key
    return near_duplicate_groups(founder[normalise(text)] or text for text in items)


def split_groups(
    groups: Sequence[str],
    labels: Sequence[str] | None,
    fractions: Sequence[float],
    seed: int,
) -> np.ndarray:
    """Deal groups into parts at random, in the same proportions for each label.

    Groups are shuffled, then dealt label by label (a group counts under its first row's label),
    large groups first. A part gets its share of the rows dealt under each label but for rounding,
    unless one group is larger than a part. To split naively, row by row, give each row its own
    group.

    Args:
        groups: The group of each row, length n.
        labels: The label of each row, length n, or ``None`` to ignore labels.
        fractions: The parts' shares of the rows; they add up to 1.
        seed: Decides the shuffle. The same seed gives the same split.

    Returns:
        int64[n]: for each row the index of its part in ``fractions``.

    Raises:
        ValueError: When the fractions are not positive shares that add up to 1.
    """
    if min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ValueError(f"fractions must be shares that add up to 1, not {tuple(fractions)}")
    frame = pd.DataFrame({"group": list(groups)})
    frame["label"] = "" if labels is None else list(labels)
    table = frame.groupby("group", sort=True).agg(label=("label", "first"), rows=("label", "size"))
    table = table.iloc[np.random.default_rng(seed).permutation(len(table))]
    # Large groups go first (the sort is stable, so the shuffle stands within a size): placed
    # last, one large group could push a part far over its share.
    table = table.sort_values("rows", ascending=False, kind="stable")
    part = pd.Series(-1, index=table.index, dtype="int64")
    for _, members in table.groupby("label", sort=True):
        part[members.index] = _deal(members["rows"].to_numpy(), np.asarray(fractions, float), seed)
    return part.loc[frame["group"]].to_numpy()


def _deal(sizes: np.ndarray, fractions: np.ndarray, seed: int) -> np.ndarray:
    """Deal one label's groups: by cut points when all are single rows, else by largest deficit."""
    if (sizes == 1).all():
        cuts = np.round(np.cumsum(fractions)[:-1] * len(sizes)).astype(int)
        return np.searchsorted(cuts, np.arange(len(sizes)), side="right")
    due = fractions * sizes.sum()
    parts = np.empty(len(sizes), dtype=np.int64)
    random = np.random.default_rng(seed)
    for index, size in enumerate(sizes):
        # A group lands in a part with the odds of the room left there, so that groups of every
        # size are found in every part; a part too full for it is left out while another is not.
        room = np.where(due >= size, due, 0)
        if room.sum() == 0:
            room = np.maximum(due, 0)
        odds = room / room.sum() if room.sum() > 0 else fractions
        parts[index] = random.choice(len(fractions), p=odds)
        due[parts[index]] -= size
    return parts


def stratified_order(labels: Sequence[str], seed: int) -> np.ndarray:
    """Order rows so that each beginning of the list holds the labels in proportion.

    Args:
        labels: The label of each row, length n.
        seed: Decides the order within a label.

    Returns:
        int64[n]: row positions. The first k of them are a stratified sample of k rows, and the
        sample of a smaller k is part of that of a larger one.
    """
    series = pd.Series(list(labels)).sample(frac=1, random_state=np.random.default_rng(seed))
    rank = series.groupby(series).cumcount()
    share = (rank + 0.5) / series.map(series.value_counts())
    return share.sort_values(kind="stable").index.to_numpy()


def remove_overlap(texts: Iterable[str], evaluation_texts: Iterable[str]) -> tuple[list[str], int]:
    """Take out of a pretraining text what an evaluation set holds.

    Equality is that of ``normalise``, of whole items: a test sentence inside a longer paragraph
    is not found.

    Args:
        texts: Items of the pretraining text.
        evaluation_texts: Texts of validation and test sets.

    Returns:
        The items kept, in order, and the number taken out.
    """
    held_out = set(near_duplicate_groups(evaluation_texts))
    items = list(texts)
    kept = [text for text in items if _group(text) not in held_out]
    return kept, len(items) - len(kept)
