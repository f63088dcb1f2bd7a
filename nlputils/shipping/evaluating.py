"""What an encoder is worth: ``nlputils evaluate-encoder``.

The same network is fine-tuned from the encoder's weights and from random ones, with the same grid;
bags of words stand beside them. Validation chooses, the test part speaks once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nlputils import data, evaluate, models, train
from nlputils.data import write_atomic
from nlputils.data.files import read_object
from nlputils.errors import CourseError
from nlputils.shipping.answers import AnswerFiles, Answers, made_here
from nlputils.text import bert_inputs
from nlputils.train.fingerprints import weights_fingerprint

# Where an evaluation lies, in the encoder's folder.
_FILE = "evaluation.json"
# The simple methods that stand beside the networks.
_BASELINES = (
    evaluate.naive_bayes,
    evaluate.word_logistic,
    evaluate.word_svm,
    evaluate.char_svm,
    evaluate.union_svm,
)
_ORIGINS = ("pretrained", "random")


def system_names() -> tuple[str, ...]:
    """Name what is measured: the network from both kinds of weights, and the simple methods."""
    return (*_ORIGINS, *(make().name for make in _BASELINES))


@dataclass(frozen=True)
class Task:
    """One question to an encoder.

    Attributes:
        dataset: a labelled data set of the registry.
        metric: a name of `evaluate.METRICS`.
        labels: labelled texts to learn from, drawn anew by each seed; 0 for all.
        by_split: the set has no test part of its own, so each seed draws another split.
    """

    dataset: str
    metric: str
    labels: int = 0
    by_split: bool = False

    @property
    def design(self) -> evaluate.scores.Design:
        """How the runs differ, for the interval."""
        return "splits" if self.by_split else "seeds"


TASKS = {
    "sst2": Task("sst2_glue", "accuracy"),
    "sentiment": Task("tweet_sentiment_extraction", "macro_f1"),
    "sentiment-500": Task("tweet_sentiment_extraction", "macro_f1", labels=500),
    "spam": Task("sms_spam_collection", "spam_f1", by_split=True),
}


@dataclass(frozen=True)
class Effort:
    """How much is tried; the same for pretrained and random weights.

    Attributes:
        seeds: trainings of each system.
        learning_rates: the grid; chosen on the validation part with the first seed.
        epochs: passes over the training texts.
        few_epochs: the same where few labels are drawn.
        batch_size: texts in a batch.
        limit: the most training texts, drawn by the seed; 0 for all.
        tuning_limit: the most of these that a rate is tried on; 0 for all.
    """

    seeds: int = 3
    learning_rates: tuple[float, ...] = (1e-4, 3e-4, 1e-3, 3e-3)
    epochs: int = 3
    few_epochs: int = 10
    batch_size: int = 32
    limit: int = 0
    tuning_limit: int = 8000


def evaluate_encoder(
    folder: str | Path,
    names: Sequence[str] = tuple(TASKS),
    effort: Effort | None = None,
    *,
    systems: Sequence[str] = (),
    output: str | Path | None = None,
    tell: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Measure an encoder against random weights and bags of words.

    Args:
        folder: the encoder.
        names: of `TASKS`.
        effort: how much is tried.
        systems: of `system_names`, those to measure now; all by default. A task enters the table
            once all systems are measured. Until then, the answers of each system are kept in a
            file next to ``output`` (``...part.json``). So one machine may train the networks, and
            another the bags of words: copy the files next to each other, and call it again.
        output: a JSON file, written after each task; by default ``evaluation.json`` in the folder.
            A task that it holds already, measured with this effort, is not measured again, and
            neither is a system whose answers are kept.
        tell: takes the lines that say how far it has come.

    Returns:
        All tasks of the file, each to ``scores`` (system to score), ``against`` (system to
        comparison with the pretrained one), ``chosen``, ``seconds``, ``made`` (see
        `nlputils.shipping.answers.Answers`) and ``effort``, plain values.

    Raises:
        CourseError: there is no such task, system or encoder, files cannot be had, or a file is
            about another encoder, effort, or no evaluation.
    """
    unknown = [name for name in names if name not in TASKS]
    if unknown:
        raise CourseError(f"{unknown[0]!r} is no task: choose from {', '.join(TASKS)}.")
    strange = [system for system in systems if system not in system_names()]
    if strange:
        raise CourseError(
            f"{strange[0]!r} is no system: choose from {', '.join(map(repr, system_names()))}."
        )
    systems = systems or system_names()
    effort, path = effort or Effort(), Path(output or models.encoder_folder(folder) / _FILE)
    encoder = models.load_encoder(folder)
    found = _opened(path, weights_fingerprint(encoder.backbone))
    asked = json.loads(json.dumps(vars(effort)))
    for name in names:
        if found["tasks"].get(name, {}).get("effort") == asked:
            tell(f"{name}: taken from {path}")
            continue
        kept = AnswerFiles(
            path,
            name,
            {"weights": found["weights"], "task": vars(TASKS[name]), "effort": asked},
        )
        measured = _measured(models.load_encoder(folder), name, effort, kept, systems, tell)
        if measured is not None:
            # Read again: another process may have added a task meanwhile.
            found = _opened(path, found["weights"])
            found["tasks"][name] = {**measured, "effort": asked}
            write_atomic(path, json.dumps(found, indent=1) + "\n")
            for system in system_names():
                kept.remove(system)
    if found["tasks"]:
        tell(f"The table is {path}")
    return dict(found["tasks"])


