"""Byte-level byte-pair encoding: pieces over bytes, so that no text has an unknown piece.

Source of the method: Sennrich, Haddow & Birch (2016), "Neural Machine Translation of Rare Words
with Subword Units"; over bytes in Radford et al. (2019), "Language Models are Unsupervised
Multitask Learners", section 2.2, and in Liu et al. (2019), "RoBERTa", section 4.4.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlputils.data.files import write_atomic
from nlputils.errors import CourseError
from nlputils.text.tokenizer import Tokenizer

if TYPE_CHECKING:
    import keras_hub

# RoBERTa's names, in the order of BERT's `SPECIAL_TOKENS`: padding first, as Keras masks id 0.
BPE_SPECIAL_TOKENS = ("<pad>", "<unk>", "<s>", "</s>", "<mask>")


class ByteBPE(Tokenizer):
    """A byte-level BPE tokenizer: cased, and nothing is unknown to it.

    Args:
        vocabulary: the pieces with their ids. Must hold RoBERTa's five special tokens, ``<pad>``
            with id 0.
        merges: which two pieces are joined, ``"left right"``, the most urgent first.

    Raises:
        CourseError: a special token is missing, the ids have gaps, or ``<pad>`` is not first.
    """

    def __init__(self, vocabulary: Mapping[str, int], merges: Sequence[str]) -> None:
        from tokenizers import Tokenizer as Rust
        from tokenizers import decoders, models

        missing = [token for token in BPE_SPECIAL_TOKENS if token not in vocabulary]
        if missing:
            raise CourseError(f"The vocabulary lacks {missing}; RoBERTa's has all five.")
        if sorted(vocabulary.values()) != list(range(len(vocabulary))):
            raise CourseError(f"The {len(vocabulary)} ids must be 0 to {len(vocabulary) - 1}.")
        if vocabulary["<pad>"] != 0:
            raise CourseError(
                f"<pad> has id {vocabulary['<pad>']}; Keras masks id 0: put it first."
            )
        self._ids, self.merges = dict(vocabulary), tuple(merges)
        self.vocabulary = tuple(sorted(self._ids, key=self._ids.__getitem__))
        self.pad_id, self.unk_id, self.cls_id, self.sep_id, self.mask_id = (
            self._ids[token] for token in BPE_SPECIAL_TOKENS
        )
        pairs = [(left, right) for left, right in (merge.split(" ") for merge in self.merges)]
        self._rust = Rust(models.BPE(self._ids, pairs))
        self._rust.pre_tokenizer = _pre_tokenizer()
        self._rust.decoder = decoders.ByteLevel()

    def save(self, path: str | Path) -> Path:
        """Write vocabulary and merges to ``path``, a JSON file; whole or not at all."""
        content = {"vocabulary": self._ids, "merges": list(self.merges)}
        return write_atomic(path, json.dumps(content, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: str | Path) -> ByteBPE:
        """Read what `save` wrote.

        Raises:
            CourseError: there is no such file, or it is not such a vocabulary.
        """
        path = Path(path)
        if not path.is_file():
            raise CourseError(f"No vocabulary at {path}: train one with `train_byte_bpe`.")
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls(content["vocabulary"], content["merges"])
        except (ValueError, KeyError, TypeError) as error:
            raise CourseError(
                f"{path} is no vocabulary of byte-level BPE: a JSON file with `vocabulary` and "
                "`merges` was expected. Train it again."
            ) from error

    def to_keras_hub(self, **options: Any) -> keras_hub.tokenizers.RobertaTokenizer:
        """Build the KerasHub tokenizer with the same pieces (needs TensorFlow Text)."""
        import keras_hub

        return keras_hub.tokenizers.RobertaTokenizer(
            vocabulary=self._ids, merges=list(self.merges), **options
        )


def train_byte_bpe(
    texts: Iterable[str], vocabulary_size: int, *, min_frequency: int = 2
) -> ByteBPE:
    """Train byte-level BPE; the same texts give the same pieces on every machine.

    Args:
        texts: the training texts (never an evaluation text).
        vocabulary_size: pieces wanted, five special tokens and 256 bytes included.
        min_frequency: a pair of pieces is merged only if it was seen so often.

    Returns:
        The tokenizer. It may hold fewer pieces than asked for when the text is small.

    Raises:
        CourseError: there is no text, or the size does not even hold the bytes.
    """
    from tokenizers import Tokenizer as Rust
    from tokenizers import models, pre_tokenizers, trainers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    least = len(BPE_SPECIAL_TOKENS) + len(alphabet)
    if vocabulary_size < least:
        raise CourseError(
            f"vocabulary_size={vocabulary_size} does not hold the 256 bytes and "
            f"{len(BPE_SPECIAL_TOKENS)} special tokens: ask for at least {least} pieces."
        )
    texts = list(texts)
    if not any(text.strip() for text in texts):
        raise CourseError("No text to train a vocabulary on: the texts are empty.")
    rust = Rust(models.BPE())
    rust.pre_tokenizer = _pre_tokenizer()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size,
        min_frequency=min_frequency,
        special_tokens=list(BPE_SPECIAL_TOKENS),
        initial_alphabet=alphabet,
        show_progress=False,
    )
    rust.train_from_iterator(texts, trainer)
    content = json.loads(rust.to_str())["model"]
    return ByteBPE(content["vocab"], merges_of(content))


def merges_of(model: Mapping[str, Any]) -> list[str]:
    """Return the merges of a BPE model as lines, ``"left right"``.

    Args:
        model: the part of that name in a ``tokenizer.json``, whose older versions hold lines, and
            newer ones pairs.
    """
    return [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]


def _pre_tokenizer() -> Any:
    from tokenizers import pre_tokenizers

    return pre_tokenizers.ByteLevel(add_prefix_space=False)
