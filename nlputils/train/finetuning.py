"""Fine-tuning: one entry for every classifier of the course, recurrent or Transformer."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import keras
import numpy as np
from keras import ops

from nlputils.errors import CourseError
from nlputils.text import batches_of, without_padding
from nlputils.train.batches import OrderedBatches, ShuffledBatches, lengths_of, rows_of
from nlputils.train.history import History
from nlputils.train.loop import Plan, train
from nlputils.train.optimizers import Adam
from nlputils.train.reuse import jit, set_back
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
    by_length: bool = False,
    jit_compile: bool = False,
    label: str = "",
    checkpoint: str | Path | None = None,
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
        by_length: put rows of like length into one batch and cut their padding, which saves time
            where texts differ in length (see `ShuffledBatches`). Needs a dict with
            ``padding_mask``.
        jit_compile: compile the step with XLA, as Keras calls it (see `jit`). It pays where one
            model is trained often or long. What dropout leaves out is then another draw.
        label: what the progress lines call the training; "" prints none.
        checkpoint: a folder, such as ``lesson.checkpoints("spam")`` gives. Weights, the best
            weights, optimizer and history are kept there after each epoch, and the same call goes
            on from the newest; it ends with the weights of an uninterrupted training, bit for
            bit (on a GPU: as far as the GPU repeats itself). A training that was finished is
            restored.

    Returns:
        The history; its frame has ``loss``, ``accuracy`` and their ``val_`` twins.

    Raises:
        CourseError: there are no rows, x and y differ in length, the folder holds the checkpoint
            of another training, or the disk is full.
    """
    rows = len(next(iter(x.values())) if isinstance(x, dict) else x)
    if rows == 0 or rows != len(y):
        raise CourseError(f"{rows} texts and {len(y)} labels: give as many of each, at least one.")
    batches = ShuffledBatches(x, y, batch_size, epochs=epochs, seed=seed, by_length=by_length)
    steps = batches.steps_per_epoch * epochs
    _compile(model, jit_compile, learning_rate, steps, round(warmup * steps))
    settings = {"learning_rate": learning_rate, "epochs": epochs, "batch_size": batch_size}
    plan = Plan(
        reports=epochs,
        steps_per_report=batches.steps_per_epoch,
        seed=seed,
        label=label,
        settings={"training": "finetune", "warmup": warmup, "jit": jit_compile, **settings},
        keep_best=keep_best,
    )
    held_out = OrderedBatches(*validation, batch_size) if validation is not None else None
    frame, seconds = train(model, batches, held_out, plan, checkpoint)
    return History(frame, seconds, 0, settings)


# The schedule of each model that `finetune` has compiled, and whether it did so with XLA.
_COMPILED: WeakKeyDictionary[keras.Model, tuple[WarmupDecay, bool]] = WeakKeyDictionary()


def _compile(
    model: keras.Model, jit_compile: bool, learning_rate: float, steps: int, warmup: int
) -> None:
    """Give a model a fresh optimizer, loss and metric.

    TensorFlow needs seconds to compile a training step, more than a training on few labels takes.
    So a model that was fine-tuned before keeps its compiled steps (see `set_back`).
    """
    schedule, before = _COMPILED.get(model, (None, False))
    if (
        schedule is not None
        and before == jit_compile
        and set_back(model, schedule, learning_rate, steps, warmup)
    ):
        return
    schedule = WarmupDecay(learning_rate, steps, warmup)
    model.compile(
        optimizer=Adam(schedule, clipnorm=1.0),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=jit(jit_compile),
    )
    _COMPILED[model] = (schedule, jit_compile)


def predict_probabilities(
    model: keras.Model, x: Any, *, batch_size: int = 256, by_length: bool = False
) -> np.ndarray:
    """Return the probability of each class for each row, float32 [n, classes].

    Args:
        model: gives logits.
        x: int array [n, length], or a dict of such arrays.
        batch_size: rows at a time.
        by_length: read rows of like length together, without their padding.

    Raises:
        CourseError: there are no rows.
    """
    rows = len(next(iter(x.values())) if isinstance(x, dict) else x)
    if rows == 0:
        raise CourseError("There are no rows to read: give at least one.")
    order = np.argsort(lengths_of(x), kind="stable") if by_length else np.arange(rows)
    parts, logits = batches_of(order, batch_size), []
    # Batch by batch: `predict` would end with the wait that `feed` tells of.
    for chosen in parts:
        part = rows_of(x, chosen)
        part = without_padding(part) if by_length else part
        logits.append(ops.convert_to_numpy(model.predict_on_batch(part)))
    found = np.empty((rows, logits[0].shape[-1]), dtype=np.float32)
    found[np.concatenate(parts)] = np.concatenate(logits)
    return np.asarray(ops.softmax(found, axis=-1), dtype=np.float32)