def evaluate_again(
    source: str | Path | None, name: str, *, tell: Callable[[str], None] = print
) -> evaluate.Score:
    """Measure a part of a stored evaluation again: the encoder's own training of its first seed.

    The learning rate is the stored one, so nothing is chosen anew. Another machine rounds in
    another way, and another backend draws other dropout, so the score may be another.

    Args:
        source: an encoder with an evaluation, as `nlputils.models.load_encoder` takes it.
        name: one of its tasks.
        tell: takes a line with the score.

    Returns:
        The score, to be set beside the first of ``stored_scores(...)["pretrained"].values``.

    Raises:
        CourseError: there is no such encoder, evaluation or task in it, the evaluation is about
            other weights, or files cannot be had.
    """
    folder = models.encoder_folder(source)
    held = _task(folder, name)
    encoder = models.load_encoder(folder)
    _opened(folder / _FILE, weights_fingerprint(encoder.backbone))
    stored = {**held["effort"], "learning_rates": (held["chosen"]["pretrained"],), "seeds": 1}
    task = TASKS[name]
    _, runs, _ = _Bench(encoder, task, Effort(**stored)).network("pretrained")
    found = evaluate.score(task.metric, runs, task.design)
    tell(f"{name}: pretrained {found}")
    return found


def stored_scores(source: str | Path | None, name: str) -> dict[str, evaluate.Score]:
    """Return what a stored evaluation says of each system on one task.

    Args:
        source: an encoder with an evaluation, as `nlputils.models.load_encoder` takes it.
        name: one of its tasks.

    Returns:
        System to score, ``pretrained`` and ``random`` first.

    Raises:
        CourseError: there is no such encoder, evaluation, or task in it.
    """
    scores = _task(models.encoder_folder(source), name)["scores"]
    return {system: evaluate.Score(**stored) for system, stored in scores.items()}


def _task(folder: Path, name: str) -> dict[str, Any]:
    """Return what the evaluation of an encoder holds of one task."""
    tasks = _stored(folder)["tasks"]
    if name not in tasks or name not in TASKS:
        raise CourseError(
            f"{folder / _FILE} holds no task {name!r}, but {', '.join(tasks) or 'none'}: name one "
            f"of them, or run `nlputils evaluate-encoder {folder} --tasks {name}`."
        )
    return dict(tasks[name])


