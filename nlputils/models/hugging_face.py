"""A BERT, DistilBERT or RoBERTa from a folder of Hugging Face: loaded right, or refused.

KerasHub 0.32 reads such folders, too. Some it loads silently wrong: it takes tanh gelu for exact
gelu and for ReLU, leaves out RoBERTa's token-type vector, and knows one epsilon for each family.
Some that are sound it cannot load: those without a pooler, and bare RoBERTa and DistilBERT
models. So the weights are placed here, name by name, and every one must be there and be used.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import keras_hub
import numpy as np

from nlputils.data.files import read_object
from nlputils.errors import CourseError
from nlputils.models.exact_gelu import ExactGeluBertBackbone
from nlputils.models.names import hugging_face_name, to_keras, with_bert_names
from nlputils.models.storage import CARD, Encoder
from nlputils.models.tokenizer_files import byte_pairs, word_pieces

WEIGHTS, INDEX, CONFIG = "model.safetensors", "model.safetensors.index.json", "config.json"
# What a card says of a pooler that may be trusted.
FROM_FILE = "from the file"
EXACT, TANH = ("gelu",), ("gelu_new", "gelu_pytorch_tanh")


class _Family(NamedTuple):
    """What a model type calls its settings, and which it may have.

    Attributes:
        names: argument of the KerasHub class to key of the configuration.
        activation: the key of the activation.
        activations: those that can be loaded.
        epsilon: what its layer norms add to the variance; KerasHub has no other.
    """

    names: dict[str, str]
    activation: str
    activations: tuple[str, ...]
    epsilon: float


_BERT = {
    "vocabulary_size": "vocab_size",
    "num_layers": "num_hidden_layers",
    "num_heads": "num_attention_heads",
    "hidden_dim": "hidden_size",
    "intermediate_dim": "intermediate_size",
    "max_sequence_length": "max_position_embeddings",
}
_DISTIL = {
    "vocabulary_size": "vocab_size",
    "num_layers": "n_layers",
    "num_heads": "n_heads",
    "hidden_dim": "dim",
    "intermediate_dim": "hidden_dim",
    "max_sequence_length": "max_position_embeddings",
}
FAMILIES = {
    "bert": _Family(_BERT, "hidden_act", (*EXACT, *TANH), 1e-12),
    "distilbert": _Family(_DISTIL, "activation", EXACT, 1e-12),
    "roberta": _Family(_BERT, "hidden_act", EXACT, 1e-5),
}


def load_hugging_face(folder: str | Path) -> Encoder:
    """Read the encoder of a Hugging Face folder; heads on top of it are left out.

    BERT and DistilBERT become a ``BertBackbone``, which all lessons take: DistilBERT is a BERT
    without token types and without a pooler (Sanh et al. (2019), "DistilBERT", section 3).
    RoBERTa becomes a ``RobertaBackbone`` with KerasHub's own tokenizer. It has one token type, so
    its vector is added to every place, and can be added to the position vectors beforehand.

    Args:
        folder: holds ``config.json``, ``model.safetensors`` and the tokenizer's files.

    Returns:
        The encoder in float32. Its card says what was left out, and whether the pooler is from
        the file or has random weights.

    Raises:
        CourseError: a file is missing or damaged, or the model is one that cannot be loaded
            right. The message says which, and what is supported.
    """
    folder = Path(folder)
    config = read_object(folder / CONFIG)
    model_type = _checked_type(config, folder)
    stored, prefix = read_tensors(folder), f"{model_type}."
    tensors = with_bert_names(stored, model_type)
    # The prefix says that a tensor is the encoder's own. A file without prefixes has none.
    marked = {name: x for name, x in stored.items() if name.startswith(prefix)}
    backbone = _backbone(config)
    if model_type == "distilbert":
        shape = backbone.segment_embedding.embeddings.shape
        tensors["embeddings.token_type_embeddings.weight"] = np.zeros(shape, np.float32)
    if model_type == "roberta":
        _fold_token_type(tensors, config, folder)
    used = _place(backbone, tensors, folder)
    left_out = _left_out(set(tensors) - used, set(with_bert_names(marked, model_type)), folder)
    if model_type == "roberta":
        tokenizer = byte_pairs(folder)
    else:
        tokenizer = word_pieces(folder, backbone.vocabulary_size)
    card = {
        "source": f"Hugging Face folder, model type {model_type}",
        "architectures": config.get("architectures", []),
        "activation": config.get(FAMILIES[model_type].activation, "gelu"),
        "pooler": _pooler(model_type, tensors),
        "left_out": left_out,
    }
    own = read_object(folder / CARD) if (folder / CARD).is_file() else {}
    return Encoder(backbone, tokenizer, {**own, **card})


def _pooler(model_type: str, tensors: Mapping[str, np.ndarray]) -> str:
    if model_type == "roberta":
        return "none: KerasHub's RoBERTa has no place for one"
    return FROM_FILE if "pooler.dense.weight" in tensors else "random weights: the file has none"


def read_tensors(folder: str | Path) -> dict[str, np.ndarray]:
    """Read the weights of a Hugging Face folder, in one file or in several with an index.

    Args:
        folder: the folder.

    Returns:
        Name to float array, as the files have them.

    Raises:
        CourseError: a file is missing or damaged, or the weights are not stored as safetensors.
    """
    folder = Path(folder)
    if (folder / INDEX).is_file():
        files = sorted(set(read_object(folder / INDEX)["weight_map"].values()))
    else:
        files = [WEIGHTS]
    found: dict[str, np.ndarray] = {}
    for name in files:
        found |= _one_file(folder / name)
    return found


def _one_file(path: Path) -> dict[str, np.ndarray]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    if not path.is_file():
        old = sorted(p.name for p in path.parent.glob("*.bin"))
        hint = (
            f" {old[0]} holds them in an older format that may run code when it is read: save the "
            "model again with transformers, which writes safetensors."
            if old
            else " Copy the folder again, with all its files."
        )
        raise CourseError(f"{path} is missing, which holds the weights.{hint}")
    try:
        return load_file(path)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CourseError(
            f"{path} is damaged, or no safetensors file: {error}. Copy it again; it should have as "
            f"many bytes as its source (now {path.stat().st_size:,})."
        ) from error


def _checked_type(config: Mapping[str, Any], folder: Path) -> str:
    """Return the type of the model; refuse, by the configuration alone, what would come out wrong.

    Args:
        config: what ``config.json`` holds.
        folder: for the messages.

    Returns:
        One of `FAMILIES`.

    Raises:
        CourseError: the type or a setting is one that cannot be loaded right.
    """
    model_type = str(config.get("model_type"))
    if model_type not in FAMILIES:
        decoder = (
            " GPT-2 is a decoder: keras_hub.models.GPT2Backbone.from_preset(folder) loads it."
            if model_type == "gpt2"
            else ""
        )
        raise CourseError(
            f"{folder / CONFIG}: model_type is {model_type!r}. Encoders of the types "
            f"{', '.join(FAMILIES)} can be loaded.{decoder}"
        )
    family = FAMILIES[model_type]
    missing = [name for name in family.names.values() if name not in config]
    if missing:
        raise CourseError(f"{folder / CONFIG} lacks {', '.join(missing)}: it is not whole.")
    allowed: dict[str, tuple[Any, ...]] = {
        family.activation: family.activations,
        "layer_norm_eps": (family.epsilon,),
        "position_embedding_type": ("absolute",),
        "is_decoder": (False,),
        "add_cross_attention": (False,),
    }
    # Hugging Face's own default where the file is silent: for RoBERTa not what KerasHub has.
    silent = {family.activation: "gelu", "layer_norm_eps": 1e-12}
    for name, values in allowed.items():
        found = config.get(name, silent.get(name, values[0]))
        if found not in values:
            raise CourseError(
                f"{folder / CONFIG}: {name} is {found!r}. KerasHub's {model_type} would load it "
                f"without a word and give other vectors. What can be loaded right is "
                f"{' or '.join(map(repr, values))}."
            )
    return model_type


def _backbone(config: Mapping[str, Any]) -> Any:
    """Build the empty encoder that a checked configuration describes."""
    family = FAMILIES[config["model_type"]]
    sizes: dict[str, Any] = {ours: int(config[theirs]) for ours, theirs in family.names.items()}
    sizes["dropout"] = float(config.get("hidden_dropout_prob", config.get("dropout", 0.1)))
    if config["model_type"] == "roberta":
        # The first rows of the table belong to padding; places are counted from behind them.
        sizes["max_sequence_length"] -= config.get("pad_token_id", 1) + 1
        return keras_hub.models.RobertaBackbone(**sizes, dtype="float32")
    sizes["num_segments"] = int(config.get("type_vocab_size", 2))
    exact = config.get(family.activation, "gelu") in EXACT
    kind = ExactGeluBertBackbone if exact else keras_hub.models.BertBackbone
    return kind(**sizes, dtype="float32")


def _fold_token_type(
    tensors: dict[str, np.ndarray], config: Mapping[str, Any], folder: Path
) -> None:
    """Add RoBERTa's token-type vector to its position vectors, and drop the padding's rows."""
    types = tensors.pop("embeddings.token_type_embeddings.weight", None)
    places = tensors.get("embeddings.position_embeddings.weight")
    if types is None or places is None:
        raise CourseError(f"{folder}: the weights lack token types or positions. Copy it again.")
    first = config.get("pad_token_id", 1) + 1
    tensors["embeddings.position_embeddings.weight"] = places[first:] + types[0]


def _place(backbone: Any, tensors: Mapping[str, np.ndarray], folder: Path) -> set[str]:
    """Put every tensor into its weight, and return the names of those that were used."""
    used = set()
    for variable in backbone.weights:
        if "seed_generator" in variable.path:
            continue
        name = hugging_face_name(variable.path)
        if name not in tensors and name.startswith("pooler."):
            continue
        if name not in tensors:
            raise CourseError(
                f"{folder}: the weights lack {name!r}. The file is not whole, or not of the model "
                f"that {CONFIG} describes."
            )
        try:
            variable.assign(to_keras(tensors[name], variable.path, tuple(variable.shape)))
        except ValueError as error:
            raise CourseError(
                f"{folder}: {name!r} has shape {tensors[name].shape}, which does not fit "
                f"{tuple(variable.shape)}: {CONFIG} and the weights do not belong together."
            ) from error
        used.add(name)
    return used


def _left_out(names: set[str], marked: set[str], folder: Path) -> list[str]:
    """Return the names of a head's tensors; one of the encoder itself must not be left over.

    Args:
        names: BERT's names of the tensors that found no place.
        marked: those names that stand behind the encoder's prefix in the file.
        folder: for the message.

    Returns:
        The names, sorted.

    Raises:
        CourseError: a tensor of the encoder has no place. A pooler may have none, for it comes
            after the vectors.
    """
    # A buffer of older files: the numbers 0, 1, 2, ...
    names = {name for name in names if not name.endswith("position_ids")}
    own = {name for name in marked if not name.startswith("pooler.")}
    inside = sorted(n for n in names if n in own or n.startswith(("encoder.", "embeddings.")))
    if inside:
        raise CourseError(
            f"{folder}: {inside[0]!r} has no place in the model that {CONFIG} describes. Without "
            "it the vectors could be other ones."
        )
    return sorted(names)
