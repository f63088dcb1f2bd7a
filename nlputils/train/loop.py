"""The loop under pretraining and fine-tuning: reports, the best weights, checkpoints.

What a training gives is decided by the first weights, the batches and the settings alone. Their
order is a function of the seed and the step; dropout draws from generators that the seed sets at
the first step and that the checkpoints keep.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
import pandas as pd

from nlputils.feeding import feed
from nlputils.memory import keep_freed_memory
from nlputils.randomness import set_seeds
from nlputils.train.checkpoints import CheckpointFolder, Saved
from nlputils.train.fingerprints import fingerprint, model_fingerprint, weights_fingerprint
from nlputils.train.history import Recorder


class Batches(Protocol):
    """Batches whose place in the training decides their content, as `MaskedBatches`.

    Attributes:
        start: the first step they give.
    """

    start: int

    def __len__(self) -> int:
        """Return the number of batches."""
        ...

    def __getitem__(self, index: int) -> Any:
        """Return inputs, answers and perhaps weights of one step."""
        ...

    def starting_at(self, step: int) -> Any:
        """Return the same batches from ``step`` on."""
        ...


@dataclass(frozen=True)
class Plan:
    """What the loop is told.

    Attributes:
        reports: Keras epochs to make.
        steps_per_report: optimizer steps in each; one more in the first ``extra``.
        seed: sets the generators of dropout, and Python's, NumPy's and the framework's.
        label: what the printed lines call the training; "" prints none.
        settings: what else decides the result, plain values by name.
        keep_best: put the weights back that had the lowest ``val_loss``.
        extra: steps that are left over when they are spread over the reports.
    """

    reports: int
    steps_per_report: int
    seed: int
    label: str
    settings: Mapping[str, Any]
    keep_best: bool = False
    extra: int = 0

    @property
    def steps(self) -> int:
        """Optimizer steps in all."""
        return self.steps_after(self.reports)

    def steps_after(self, reports: int) -> int:
        """Return how many steps were made when so many reports were."""
        return reports * self.steps_per_report + min(reports, self.extra)


def train(
    model: keras.Model, batches: Batches, validation: Any, plan: Plan, checkpoint: str | Path | None
) -> tuple[pd.DataFrame, float]:
    """Train a compiled model, from its newest checkpoint where there is one.

    Python's, NumPy's and the framework's generators stand where ``plan.seed`` puts them when this
    returns, so that what follows is the same whether the training ran, went on or was restored.

    Args:
        model: built and compiled; its weights are changed.
        batches: the batches of the whole training.
        validation: the batches that are scored at each report, or None.
        plan: the settings.
        checkpoint: the folder of its checkpoints, or None to keep none.

    Returns:
        A row for each report, and the seconds.

    Raises:
        CourseError: the folder holds a checkpoint of another training, or the disk is full.
    """
    keep_freed_memory()
    if not model.built:
        model(batches[0][0])
    state = _State(model, Recorder(plan.steps_after, plan.label), _KeepBest())
    keeper = None
    if checkpoint is not None:
        identity = _identity(model, batches, validation, plan)
        keeper = _Keeper(state, CheckpointFolder(Path(checkpoint), identity), plan)
    set_seeds(plan.seed)
    seed_dropout(model, plan.seed)
    model.optimizer.build(model.trainable_variables)
    done = keeper.restore() if keeper else 0
    if done < plan.reports:
        _fit(state, batches, validation, plan, keeper, done)
    if keeper and not keeper.finished:
        keeper.finish()
    set_seeds(plan.seed)
    return pd.DataFrame(state.recorder.rows), state.recorder.seconds


@dataclass
class _State:
    """All that changes while a model is trained."""

    model: keras.Model
    recorder: Recorder
    best: _KeepBest


class _Reseed(keras.callbacks.Callback):
    """On torch, set the generator of the process anew at the first step of each report.

    Keras' dropout on torch draws from torch's own generator, not from the layer's, and so does
    the reader of the batches when it begins. Set after that, the generator stands in a continued
    training where it stood in an uninterrupted one. TensorFlow and JAX draw from the layers'
    generators, which the checkpoints keep. TensorFlow would also throw its compiled steps away
    each time that a seed is set, and a report would cost a second more.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed, self.epoch = seed, 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if batch == 0 and keras.backend.backend() == "torch":
            drawn = np.random.default_rng([self.seed, self.epoch]).integers(2**31)
            set_seeds(int(drawn))


class _KeepBest(keras.callbacks.Callback):
    """Remember the weights of the report with the lowest validation loss."""

    def __init__(self) -> None:
        super().__init__()
        self.lowest = float("inf")
        self.weights: list[np.ndarray] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if logs and logs["val_loss"] < self.lowest:
            # Copies: on some backends the arrays are views of weights that train on.
            self.weights = [np.array(weight) for weight in self.model.get_weights()]
            self.lowest = float(logs["val_loss"])


