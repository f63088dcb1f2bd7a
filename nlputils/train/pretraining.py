"""Pretraining: one entry for masked language modelling."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from weakref import WeakKeyDictionary

import keras

from nlputils.errors import CourseError
from nlputils.models import masked_lm_with_next, trainable, twin
from nlputils.text import MaskedBatches
from nlputils.torch_step import compile_whole_step
from nlputils.train.history import History
from nlputils.train.loop import Plan, train
from nlputils.train.losses import TokenCrossEntropy
from nlputils.train.optimizers import AdamW
from nlputils.train.reuse import jit, set_back
from nlputils.train.schedules import WarmupDecay

# Steps from which a pretraining is long.
LONG = 50


def is_long(steps: int) -> bool:
    """Tell whether so many steps repay the time in which XLA compiles one."""
    return steps >= LONG


Jit = bool | Literal["whole"]


def jit_for(told: bool | None, *, repays: bool) -> Jit:
    """Settle how a step is compiled.

    Args:
        told: what the caller said, or None.
        repays: whether the training is long enough for XLA.

    Returns:
        Whether XLA is to compile it (see `jit`), or ``"whole"`` where torch compiles it as a whole
        (see `compile_whole_step`).
    """
    if told and keras.backend.backend() == "torch":
        return "whole"
    return repays if told is None else told


def pretrain(
    task: Any,
    batches: MaskedBatches,
    *,
    learning_rate: float = 3e-3,
    warmup: float = 0.1,
    weight_decay: float = 0.01,
    validation: MaskedBatches | None = None,
    reports: int = 20,
    jit_compile: bool | None = None,
    dtype: str = "float32",
    label: str = "masked LM",
    checkpoint: str | Path | None = None,
) -> History:
    """Train a masked-LM task on its batches, from the first step to the last.

    The loss is the mean over the hidden pieces. Keras' default would divide by the empty mask
    slots too and come out too low.

    Args:
        task: from `nlputils.models.masked_lm`; its weights are changed.
        batches: the training batches; their number is the number of steps.
        learning_rate: the highest rate (AdamW, Loshchilov & Hutter 2019).
        warmup: share of the steps in which the rate rises; then it falls to 0 in a straight line.
        weight_decay: AdamW's; not applied to biases, norms and embeddings.
        validation: held-out batches, scored at each report.
        reports: rows of the history, evenly spread; where the steps do not divide evenly, the
            first ones are of one step more.
        jit_compile: compile the step with XLA (see `jit`). None does it where there are `LONG`
            steps or more. Where a step is small, compiling can cost more than it saves. On torch,
            True compiles the step as a whole (see `compile_whole_step`), and None does not: it
            takes much longer there.
        dtype: how the training computes. ``float32`` trains the task as it was built.
            ``mixed_bfloat16``, for a processor that multiplies bfloat16 quickly, trains a
            `nlputils.models.twin`, and the task gets its weights when the training is finished.
        label: what the progress lines call the training; "" prints none.
        checkpoint: a folder, such as ``lesson.checkpoints("pretrain")`` gives. Weights, optimizer
            and history are kept there at each report, and the same call goes on from the newest;
            it ends with the weights of an uninterrupted training, bit for bit (on a GPU: as far
            as the GPU repeats itself). A training that was finished is restored.

    Returns:
        The history; its frame has ``loss`` and, with ``validation``, ``val_loss``.

    Raises:
        CourseError: there are fewer steps than reports, there is no such ``dtype``, the folder
            holds the checkpoint of another training, or the disk is full.
    """
    steps = len(batches)
    if not 1 <= reports <= steps:
        raise CourseError(f"{steps} steps cannot give {reports} reports: lower `reports`.")
    rates = (learning_rate, steps, round(warmup * steps))
    way = jit_for(jit_compile, repays=is_long(steps))
    settings = {"learning_rate": learning_rate, "warmup": warmup}
    plan = Plan(
        reports=reports,
        steps_per_report=steps // reports,
        extra=steps % reports,
        seed=batches.seed,
        label=label,
        settings={
            "training": "pretrain",
            "weight_decay": weight_decay,
            "jit": way,
            "dtype": dtype,
            **settings,
        },
    )
    with computing_in(dtype, task) as trained:
        model = _compiled_before(trained, rates, (weight_decay, way))
        frame, seconds = train(model, batches, validation, plan, checkpoint)
    tokens = plan.steps * batches.tokens_per_step
    return History(frame, seconds, tokens, {"steps": plan.steps, **settings})


# The twins of each task, by dtype.
_TWINS: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()


@contextmanager
def computing_in(dtype: str, task: Any) -> Iterator[Any]:
    """Give what is to be trained so that a task learns in a dtype.

    Args:
        dtype: see `pretrain`.
        task: from `nlputils.models.masked_lm`; it has the new weights when the block ends well.

    Yields:
        The task, or its twin with the same weights. A task keeps its twins, so that what was
        compiled for one serves again.

    Raises:
        CourseError: there is no such dtype.
    """
    if dtype == "float32":
        yield task
        return
    twins = _TWINS.setdefault(task, {})
    if dtype in twins:
        twins[dtype].set_weights(task.get_weights())
    else:
        twins[dtype] = twin(task, dtype)
    yield twins[dtype]
    task.set_weights(twins[dtype].get_weights())


# The model of each task that `pretrain` has compiled, its schedule, and what else it was made for.
_MODELS: WeakKeyDictionary[Any, tuple[keras.Model, WarmupDecay, tuple[float, Jit]]] = (
    WeakKeyDictionary()
)


def _compiled_before(
    task: Any, rates: tuple[float, int, int], made_for: tuple[float, Jit]
) -> keras.Model:
    """Return a task's model, ready to train: the one of its last pretraining where it serves."""
    if task in _MODELS:
        model, schedule, before = _MODELS[task]
        if before == made_for and set_back(model, schedule, *rates):
            return model
    schedule = WarmupDecay(*rates)
    model = compiled(task, schedule, *made_for)
    _MODELS[task] = (model, schedule, made_for)
    return model


