"""How batches reach Keras on TensorFlow, without a wait at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
from keras import tree


def feed(batches: Any) -> Any:
    """Return what Keras' ``fit`` should read to get these batches, in their order.

    On TensorFlow, Keras hands a `PyDataset` to ``tf.data`` together with its autotuner. That one
    wakes up after 10, 20, 40, ... milliseconds, and whoever stops it waits until it wakes up
    again: in every second or third training, as long again as the training took (TensorFlow 2.21,
    measured). There is nothing to tune here. So the batches go to ``tf.data`` without it. On
    other backends they go as they are.

    Args:
        batches: a `PyDataset`, or any sequence of tuples of arrays or dicts of arrays, whose
            first axis alone may differ between batches; the second one, too, where the batches
            have an attribute ``by_length`` that is true.

    Returns:
        The batches, or a ``tf.data.Dataset`` of the same ones.
    """
    if keras.backend.backend() != "tensorflow":
        return batches
    import tensorflow as tf

    def one_by_one() -> Iterator[Any]:
        for index in range(len(batches)):
            yield batches[index]

    free = 2 if getattr(batches, "by_length", False) else 1
    signature = tree.map_structure(
        lambda array: tf.TensorSpec(
            tuple(None if axis < free else n for axis, n in enumerate(array.shape)), array.dtype
        ),
        batches[0],
    )
    options = tf.data.Options()
    options.autotune.enabled = False
    given = tf.data.Dataset.from_generator(one_by_one, output_signature=signature)
    given = given.apply(tf.data.experimental.assert_cardinality(len(batches)))
    return given.prefetch(2).with_options(options)
