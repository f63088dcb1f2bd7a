"""The text a large encoder is pretrained on: no repeats, no evaluation text, a part held out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nlputils.data import parsers
from nlputils.data.cards import registry
from nlputils.data.download import local_files
from nlputils.data.loading import read_texts, texts_of
from nlputils.data.splits import normalise
from nlputils.errors import CourseError

# A run of eight equal words is hardly ever chance (the 8-grams of Radford et al. 2019, "Language
# Models are Unsupervised Multitask Learners", section 4).
_RUN = 8


@dataclass(frozen=True)
class Corpus:
    """A pretraining text in two parts.

    Attributes:
        train: the texts to learn from.
        held_out: the texts that only measure; whole stretches of the files.
        counts: texts ``read``, and those taken out as ``repeats`` and as ``evaluation`` texts.
    """

    train: list[str]
    held_out: list[str]
    counts: dict[str, int]


def pretraining_corpus(
    names: Sequence[str],
    *,
    evaluation: Iterable[str] | None = None,
    held_out: float = 0.01,
    block: int = 50,
    seed: int = 0,
    repeats: Sequence[int] = (),
) -> Corpus:
    """Read corpora for a pretraining that many evaluations will build on.

    Of near-duplicates (equal after ``normalise``) the first stays. A text goes out when it equals
    an evaluation text, or holds one of eight words or more anywhere inside. The held-out part is
    drawn in blocks of neighbouring texts: single paragraphs would leave their own articles
    in train, and the loss on them would look too good.

    Args:
        names: data sets of task ``text``, in the order in which they are read.
        evaluation: texts that must not be trained on; by default those of every labelled data set
            of the registry, train part included, which fetches them.
        held_out: share of the blocks that is held out, above 0 and below 1.
        block: neighbouring texts that stay together.
        seed: decides which blocks are held out.
        repeats: how often one pass over the text reads each corpus; once, where none are given.
            So a small corpus that is close to the tasks weighs more beside a large one. The
            held-out part is not repeated.

    Returns:
        The two parts, in the order of the files; what is repeated stands behind the rest of train.

    Raises:
        CourseError: a name is unknown or has labels, files cannot be had, the share is none,
            there is not one number for each corpus, or too little text is left for two parts.
    """
    if repeats and (len(repeats) != len(names) or min(repeats) < 1):
        raise CourseError(
            f"repeats={list(repeats)}: a number of 1 or more was expected for each of "
            f"{len(names)} corpora ({', '.join(names)})."
        )
    if not 0 < held_out < 1:
        raise CourseError(f"held_out={held_out}: a share between 0 and 1 was expected, as 0.01.")
    forbidden = _Forbidden(labelled_texts() if evaluation is None else evaluation)
    counts, seen, kept = Counter(read=0, repeats=0, evaluation=0), set(), []
    times: dict[str, int] = {}  # of texts that are read more than once; each text stands once
    for name, often in zip(names, repeats or [1] * len(names), strict=True):
        for text in read_texts(name):
            counts["read"] += 1
            plain = normalise(text)
            if plain in seen or not plain:
                counts["repeats"] += 1
            elif forbidden.holds(plain):
                counts["evaluation"] += 1
            else:
                kept.append(text)
                if often > 1:
                    times[text] = often
            seen.add(plain)
    train, held = _dealt(kept, held_out, block, seed)
    if not train:
        raise CourseError(
            f"{len(kept)} texts of {', '.join(names)} fill no two blocks of {block}: give more "
            "text or a smaller `block`."
        )
    again = [
        text for k in range(1, max(repeats, default=1)) for text in train if times.get(text, 1) > k
    ]
    return Corpus([*train, *again], held, dict(counts))


def labelled_texts() -> list[str]:
    """Return every text of every labelled data set that is not embedded, whatever its part.

    Raises:
        CourseError: the files of a set cannot be had.
    """
    found: list[str] = []
    for entry in registry().values():
        if entry.parser not in parsers.TABLES or entry.embedded:
            continue
        found.extend(texts_of(parsers.TABLES[entry.parser](local_files(entry))))
    return found


class _Forbidden:
    """The evaluation texts, to be found whole or inside a longer text."""

    def __init__(self, texts: Iterable[str]) -> None:
        plain = {normalise(text) for text in texts}
        self._whole = plain
        self._by_head: dict[str, list[str]] = {}
        for text in plain:
            words = text.split()
            if len(words) >= _RUN:
                self._by_head.setdefault(" ".join(words[:_RUN]), []).append(text)

    def holds(self, plain: str) -> bool:
        """Whether a normalised text is one of them, or holds one of eight words or more."""
        if plain in self._whole:
            return True
        words = plain.split()
        padded = f" {plain} "
        return any(
            f" {text} " in padded
            for start in range(len(words) - _RUN + 1)
            for text in self._by_head.get(" ".join(words[start : start + _RUN]), ())
        )


def _dealt(texts: list[str], share: float, block: int, seed: int) -> tuple[list[str], list[str]]:
    """Deal blocks of neighbours into train and held-out, at least one block into each."""
    blocks = [texts[start : start + block] for start in range(0, len(texts), block)]
    if len(blocks) < 2:
        return [], texts
    number = min(len(blocks) - 1, max(1, round(share * len(blocks))))
    chosen = set(np.random.default_rng(seed).permutation(len(blocks))[:number].tolist())
    train = [text for i, part in enumerate(blocks) if i not in chosen for text in part]
    held = [text for i, part in enumerate(blocks) if i in chosen for text in part]
    return train, held
