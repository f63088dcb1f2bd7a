"""Studies of pretraining: each choice measured at equal pieces read, ``nlputils compare-recipes``.

The study of the recipe starts from one recipe and changes one thing at a time. The study of the
objectives goes from BERT to RoBERTa, one change in each row. The trials of a study lie in one JSON
file, written after each. The same command goes on where it was, and seeds may be added later. Those
that came with the course lie in ``data/encoders/<study>.json``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from nlputils import evaluate
from nlputils.data import Corpus, course_root, write_atomic
from nlputils.data.files import read_object
from nlputils.errors import CourseError
from nlputils.evaluate.resampling import student_half_width
from nlputils.lesson.machine import device
from nlputils.shipping.making import Recipe, Rows, corpus_of, prepared
from nlputils.shipping.trials import Budget, Settings, probe_truth, run_trial

_METRIC = "macro_f1"


@dataclass(frozen=True)
class Study:
    """Trials that belong into one table.

    Attributes:
        base: the name of the first row.
        settings: what stands behind it.
        questions: what is asked, to the answers by name, to what each changes.
        chain: compare each row with the one before, and not with the first.
        budget: what all trials share, where nobody says otherwise.
        passes: how often each trial must see the text, at least.
    """

    base: str
    settings: Settings
    questions: Mapping[str, Mapping[str, Mapping[str, Any]]]
    chain: bool = False
    budget: Budget = Budget()
    passes: float = 0.0

    def answers(self, questions: Sequence[str]) -> dict[str, Settings]:
        """Return the settings behind the base and behind each answer, by name."""
        found = {self.base: self.settings}
        for question in questions:
            if question not in self.questions:
                raise CourseError(
                    f"{question!r} is no question: choose from {', '.join(self.questions)}."
                )
            for name, changes in self.questions[question].items():
                found[name] = replace(self.settings, **changes)
        return found

    def rivals(self) -> dict[str, str]:
        """Return the row that each answer is set beside."""
        names = [name for answers in self.questions.values() for name in answers]
        before = [self.base, *names][: len(names)]
        return dict(zip(names, before if self.chain else [self.base] * len(names), strict=True))


RECIPE = Study(
    base="as it is",
    settings=Settings(),
    questions={
        "start": {"random vectors": {"start": "random"}},
        "learning rate": {
            "half of it": {"learning_rate": 5e-4},
            "twice of it": {"learning_rate": 2e-3},
        },
        "vocabulary": {
            "4,000 pieces": {"vocabulary_size": 4000},
            "16,000 pieces": {"vocabulary_size": 16000},
        },
        "first rows": {
            "full rows from the start": {"first_length": Recipe.row_length},
            "8 pieces at first": {"first_length": 8},
        },
        "row length": {"32 pieces": {"row_length": 32}, "128 pieces": {"row_length": 128}},
        "mask rate": {"15 % hidden": {"mask_rate": 0.15}, "45 % hidden": {"mask_rate": 0.45}},
        "dropout": {"dropout 0.1": {"dropout": 0.1}},
        "schedule": {
            "no warm-up": {"warmup": 0.0},
            "cosine decay": {"schedule": "cosine"},
            "no decay": {"schedule": "constant"},
        },
        "optimizer": {
            "AdamW, beta_2 0.98": {"beta_2": 0.98},
            "Lion, a fifth of the rate": {
                "optimizer": "Lion",
                "beta_2": 0.99,
                "learning_rate": 2e-4,
            },
            "Lion, a tenth of the rate": {
                "optimizer": "Lion",
                "beta_2": 0.99,
                "learning_rate": 1e-4,
            },
        },
        "batch": {"small batches first": {"ramp": True}},
        "norm": {"norm before each block": {"norm": "pre"}},
    },
)
# From BERT (Devlin et al. 2019) towards RoBERTa (Liu et al. 2019), one setting in each row. Below
# one pass over the text, static and dynamic masks would be the same: so little text, read often.
OBJECTIVES = Study(
    base="before training",
    settings=Settings(row_length=32, first_length=32, masks=1, next_sentence=True, trained=False),
    questions={
        "objective": {
            "one mask a row, next sentence": {"trained": True},
            "without next sentence": {"trained": True, "next_sentence": False},
            "ten masks a row": {"trained": True, "next_sentence": False, "masks": 10},
            "new masks each time": {"trained": True, "next_sentence": False, "masks": None},
            "byte pairs": {
                "trained": True,
                "next_sentence": False,
                "masks": None,
                "pieces": "byte pairs",
            },
        }
    },
    chain=True,
    budget=Budget(tokens=2_000_000, texts=700, corpora=("enwiki_2015_wikiextractor",)),
    passes=20.0,
)
STUDIES: Mapping[str, Study] = {"recipe": RECIPE, "objectives": OBJECTIVES}


def run_study(
    name: str,
    path: str | Path,
    work: str | Path,
    budget: Budget | None = None,
    *,
    questions: Sequence[str] = (),
    seeds: int = 1,
    tell: Callable[[str], None] = print,
) -> pd.DataFrame:
    """Run the trials that a file does not hold yet, and return its table.

    Args:
        name: of `STUDIES`.
        path: the JSON file; begun where there is none.
        work: a folder for the prepared texts.
        budget: what all trials share; must be that of the file.
        questions: of the study; none for all.
        seeds: trainings of each trial. All trials come once before any comes again.
        tell: takes progress lines.

    Returns:
        See `study_table`.

    Raises:
        CourseError: there is no such study or question, the file is of another budget, the text is
            seen too seldom, or data cannot be had.
    """
    study = _study(name)
    answers = study.answers(questions or tuple(study.questions))
    budget, path = budget or study.budget, Path(path)
    held = _opened(path, name, budget)
    texts = _Texts()
    wanted = [(seed, answer) for seed in range(seeds) for answer in answers]
    done = {(row["seed"], row["name"]) for row in held["trials"]}
    for number, (seed, answer) in enumerate(wanted, 1):
        if (seed, answer) in done:
            continue
        tell(f"trial {number} of {len(wanted)}: {answer}, seed {seed}")
        settings = answers[answer]
        recipe = budget.recipe(settings)
        folder = Path(work) / f"{recipe.text_key()}-{settings.pieces.replace(' ', '-')}"
        rows = prepared(recipe, folder, tell, texts.read, settings.pieces)
        _check_passes(study, budget, rows)
        found = run_trial(settings, budget, seed, rows, tell)
        held["trials"].append({"name": answer, "seed": seed, **found})
        write_atomic(path, json.dumps(held, indent=1) + "\n")
        keras.backend.clear_session()
    return study_table(path)


def _study(name: str) -> Study:
    if name not in STUDIES:
        raise CourseError(f"{name!r} is no study: choose from {', '.join(STUDIES)}.")
    return STUDIES[name]


def _check_passes(study: Study, budget: Budget, rows: Rows) -> None:
    passes = budget.tokens / rows.train.size
    if passes < study.passes:
        raise CourseError(
            f"{budget.tokens:,} pieces are {passes:.1f} passes over {rows.train.size:,}; this "
            f"study needs {study.passes:g}: give fewer texts or more tokens."
        )


class _Texts:
    """The corpus, read once for all vocabularies and lengths of row."""

    def __init__(self) -> None:
        self._corpus: Corpus | None = None

    def read(self, recipe: Recipe, tell: Callable[[str], None]) -> Corpus:
        """Return what `corpus_of` gives; neither vocabulary nor row length changes it."""
        if self._corpus is None:
            self._corpus = corpus_of(recipe, tell)
        return self._corpus


def _opened(path: Path, name: str, budget: Budget) -> dict[str, Any]:
    """Return the content of the file, or a new one with the truth of the probes in it."""
    about = {"study": name, "budget": asdict(budget), "base": asdict(STUDIES[name].settings)}
    about = json.loads(json.dumps(about))
    if not path.is_file():
        truth = {probe: "".join(map(str, probe_truth(probe))) for probe in budget.probes}
        made = {"device": device(), "backend": keras.backend.backend(), "keras": keras.__version__}
        return {**about, **made, "truth": truth, "trials": []}
    held = _read(path)
    if held["study"] != name:
        raise CourseError(f"{path} holds the study {held['study']!r}, not {name!r}.")
    for part in ("budget", "base"):
        differ = sorted(key for key in about[part] if held[part].get(key) != about[part][key])
        if differ:
            raise CourseError(
                f"{path} holds trials with another {differ[0]}: {held[part].get(differ[0])!r}, not "
                f"{about[part][differ[0]]!r}. Trials of one file share their budget: name a new "
                "file."
            )
    return held


def _read(path: Path) -> dict[str, Any]:
    """Read a file of trials; refuse one in which a trial lacks what trials measure."""
    held = read_object(path)
    for trial in held["trials"]:
        for part in ("training_loss", "held_out_loss", "frequency_loss"):
            if part not in trial:
                raise CourseError(
                    f"{path}: the trial {trial['name']!r} has no {part!r}; an older version made "
                    "it. Name a new file, and make the trials again."
                )
    return held


def study_table(source: str | Path) -> pd.DataFrame:
    """Set each answer beside its rival: the first row, or the row before.

    Args:
        source: a file of `run_study`, or the name of a study whose trials came with the course.

    Returns:
        A row for each answer: ``question``, ``answer``, ``seeds``, ``passes`` over the text,
        ``seconds`` of a training (the fastest: what disturbs a machine only adds to them),
        ``training loss`` (at its end, with its own masks and its own share of hidden pieces; none
        without training), ``frequency loss`` (what the frequencies alone reach on the held-out
        text), ``held-out loss`` and how far it lies above that of the rival (``more loss``; none
        where the pieces are others, since such losses cannot be compared) with the 95 % interval
        of Student over the seeds (``more loss, 95 %``; none from one seed) and what it says
        (``loss``: ``higher``, ``lower`` or ``not distinguishable``), and for each probe its
        macro F1 with a 95 % interval, the paired ``difference`` to the rival with its own (and in
        ``points`` as a number), and the ``verdict``: ``ahead``, ``behind`` or ``not
        distinguishable``.

    Raises:
        CourseError: the file does not exist, or holds no trial of the first row.
    """
    path = Path(source)
    if source in STUDIES:
        path = course_root() / "data" / "encoders" / f"{source}.json"
    if not path.is_file():
        raise CourseError(f"No trials at {path}: `nlputils compare-recipes {path}` makes them.")
    held = _read(path)
    study = _study(held["study"])
    trials: dict[str, dict[int, Any]] = {}
    for trial in held["trials"]:
        trials.setdefault(trial["name"], {})[trial["seed"]] = trial
    if study.base not in trials:
        raise CourseError(f"{path} has no trial of {study.base!r}: run it first.")
    rivals, answers = study.rivals(), study.answers(tuple(study.questions))
    table = [_row(held, "", study.base, trials[study.base], "", {}, False)]
    for question, names in study.questions.items():
        for name in (name for name in names if name in trials):
            rival = rivals[name]
            settings = (answers[name], answers[rival])
            same = all(len({getattr(one, part) for one in settings}) == 1 for part in _PIECES)
            table.append(
                _row(held, question, name, trials[name], rival, trials.get(rival, {}), same)
            )
    return pd.DataFrame(table)


# Where one of these differs, a loss is about other questions.
_PIECES = ("vocabulary_size", "row_length", "pieces")


def _row(
    held: Mapping[str, Any],
    question: str,
    name: str,
    own: Mapping[int, Any],
    rival: str,
    others: Mapping[int, Any],
    comparable: bool,
) -> dict[str, Any]:
    """Return one row; ``own`` and ``others`` are trials by their seed."""

    def mean(key: str) -> float:
        return float(np.mean([trial[key] for trial in own.values()]))

    row: dict[str, Any] = {"question": question, "answer": name, "seeds": len(own)}
    seconds = min(trial["seconds"] for trial in own.values())
    row |= {"passes": mean("passes"), "seconds": seconds}
    trained = all(trial["training_loss"] is not None for trial in own.values())
    row["training loss"] = mean("training_loss") if trained else None
    row["frequency loss"] = mean("frequency_loss")
    both = sorted(set(own) & set(others))
    loss = "held_out_loss"
    row["held-out loss"] = mean(loss)
    more = [own[seed][loss] - others[seed][loss] for seed in both] if comparable else []
    row["more loss"] = float(np.mean(more)) if more else None
    row |= _over_seeds(more) if len(more) > 1 else {"more loss, 95 %": "", "loss": ""}
    for probe, truth in held["truth"].items():
        found = evaluate.score(_METRIC, [_predicted(trial, probe, truth) for trial in own.values()])
        row[probe] = f"{evaluate.METRICS[_METRIC].show(found.value)} {found.interval}"
        row |= {f"{probe}, points": None, f"{probe}, difference": "", f"{probe}, verdict": ""}
        if both:
            first, second = (
                [_predicted(trials[seed], probe, truth) for seed in both]
                for trials in (own, others)
            )
            comparison = evaluate.compare(_METRIC, first, second, (name, rival))
            row[f"{probe}, points"] = 100 * comparison.difference
            row[f"{probe}, difference"] = comparison.interval
            row[f"{probe}, verdict"] = comparison.verdict
    return row


def _over_seeds(differences: Sequence[float]) -> dict[str, str]:
    """Return Student's 95 % interval for the mean of paired differences, and what it says."""
    middle, half = float(np.mean(differences)), student_half_width(differences)
    low, high = middle - half, middle + half
    says = "higher" if low > 0 else "lower" if high < 0 else "not distinguishable"
    return {"more loss, 95 %": f"[{low:.3f}, {high:.3f}]", "loss": says}


def _predicted(trial: Mapping[str, Any], probe: str, truth: str) -> evaluate.Predicted:
    true, pred = (list(map(int, text)) for text in (truth, trial["probes"][probe]))
    return evaluate.Predicted(true, pred, trial["seed"])