def evaluation_table(source: str | Path | None) -> pd.DataFrame:
    """Set the systems of an evaluation side by side.

    Args:
        source: a file of `evaluate_encoder`, or an encoder that has one, as
            `nlputils.models.load_encoder` takes it.

    Returns:
        A row for each task and system: ``task``, ``system``, ``metric``, ``score`` with its 95 %
        interval, ``lead`` (how far the pretrained network is ahead of this system, with the
        paired interval), ``verdict`` (``ahead``, ``behind`` or ``not distinguishable``), ``test
        texts``, ``seeds``, ``seconds`` of one training (of a simple method: of its whole search and
        fit), and ``on`` what it ran, CPU or GPU.

    Raises:
        CourseError: there is no such encoder or file, or it is no evaluation.
    """
    rows = []
    for task, held in _stored(source)["tasks"].items():
        for system, stored in held["scores"].items():
            found = evaluate.Score(**stored)
            against = held["against"].get(system)
            row = {
                "task": task,
                "system": system,
                "metric": evaluate.METRICS[found.metric].display,
                "score": f"{evaluate.METRICS[found.metric].show(found.value)} {found.interval}",
                "lead": "",
                "verdict": "",
                "test texts": found.n,
                "seeds": len(found.seeds),
                "seconds": round(held["seconds"][system], 1),
                "on": held["made"][system]["on"] if "made" in held else "",
            }
            if against is not None:
                told = {name: against[name] for name in evaluate.Comparison.__dataclass_fields__}
                comparison = evaluate.Comparison(**told)
                row["lead"] = comparison.interval
                row["verdict"] = comparison.verdict
            rows.append(row)
    return pd.DataFrame(rows)


def _stored(source: str | Path | None) -> dict[str, Any]:
    """Return the evaluation in a file, or beside an encoder."""
    is_file = source is not None and Path(source).suffix == ".json"
    path = Path(str(source)) if is_file else models.encoder_folder(source) / _FILE
    if not path.is_file():
        raise CourseError(f"No evaluation at {path}: `nlputils evaluate-encoder` makes it.")
    return _read(path)


def _read(path: Path) -> dict[str, Any]:
    held = read_object(path)
    if not {"weights", "tasks"} <= set(held):
        raise CourseError(
            f"{path} is no evaluation: it has no `weights` or no `tasks`. Name another file."
        )
    return held


def _opened(path: Path, weights: str) -> dict[str, Any]:
    """Return the content of the file, or a new one."""
    if not path.is_file():
        return {"weights": weights, "tasks": {}}
    held = _read(path)
    if held["weights"] != weights:
        raise CourseError(
            f"{path} tells what another encoder is worth: name a new file, or remove this one."
        )
    return held


def _measured(
    encoder: models.Encoder,
    name: str,
    effort: Effort,
    kept: AnswerFiles,
    systems: Sequence[str],
    tell: Callable[[str], None],
) -> dict[str, Any] | None:
    """Measure these systems of a task; return its results once all systems are measured."""
    task, bench = TASKS[name], None
    for system in systems:
        if system not in kept:
            bench = bench or _Bench(encoder, task, effort)
            kept.add(system, bench.answers(system))
        tell(f"{name}: {system} {evaluate.score(task.metric, kept[system].runs, task.design)}")
    missing = [system for system in system_names() if system not in kept]
    if missing:
        tell(f"{name}: {', '.join(missing)} not measured yet")
        return None
    return _compared(task, {system: kept[system] for system in system_names()}, name, tell)


