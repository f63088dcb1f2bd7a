"""Which recipe? Each choice in it, measured at equal pieces read: ``nlputils compare-recipes``.

All questions start from one and the same recipe and change one thing. The answers lie in one JSON
file, written after each trial. The same command goes on where it was, and more seeds may be added
later.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from nlputils import evaluate
from nlputils.data import Corpus, write_atomic
from nlputils.errors import CourseError
from nlputils.lesson.machine import device
from nlputils.shipping.making import Recipe, corpus_of, prepared
from nlputils.shipping.trials import Budget, Settings, probe_truth, run_trial

BASE = "as it is"
# What is asked: the name of an answer to what it changes.
QUESTIONS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "learning rate": {
        "half of it": {"learning_rate": 1e-3},
        "twice of it": {"learning_rate": 4e-3},
    },
    "vocabulary": {
        "4,000 pieces": {"vocabulary_size": 4000},
        "16,000 pieces": {"vocabulary_size": 16000},
    },
    "row length": {
        "32 pieces": {"row_length": 32},
        "128 pieces": {"row_length": 128},
    },
    "mask rate": {
        "15 % hidden": {"mask_rate": 0.15},
        "45 % hidden": {"mask_rate": 0.45},
    },
    "dropout": {"dropout 0.1": {"dropout": 0.1}},
    "schedule": {
        "no warm-up": {"warmup": 0.0},
        "cosine decay": {"schedule": "cosine"},
        "no decay": {"schedule": "constant"},
    },
    "optimizer": {
        "AdamW, beta_2 0.98": {"beta_2": 0.98},
        "Lion, a fifth of the rate": {"optimizer": "Lion", "beta_2": 0.99, "learning_rate": 4e-4},
        "Lion, a tenth of the rate": {"optimizer": "Lion", "beta_2": 0.99, "learning_rate": 2e-4},
    },
    "batch": {"small batches first": {"ramp": True}},
    "norm": {"norm before each block": {"norm": "pre"}},
}
_METRIC = "macro_f1"


def compare_recipes(
    path: str | Path,
    work: str | Path,
    budget: Budget | None = None,
    *,
    questions: Sequence[str] = tuple(QUESTIONS),
    seeds: int = 1,
    tell: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Run the trials that a file does not hold yet, and return its table.

    Args:
        path: the JSON file; begun where there is none.
        work: a folder for the prepared texts.
        budget: what all trials share; must be that of the file.
        questions: of `QUESTIONS`.
        seeds: trainings of each trial. All trials come once before any comes again.
        tell: takes progress lines.

    Returns:
        See `recipe_table`.

    Raises:
        CourseError: there is no such question, the file is of another budget, or data cannot be
            had.
    """
    unknown = [name for name in questions if name not in QUESTIONS]
    if unknown:
        raise CourseError(f"{unknown[0]!r} is no question: choose from {', '.join(QUESTIONS)}.")
    budget, path, base = budget or Budget(), Path(path), Settings()
    held = _opened(path, budget, base)
    answers = {BASE: base}
    for question in questions:
        answers |= {name: replace(base, **new) for name, new in QUESTIONS[question].items()}
    texts = _Texts()
    wanted = [(seed, name) for seed in range(seeds) for name in answers]
    done = {(row["seed"], row["name"]) for row in held["trials"]}
    for number, (seed, name) in enumerate(wanted, 1):
        if (seed, name) in done:
            continue
        tell(f"trial {number} of {len(wanted)}: {name}, seed {seed}")
        recipe = budget.recipe(answers[name])
        rows = prepared(recipe, Path(work) / recipe.text_key(), tell, texts.read)
        held["trials"].append(
            {"name": name, "seed": seed, **run_trial(answers[name], budget, seed, rows, tell)}
        )
        write_atomic(path, json.dumps(held, indent=1) + "\n")
        keras.backend.clear_session()
    return recipe_table(path)


