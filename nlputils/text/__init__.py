"""Text to tensors: tokenizers, packing, masking, counts of neighbours.

Takes frames and texts, gives int32 arrays. `MaskedBatches` and
`PairBatches` are Keras data sets, so their modules are imported only when they are asked for.
"""

from typing import TYPE_CHECKING, Any

from nlputils.text.bpe import BPE_SPECIAL_TOKENS, ByteBPE, train_byte_bpe
from nlputils.text.masking import MaskedBatch, mask_tokens
from nlputils.text.neighbours import (
    count_neighbours,
    count_vectors,
    nearest,
    positive_information,
)
from nlputils.text.packing import batches_of, bert_inputs, pack, without_padding
from nlputils.text.tokenizer import Tokenizer
from nlputils.text.wordpiece import SPECIAL_TOKENS, WordPiece, train_wordpiece
from nlputils.text.words import WordIndex

if TYPE_CHECKING:
    from nlputils.text.batches import MaskedBatches
    from nlputils.text.pairs import PairBatches

__all__ = [
    "BPE_SPECIAL_TOKENS",
    "SPECIAL_TOKENS",
    "ByteBPE",
    "MaskedBatch",
    "MaskedBatches",
    "PairBatches",
    "Tokenizer",
    "WordIndex",
    "WordPiece",
    "batches_of",
    "bert_inputs",
    "count_neighbours",
    "count_vectors",
    "mask_tokens",
    "nearest",
    "pack",
    "positive_information",
    "train_byte_bpe",
    "train_wordpiece",
    "without_padding",
]


def __getattr__(name: str) -> Any:
    """Import what needs Keras only when it is used."""
    if name == "MaskedBatches":
        from nlputils.text.batches import MaskedBatches

        return MaskedBatches
    if name == "PairBatches":
        from nlputils.text.pairs import PairBatches

        return PairBatches
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
