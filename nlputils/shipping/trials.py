"""One trial of a recipe: a short pretraining, and what its encoder is then worth.

Trials are equal in everything but what they try: the same text, the same number of pieces read,
the same size. The number of pieces bounds them, not the time, so a trial repeats on any machine.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import keras
import numpy as np
from keras import ops

from nlputils import data, evaluate, models, train
from nlputils.errors import CourseError
from nlputils.feeding import feed
from nlputils.memory import keep_freed_memory
from nlputils.randomness import set_seeds
from nlputils.shipping.making import (
    Pieces,
    Recipe,
    Rows,
    Start,
    begin,
    check,
    held_batches,
    lengths,
    mean_loss,
    piece_counts,
    shortened,
)
from nlputils.text import MaskedBatches, PairBatches
from nlputils.train.loop import seed_dropout, unread_pooler
from nlputils.train.pretraining import compiled_with, is_long

Schedule = Literal["linear", "cosine", "constant"]
Optimizer = Literal["AdamW", "Lion"]
Norm = Literal["post", "pre"]

# Labelled texts of a probe: to learn from, and at most so many of validation. Half of the latter
# choose how strongly to regularise, the other half judge. No test part is ever looked at.
_PROBE_TRAIN, _PROBE_HELD = 4000, 3000
# Held-out batches that give a trial's loss.
_HELD = 60
# Where the batch grows: the share of the pieces that comes in small batches, and how small.
_RAMP_SHARE, _RAMP_FACTOR = 0.25, 4


@dataclass(frozen=True)
class Settings:
    """What a trial may change. The values here are those that every question starts from.

    Attributes:
        vocabulary_size: pieces.
        row_length: pieces in a row.
        first_length: pieces in a row at first, see `Recipe`; here the stages share the pieces.
        mask_rate: share of the pieces to hide.
        dropout: in pretraining.
        start: of the pieces' vectors, see `Recipe`.
        learning_rate: the highest rate.
        schedule: how the rate falls after the warm-up: in a straight line to 0 (Devlin et al.
            2019), along a half cosine to 0 (Loshchilov & Hutter 2017), or not at all.
        warmup: share of the pieces in which the rate rises.
        optimizer: AdamW (Loshchilov & Hutter 2019) or Lion (Chen et al. 2023).
        beta_2: of the optimizer; RoBERTa took 0.98 for Adam (Liu et al. 2019, section 3.1).
        ramp: the first quarter of the pieces comes in batches a quarter as large.
        norm: normalise after each block, as BERT does, or before it (Xiong et al. 2020).
        pieces: the kind of vocabulary, `WordPiece` or `ByteBPE`.
        masks: how many masks each row has; None for new ones each time it comes round again.
        trained: False leaves the vectors as they are before training: what all others start from.
        next_sentence: rows of two segments, and BERT's second objective (`PairBatches`).
    """

    vocabulary_size: int = Recipe.vocabulary_size
    row_length: int = Recipe.row_length
    first_length: int = Recipe.first_length
    mask_rate: float = Recipe.mask_rate
    dropout: float = Recipe.dropout
    start: Start = "counts"
    learning_rate: float = Recipe.learning_rate
    schedule: Schedule = "linear"
    warmup: float = Recipe.warmup
    optimizer: Optimizer = "AdamW"
    beta_2: float = 0.999
    ramp: bool = False
    norm: Norm = "post"
    pieces: Pieces = "word pieces"
    masks: int | None = None
    trained: bool = True
    next_sentence: bool = False


@dataclass(frozen=True)
class Budget:
    """What all trials share.

    Attributes:
        tokens: pieces that each trial reads.
        size: of the encoder, see `models.encoder_size`.
        batch_tokens: pieces in a batch, whatever the length of its rows.
        texts: texts to learn from, see `Recipe`.
        corpora: data sets of task ``text``.
        held_out: share of the text that only measures.
        probes: labelled data sets whose classes the frozen vectors must tell.
    """

    tokens: int = 1_000_000
    size: str = "2x128"
    batch_tokens: int = 1024
    texts: int = 60_000
    corpora: tuple[str, ...] = Recipe.corpora
    held_out: float = Recipe.held_out
    probes: tuple[str, ...] = ("tweet_sentiment_extraction", "sst2_glue")

    def recipe(self, settings: Settings) -> Recipe:
        """Return the recipe whose prepared text a trial reads; it is the same for all seeds."""
        return Recipe(
            corpora=self.corpora,
            texts=self.texts,
            vocabulary_size=settings.vocabulary_size,
            row_length=settings.row_length,
            first_length=settings.first_length,
            start=settings.start,
            batch_size=max(1, self.batch_tokens // settings.row_length),
            held_out=self.held_out,
        )


@dataclass(frozen=True)
class _Phase:
    """A stretch of the training with batches of one size."""

    rows: np.ndarray
    batch_size: int
    steps: int

    @property
    def pieces(self) -> int:
        """Pieces in a batch."""
        return self.batch_size * self.rows.shape[1]


def run_trial(
    settings: Settings, budget: Budget, seed: int, rows: Rows, tell: Callable[[str], None] = print
) -> dict[str, Any]:
    """Pretrain once, then measure the encoder on held-out text and by probes.

    Args:
        settings: what is tried.
        budget: what all trials share.
        seed: decides the weights, the order of the rows, and the masks.
        rows: the prepared text of ``budget.recipe(settings)``.
        tell: takes progress lines.

    Returns:
        ``held_out_loss`` (15 % hidden, whatever the training hid) and ``frequency_loss`` (of a
        guesser at the same places who knows only how frequent each piece is), ``training_loss``
        (the mean of the masked loss over the last tenth of the steps, with the training's own
        masks; None without training), ``tokens`` and how many ``passes`` over the text they are,
        ``seconds`` of the training, and ``probes``: data set to the classes that the probe gave,
        as a string of digits.

    Raises:
        CourseError: a setting is out of range, or the text is too small.
    """
    _check(settings)
    check(budget.recipe(settings))
    backbone = models.encoder(
        budget.size, len(rows.tokenizer), settings.row_length, dropout=settings.dropout, seed=seed
    )
    for layer in backbone.transformer_layers:
        # KerasHub's layer asks at each call. Its BERT has no switch for it.
        layer.normalize_first = settings.norm == "pre"
    task = models.masked_lm(backbone)
    begin(task, rows, settings.start, tell)
    learned: dict[str, Any] = {"tokens": 0, "seconds": 0.0, "training_loss": None}
    if settings.trained:
        learned = _train(task, settings, budget, seed, rows, tell)
    # Scored without pairs in all trials: what counts later is the reading of one text.
    scored = compiled_with(task, train.AdamW(0.0), long=False)
    held = held_batches(rows, budget.recipe(settings), _HELD)
    found = {
        "held_out_loss": mean_loss(scored, held),
        "frequency_loss": _frequency_loss(rows, held),
        "passes": learned["tokens"] / rows.train.size,
        **learned,
    }
    tell(f"  held-out loss {found['held_out_loss']:.3f} after {found['seconds']:.0f} s")
    answers = {name: _probed(name, backbone, rows, settings.row_length) for name in budget.probes}
    return {**found, "probes": answers}


def _train(
    task: Any,
    settings: Settings,
    budget: Budget,
    seed: int,
    rows: Rows,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """Pretrain; return ``tokens``, ``seconds`` and ``training_loss``."""
    phases = _phases(rows, budget, settings)
    model = _compiled(task, settings, phases)
    keep_freed_memory()
    set_seeds(seed)
    seed_dropout(model, seed)
    began = time.perf_counter()
    progress = _Progress(sum(phase.steps for phase in phases), tell)
    for number, phase in enumerate(phases):
        kind = PairBatches if settings.next_sentence else MaskedBatches
        batches = kind(
            phase.rows,
            rows.tokenizer,
            phase.batch_size,
            steps=phase.steps,
            seed=1000 * seed + number,
            rate=settings.mask_rate,
            masks=settings.masks,
        )
        with unread_pooler():
            model.fit(feed(batches), epochs=1, shuffle=False, verbose=0, callbacks=[progress])
    return {
        "tokens": sum(phase.steps * phase.pieces for phase in phases),
        "seconds": time.perf_counter() - began,
        "training_loss": progress.last_tenth(),
    }


def _frequency_loss(rows: Rows, held: MaskedBatches) -> float:
    """Return the mean loss of a guesser who knows only how frequent each piece is in train."""
    counts = piece_counts(rows) + 1.0  # a piece that train lacks is rare, and not impossible
    losses = -np.log(counts / counts.sum())
    asked = [(answers, weights) for _, answers, weights in (held[i] for i in range(len(held)))]
    return float(np.mean([np.average(losses[answers], weights=w) for answers, w in asked]))


class _Progress(keras.callbacks.Callback):
    """Say at each tenth of the steps how far the training has come; keep the loss of each step."""

    def __init__(self, steps: int, tell: Callable[[str], None]) -> None:
        super().__init__()
        self.steps, self.tell = steps, tell
        self.losses: list[float] = []
        self._sum = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._sum = 0.0

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        # Keras gives the mean since the epoch began; where a second objective is learned, that of
        # the first one alone has the name of its answer.
        mean = logs.get("masked_loss", logs["loss"])
        self.losses.append((batch + 1) * mean - self._sum)
        self._sum = (batch + 1) * mean
        done = len(self.losses)
        if 10 * done // self.steps > 10 * (done - 1) // self.steps:
            self.tell(f"  step {done:,} of {self.steps:,}  mean loss {mean:.3f}")

    def last_tenth(self) -> float:
        """Return the mean loss of the last tenth of the steps."""
        return float(np.mean(self.losses[-max(1, self.steps // 10) :]))


def probe_truth(name: str) -> np.ndarray:
    """Return the true classes of the texts on which a probe is judged, int64[n].

    Args:
        name: a labelled data set.

    Raises:
        CourseError: its files cannot be had.
    """
    split = _labelled(name)
    return split.y(_judges(split))


@functools.cache
def _labelled(name: str) -> data.Split:
    """Load a probe's texts, once for all trials: near-duplicates are sought each time."""
    return data.load(name, limit=_PROBE_TRAIN)