class _Texts:
    """The corpus, read once for all vocabularies and lengths of row."""

    def __init__(self) -> None:
        self._corpus: Corpus | None = None

    def read(self, recipe: Recipe, tell: Callable[[str], None]) -> Corpus:
        """Return what `corpus_of` gives; neither vocabulary nor row length changes it."""
        if self._corpus is None:
            self._corpus = corpus_of(recipe, tell)
        return self._corpus


def _opened(path: Path, budget: Budget, base: Settings) -> dict[str, Any]:
    """Return the content of the file, or a new one with the truth of the probes in it."""
    about = json.loads(json.dumps({"budget": asdict(budget), "base": asdict(base)}))
    if not path.is_file():
        truth = {name: "".join(map(str, probe_truth(name))) for name in budget.probes}
        made = {"device": device(), "backend": keras.backend.backend(), "keras": keras.__version__}
        return {**about, **made, "truth": truth, "trials": []}
    held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for part, meant in about.items():
        differ = sorted(name for name in meant if held[part].get(name) != meant[name])
        if differ:
            raise CourseError(
                f"{path} holds trials with another {differ[0]}: {held[part].get(differ[0])!r}, not "
                f"{meant[differ[0]]!r}. Trials are compared at equal budgets: name a new file."
            )
    return held


def recipe_table(path: str | Path) -> pd.DataFrame:
    """Set each answer beside the recipe that all questions start from.

    Args:
        path: a file of `compare_recipes`.

    Returns:
        A row for each answer: ``question``, ``answer``, ``seeds``, ``held-out loss`` and how far
        it lies above that of the base (``more loss``; none where the pieces are others, since
        such losses cannot be compared), the probes' macro F1 and its paired difference to the
        base with a 95 % interval, ``seconds``.

    Raises:
        CourseError: the file does not exist, or holds no trial of the base.
    """
    path = Path(path)
    if not path.is_file():
        raise CourseError(f"No trials at {path}: `nlputils compare-recipes {path}` makes them.")
    held = json.loads(path.read_text(encoding="utf-8"))
    trials = {(row["name"], row["seed"]): row for row in held["trials"]}
    seeds = {name: sorted(s for n, s in trials if n == name) for name, _ in trials}
    if BASE not in seeds:
        raise CourseError(f"{path} has no trial of the recipe {BASE!r}: run it first.")
    table = [_row(held, trials, seeds, "", BASE)]
    for question, answers in QUESTIONS.items():
        table += [_row(held, trials, seeds, question, name) for name in answers if name in seeds]
    return pd.DataFrame(table)


def _row(
    held: Mapping[str, Any],
    trials: Mapping[tuple[str, int], Mapping[str, Any]],
    seeds: Mapping[str, list[int]],
    question: str,
    name: str,
) -> dict[str, Any]:
    own = [trials[name, seed] for seed in seeds[name]]
    row: dict[str, Any] = {
        "question": question,
        "answer": name,
        "seeds": len(own),
        "held-out loss": float(np.mean([trial["held_out_loss"] for trial in own])),
    }
    both = [seed for seed in seeds[name] if seed in seeds[BASE]]
    changes = QUESTIONS[question][name] if question else {}
    more = [trials[name, s]["held_out_loss"] - trials[BASE, s]["held_out_loss"] for s in both]
    comparable = name != BASE and not {"vocabulary_size", "row_length"} & set(changes)
    row["more loss"] = float(np.mean(more)) if comparable and more else None
    for probe, truth in held["truth"].items():
        runs = {
            system: [_predicted(trials[system, seed], probe, truth) for seed in chosen]
            for system, chosen in ((name, seeds[name]), (BASE, both))
        }
        row[probe] = evaluate.score(_METRIC, runs[name]).value
        if name != BASE and both:
            paired = [run for run in runs[name] if run.seed in both]
            found = evaluate.compare(_METRIC, paired, runs[BASE], (name, BASE))
            row[f"{probe}, difference"] = found.interval
    row["seconds"] = float(np.mean([trial["seconds"] for trial in own]))
    return row


def _predicted(trial: Mapping[str, Any], probe: str, truth: str) -> evaluate.Predicted:
    true, pred = (list(map(int, text)) for text in (truth, trial["probes"][probe]))
    return evaluate.Predicted(true, pred, trial["seed"])
