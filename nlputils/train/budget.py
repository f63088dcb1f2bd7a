"""Pretraining for so many minutes: the rate comes down to nothing just when the time is used up.

A schedule over steps must know the number of steps, and so the speed of the machine. A schedule
over time need not ("budgeted training", Li, Yumer & Ramanan 2020; Izsak, Berchansky & Levy 2021,
"How to Train BERT with an Academic Budget", section 4.3). The price: two runs never make exactly
the same steps at the same rates, so such a training does not repeat bit for bit.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from nlputils.errors import CourseError
from nlputils.feeding import feed
from nlputils.memory import keep_freed_memory
from nlputils.randomness import set_seeds
from nlputils.text import MaskedBatches
from nlputils.train.checkpoints import CheckpointFolder
from nlputils.train.fingerprints import weights_fingerprint
from nlputils.train.history import History
from nlputils.train.loop import assign, material, seed_dropout, unread_pooler, values
from nlputils.train.pretraining import compiled, computing_in, jit_for

_FIRST = 20  # steps of the first chunk, which shows the speed
# A step that took so many times the usual was interrupted: the process was stopped, or the laptop
# slept. It counts as a usual one.
_STOPPED = 20.0
# Steps on JAX between two looks at the rate. Between them Keras keeps all variables inside its
# loop; for a new rate they must be handed over.
_EVERY = 20


def pretrain_minutes(
    task: Any,
    batches: MaskedBatches,
    *,
    budget_minutes: float,
    before: Sequence[tuple[float, MaskedBatches]] = (),
    learning_rate: float = 1e-3,
    warmup: float = 0.05,
    weight_decay: float = 0.01,
    validation: MaskedBatches | None = None,
    report_seconds: float = 60.0,
    jit_compile: bool | None = None,
    dtype: str = "float32",
    label: str = "masked LM",
    checkpoint: str | Path | None = None,
) -> History:
    """Train a masked-LM task for a time, and end with a learning rate of 0.

    The clock counts the seconds inside training steps. Scoring, checkpoints, the compilation in
    the first step of each kind of batch, and the time in which the process was stopped or dead do
    not count. On TensorFlow and torch the rate moves with each step, on JAX with every 20th;
    there the last look is up to 20 steps before the end, and the rate ends a little above 0.

    Args:
        task: from `nlputils.models.masked_lm`; its weights are changed.
        batches: the training batches; enough of them, as the time alone ends the training.
        budget_minutes: the time, above 0.
        before: other batches that come first, each with its share of the time; such as shorter
            rows, of which a step costs less (Devlin et al. 2019, appendix A.2, began with rows of
            128 pieces and ended with 512).
        learning_rate: the highest rate (AdamW, Loshchilov & Hutter 2019).
        warmup: share of the time in which the rate rises; then it falls to 0 in a straight line.
        weight_decay: AdamW's; not applied to biases, norms and embeddings.
        validation: held-out batches, scored at each report.
        report_seconds: training seconds between reports, checkpoints included.
        jit_compile: as in `pretrain`; None does it from a budget of one minute.
        dtype: as in `pretrain`.
        label: what the progress lines call the training; "" prints none.
        checkpoint: a folder. The same call goes on from the newest checkpoint in it: at most one
            report is lost. A training that was finished is restored.

    Returns:
        The history; its frame has ``loss``, ``rate`` and, with ``validation``, ``val_loss``;
        ``seconds`` are those of the clock.

    Raises:
        CourseError: a number is out of range, there is no such ``dtype``, the batches ran out
            before the time did, the folder holds the checkpoint of another training, or the disk
            is full.
    """
    shares = [share for share, _ in before]
    if sum(shares) >= 1 or min(shares, default=1) <= 0:
        raise CourseError(
            f"before gives shares of {shares}: above 0 each, and less than 1 in all, were expected."
        )
    if budget_minutes <= 0 or report_seconds <= 0 or not 0 <= warmup < 1:
        raise CourseError(
            f"budget_minutes={budget_minutes}, report_seconds={report_seconds}, warmup={warmup}: "
            "times above 0 and a share from 0 to below 1 were expected."
        )
    keep_freed_memory()
    with computing_in(dtype, task) as trained:
        way = jit_for(jit_compile, repays=budget_minutes >= 1)
        model = compiled(trained, learning_rate, weight_decay, way)
        if not model.built:
            model(batches[0][0])
        stages = [*(stage for _, stage in before), batches]
        ends = 60 * budget_minutes * np.cumsum([*shares, 1 - sum(shares)])
        clock = _Clock([float(end) for end in ends], learning_rate, warmup)
        settings = {
            "budget_minutes": budget_minutes,
            "learning_rate": learning_rate,
            "warmup": warmup,
        }
        folder = None
        if checkpoint is not None:
            identity = {
                **settings,
                "training": "pretrain_minutes",
                "weight_decay": weight_decay,
                "dtype": dtype,
                "ends": clock.ends,
                **material(model, stages, validation),
            }
            folder = CheckpointFolder(Path(checkpoint), identity)
        set_seeds(batches.seed)
        seed_dropout(model, batches.seed)
        model.optimizer.build(model.trainable_variables)
        rows = _restored(model, clock, folder, label)
        while clock.used < clock.budget:
            rows.append(_chunk(model, clock, stages, validation, report_seconds))
            _tell(label, rows[-1], clock.budget)
            if folder is not None:
                _keep(model, clock, folder, rows)
        set_seeds(batches.seed)
        made = zip(clock.steps, stages, strict=True)
        tokens = sum(steps * stage.tokens_per_step for steps, stage in made)
        return History(pd.DataFrame(rows), clock.used, tokens, {"steps": clock.step, **settings})


class _Clock(keras.callbacks.Callback):
    """Count the seconds of the steps, set the rate by them, and stop when a stage's are used up.

    Args:
        ends: the second at which each stage ends.
        peak: the highest rate.
        warmup: share of the whole time in which it rises.
    """

    def __init__(self, ends: Sequence[float], peak: float, warmup: float) -> None:
        super().__init__()
        self.ends, self.budget, self.peak, self.warmup = list(ends), ends[-1], peak, warmup
        self.used, self.steps, self.seconds = 0.0, [0] * len(ends), [0.0]
        # The stage whose batches have been seen in this process: the first of a kind compiles.
        self._began, self._compiled = 0.0, -1

    @property
    def stage(self) -> int:
        """Which batches are to be read now."""
        return min(sum(self.used >= end for end in self.ends), len(self.ends) - 1)

    @property
    def step(self) -> int:
        """Steps made in all stages."""
        return sum(self.steps)

    @property
    def rate(self) -> float:
        """The learning rate at this moment."""
        share = self.used / self.budget
        # The very first step is not idle.
        up = max(1e-3, share / self.warmup) if self.warmup else 1.0
        return self.peak * max(0.0, min(up, (1 - share) / (1 - self.warmup)))

    @property
    def usual(self) -> float:
        """The seconds of a usual step."""
        return statistics.median(self.seconds)

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if keras.backend.backend() != "jax":
            self.model.optimizer.learning_rate = self.rate
        elif batch % _EVERY == 0:
            self.model.jax_state_sync()  # without it, JAX would go on with the old rate
            self.model.optimizer.learning_rate = self.rate
        self._began = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        took = time.perf_counter() - self._began
        stage = self.stage
        if self._compiled != stage or (self.usual and took > _STOPPED * self.usual):
            took = self.usual
        self._compiled = stage
        self.steps[stage] += 1
        self.used += took
        self.seconds = [*self.seconds[-100:], took] if self.usual else [took]
        if self.used >= self.ends[stage]:
            self.model.stop_training = True


def _chunk(
    model: keras.Model,
    clock: _Clock,
    stages: Sequence[MaskedBatches],
    validation: Any,
    seconds: float,
) -> dict[str, float]:
    """Train for about so many seconds, and return the row of the report."""
    stage = clock.stage
    batches, made = stages[stage], clock.steps[stage]
    left = len(batches) - made
    if left < 1:
        raise CourseError(
            f"The {len(batches):,} batches of stage {stage + 1} were used up after "
            f"{clock.used:.0f} of {clock.budget:.0f} seconds: give `MaskedBatches` more `steps`."
        )
    wanted = _FIRST
    if clock.usual:
        wanted = max(1, round(min(seconds, clock.ends[stage] - clock.used) / clock.usual))
    steps = min(left, wanted)
    with unread_pooler():
        history = model.fit(
            feed(batches.starting_at(batches.start + made)),
            steps_per_epoch=steps,
            epochs=1,
            validation_data=feed(validation) if validation is not None else None,
            shuffle=False,
            verbose=0,
            callbacks=[clock],
        )
    numbers = {name: float(found[-1]) for name, found in history.history.items()}
    return {"step": clock.step, "seconds": clock.used, "rate": clock.rate, **numbers}


def _tell(label: str, row: dict[str, float], budget: float) -> None:
    if label:
        names = [name for name in ("loss", "val_loss") if name in row]
        shown = "  ".join(f"{name} {row[name]:.3f}" for name in names)
        step, seconds = int(row["step"]), row["seconds"]
        print(f"{label}: step {step:,}  {seconds:.0f} of {budget:.0f} s  {shown}", flush=True)


def _keep(
    model: keras.Model, clock: _Clock, folder: CheckpointFolder, rows: list[dict[str, float]]
) -> None:
    """Write a checkpoint; the last one is the training's end."""
    finished = clock.used >= clock.budget
    arrays = {"variables": values(model.variables)}
    arrays["optimizer"] = [] if finished else values(model.optimizer.variables)
    state: dict[str, Any] = {"rows": rows, "used": clock.used, "steps": clock.steps}
    state["usual"] = clock.usual
    if finished:
        state["weights"] = weights_fingerprint(model)
    folder.write(len(rows), arrays, state, finished=finished)


def _restored(
    model: keras.Model, clock: _Clock, folder: CheckpointFolder | None, label: str
) -> list[dict[str, float]]:
    """Put model, optimizer and clock where the newest checkpoint has them; return its rows."""
    saved = folder.newest() if folder is not None else None
    if saved is None:
        return []
    assign(model.variables, saved.arrays["variables"])
    if not saved.finished:
        assign(model.optimizer.variables, saved.arrays["optimizer"])
    clock.used, clock.steps = saved.state["used"], list(saved.state["steps"])
    rows = list(saved.state["rows"])
    clock.seconds = [saved.state["usual"]]
    if label:
        how = "was finished before; its end is restored" if saved.finished else "continues"
        print(f"{label}: {how}, {clock.used:.0f} of {clock.budget:.0f} s used", flush=True)
    return rows
