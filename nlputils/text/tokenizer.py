"""What every tokenizer of the course can do, whatever its pieces are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlputils.errors import CourseError


class Tokenizer:
    """Texts to ids and back, by a tokenizer of the Rust ``tokenizers`` library.

    Attributes:
        vocabulary: the pieces; a piece's id is its place.
        pad_id: fills a row up; always 0.
        unk_id: stands for what is in no piece.
        cls_id: begins a row.
        sep_id: ends a text.
        mask_id: hides a piece.
    """

    vocabulary: tuple[str, ...]
    pad_id: int
    unk_id: int
    cls_id: int
    sep_id: int
    mask_id: int
    _rust: Any
    _ids: dict[str, int]

    def __len__(self) -> int:
        """Return the number of pieces."""
        return len(self.vocabulary)

    def __repr__(self) -> str:
        """Return the size and a few pieces."""
        return f"{type(self).__name__}({len(self):,} pieces, e.g. {list(self.vocabulary[-3:])})"

    def tokens(self, text: str) -> list[str]:
        """Return the pieces of one text, without special tokens."""
        return self._rust.encode(text, add_special_tokens=False).tokens

    def ids(self, text: str) -> list[int]:
        """Return the ids of one text's pieces, without special tokens."""
        return self._rust.encode(text, add_special_tokens=False).ids

    def ids_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of many texts; uses all cores."""
        return [e.ids for e in self._rust.encode_batch(list(texts), add_special_tokens=False)]

    def id_of(self, token: str) -> int:
        """Return the id of one piece.

        Raises:
            CourseError: the piece is not in the vocabulary.
        """
        if token not in self._ids:
            raise CourseError(f"{token!r} is not one of the {len(self):,} pieces.")
        return self._ids[token]

    def encode(self, texts: Sequence[str], length: int) -> np.ndarray:
        """Turn texts into rows of equal length: ``[CLS] pieces [SEP] [PAD] ...``.

        Args:
            texts: n texts.
            length: pieces in a row, special tokens included; longer texts lose their end.

        Returns:
            int32 array [n, length].

        Raises:
            CourseError: a text is not a string, or there is no room for a piece.
        """
        if length < 3:
            raise CourseError(f"length={length} leaves no room for a piece: use at least 3.")
        bad = next((i for i, text in enumerate(texts) if not isinstance(text, str)), None)
        if bad is not None:
            kind = type(list(texts)[bad]).__name__
            raise CourseError(f"Text {bad} is a {kind}, not a string; drop or mend such rows.")
        rows = np.full((len(texts), length), self.pad_id, dtype=np.int32)
        for row, ids in zip(rows, self.ids_batch(texts), strict=True):
            body = [self.cls_id, *ids[: length - 2], self.sep_id]
            row[: len(body)] = body
        return rows

    def decode(self, ids: Iterable[int]) -> str:
        """Join ids back into text; padding, ``[CLS]`` and ``[SEP]`` are dropped."""
        hidden = {self.pad_id, self.cls_id, self.sep_id}
        return self._rust.decode([int(i) for i in ids if int(i) not in hidden], False)

    def save(self, path: str | Path) -> Path:
        """Write the tokenizer to one file, whole or not at all."""
        raise NotImplementedError
