"""Pairs of segments for next-sentence prediction, BERT's second objective.

Source: Devlin et al. (2019), section 3.1: a row is ``[CLS] A [SEP] B [SEP]``; in half of the rows B
is what follows A in the text, in the other half it comes from somewhere else, and the network
must say which. Liu et al. (2019), section 4.2, found it better to do without.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nlputils.errors import CourseError
from nlputils.text.batches import MaskedBatches
from nlputils.text.tokenizer import Tokenizer


class PairBatches(MaskedBatches):
    """Masked batches whose rows are pairs of segments.

    It cuts the text of packed rows anew: a segment is a stretch of pieces, as in BERT ("an
    arbitrary span of contiguous text"), and a row holds two of them and three special pieces.

    Args:
        packed: int array [rows, length] from `nlputils.text.pack`.
        tokenizer: the tokenizer that made the ids.
        batch_size: rows in a batch.
        **settings: see `MaskedBatches`. With ``masks``, each mask of a row keeps its B as well.

    Raises:
        CourseError: there are fewer rows than one batch holds, or no room for two segments.
    """

    def __init__(
        self, packed: np.ndarray, tokenizer: Tokenizer, batch_size: int, **settings: Any
    ) -> None:
        length = packed.shape[1]
        if length < 5:
            raise CourseError(f"Rows of {length} pieces have no room for two segments: give 5.")
        super().__init__(packed, tokenizer, batch_size, **settings)
        stream = np.asarray(packed[:, 1:-1]).reshape(-1)
        # A and B of each row, end to end: one piece shorter than the packed rows' text.
        self._both = stream[: len(packed) * (length - 3)].reshape(-1, length - 3)
        self._first = (length - 3) // 2

    def _made(self, rows: np.ndarray, chance: list[int]) -> tuple[dict[str, np.ndarray], Any, Any]:
        """Return the batch of some rows.

        Returns:
            inputs as in `MaskedBatches`, with ``segment_ids`` 1 from B on; answers and weights by
            output: ``masked`` as there, and ``next`` float32 [batch, 1], 1 where B follows A.
        """
        rng = np.random.default_rng([self.seed, 2, *chance])
        follows = rng.random(len(rows)) < 0.5
        # Any row but its own.
        other = (rows + rng.integers(1, len(self._both), len(rows))) % len(self._both)
        second = self._both[np.where(follows, rows, other), self._first :]
        cls, sep = (
            np.full((len(rows), 1), i) for i in (self.tokenizer.cls_id, self.tokenizer.sep_id)
        )
        ids = np.hstack([cls, self._both[rows, : self._first], sep, second, sep])
        inputs, answers, weights = self._masked(ids, chance)
        inputs["segment_ids"][:, self._first + 2 :] = 1
        targets = {"masked": answers, "next": follows.astype(np.float32)[:, None]}
        return inputs, targets, {"masked": weights, "next": np.ones(len(ids), dtype=np.float32)}
