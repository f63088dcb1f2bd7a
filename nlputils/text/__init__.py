"""Text to tensors: tokenizers, packing, masking.

Takes frames and texts, gives int32 arrays. `MaskedBatches` is a Keras data set, so its module is
imported only when it is asked for.
"""

from typing import TYPE_CHECKING, Any

from nlputils.text.masking import MaskedBatch, mask_tokens
from nlputils.text.packing import bert_inputs, pack
from nlputils.text.wordpiece import SPECIAL_TOKENS, WordPiece, train_wordpiece
from nlputils.text.words import WordIndex

if TYPE_CHECKING:
    from nlputils.text.batches import MaskedBatches

__all__ = [
    "SPECIAL_TOKENS",
    "MaskedBatch",
    "MaskedBatches",
    "WordIndex",
    "WordPiece",
    "bert_inputs",
    "mask_tokens",
    "pack",
    "train_wordpiece",
]


def __getattr__(name: str) -> Any:
    """Import what needs Keras only when it is used."""
    if name == "MaskedBatches":
        from nlputils.text.batches import MaskedBatches

        return MaskedBatches
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
