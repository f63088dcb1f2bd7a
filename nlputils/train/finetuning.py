"""Fine-tuning: one entry for every classifier of the course, recurrent or Transformer."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pandas as pd
from keras import ops

from nlputils.errors import CourseError
from nlputils.train.history import History, Recorder
from nlputils.train.schedules import WarmupDecay


def finetune(
    model: keras.Model,
    x: Any,
    y: np.ndarray,
    validation: tuple[Any, np.ndarray] | None = None,
    *,
    epochs: int,
    batch_size: int = 32,
    learning_rate: float = 1e-3,
    warmup: float = 0.1,
    seed: int = 0,
    keep_best: bool = True,
    label: str = "",
) -> History:
    """Train a classifier that gives logits, and keep the weights that validated best.

    Args:
        model: gives logits [batch, classes]; its weights are changed.
        x: int array [n, length], or a dict of such arrays.
        y: int array [n], the classes.
        validation: x and y of the validation part, or None.
        epochs: passes over the data.
        batch_size: rows in a batch.
        learning_rate: the highest rate of Adam (Kingma & Ba 2015).
        warmup: share of the steps in which the rate rises; then it falls to 0.
        seed: decides the order of the rows and the dropout.
        keep_best: put the weights back that had the lowest validation loss.
        label: what the progress lines call the training; "" prints none.

    Returns:
        The history; its frame has ``loss``, ``accuracy`` and their ``val_`` twins.

    Raises:
        CourseError: there are no rows, or x and y differ in length.
    """
    rows = len(next(iter(x.values())) if isinstance(x, dict) else x)
    if rows == 0 or rows != len(y):
        raise CourseError(f"{rows} texts and {len(y)} labels: give as many of each, at least one.")
    keras.utils.set_random_seed(seed)
    per_epoch = -(-rows // batch_size)
    steps = per_epoch * epochs
    model.compile(
        optimizer=keras.optimizers.Adam(
            WarmupDecay(learning_rate, steps, round(warmup * steps)), clipnorm=1.0
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    recorder = Recorder(per_epoch, label)
    best = _KeepBest() if keep_best and validation is not None else None
    model.fit(
        x,
        y,
        validation_data=validation,
        epochs=epochs,
        batch_size=batch_size,
        verbose=0,
        callbacks=[recorder, *([best] if best else [])],
    )
    if best is not None and best.weights is not None:
        model.set_weights(best.weights)
    frame = pd.DataFrame(recorder.rows)
    settings = {"learning_rate": learning_rate, "epochs": epochs, "batch_size": batch_size}
    return History(frame, float(frame["seconds"].iloc[-1]), 0, settings)


class _KeepBest(keras.callbacks.Callback):
    """Remember the weights of the epoch with the lowest validation loss."""

    def __init__(self) -> None:
        super().__init__()
        self.lowest, self.weights = float("inf"), None

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if logs and logs["val_loss"] < self.lowest:
            self.lowest, self.weights = logs["val_loss"], self.model.get_weights()


def predict_probabilities(model: keras.Model, x: Any, *, batch_size: int = 256) -> np.ndarray:
    """Return the probability of each class for each row, float32 [n, classes].

    Args:
        model: gives logits.
        x: int array [n, length], or a dict of such arrays.
        batch_size: rows at a time.
    """
    logits = model.predict(x, batch_size=batch_size, verbose=0)
    return np.asarray(ops.softmax(logits, axis=-1), dtype=np.float32)
