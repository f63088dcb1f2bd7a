"""Whole words as numbers: the vocabulary of the recurrent lessons.

This is what ``TextVectorization`` does, without a graph: lower-case, drop punctuation, split at
white space, number the most frequent words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from nlputils.errors import CourseError

# The characters that keras.layers.TextVectorization strips by default.
_PUNCTUATION = re.compile(r"[!\"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~']")


class WordIndex:
    """Numbers the most frequent words of the training texts.

    Id 0 is padding and id 1 is "a word not in the list", as in Keras.

    Args:
        texts: the training texts (never an evaluation text).
        size: how many ids there may be, padding and unknown included.

    Raises:
        CourseError: there is no room for a word.
    """

    def __init__(self, texts: Iterable[str], size: int) -> None:
        if size < 3:
            raise CourseError(f"size={size} leaves no room for a word: use at least 3.")
        counts = Counter(word for text in texts for word in self.split(text))
        # Ties are broken by the alphabet, so that the same texts give the same ids.
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        self.vocabulary: tuple[str, ...] = ("", "[UNK]", *ranked[: size - 2])
        self._ids = {word: i for i, word in enumerate(self.vocabulary)}

    def __len__(self) -> int:
        """Return the number of ids in use."""
        return len(self.vocabulary)

    @staticmethod
    def split(text: str) -> list[str]:
        """Return the words of one text, lower-cased and without punctuation."""
        return _PUNCTUATION.sub("", text.lower()).split()

    def encode(
        self, texts: Sequence[str], length: int, *, padding: Literal["right", "left"] = "right"
    ) -> np.ndarray:
        """Turn texts into rows of word ids of equal length.

        Args:
            texts: n texts.
            length: words in a row; longer texts are cut.
            padding: where the zeros go. Keras' ``pad_sequences`` pads and cuts on the left,
                ``TextVectorization`` on the right.

        Returns:
            int32 array [n, length].

        Raises:
            CourseError: ``padding`` is neither of the two.
        """
        if padding not in ("right", "left"):
            raise CourseError(f"padding={padding!r}: choose 'right' or 'left'.")
        rows = np.zeros((len(texts), length), dtype=np.int32)
        for row, text in zip(rows, texts, strict=True):
            ids = [self._ids.get(word, 1) for word in self.split(text)]
            if padding == "right":
                ids = ids[:length]
                row[: len(ids)] = ids
            elif ids:
                ids = ids[-length:]
                row[-len(ids) :] = ids
        return rows
