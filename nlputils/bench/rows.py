"""The rows that all contestants read: full, random, and the same for everyone.

What a piece means changes nothing in the arithmetic, so the pieces are drawn evenly from the
vocabulary. No file is needed, and any size of vocabulary can be had.
"""

from __future__ import annotations

import numpy as np

from nlputils.bench.setup import Setup
from nlputils.text.wordpiece import SPECIAL_TOKENS, WordPiece

# More batches than a processor's cache holds, and few enough to be made at once.
_BATCHES = 64
SEED = 0


def vocabulary(setup: Setup) -> WordPiece:
    """Return a vocabulary of the wanted size; its pieces but for the special ones are numbers."""
    ordinary = (f"w{i}" for i in range(len(SPECIAL_TOKENS), setup.vocabulary_size))
    return WordPiece([*SPECIAL_TOKENS, *ordinary])


def token_rows(setup: Setup) -> np.ndarray:
    """Return full rows of random pieces, as `nlputils.text.pack` lays them out.

    Args:
        setup: says how many, how long, and from how many pieces.

    Returns:
        int32 array [64 batches of rows, length]: ``[CLS]``, pieces that are not special,
        ``[SEP]``. The same in every process.
    """
    cls_id, sep_id = (SPECIAL_TOKENS.index(token) for token in ("[CLS]", "[SEP]"))
    rows = np.random.default_rng(SEED).integers(
        len(SPECIAL_TOKENS),
        setup.vocabulary_size,
        (_BATCHES * setup.batch_size, setup.length),
        dtype=np.int32,
    )
    rows[:, 0], rows[:, -1] = cls_id, sep_id
    return rows
