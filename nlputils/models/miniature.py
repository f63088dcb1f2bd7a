"""Small models in the folder format of Hugging Face, from a configuration and random weights.

A lesson or a test can look at the format, and at what a loader makes of it, without a network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlputils.data.files import folder_atomic, write_atomic
from nlputils.errors import CourseError
from nlputils.models.hugging_face import CONFIG, WEIGHTS
from nlputils.models.tokenizer_files import write_word_pieces
from nlputils.text import WordPiece

Shapes = dict[str, tuple[int, ...]]
# The special pieces of RoBERTa, in the order of its published vocabulary.
_ROBERTA = ("<s>", "<pad>", "</s>", "<unk>")


def miniature_config(
    model_type: str, vocabulary_size: int, length: int, *, width: int = 32, **settings: Any
) -> dict[str, Any]:
    """Return what ``config.json`` holds for a small model: two blocks, four heads.

    Args:
        model_type: ``bert``, ``distilbert``, ``roberta`` or ``gpt2``.
        vocabulary_size: pieces. For a RoBERTa it must be 262, see `write_miniature`.
        length: pieces in the longest row.
        width: numbers in a vector; four must divide it.
        **settings: replace or add settings, by Hugging Face's own keys.

    Returns:
        The settings, for `write_miniature`.

    Raises:
        CourseError: the model type is none of the four.
    """
    like_bert = {
        "hidden_size": width,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 4 * width,
        "max_position_embeddings": length,
        "type_vocab_size": 2,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "hidden_dropout_prob": 0.1,
    }
    kinds: dict[str, dict[str, Any]] = {
        "bert": like_bert,
        "distilbert": {
            "dim": width,
            "n_layers": 2,
            "n_heads": 4,
            "hidden_dim": 4 * width,
            "max_position_embeddings": length,
            "activation": "gelu",
            "dropout": 0.1,
        },
        # As published: another epsilon, one token type, and two rows of positions for padding.
        "roberta": like_bert
        | {"layer_norm_eps": 1e-5, "type_vocab_size": 1, "pad_token_id": 1}
        | {"max_position_embeddings": length + 2},
        "gpt2": {
            "n_embd": width,
            "n_layer": 2,
            "n_head": 4,
            "n_positions": length,
            "activation_function": "gelu_new",
            "layer_norm_epsilon": 1e-5,
            "resid_pdrop": 0.1,
        },
    }
    if model_type not in kinds:
        raise CourseError(f"model_type={model_type!r}: choose one of {', '.join(kinds)}.")
    head = {"model_type": model_type, "vocab_size": vocabulary_size}
    return {**head, **kinds[model_type], **settings}


def write_miniature(
    folder: str | Path,
    config: Mapping[str, Any],
    *,
    tokenizer: WordPiece | None = None,
    prefix: str = "",
    pooler: bool = True,
    extra: Mapping[str, tuple[int, ...]] | None = None,
    seed: int = 0,
) -> Path:
    """Write a small BERT, DistilBERT, RoBERTa or GPT-2 with random weights.

    The weights are larger than those of a fresh network, so that a mistake in loading shows.

    Args:
        folder: where to; a folder that stands there is replaced in one step.
        config: what ``config.json`` shall hold, from `miniature_config`.
        tokenizer: for a BERT or DistilBERT. A RoBERTa gets pieces of its own, the 256
            bytes and a few more, 262 in all.
        prefix: stands before the names of the encoder's tensors, such as ``"bert."``, as in a
            model with a head.
        pooler: whether a BERT has its pooler.
        extra: names and shapes of further tensors, such as those of a head.
        seed: decides the weights.

    Returns:
        The folder.

    Raises:
        CourseError: the model type is none of the four.
    """
    kinds = {"bert": _bert, "roberta": _bert, "distilbert": _distilbert, "gpt2": _gpt2}
    kind = config.get("model_type")
    if kind not in kinds:
        raise CourseError(f"model_type={kind!r}: choose one of {', '.join(kinds)}.")
    shapes = kinds[kind](config)
    if not pooler:
        shapes = {name: shape for name, shape in shapes.items() if "pooler" not in name}
    named = {prefix + name: shape for name, shape in shapes.items()} | dict(extra or {})
    rng = np.random.default_rng(seed)
    tensors = {name: _drawn(name, shape, rng) for name, shape in named.items()}
    with folder_atomic(folder) as staging:
        from safetensors.numpy import save

        write_atomic(staging / CONFIG, json.dumps(dict(config), indent=1) + "\n")
        write_atomic(staging / WEIGHTS, save(tensors, metadata={"format": "pt"}))
        if tokenizer is not None:
            write_word_pieces(tokenizer, staging, int(config["max_position_embeddings"]))
        if kind == "roberta":
            _write_bytes(staging)
    return Path(folder)


def _drawn(name: str, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Draw a tensor: a table, a matrix that keeps about its input's variance, or a vector."""
    if len(shape) == 2:
        spread = 1.0 if "embedding" in name or name.endswith(("wte.weight", "wpe.weight")) else 0.0
        drawn = rng.normal(0, spread or shape[1] ** -0.5, shape)
    else:
        # The weights of a layer norm lie around 1, all other vectors around 0.
        drawn = rng.normal("norm" in name.lower() or "ln_" in name, 0.1, shape)
        if name.endswith("bias"):
            drawn = rng.normal(0, 0.1, shape)
    return drawn.astype(np.float32)


