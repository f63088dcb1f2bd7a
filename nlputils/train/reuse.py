"""Compiled training steps that serve again: TensorFlow and JAX need many seconds for them."""

from __future__ import annotations

import keras
from keras import ops

from nlputils.train.schedules import WarmupDecay


def jit(wanted: bool) -> bool | str:
    """Return what `keras.Model.compile` is to be told of ``jit_compile``.

    TensorFlow needs ten seconds or so to compile a step with XLA, for each shape of a batch. On a
    CPU a step then takes half to two thirds of the time, so that a longer training gets them back.
    JAX always does it; torch is left alone.

    Args:
        wanted: whether there is enough to train.
    """
    return (wanted and keras.backend.backend() == "tensorflow") or "auto"


def set_back(
    model: keras.Model, schedule: WarmupDecay, learning_rate: float, steps: int, warmup: int
) -> bool:
    """Make a compiled model ready for a new training, with its compiled steps, where that is sound.

    Its optimizer is set back to nothing, its schedule gets the new values. The training that
    follows is the same as with a model compiled anew, bit for bit.

    Args:
        model: compiled before, with an optimizer that reads the schedule.
        schedule: that schedule.
        learning_rate: the new highest rate.
        steps: of the new training.
        warmup: steps in which the rate rises.

    Returns:
        Whether it is ready. It must be compiled anew on torch, and where somebody has compiled it
        in another way, or frozen a layer, since.
    """
    if keras.backend.backend() not in ("tensorflow", "jax") or not _is_in_use(model, schedule):
        return False
    schedule.set(learning_rate, steps, warmup)  # first: it may refuse
    kept = {id(variable) for variable in schedule.variables}
    for variable in model.optimizer.variables:
        if id(variable) not in kept:
            variable.assign(ops.zeros(variable.shape, dtype=variable.dtype))
    return True


def _is_in_use(model: keras.Model, schedule: WarmupDecay) -> bool:
    """Whether nobody has compiled the model in another way, or frozen a layer, since."""
    optimizer = model.optimizer
    trained = [id(variable) for variable in getattr(optimizer, "_trainable_variables", [])]
    return getattr(optimizer, "_learning_rate", None) is schedule and trained == [
        id(variable) for variable in model.trainable_variables
    ]
