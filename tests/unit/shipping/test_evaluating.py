"""The worth of an encoder, on a task and with an encoder that are small enough for a test."""

import hashlib
import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from nlputils import data, models
from nlputils.cli import main
from nlputils.errors import CourseError
from nlputils.shipping import (
    Effort,
    answers,
    evaluate_again,
    evaluate_encoder,
    evaluating,
    evaluation_table,
    stored_scores,
)
from nlputils.shipping.answers import AnswerFiles
from nlputils.text import train_wordpiece

QUICK = Effort(seeds=2, learning_rates=(1e-3, 3e-3), few_epochs=2, epochs=1)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the encoder; tests write into copies of it."""
    split = data.load("pocket_messages")
    tokenizer = train_wordpiece(list(split.train["text"]), 600)
    backbone = models.encoder("1x64", len(tokenizer), 32, seed=7)  # no weights of `random`
    folder = tmp_path_factory.mktemp("built") / "e"
    return models.save_encoder(folder, backbone, tokenizer, {"size": "1x64"})


@pytest.fixture
def encoder(built, tmp_path):
    return shutil.copytree(built, tmp_path / "e")


@pytest.fixture
def tasks(monkeypatch):
    small(monkeypatch)


def small(monkeypatch):
    """Two tasks on embedded data, and one simple method."""
    tasks = {
        "few": evaluating.Task("pocket_messages", "spam_f1", labels=64),
        "all": evaluating.Task("pocket_reviews", "macro_f1"),
    }
    monkeypatch.setattr(evaluating, "TASKS", tasks)
    monkeypatch.setattr(evaluating, "_BASELINES", evaluating._BASELINES[:1])


@pytest.fixture(scope="module")
def measured(built, tmp_path_factory):
    """An encoder with its evaluation, and what the evaluation returned; nobody writes there."""
    folder = shutil.copytree(built, tmp_path_factory.mktemp("measured") / "e")
    effort = replace(QUICK, learning_rates=(3e-3, 1e-2), few_epochs=10, limit=400)
    with pytest.MonkeyPatch.context() as patched:
        small(patched)
        return folder, evaluate_encoder(folder, ["few", "all"], effort, tell=str)


def test_each_system_gets_a_score_and_is_compared(measured):
    encoder, found = measured
    for name, metric in (("few", "spam_f1"), ("all", "macro_f1")):
        scores = found[name]["scores"]
        assert list(scores) == ["pretrained", "random", "naive Bayes"]
        assert {score["metric"] for score in scores.values()} == {metric}
        assert all(score["seeds"] == [0, 1] for score in scores.values())
        assert list(found[name]["against"]) == ["random", "naive Bayes"]
        assert set(found[name]["chosen"].values()) <= {3e-3, 1e-2}
    # One fit speaks for all seeds where it always sees the same texts, and only there.
    values = {name: found[name]["scores"]["naive Bayes"]["values"] for name in found}
    assert values["all"][0] == values["all"][1] and values["few"][0] != values["few"][1]
    written = json.loads((encoder / "evaluation.json").read_text(encoding="utf-8"))
    assert written["tasks"] == json.loads(json.dumps(found))
    assert models.load_encoder(encoder).card == {"size": "1x64"}, "the table damaged the encoder"
    table = evaluation_table(encoder / "evaluation.json")
    assert list(table["system"]) == ["pretrained", "random", "naive Bayes"] * 2
    few = found["few"]
    row = table[(table["task"] == "few") & (table["system"] == "random")].iloc[0]
    assert row["score"].startswith(f"{100 * few['scores']['random']['value']:.1f} [")
    assert row["verdict"] in ("ahead", "behind", "not distinguishable") and row["seeds"] == 2
    assert table.set_index("system").loc["naive Bayes", "on"].tolist() == ["CPU", "CPU"]


def test_the_verdict_of_the_table_is_that_of_the_interval(tmp_path):
    score = {"metric": "accuracy", "value": 0.8, "low": 0.7, "high": 0.9, "n": 50, "seeds": [0]}
    score |= {"values": [0.8], "design": "seeds"}
    ends = {"ahead": (0.1, 0.3), "behind": (-0.3, -0.1), "not distinguishable": (-0.1, 0.3)}
    against = {
        name: {"metric": "accuracy", "names": ["pretrained", name], "difference": sum(pair) / 2}
        | {"low": pair[0], "high": pair[1], "values": [0.8, 0.7], "n": 50, "seeds": [0]}
        | {"design": "seeds", "better": None, "distinguishable": True}
        for name, pair in ends.items()
    }
    systems = ["pretrained", *ends]
    held = {"scores": dict.fromkeys(systems, score), "against": against}
    held["seconds"] = dict.fromkeys(systems, 1.0)
    path = tmp_path / "e.json"
    path.write_text(json.dumps({"tasks": {"one": held}}))
    with pytest.raises(CourseError, match="e.json is no evaluation: it has no `weights`"):
        evaluation_table(path)
    path.write_text(json.dumps({"weights": "w", "tasks": {"one": held}}))
    table = evaluation_table(path).set_index("system")
    assert dict(table["verdict"]) == {"pretrained": ""} | {name: name for name in ends}
    assert table.loc["ahead", "lead"] == "20.0 [10.0, 30.0]"
    with pytest.raises(CourseError, match="No evaluation at .*none.json"):
        evaluation_table(tmp_path / "none.json")


def test_what_was_measured_is_not_measured_again(encoder, tasks, tmp_path, monkeypatch):
    asked = []

    def measured(encoder, name, *others):
        asked.append(name)
        return {"scores": {}}

    monkeypatch.setattr(evaluating, "_measured", measured)
    evaluate_encoder(encoder, ["few"], QUICK, tell=str)
    found = evaluate_encoder(encoder, ["few", "all"], QUICK, tell=str)
    assert asked == ["few", "all"] and list(found) == ["few", "all"]
    evaluate_encoder(encoder, ["few"], replace(QUICK, epochs=2), tell=str)
    assert asked == ["few", "all", "few"], "another effort is another measurement"
    path = encoder / "evaluation.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"weights": "of another"}))
    with pytest.raises(CourseError, match="evaluation.json tells what another encoder is worth"):
        evaluate_encoder(encoder, ["few"], QUICK, tell=str)


EFFORT = replace(QUICK, learning_rates=(3e-3, 1e-2), few_epochs=10, limit=400)


def test_the_systems_of_a_task_may_be_measured_on_two_machines(
    encoder, tasks, measured, tmp_path, monkeypatch
):
    told, here, there = [], tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()

    def evaluated(folder, *systems):
        return evaluate_encoder(
            encoder,
            ["few"],
            EFFORT,
            systems=systems,
            output=folder / "e.json",
            tell=told.append,
        )

    assert evaluated(there, "naive Bayes", "pretrained") == {}
    assert told[-1] == "few: random not measured yet" and not (there / "e.json").exists()
    assert evaluated(here, "random") == {}
    assert {path.name for path in there.iterdir()} == {
        "e-few-naive_Bayes.part.json",
        "e-few-pretrained.part.json",
    }
    for path in there.iterdir():
        shutil.copy(path, here)
    monkeypatch.setattr(evaluating._Bench, "answers", None)  # nothing is measured again
    found, whole = evaluated(here)["few"], measured[1]["few"]
    for name in ("scores", "against", "chosen"):
        assert found[name] == whole[name]
    assert [path.name for path in here.iterdir()] == ["e.json"]
    assert found["made"]["naive Bayes"]["on"] == "CPU"
    assert found["made"]["random"]["backend"].startswith(keras.backend.backend())
    with pytest.raises(CourseError, match="'bayes' is no system: choose from 'pretrained', 'rand"):
        evaluated(here, "bayes")


def test_answers_to_something_else_are_refused_and_kept(encoder, tasks, tmp_path):
    settings = {"systems": ["naive Bayes"], "output": tmp_path / "e.json", "tell": str}
    evaluate_encoder(encoder, ["few"], EFFORT, **settings)
    before = (tmp_path / "e-few-naive_Bayes.part.json").read_bytes()
    with pytest.raises(CourseError, match="naive_Bayes.part.json holds .* another effort"):
        evaluate_encoder(encoder, ["few"], replace(EFFORT, few_epochs=3), **settings)
    assert (tmp_path / "e-few-naive_Bayes.part.json").read_bytes() == before


@pytest.mark.parametrize("damage", ["", '{"about": 1', '{"about": {"a": 1}}'])
def test_a_damaged_file_of_answers_names_itself_and_the_remedy(damage, tmp_path):
    kept = AnswerFiles(tmp_path / "e.json", "few", {"a": 1})
    kept.file("random").write_text(damage)
    with pytest.raises(CourseError, match=r"e-few-random.part.json.*Remove"):
        kept["random"]


def test_a_gpu_is_named_only_where_keras_computes_on_it(monkeypatch):
    monkeypatch.setattr(answers, "gpus", lambda: ("Some GPU",))
    for device, on in (("gpu", "Some GPU"), ("cpu", "CPU")):
        monkeypatch.setattr(answers, "keras_device", lambda device=device: device)
        assert answers.made_here(network=True)["on"] == on
        assert answers.made_here(network=False)["on"] == "CPU"


def test_a_part_measured_again_gives_the_stored_score(measured, tasks, tmp_path):
    encoder = shutil.copytree(measured[0], tmp_path / "e")
    stored = stored_scores(encoder, "few")
    said = []
    repeated = evaluate_again(encoder, "few", tell=said.append)
    assert repeated.values[0] == stored["pretrained"].values[0] and repeated.seeds == (0,)
    assert len(said) == 1, "nothing but the one training"
    assert repeated.value != stored["random"].values[0], "the weights make no difference here"
    with pytest.raises(CourseError, match="holds no task 'none', but few, all: name one"):
        evaluate_again(encoder, "none")
    path = encoder / "evaluation.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"weights": "of another"}))
    with pytest.raises(CourseError, match="what another encoder is worth"):
        evaluate_again(encoder, "few")


def test_a_rate_is_tried_on_so_many_texts_only(encoder, tasks, monkeypatch):
    sizes = []

    def tuned(make, x, y, *_, **fixed):
        sizes.append(len(y))
        raise StopIteration

    monkeypatch.setattr(evaluating.train, "tune", tuned)
    for limit in (100, 0):
        effort = replace(QUICK, tuning_limit=limit)
        bench = evaluating._Bench(models.load_encoder(encoder), evaluating.TASKS["all"], effort)
        with pytest.raises(StopIteration):
            bench.network("random")
    assert sizes == [100, len(data.load("pocket_reviews").train)]


FAIR = replace(QUICK, limit=300)


class Unfair(evaluating._Bench):
    """A bench on which random weights get fewer rates, or fewer passes, than pretrained ones."""

    less = {}

    def network(self, origin):
        self.effort = replace(FAIR, **self.less) if origin == "random" else FAIR
        return super().network(origin)


@pytest.fixture
def trainings(encoder, tasks, monkeypatch):
    """Evaluate a task without training: what each origin would be trained on, and how."""
    noted = []

    def note(*inputs, **words):
        noted.append(([hash_arrays(part) for part in inputs], words))

    def tuned(make, x, y, held, grid, **fixed):
        note(x, y, held, grid=grid, **fixed)
        return SimpleNamespace(setting=grid[-1] | {"epochs": fixed["epochs"]})

    def finetuned(model, x, y, **setting):
        note(x, y, **setting)
        return SimpleNamespace(seconds=1.0)

    def predicted(model, x, **_):
        return np.eye(2)[x["token_ids"][:, 1] % 2]

    monkeypatch.setattr(evaluating, "_BASELINES", ())
    monkeypatch.setattr(evaluating.train, "tune", tuned)
    monkeypatch.setattr(evaluating.train, "finetune", finetuned)
    monkeypatch.setattr(evaluating.train, "predict_probabilities", predicted)

    def run(name):
        noted.clear()
        evaluate_encoder(encoder, [name], FAIR, tell=str)
        half = 1 + FAIR.seeds
        assert len(noted) == 2 * half
        return noted[:half], noted[half:]

    return run


def hash_arrays(part):
    if isinstance(part, dict):
        return {name: hash_arrays(array) for name, array in part.items()}
    if isinstance(part, tuple):
        return [hash_arrays(array) for array in part]
    return hashlib.sha256(np.ascontiguousarray(part)).hexdigest()


@pytest.mark.parametrize(("name", "epochs"), [("few", FAIR.few_epochs), ("all", FAIR.epochs)])
def test_random_weights_get_the_grid_the_texts_and_the_passes_of_pretrained_ones(
    trainings, name, epochs
):
    pretrained, random = trainings(name)
    assert pretrained == random
    (_, tuning), *trained = random
    assert tuning["grid"] == [{"learning_rate": rate} for rate in FAIR.learning_rates]
    assert tuning["epochs"] == epochs
    assert [setting["seed"] for _, setting in trained] == [*range(FAIR.seeds)]


@pytest.mark.parametrize("less", [{"learning_rates": (1e-3,)}, {"few_epochs": 1}])
def test_less_effort_for_random_weights_is_seen(trainings, monkeypatch, less):
    monkeypatch.setattr(Unfair, "less", less)
    monkeypatch.setattr(evaluating, "_Bench", Unfair)
    pretrained, random = trainings("few")
    assert pretrained != random


def test_random_weights_differ_by_seed_and_the_pretrained_ones_do_not(encoder, tasks):
    bench = evaluating._Bench(models.load_encoder(encoder), evaluating.TASKS["few"], QUICK)

    def weights(origin, seed):
        bench.fresh(origin, seed)
        return [np.array(weight) for weight in bench.encoder.backbone.get_weights()]

    def equal(one, other):
        return all((a == b).all() for a, b in zip(one, other, strict=True))

    assert equal(weights("pretrained", 0), weights("pretrained", 1))
    assert not equal(weights("random", 0), weights("random", 1))


def test_unknown_tasks_and_missing_encoders_are_named(tasks, tmp_path, capsys):
    with pytest.raises(CourseError, match="'nli' is no task: choose from few, all"):
        evaluate_encoder(tmp_path, ["nli"])
    assert main(["evaluate-encoder", str(tmp_path / "none"), "--tasks", "few"]) == 1
    assert "No encoder at" in capsys.readouterr().err
