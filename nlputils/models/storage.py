"""An encoder and its vocabulary on disk: a KerasHub preset, written whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal, NamedTuple

import keras_hub
import numpy as np

from nlputils.data.files import (
    check_checksums,
    folder_atomic,
    read_object,
    write_atomic,
    write_checksums,
)
from nlputils.errors import CourseError
from nlputils.text import WordPiece

CARD = "card.json"
_VOCABULARY, _OPTIONS = "vocabulary.txt", "vocabulary_options.json"
Precision = Literal["float32", "float16"]


class Encoder(NamedTuple):
    """A pretrained encoder with what belongs to it.

    Attributes:
        backbone: the KerasHub model.
        tokenizer: the vocabulary it was pretrained with. For a RoBERTa it is KerasHub's own
            ``RobertaTokenizer``, and the backbone a ``RobertaBackbone``.
        card: what its maker wrote down: data, tokens, seconds, device.
    """

    backbone: keras_hub.models.BertBackbone
    tokenizer: Any
    card: dict[str, Any]


def save_encoder(
    folder: str | Path,
    backbone: keras_hub.models.BertBackbone,
    tokenizer: WordPiece,
    card: dict[str, Any],
    *,
    precision: Precision = "float32",
    readme: str = "",
) -> Path:
    """Write an encoder as a preset that KerasHub loads, its vocabulary and card beside it.

    Args:
        folder: where to; an encoder that stands there is replaced in one step.
        backbone: the model.
        tokenizer: its vocabulary.
        card: what a later reader must know of it; must be JSON.
        precision: how its numbers are stored. ``"float16"`` halves the file and rounds each number
            to about three digits; `load_encoder` gives float32 weights in both cases.
        readme: the card for people, in Markdown; none is written without it.

    Returns:
        The folder.

    Raises:
        CourseError: the vocabulary and the model do not fit.
    """
    if len(tokenizer) != backbone.vocabulary_size:
        raise CourseError(
            f"The tokenizer has {len(tokenizer)} pieces, the encoder {backbone.vocabulary_size}: "
            "they do not belong together."
        )
    folder = Path(folder)
    stored = backbone if precision == "float32" else rounded(backbone)
    with folder_atomic(folder) as staging:
        stored.save_to_preset(str(staging))
        tokenizer.save(staging / _VOCABULARY)
        options = {"lowercase": tokenizer.lowercase, "strip_accents": tokenizer.strip_accents}
        if not all(options.values()):
            write_atomic(staging / _OPTIONS, json.dumps(options) + "\n")
        write_atomic(staging / CARD, json.dumps(card, indent=1, sort_keys=True) + "\n")
        if readme:
            write_atomic(staging / "README.md", readme)
        write_checksums(staging)
    return folder


def rounded(backbone: keras_hub.models.BertBackbone) -> keras_hub.models.BertBackbone:
    """Return a copy of an encoder that computes and stores in float16.

    Args:
        backbone: the model; it is not changed.

    Returns:
        The copy.

    Raises:
        CourseError: a weight is too large for float16, whose largest number is 65,504.
    """
    weights = backbone.get_weights()
    largest = max(float(np.abs(weight).max()) for weight in weights)
    if largest > float(np.finfo(np.float16).max):
        raise CourseError(f"A weight is {largest:.3g}, too large for float16: store it in float32.")
    copy = type(backbone).from_config({**backbone.get_config(), "dtype": "float16"})
    copy.set_weights([weight.astype(np.float16) for weight in weights])
    return copy


def load_course_encoder(folder: str | Path) -> Encoder:
    """Read an encoder written by `save_encoder`, every file checked against its sha256.

    Args:
        folder: the encoder's folder.

    Returns:
        The encoder with float32 weights, its tokenizer and its card.

    Raises:
        CourseError: a file of it is missing or damaged.
    """
    folder = Path(folder)
    check_checksums(folder, "run lesson 05 again, or restore it.")
    backbone = keras_hub.models.BertBackbone.from_preset(str(folder), dtype="float32")
    options = read_object(folder / _OPTIONS) if (folder / _OPTIONS).is_file() else {}
    tokenizer = WordPiece.load(folder / _VOCABULARY, **options)
    return Encoder(backbone, tokenizer, read_object(folder / CARD))