def _bert(config: Mapping[str, Any]) -> Shapes:
    d = int(config["hidden_size"])
    tables = {
        "word_embeddings": int(config["vocab_size"]),
        "position_embeddings": int(config["max_position_embeddings"]),
        "token_type_embeddings": int(config["type_vocab_size"]),
    }
    matrices = [f"attention.{n}" for n in ("self.query", "self.key", "self.value", "output.dense")]
    matrices += ["intermediate.dense", "output.dense"]
    blocks = [f"encoder.layer.{i}" for i in range(int(config["num_hidden_layers"]))]
    norms = ("attention.output.LayerNorm", "output.LayerNorm")
    shapes = _encoder(tables, blocks, matrices, norms, d, int(config["intermediate_size"]))
    return shapes | _matrix("pooler.dense", d, d)


def _distilbert(config: Mapping[str, Any]) -> Shapes:
    tables = {
        "word_embeddings": int(config["vocab_size"]),
        "position_embeddings": int(config["max_position_embeddings"]),
    }
    matrices = [f"attention.{name}" for name in ("q_lin", "k_lin", "v_lin", "out_lin")]
    matrices += ["ffn.lin1", "ffn.lin2"]
    blocks = [f"transformer.layer.{i}" for i in range(int(config["n_layers"]))]
    norms = ("sa_layer_norm", "output_layer_norm")
    return _encoder(tables, blocks, matrices, norms, int(config["dim"]), int(config["hidden_dim"]))


def _encoder(
    tables: Mapping[str, int],
    blocks: Sequence[str],
    matrices: Sequence[str],
    norms: tuple[str, str],
    d: int,
    wide: int,
) -> Shapes:
    """Return the tensors of a BERT by whatever names; the names are not those of `names.py`.

    A mistake in the loader's own table of names must not stand in what the loader is tested on.
    """
    shapes: Shapes = {f"embeddings.{name}.weight": (rows, d) for name, rows in tables.items()}
    shapes |= _vectors("embeddings.LayerNorm", d)
    *attention, widening, narrowing = matrices
    for block in blocks:
        for name in attention:
            shapes |= _matrix(f"{block}.{name}", d, d)
        shapes |= _vectors(f"{block}.{norms[0]}", d)
        shapes |= _matrix(f"{block}.{widening}", wide, d)
        shapes |= _matrix(f"{block}.{narrowing}", d, wide)
        shapes |= _vectors(f"{block}.{norms[1]}", d)
    return shapes


def _gpt2(config: Mapping[str, Any]) -> Shapes:
    d = int(config["n_embd"])
    shapes: Shapes = {
        "wte.weight": (int(config["vocab_size"]), d),
        "wpe.weight": (int(config["n_positions"]), d),
    }
    for i in range(int(config["n_layer"])):
        # GPT-2 keeps its matrices as [in, out], unlike all others here.
        for name, before, after in (
            ("attn.c_attn", d, 3 * d),
            ("attn.c_proj", d, d),
            ("mlp.c_fc", d, 4 * d),
            ("mlp.c_proj", 4 * d, d),
        ):
            shapes[f"h.{i}.{name}.weight"] = (before, after)
            shapes[f"h.{i}.{name}.bias"] = (after,)
        shapes |= _vectors(f"h.{i}.ln_1", d) | _vectors(f"h.{i}.ln_2", d)
    return shapes | _vectors("ln_f", d)


def _matrix(name: str, after: int, before: int) -> Shapes:
    return {f"{name}.weight": (after, before), f"{name}.bias": (after,)}


def _vectors(name: str, width: int) -> Shapes:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _write_bytes(folder: Path) -> None:
    """Write a byte-level vocabulary: each byte is a piece, and "th" is one more.

    KerasHub's tokenizer needs at least one pair to join.
    """
    from tokenizers import pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    ids = {piece: i for i, piece in enumerate([*_ROBERTA, *alphabet, "th", "<mask>"])}
    write_atomic(folder / "vocab.json", json.dumps(ids) + "\n")
    write_atomic(folder / "merges.txt", "#version: 0.2\nt h\n")
