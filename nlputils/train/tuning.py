"""Tuning: the same small grid for every system, chosen on validation.

A comparison is fair only when both sides were tuned with the same effort. Random weights
therefore get the grid that the pretrained ones get.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import keras
import numpy as np
import pandas as pd

from nlputils.errors import CourseError
from nlputils.train.finetuning import finetune, predict_probabilities


@dataclass(frozen=True)
class Tuned:
    """What a grid gave.

    Attributes:
        setting: the arguments of `finetune` that were best on validation.
        table: a row for each setting, with its score on validation and its seconds.
        seconds: of the whole grid.
    """

    setting: dict[str, Any]
    table: pd.DataFrame
    seconds: float


def tune(
    make: Callable[[], keras.Model],
    x: Any,
    y: np.ndarray,
    validation: tuple[Any, np.ndarray],
    grid: Sequence[Mapping[str, Any]],
    *,
    score: Callable[[np.ndarray, np.ndarray], float],
    **fixed: Any,
) -> Tuned:
    """Fine-tune a fresh model with each setting, and keep the setting that validates best.

    Where the grid holds one setting there is nothing to choose: nothing is trained, and the table
    has no score.

    Args:
        make: builds the model anew, with the weights a training begins from.
        x: int array [n, length], or a dict of such arrays.
        y: int array [n], the classes.
        validation: x and y of the validation part, which alone chooses.
        grid: the settings, arguments of `finetune`; the first of equals wins.
        score: from true and predicted classes to a number, higher is better, such as
            `evaluate.spam_f1`.
        **fixed: what all settings share.

    Returns:
        The best setting (grid and shared arguments together) and the table.

    Raises:
        CourseError: the grid is empty, or an argument stands in the grid and is shared too.
    """
    return tune_over([Trial(make, x, y)], validation, grid, score=score, **fixed)


@dataclass(frozen=True)
class Trial:
    """One of several trainings that a setting is tried on.

    Attributes:
        make: builds the model anew, with the weights a training begins from.
        x: int array [n, length], or a dict of such arrays.
        y: int array [n], the classes.
        own: arguments of `finetune` that this training alone has, such as its seed.
    """

    make: Callable[[], keras.Model]
    x: Any
    y: np.ndarray
    own: Mapping[str, Any] = field(default_factory=dict)


def tune_over(
    trials: Sequence[Trial],
    validation: tuple[Any, np.ndarray],
    grid: Sequence[Mapping[str, Any]],
    *,
    score: Callable[[np.ndarray, np.ndarray], float],
    **fixed: Any,
) -> Tuned:
    """Try each setting on several trainings, and keep the one that validates best on average.

    With few labels a single training says more about its draw and its random weights than about
    the setting (Dodge et al. 2020, "Fine-Tuning Pretrained Language Models: Weight
    Initializations, Data Orders, and Early Stopping").

    Args:
        trials: the trainings, at least one.
        validation: x and y of the validation part, which alone chooses.
        grid: the settings, as for `tune`.
        score: as for `tune`.
        **fixed: what all settings and all trainings share.

    Returns:
        The best setting, without what is a training's own, and the table; its scores are means
        over the trainings, its seconds are sums.

    Raises:
        CourseError: there is no training, the grid is empty, or an argument is given twice.
    """
    settings = [dict(setting) for setting in grid]
    givers = (
        set(fixed),
        {name for setting in settings for name in setting},
        {name for trial in trials for name in trial.own},
    )
    twice = sorted(name for name, times in Counter(chain(*givers)).items() if times > 1)
    if not settings:
        raise CourseError("The grid is empty: give at least one setting.")
    if not trials:
        raise CourseError("There is no training to try the settings on: give at least one.")
    if twice:
        raise CourseError(
            f"{twice[0]!r} is shared by all settings and in the grid, or a training's own, too: "
            "give it once."
        )
    if len(settings) == 1:
        alone = pd.DataFrame([{**settings[0], "validation": np.nan, "seconds": 0.0}])
        return Tuned({**fixed, **settings[0]}, alone.assign(chosen=True), 0.0)
    # Scoring each epoch costs time, and only ``keep_best`` looks at it.
    watched = validation if fixed.get("keep_best", True) else None
    rows: list[dict[str, Any]] = []
    short = bool(fixed.get("by_length", False))
    for setting in settings:
        values, seconds = [], 0.0
        for trial in trials:
            model = trial.make()
            arguments = {**fixed, **trial.own, **setting}
            seconds += finetune(model, trial.x, trial.y, watched, **arguments).seconds
            predicted = predict_probabilities(model, validation[0], by_length=short).argmax(-1)
            values.append(score(validation[1], predicted))
        rows.append({**setting, "validation": float(np.mean(values)), "seconds": seconds})
    table = pd.DataFrame(rows)
    best = int(table["validation"].to_numpy().argmax())
    table = table.assign(chosen=table.index == best)
    return Tuned({**fixed, **settings[best]}, table, float(table["seconds"].sum()))