class _Keeper(keras.callbacks.Callback):
    """Write a checkpoint after each report, and find the way back into one."""

    def __init__(self, state: _State, folder: CheckpointFolder, plan: Plan) -> None:
        super().__init__()
        self.state, self.folder, self.plan = state, folder, plan
        self.finished = False

    def restore(self) -> int:
        """Put model, optimizer, history and best weights where the newest checkpoint has them."""
        saved = self.folder.newest()
        if saved is None:
            return 0
        assign(self.state.model.variables, saved.arrays["variables"])
        if not saved.finished:
            assign(self.state.model.optimizer.variables, saved.arrays["optimizer"])
        self.state.recorder.goes_on_from(saved.state["rows"])
        self.state.best.lowest = saved.state["lowest"]
        self.state.best.weights = saved.arrays["best"]
        self.finished = saved.finished
        self._tell(saved)
        return saved.reports

    def _tell(self, saved: Saved) -> None:
        if self.plan.label:
            step = self.plan.steps_after(saved.reports)
            how = (
                "was finished before; its end is restored"
                if saved.finished
                else f"continues after step {step:,} of {self.plan.steps:,}"
            )
            print(f"{self.plan.label}: {how}", flush=True)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Write a checkpoint; the last report is followed by the end at once."""
        if epoch + 1 < self.plan.reports:
            optimizer = values(self.model.optimizer.variables)
            arrays = {"optimizer": optimizer, "best": self.state.best.weights}
            self._write(epoch + 1, arrays)

    def finish(self) -> None:
        """Keep the end, so that the training need never be made again."""
        weights = weights_fingerprint(self.state.model)
        self._write(self.plan.reports, {"best": []}, finished=True, weights=weights)

    def _write(
        self,
        reports: int,
        arrays: dict[str, list[np.ndarray]],
        *,
        finished: bool = False,
        **state: Any,
    ) -> None:
        state |= {"rows": self.state.recorder.rows, "lowest": self.state.best.lowest}
        arrays = {"variables": values(self.state.model.variables), **arrays}
        self.folder.write(reports, arrays, state, finished=finished)


@contextmanager
def unread_pooler() -> Iterator[None]:
    """Keep Keras from warning that BERT's pooler does not learn.

    A masked LM and a head on the mean of the pieces never read the pooled vector, so no gradient
    reaches the layer behind it.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Gradients do not exist .*pooled_dense")
        yield


def _fit(
    state: _State, batches: Batches, validation: Any, plan: Plan, keeper: _Keeper | None, done: int
) -> None:
    """Make the reports that are still to be made."""
    callbacks: list[keras.callbacks.Callback] = [_Reseed(plan.seed), state.recorder]
    keep_best = plan.keep_best and validation is not None
    # The order matters: a checkpoint holds the report's row and the best weights up to it.
    callbacks += [state.best] if keep_best else []
    callbacks += [keeper] if keeper else []
    # Keras makes reports of one length. Where some are longer by a step, they come first.
    for end, steps in (
        (plan.extra, plan.steps_per_report + 1),
        (plan.reports, plan.steps_per_report),
    ):
        if done < end:
            begun = plan.steps_after(done)
            rest = batches.starting_at(batches.start + begun) if begun else batches
            with unread_pooler():
                state.model.fit(
                    feed(rest),
                    initial_epoch=done,
                    epochs=end,
                    steps_per_epoch=steps,
                    validation_data=feed(validation) if validation is not None else None,
                    shuffle=False,
                    verbose=0,
                    callbacks=callbacks,
                )
            done = end
    if keep_best and state.best.weights:
        state.model.set_weights(state.best.weights)


def _identity(model: keras.Model, batches: Batches, validation: Any, plan: Plan) -> dict[str, Any]:
    """Collect all that decides how a training ends."""
    return {
        **plan.settings,
        # What a checkpoint holds: since 2, the schedule's numbers among the optimizer's.
        "state": 2,
        "reports": plan.reports,
        "steps": plan.steps,
        "seed": plan.seed,
        "keep_best": plan.keep_best,
        **material(model, batches, validation),
    }


def material(model: keras.Model, batches: Any, validation: Any) -> dict[str, str]:
    """Name what any training works with, for the identity of its checkpoints.

    Args:
        model: as it is before the first step.
        batches: of the training.
        validation: the batches that are scored, or None.

    Returns:
        Backend, Keras' version and fingerprints.
    """
    return {
        "backend": keras.backend.backend(),
        "keras": keras.__version__,
        "data": fingerprint(batches),
        "validation": fingerprint(validation),
        "model": model_fingerprint(model),
        "weights": weights_fingerprint(model),
    }


def seed_dropout(model: keras.Model, seed: int) -> None:
    """Set the generators inside the layers: they are as old as the model, not as the training."""
    states = [v for v in model.variables if v.name == "seed_generator_state"]
    seeds = np.random.default_rng([seed, len(states)]).integers(0, 2**31 - 1, len(states))
    for variable, value in zip(states, seeds, strict=True):
        variable.assign(np.array([value, 0], dtype=variable.dtype))


def values(variables: Any) -> list[np.ndarray]:
    """Return copies of what variables hold."""
    return [np.array(variable.numpy()) for variable in variables]


def assign(variables: Any, arrays: list[np.ndarray]) -> None:
    """Put arrays into variables, one for each."""
    for variable, value in zip(variables, arrays, strict=True):
        variable.assign(value)
