"""The two contestants on Keras: this course's code, and the set-up of the public Keras guide."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import keras
import keras_hub

from nlputils import models
from nlputils.bench.lineup import Absent, Block
from nlputils.bench.peak import keras_device
from nlputils.bench.rows import SEED, token_rows, vocabulary
from nlputils.bench.setup import RATE, WARM, WEIGHT_DECAY, Setup
from nlputils.feeding import feed
from nlputils.memory import keep_freed_memory
from nlputils.text import MaskedBatches
from nlputils.text.wordpiece import SPECIAL_TOKENS
from nlputils.train.loop import unread_pooler
from nlputils.train.pretraining import compiled

# More batches than any turn uses: whoever makes them ahead of time never comes to an end.
_ENOUGH = 10**9


class Fitted:
    """A compiled Keras model that trains in turns, through Keras' ``fit``.

    Args:
        model: compiled for masked language modelling.
        data: from the number of steps made so far to what ``fit`` reads from there on.
        setup: what all contestants have in common.
    """

    def __init__(self, model: keras.Model, data: Callable[[int], Any], setup: Setup) -> None:
        self.model, self._data, self._made = model, data, 0
        self.block(1)  # compiles
        self.facts: dict[str, Any] = {
            "device": keras_device(),
            "dtype": "float32" if setup.dtype == "float32" else "bfloat16",
            "scored": setup.scored,
            "backend": keras.backend.backend(),
            "parameters": parameters(model),
        }

    def block(self, steps: int) -> Block:
        """Train for `WARM` steps, and then for those that count.

        Args:
            steps: counted steps, at least 1.

        Returns:
            The seconds from the end of the last warm step to the end of the last step, in which
            batches were made too, and the loss of this turn.
        """
        watch = _Watch()
        with unread_pooler():
            history = self.model.fit(
                self._data(self._made),
                steps_per_epoch=WARM + steps,
                shuffle=False,
                verbose=0,
                callbacks=[watch],
            )
        self._made += WARM + steps
        return Block(watch.ends[-1] - watch.ends[WARM - 1], float(history.history["loss"][-1]))


class _Watch(keras.callbacks.Callback):
    """Note when each step has ended; Keras reads the loss first, which waits for the device."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[float] = []

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.ends.append(time.perf_counter())


def parameters(model: keras.Model) -> int:
    """Return how many numbers a model learns."""
    return int(sum(keras.ops.size(variable) for variable in model.trainable_variables))


def course(setup: Setup, *, dtype: str | None = None) -> Fitted:
    """Return this course's pretraining as it is: `nlputils.train.pretrain` with a compiled step.

    Args:
        setup: what all contestants have in common.
        dtype: in place of the set-up's.

    Returns:
        The compiled contestant.
    """
    setup = dataclasses.replace(setup, dtype=dtype or setup.dtype)
    keep_freed_memory()
    keras.config.set_dtype_policy(setup.dtype)
    batches = MaskedBatches(
        token_rows(setup),
        vocabulary(setup),
        setup.batch_size,
        steps=_ENOUGH,
        seed=SEED,
        rate=setup.mask_rate,
    )
    model = compiled(course_task(setup), RATE, WEIGHT_DECAY, "whole")
    return Fitted(model, lambda made: feed(batches.starting_at(made)), setup)


def course_task(setup: Setup) -> Any:
    """Return the course's masked-LM task of this size."""
    backbone = models.encoder(
        f"{setup.layers}x{setup.width}",
        setup.vocabulary_size,
        setup.length,
        dropout=setup.dropout,
        seed=SEED,
    )
    return models.masked_lm(backbone, seed=SEED)


def guide(setup: Setup) -> Fitted:
    """Return the set-up of the guide "Pretraining a Transformer from scratch with KerasHub".

    From the guide (keras.io, M. Watson, 2022, revised 2023): its layers, its masker inside
    ``tf.data``, softmax in the head, its weighted accuracy, AdamW with Keras' defaults, XLA.
    From the common set-up: all sizes, where the guide's feed-forward layer is only twice as wide
    as its vectors; the head's tied matrix; rows of ids, where the guide cuts strings into pieces
    inside ``tf.data``. So it has less to do here than there.

    Raises:
        Absent: the backend is not TensorFlow, in whose graph the masker runs.
    """
    if keras.backend.backend() != "tensorflow":
        raise Absent(f"its masker needs TensorFlow; the backend is {keras.backend.backend()}")
    keras.config.set_dtype_policy(setup.dtype)
    model = guide_model(setup)
    model.compile(
        loss="sparse_categorical_crossentropy",
        optimizer=keras.optimizers.AdamW(RATE),
        weighted_metrics=["sparse_categorical_accuracy"],
        jit_compile=True,
    )
    return Fitted(model, lambda made: guide_batches(setup), setup)


def guide_model(setup: Setup) -> keras.Model:
    """Build the guide's network from KerasHub's layers, in the common size."""
    token_ids = keras.Input((setup.length,), dtype="int32", name="token_ids")
    positions = keras.Input((setup.scored,), dtype="int32", name="mask_positions")
    embedding = keras_hub.layers.TokenAndPositionEmbedding(
        vocabulary_size=setup.vocabulary_size,
        sequence_length=setup.length,
        embedding_dim=setup.width,
    )
    x = keras.layers.LayerNormalization(epsilon=1e-5)(embedding(token_ids))
    x = keras.layers.Dropout(setup.dropout)(x)
    for _ in range(setup.layers):
        block = keras_hub.layers.TransformerEncoder(
            intermediate_dim=4 * setup.width,
            num_heads=setup.heads,
            dropout=setup.dropout,
            layer_norm_epsilon=1e-5,
        )
        x = block(x)
    head = keras_hub.layers.MaskedLMHead(
        token_embedding=embedding.token_embedding, activation="softmax"
    )
    inputs = {"token_ids": token_ids, "mask_positions": positions}
    return keras.Model(inputs, head(x, mask_positions=positions))


def guide_batches(setup: Setup) -> Any:
    """Return the guide's pipeline: rows, its masker in a parallel ``map``, batches made ahead.

    Each row gets as many scored pieces as in all other contestants, since the masker chooses at
    least that share and keeps no more than `Setup.scored`.
    """
    import tensorflow as tf

    ids = {token: place for place, token in enumerate(SPECIAL_TOKENS)}
    masker = keras_hub.layers.MaskedLMMaskGenerator(
        vocabulary_size=setup.vocabulary_size,
        mask_selection_rate=setup.mask_rate,
        mask_selection_length=setup.scored,
        mask_token_id=ids["[MASK]"],
        unselectable_token_ids=[ids["[PAD]"], ids["[CLS]"], ids["[SEP]"]],
    )

    def hidden(rows: Any) -> tuple[dict[str, Any], Any, Any]:
        found = masker(rows)
        features = {name: found[name] for name in ("token_ids", "mask_positions")}
        return features, found["mask_ids"], found["mask_weights"]

    rows = tf.data.Dataset.from_tensor_slices(token_rows(setup)).repeat()
    batches = rows.batch(setup.batch_size, drop_remainder=True)
    return batches.map(hidden, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
