"""Pretraining that goes on from an encoder: what is taken from it, and what is told of it.

Source: Gururangan et al. (2020), "Don't Stop Pretraining": a second phase of pretraining, on text
that is closer to the tasks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras_hub

from nlputils import models
from nlputils.errors import CourseError
from nlputils.text import WordPiece
from nlputils.train.fingerprints import weights_fingerprint

# What the card of the later encoder repeats of the earlier one.
_TOLD = ("command", "corpus", "curve", "device", "held_out_loss", "minutes", "pieces_read", "text")


@dataclass(frozen=True)
class Earlier:
    """An encoder that a training goes on from.

    Attributes:
        name: of its folder.
        backbone: the model, with its weights.
        tokenizer: its vocabulary, which the later encoder keeps.
        card: what its maker wrote down.
        weights: the hash of its weights.
    """

    name: str
    backbone: keras_hub.models.BertBackbone
    tokenizer: WordPiece
    card: dict[str, Any]
    weights: str

    @property
    def told(self) -> list[dict[str, Any]]:
        """The trainings so far, the first one first, for the card of the later encoder."""
        own = {name: self.card[name] for name in _TOLD} | {"name": self.name}
        return [*self.card.get("earlier", []), own]


def earlier_encoder(folder: str | Path, row_length: int, dropout: float = 0.0) -> Earlier:
    """Load an encoder that a training is to go on from.

    Args:
        folder: of an encoder of ``nlputils pretrain-encoder``.
        row_length: pieces in the rows that it will read.
        dropout: that the training asks for; the network keeps its own.

    Returns:
        The encoder.

    Raises:
        CourseError: there is no such encoder, its card does not say how it was made, or rows or
            dropout are not those it was built for.
    """
    encoder = models.load_encoder(folder)
    missing = sorted({*_TOLD, "size"} - set(encoder.card))
    if missing:
        raise CourseError(
            f"{folder}: its card tells no {', '.join(missing)}. Name the folder of an encoder that "
            "`nlputils pretrain-encoder` made, or start from `counts`."
        )
    backbone = encoder.backbone
    asked = (row_length, dropout)
    if asked != (backbone.max_sequence_length, backbone.dropout):
        raise CourseError(
            f"{folder} was built for rows of {backbone.max_sequence_length} pieces and dropout "
            f"{backbone.dropout:g}, and rows of {row_length} with dropout {dropout:g} were asked "
            f"for. Give `--row-length {backbone.max_sequence_length} --dropout "
            f"{backbone.dropout:g}`."
        )
    name = models.encoder_folder(folder).name
    weights = weights_fingerprint(backbone)
    return Earlier(name, backbone, encoder.tokenizer, encoder.card, weights)
