"""The matrix products of a step, and next to nothing between them: what is left to win, and where.

A step is slower than the peak for two reasons. Its products have other shapes than the fastest
one, or are made by another library. And between them stand norms, softmax, activations, the
masking of batches and the optimizer's rule. This contestant makes the products, and scales each
block's vectors. Its distance from the peak is the price of the shapes and of the backend, and the
distance of `nlputils.bench.contestants.course` from it the price of all the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

import keras
import keras_hub
import numpy as np
from keras import layers, ops

from nlputils.bench.contestants import Fitted
from nlputils.bench.rows import SEED
from nlputils.bench.setup import RATE, Setup
from nlputils.memory import keep_freed_memory
from nlputils.train.reuse import jit


def products(setup: Setup) -> Fitted:
    """Return a network that makes a step's matrix products and no more than it must beside them.

    It multiplies the same vectors again and again, by the same step compiled in the same way as
    the course's.

    Args:
        setup: what all contestants have in common.

    Returns:
        The compiled contestant.
    """
    keep_freed_memory()
    keras.config.set_dtype_policy(setup.dtype)
    model = products_model(setup)
    model.compile(optimizer=keras.optimizers.SGD(RATE), loss=_mean_square, jit_compile=jit(True))
    return Fitted(model, lambda made: _same_batch(setup), setup)


def products_model(setup: Setup) -> keras.Model:
    """Build BERT's products without what stands between them.

    Args:
        setup: the network and its batch.

    Returns:
        A model from vectors [batch, length, width] to logits [batch, scored, vocabulary].
    """
    vectors = keras.Input((setup.length, setup.width), name="vectors")
    # Something learned below the first block: else its first gradients would not be asked for.
    x = vectors + keras_hub.layers.PositionEmbedding(setup.length)(vectors)
    for _ in range(setup.layers):
        x = _dense(setup.width)(_dense(4 * setup.width)(_attended(x, setup)))
        # Without it, numbers that no softmax holds would grow with their cube in each block.
        x = layers.UnitNormalization()(x) * setup.width**0.5
    return keras.Model(
        vectors, _dense(setup.vocabulary_size)(_dense(setup.width)(x[:, : setup.scored]))
    )


def _attended(x: keras.KerasTensor, setup: Setup) -> keras.KerasTensor:
    """Return attention's products, from scores that are not made weights."""
    split = layers.Reshape((setup.length, setup.heads, setup.width // setup.heads))
    queries, keys, values = (split(_dense(setup.width)(x)) for _ in range(3))
    scores = ops.einsum("bqhd,bkhd->bhqk", queries, keys)
    sums = ops.einsum("bhqk,bkhd->bqhd", scores, values)
    return _dense(setup.width)(layers.Reshape((setup.length, setup.width))(sums))


def _dense(size: int) -> layers.Dense:
    return layers.Dense(size, use_bias=False)


def _mean_square(_: keras.KerasTensor, logits: keras.KerasTensor) -> keras.KerasTensor:
    """Return a loss whose gradient is cheap and not constant: no compiler can work it out ahead."""
    return ops.mean(ops.square(ops.cast(logits, "float32")))


def _same_batch(setup: Setup) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    shape = (setup.batch_size, setup.length, setup.width)
    vectors = np.random.default_rng(SEED).normal(size=shape).astype("float32")
    while True:
        yield vectors, np.zeros((setup.batch_size, 1), "float32")