def _check(settings: Settings) -> None:
    for name, kind in (("schedule", Schedule), ("optimizer", Optimizer), ("norm", Norm)):
        if getattr(settings, name) not in get_args(kind):
            raise CourseError(
                f"{name}={getattr(settings, name)!r}: choose one of {', '.join(get_args(kind))}."
            )


def _phases(rows: Rows, budget: Budget, settings: Settings) -> list[_Phase]:
    """Deal the pieces into batches: a stretch for each length of row, and for the small batches."""
    recipe = budget.recipe(settings)
    pieces = recipe.batch_size * settings.row_length
    steps = budget.tokens // pieces
    if steps < 10:
        raise CourseError(
            f"{budget.tokens:,} pieces are {steps} batches of {pieces:,}: give at least ten."
        )
    stages = lengths(recipe)
    counts = [round(share * steps) for share, _ in stages[1:]]
    found = [
        _Phase(shortened(rows, length), pieces // length, made)
        for (_, length), made in zip(stages, [steps - sum(counts), *counts], strict=True)
    ]
    if settings.ramp:
        found[:1] = _ramped(found[0], round(_RAMP_SHARE * steps))
    return found


def _ramped(phase: _Phase, steps: int) -> list[_Phase]:
    """Let so many steps of a phase come in small batches first; no row is in both parts."""
    cut = len(phase.rows) * steps // phase.steps
    small = phase.batch_size // _RAMP_FACTOR or 1
    return [
        _Phase(phase.rows[:cut], small, steps * phase.batch_size // small),
        _Phase(phase.rows[cut:], phase.batch_size, phase.steps - steps),
    ]


@keras.saving.register_keras_serializable(package="nlputils")
class PiecesSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """A rate that hangs on the share of the pieces read, while batches may change their size.

    Args:
        peak: the highest rate.
        shape: see `Settings.schedule`.
        warmup: share of the pieces in which the rate rises.
        phases: steps and pieces in a batch, for each phase.
    """

    def __init__(
        self, peak: float, shape: Schedule, warmup: float, phases: Sequence[Sequence[int]]
    ) -> None:
        self.peak, self.shape, self.warmup = peak, shape, warmup
        self.phases = [list(phase) for phase in phases]

    def __call__(self, step: Any) -> Any:
        """Return the rate of one step, counted from 0; the first step is not idle."""
        step = ops.cast(step, "float32")
        total = float(sum(steps * pieces for steps, pieces in self.phases))
        read, before, first = ops.zeros_like(step), 0.0, self.phases[0][1] / total
        for steps, pieces in self.phases:
            inside = ops.clip(step - before, 0.0, float(steps))
            read = read + inside * (pieces / total)
            before += steps
        up = (read + first) / self.warmup if self.warmup else ops.ones_like(read)
        past = ops.clip((read - self.warmup) / (1.0 - self.warmup), 0.0, 1.0)
        down = {
            "linear": 1.0 - past,
            "cosine": 0.5 + 0.5 * ops.cos(np.pi * past),
            "constant": ops.ones_like(past),
        }[self.shape]
        return self.peak * ops.minimum(ops.minimum(up, down), 1.0)

    def get_config(self) -> dict[str, Any]:
        """Return what `__init__` takes."""
        names = ("peak", "shape", "warmup", "phases")
        return {name: getattr(self, name) for name in names}


def _compiled(task: Any, settings: Settings, phases: Sequence[_Phase]) -> keras.Model:
    """Return the plain model with the optimizer that is tried."""
    rate = PiecesSchedule(
        settings.learning_rate,
        settings.schedule,
        settings.warmup,
        [(phase.steps, phase.pieces) for phase in phases],
    )
    kinds: Mapping[str, Any] = {"AdamW": train.AdamW, "Lion": train.Lion}
    optimizer = kinds[settings.optimizer](
        rate, beta_2=settings.beta_2, weight_decay=0.01, clipnorm=1.0
    )
    steps = sum(phase.steps for phase in phases)
    return compiled_with(task, optimizer, long=is_long(steps), next_sentence=settings.next_sentence)


def _judges(split: data.Split) -> Any:
    """Return the texts of validation that judge; the others choose."""
    return split.validation.iloc[:_PROBE_HELD].iloc[1::2]


def _probed(name: str, backbone: Any, rows: Rows, length: int) -> str:
    """Return the classes that a linear probe on the frozen vectors gives the judging texts."""
    split = _labelled(name)
    choosing = split.validation.iloc[:_PROBE_HELD].iloc[::2]
    x = [
        models.mean_pooled(backbone, rows.tokenizer.encode(list(part["text"]), length))
        for part in (split.train, choosing, _judges(split))
    ]
    probe = evaluate.linear_probe(
        x[0], split.y(split.train), x[1], split.y(choosing), metric="macro_f1"
    )
    return "".join(map(str, probe.predict(x[2])))
