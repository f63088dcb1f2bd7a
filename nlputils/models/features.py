"""Vectors out of an encoder, for probes and pictures."""

from __future__ import annotations

import keras_hub
import numpy as np
from keras import ops

from nlputils.text import bert_inputs


def mean_pooled(
    backbone: keras_hub.models.BertBackbone, token_ids: np.ndarray, *, batch_size: int = 256
) -> np.ndarray:
    """Return one vector for each text: the mean of its pieces' last vectors.

    Args:
        backbone: the encoder, used as it is.
        token_ids: int array [n, length], padding 0.
        batch_size: rows at a time.

    Returns:
        float32 array [n, hidden].
    """
    parts = []
    for start in range(0, len(token_ids), batch_size):
        inputs = bert_inputs(token_ids[start : start + batch_size])
        vectors = backbone(inputs, training=False)["sequence_output"]
        mask = ops.cast(inputs["padding_mask"], vectors.dtype)[:, :, None]
        pooled = ops.sum(vectors * mask, axis=1) / ops.sum(mask, axis=1)
        parts.append(ops.convert_to_numpy(pooled))
    return np.concatenate(parts).astype(np.float32)