def compiled(task: Any, learning_rate: Any, weight_decay: float, way: Jit) -> keras.Model:
    """Return a masked-LM task's plain model, ready for ``fit``.

    Args:
        task: from `nlputils.models.masked_lm`; its weights are shared.
        learning_rate: a number or a schedule.
        weight_decay: AdamW's; not applied to biases, norms and embeddings.
        way: how its step is compiled (see `jit_for`).

    Returns:
        The model with optimizer and loss.
    """
    optimizer = AdamW(learning_rate, weight_decay=weight_decay, clipnorm=1.0)
    model = compiled_with(task, optimizer, long=bool(way))
    if way == "whole":
        compile_whole_step(model)
    return model


def compiled_with(
    task: Any, optimizer: keras.optimizers.Optimizer, *, long: bool, next_sentence: bool = False
) -> keras.Model:
    """Return a masked-LM task's plain model with an optimizer of your own.

    Args:
        task: see `compiled`.
        optimizer: its weight decay is kept off biases, norms and embeddings.
        long: whether there is enough to train for a step compiled with XLA (see `jit`).
        next_sentence: learn the second objective as well; the two losses are added up (Devlin et
            al. 2019, appendix A.2). The model then takes `nlputils.text.PairBatches`.

    Returns:
        The model with optimizer and loss.
    """
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta", "embedding"])
    loss: Any = TokenCrossEntropy(from_logits=True, reduction="mean_with_sample_weight")
    model = masked_lm_with_next(task) if next_sentence else trainable(task)
    if next_sentence:
        loss = {"masked": loss, "next": keras.losses.BinaryCrossentropy(from_logits=True)}
    model.compile(optimizer=optimizer, loss=loss, jit_compile=jit(long))
    return model
