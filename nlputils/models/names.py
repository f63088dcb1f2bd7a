"""What KerasHub and Hugging Face call the same weights of a BERT, and how each lays them out.

A name of Hugging Face is a path through its modules; those of RoBERTa are BERT's, and DistilBERT
has its own. Here all are brought to BERT's, without the prefix that a model with a head puts
before them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

# KerasHub, BERT. A path of Keras may have a layer of embeddings around the first two.
_OUTSIDE = {
    "token_embedding": "embeddings.word_embeddings",
    "position_embedding": "embeddings.position_embeddings",
    "segment_embedding": "embeddings.token_type_embeddings",
    "embeddings_layer_norm": "embeddings.LayerNorm",
    "pooled_dense": "pooler.dense",
}
_INSIDE = {
    "self_attention_layer/query": "attention.self.query",
    "self_attention_layer/key": "attention.self.key",
    "self_attention_layer/value": "attention.self.value",
    "self_attention_layer/attention_output": "attention.output.dense",
    "self_attention_layer_norm": "attention.output.LayerNorm",
    "feedforward_intermediate_dense": "intermediate.dense",
    "feedforward_output_dense": "output.dense",
    "feedforward_layer_norm": "output.LayerNorm",
}
_PARTS = {
    "kernel": "weight",
    "gamma": "weight",
    "embeddings": "weight",
    "bias": "bias",
    "beta": "bias",
}

# DistilBERT, BERT.
_DISTILLED = {
    "transformer.layer.": "encoder.layer.",
    ".attention.q_lin.": ".attention.self.query.",
    ".attention.k_lin.": ".attention.self.key.",
    ".attention.v_lin.": ".attention.self.value.",
    ".attention.out_lin.": ".attention.output.dense.",
    ".sa_layer_norm.": ".attention.output.LayerNorm.",
    ".ffn.lin1.": ".intermediate.dense.",
    ".ffn.lin2.": ".output.dense.",
    ".output_layer_norm.": ".output.LayerNorm.",
}


def hugging_face_name(path: str) -> str:
    """Translate the path of a weight.

    Args:
        path: ``variable.path`` of an encoder of KerasHub, such as
            ``transformer_layer_0/self_attention_layer/query/kernel``.

    Returns:
        BERT's name at Hugging Face, such as ``encoder.layer.0.attention.self.query.weight``.

    Raises:
        KeyError: no weight of an encoder has this path.
    """
    place, _, part = path.rpartition("/")
    block = re.match(r"transformer_layer_(\d+)/", place)
    if block:
        inner = _INSIDE[place[block.end() :]]
        return f"encoder.layer.{block[1]}.{inner}.{_PARTS[part]}"
    return f"{_OUTSIDE[place.rpartition('/')[2]]}.{_PARTS[part]}"


def with_bert_names(tensors: Mapping[str, np.ndarray], model_type: str) -> dict[str, np.ndarray]:
    """Give the tensors of a file BERT's names.

    Args:
        tensors: name to array, as the file has them.
        model_type: ``bert``, ``roberta`` or ``distilbert``, which may stand before a name.

    Returns:
        The same arrays. Those of a head keep their names.
    """
    found = {}
    for name, tensor in tensors.items():
        short = name.removeprefix(f"{model_type}.")
        if model_type == "distilbert":
            for theirs, bert in _DISTILLED.items():
                short = short.replace(theirs, bert)
        # Files made from the first BERT checkpoints.
        short = re.sub(r"\.LayerNorm\.gamma$", ".LayerNorm.weight", short)
        short = re.sub(r"\.LayerNorm\.beta$", ".LayerNorm.bias", short)
        found[short] = tensor
    return found


def to_keras(tensor: np.ndarray, path: str, shape: tuple[int, ...]) -> np.ndarray:
    """Lay a tensor out as Keras does.

    PyTorch keeps a matrix as [out, in], Keras as [in, out], and attention has its heads apart:
    [in, heads, size], or [heads, size, out] for its last matrix.

    Args:
        tensor: float array as in the file.
        path: of the Keras weight.
        shape: of the Keras weight.

    Returns:
        float32 array [*shape].

    Raises:
        ValueError: it does not have as many numbers.
    """
    turned = tensor.T if path.endswith("kernel") else tensor
    return np.ascontiguousarray(turned, dtype=np.float32).reshape(shape)


def to_hugging_face(weight: np.ndarray, path: str) -> np.ndarray:
    """Lay a Keras weight out as a file of Hugging Face has it: the inverse of `to_keras`.

    Args:
        weight: float array of Keras.
        path: of the Keras weight.

    Returns:
        float32 array: a vector for a bias, [out, in] for a matrix, a table as it is.
    """
    if path.endswith("attention_output/kernel"):
        weight = weight.reshape(-1, weight.shape[-1])
    elif path.endswith("kernel"):
        weight = weight.reshape(weight.shape[0], -1)
    elif path.endswith("bias"):
        weight = weight.reshape(-1)
    turned = weight.T if path.endswith("kernel") else weight
    return np.ascontiguousarray(turned, dtype=np.float32)
