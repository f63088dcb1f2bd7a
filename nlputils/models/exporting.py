"""An encoder of the course, written as a folder that Hugging Face Transformers loads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras_hub
import numpy as np

from nlputils.data.files import folder_atomic, write_atomic
from nlputils.errors import CourseError
from nlputils.models.exact_gelu import ExactGeluBertBackbone
from nlputils.models.hugging_face import CONFIG, FROM_FILE, WEIGHTS
from nlputils.models.names import hugging_face_name, to_hugging_face
from nlputils.models.storage import CARD, Encoder
from nlputils.models.tokenizer_files import write_word_pieces
from nlputils.text import WordPiece


def export_hugging_face(encoder: Encoder, folder: str | Path) -> Path:
    """Write an encoder so that ``transformers.AutoModel.from_pretrained(folder)`` loads it.

    The pooler is written only where it was read from a file: that of a course encoder was never
    trained. Transformers says so when it loads the folder, and
    ``AutoModel.from_pretrained(folder, add_pooling_layer=False)`` does without.

    Args:
        encoder: a BERT: a course encoder, or what `load_encoder` made of a BERT or DistilBERT.
        folder: where to; a folder that stands there is replaced in one step.

    Returns:
        The folder: ``config.json``, ``model.safetensors``, ``vocab.txt``, the tokenizer's other
        files, and the encoder's card.

    Raises:
        CourseError: it is no BERT with word pieces.
    """
    backbone = encoder.backbone
    if not isinstance(backbone, keras_hub.models.BertBackbone) or not isinstance(
        encoder.tokenizer, WordPiece
    ):
        raise CourseError(
            f"This encoder is a {type(backbone).__name__} with a "
            f"{type(encoder.tokenizer).__name__}: only a BERT with word pieces can be exported."
        )
    with folder_atomic(folder) as staging:
        write_atomic(staging / CONFIG, json.dumps(_config(backbone), indent=1) + "\n")
        tensors = hugging_face_tensors(backbone)
        if encoder.card.get("pooler") != FROM_FILE:
            tensors = {name: x for name, x in tensors.items() if not name.startswith("pooler.")}
        _write(tensors, staging / WEIGHTS)
        write_word_pieces(encoder.tokenizer, staging, backbone.max_sequence_length)
        write_atomic(staging / CARD, json.dumps(encoder.card, indent=1, sort_keys=True) + "\n")
    return Path(folder)


def hugging_face_tensors(backbone: keras_hub.models.BertBackbone) -> dict[str, np.ndarray]:
    """Give all weights of a BERT the names and the layout of Hugging Face.

    Args:
        backbone: the encoder.

    Returns:
        Name to float32 array.
    """
    return {
        hugging_face_name(weight.path): to_hugging_face(np.asarray(weight.numpy()), weight.path)
        for weight in backbone.weights
        if "seed_generator" not in weight.path
    }


def _write(tensors: dict[str, np.ndarray], path: Path) -> None:
    from safetensors.numpy import save

    # Transformers refuses a file that does not name the framework of its layout.
    write_atomic(path, save(tensors, metadata={"format": "pt"}))


def _config(backbone: keras_hub.models.BertBackbone) -> dict[str, Any]:
    exact = isinstance(backbone, ExactGeluBertBackbone)
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": backbone.vocabulary_size,
        "hidden_size": backbone.hidden_dim,
        "num_hidden_layers": backbone.num_layers,
        "num_attention_heads": backbone.num_heads,
        "intermediate_size": backbone.intermediate_dim,
        "hidden_act": "gelu" if exact else "gelu_pytorch_tanh",
        "hidden_dropout_prob": backbone.dropout,
        "attention_probs_dropout_prob": backbone.dropout,
        "max_position_embeddings": backbone.max_sequence_length,
        "type_vocab_size": backbone.num_segments,
        "layer_norm_eps": backbone.embeddings_layer_norm.epsilon,
        "initializer_range": 0.02,
        "pad_token_id": 0,
        "dtype": "float32",
    }