def _compared(
    task: Task, found: dict[str, Answers], name: str, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Return the scores of all systems, and how far the pretrained network is ahead of each."""
    runs = {system: answers.runs for system, answers in found.items()}
    against = {
        rival: evaluate.compare(
            task.metric, runs["pretrained"], runs[rival], ("pretrained", rival), task.design
        )
        for rival in system_names()[1:]
    }
    for comparison in against.values():
        tell(f"{name}: {comparison}")
    scores = {
        system: evaluate.score(task.metric, of_one, task.design) for system, of_one in runs.items()
    }
    return {
        "scores": {system: score.to_dict() for system, score in scores.items()},
        "against": {rival: comparison.to_dict() for rival, comparison in against.items()},
        "chosen": {system: found[system].chosen for system in _ORIGINS},
        "seconds": {system: answers.seconds for system, answers in found.items()},
        "made": {system: answers.made for system, answers in found.items()},
    }


class _Bench:
    """The material of one task, and the one compiled network that all its trainings use."""

    def __init__(self, encoder: models.Encoder, task: Task, effort: Effort) -> None:
        self.encoder, self.task, self.effort = encoder, task, effort
        count = range(effort.seeds)
        drawn = [
            data.load(task.dataset, seed, limit=effort.limit or None)
            for seed in (count if task.by_split else [0])
        ]
        self.splits = drawn if task.by_split else drawn * effort.seeds
        backbone, pieces = encoder.backbone, len(encoder.tokenizer)
        self.saved = backbone.get_weights()
        longest = backbone.max_sequence_length
        self.random = [
            models.encoder(encoder.card["size"], pieces, longest, seed=seed).get_weights()
            for seed in count
        ]
        texts = list(self.splits[0].train["text"][:2000])
        sizes = [len(ids) + 2 for ids in encoder.tokenizer.ids_batch(texts)]
        # Nearly all texts are read whole; the few longest ones are cut.
        self.length = min(longest, int(np.percentile(sizes, 99)))
        self.head = models.classifier(backbone, len(self.splits[0].labels), pooling="mean")
        self.model = models.trainable(self.head)

    def parts(self, seed: int) -> tuple[Any, Any, Any]:
        """Return train (or what the seed draws of it), validation and test frames."""
        split = self.splits[seed]
        part = split.train
        if self.task.labels:
            part = part.iloc[evaluate.draw_labels(split.y(part), self.task.labels, seed)]
        return part, split.validation, split.test

    def arrays(self, frame: Any) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Return what the network reads, and the classes."""
        ids = self.encoder.tokenizer.encode(list(frame["text"]), self.length)
        return bert_inputs(ids), self.splits[0].y(frame)

    def fresh(self, origin: str, seed: int) -> Any:
        """Return the network as it is before a training."""
        self.encoder.backbone.set_weights(
            self.saved if origin == "pretrained" else self.random[seed]
        )
        layer, rng = self.head.get_layer("logits"), np.random.default_rng(seed)
        layer.set_weights([rng.normal(0, 0.02, weight.shape) for weight in layer.get_weights()])
        return self.model

    def answers(self, system: str) -> Answers:
        """Train a system with each seed, and return what it answers."""
        if system in _ORIGINS:
            rate, runs, seconds = self.network(system)
            return Answers(runs, seconds, rate, made_here(network=True))
        (make,) = (make for make in _BASELINES if make().name == system)
        runs, seconds = self.baseline(make)
        return Answers(runs, seconds, None, made_here(network=False))

    def network(self, origin: str) -> tuple[float, list[evaluate.Predicted], float]:
        """Choose a rate, then train with each seed; return rate, answers, seconds of a training."""
        effort, few = self.effort, bool(self.task.labels)
        part, held, _ = self.parts(0)
        if effort.tuning_limit and len(part) > effort.tuning_limit:
            part = part.sample(effort.tuning_limit, random_state=0)
        tuned = train.tune(
            lambda: self.fresh(origin, 0),
            *self.arrays(part),
            self.arrays(held),
            [{"learning_rate": rate} for rate in effort.learning_rates],
            score=evaluate.METRICS[self.task.metric],
            epochs=effort.few_epochs if few else effort.epochs,
            batch_size=effort.batch_size,
            keep_best=False,
            by_length=True,
        )
        runs, seconds = [], 0.0
        for seed in range(effort.seeds):
            part, _, test = self.parts(seed)
            model, (x, y) = self.fresh(origin, seed), self.arrays(test)
            history = train.finetune(model, *self.arrays(part), **{**tuned.setting, "seed": seed})
            answers = train.predict_probabilities(model, x, by_length=True).argmax(-1)
            runs.append(evaluate.Predicted(y, answers, seed, len(part)))
            seconds += history.seconds / effort.seeds
        return tuned.setting["learning_rate"], runs, seconds

    def baseline(
        self, make: Callable[[], evaluate.Baseline]
    ) -> tuple[list[evaluate.Predicted], float]:
        """Fit a simple method on each seed's texts; one fit stands for all where they are equal."""
        runs: list[evaluate.Predicted] = []
        seconds, same = 0.0, not (self.task.labels or self.task.by_split)
        fits = 1 if same else self.effort.seeds
        for seed in range(fits):
            part, held, test = self.parts(seed)
            fitted = make().fit(
                list(part["text"]),
                self.splits[0].y(part),
                list(held["text"]),
                self.splits[0].y(held),
                self.task.metric,
                refit=False,
            )
            answers = fitted.predict(list(test["text"]))
            runs.append(evaluate.Predicted(self.splits[0].y(test), answers, seed, fitted.n_train))
            seconds += fitted.seconds / fits
        return (evaluate.repeat(runs[0], range(self.effort.seeds)) if same else runs), seconds
