"""Vectors out of an encoder, for probes and pictures."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import keras
import keras_hub
import numpy as np
from keras import ops

from nlputils.text import batches_of, bert_inputs, without_padding

# The part of each encoder that gives the vectors, and with it what Keras compiled for it.
_READERS: WeakKeyDictionary[keras_hub.models.BertBackbone, keras.Model] = WeakKeyDictionary()


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
    if backbone not in _READERS:
        _READERS[backbone] = keras.Model(backbone.input, backbone.output["sequence_output"])
    reader = _READERS[backbone]
    lengths = (token_ids != 0).sum(axis=1)
    found = np.empty((len(token_ids), backbone.hidden_dim), dtype=np.float32)
    # Texts of like length side by side need less padding; what is padding changes no vector.
    order = np.argsort(lengths, kind="stable")
    for chosen in batches_of(order, batch_size):
        inputs = without_padding(bert_inputs(token_ids[chosen]))
        vectors = ops.convert_to_numpy(reader.predict_on_batch(inputs))
        mask = inputs["padding_mask"][:, :, None]
        found[chosen] = (vectors * mask).sum(axis=1) / mask.sum(axis=1)
    return found
