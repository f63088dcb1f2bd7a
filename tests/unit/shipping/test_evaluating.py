"""The worth of an encoder, on a task and with an encoder that are small enough for a test."""

import json

import numpy as np
import pytest

from nlputils import data, models
from nlputils.cli import main
from nlputils.errors import CourseError
from nlputils.shipping import Effort, evaluate_encoder, evaluating
from nlputils.text import train_wordpiece

QUICK = Effort(seeds=2, learning_rates=(1e-3, 3e-3), few_epochs=2, epochs=1)


@pytest.fixture
def encoder(tmp_path):
    split = data.load("pocket_messages")
    tokenizer = train_wordpiece(list(split.train["text"]), 600)
    backbone = models.encoder("1x64", len(tokenizer), 32)
    return models.save_encoder(tmp_path / "e", backbone, tokenizer, {"size": "1x64"})


@pytest.fixture
def tasks(monkeypatch):
    tasks = {
        "few": evaluating.Task("pocket_messages", "spam_f1", labels=64),
        "all": evaluating.Task("pocket_reviews", "macro_f1"),
    }
    monkeypatch.setattr(evaluating, "TASKS", tasks)
    monkeypatch.setattr(evaluating, "_BASELINES", evaluating._BASELINES[:1])


def test_each_system_gets_a_score_and_is_compared(encoder, tasks, tmp_path):
    said = []
    found = evaluate_encoder(encoder, ["few", "all"], QUICK, tell=said.append)
    for name, metric in (("few", "spam_f1"), ("all", "macro_f1")):
        scores = found[name]["scores"]
        assert list(scores) == ["pretrained", "random", "naive Bayes"]
        assert {score["metric"] for score in scores.values()} == {metric}
        assert all(score["seeds"] == [0, 1] for score in scores.values())
        assert list(found[name]["against"]) == ["random", "naive Bayes"]
        assert set(found[name]["chosen"].values()) <= set(QUICK.learning_rates)
    # One fit speaks for all seeds where it always sees the same texts, and only there.
    values = {name: found[name]["scores"]["naive Bayes"]["values"] for name in found}
    assert values["all"][0] == values["all"][1] and values["few"][0] != values["few"][1]
    written = json.loads((encoder / "evaluation.json").read_text(encoding="utf-8"))
    assert {name: written[name] for name in found} == json.loads(json.dumps(found))
    assert models.load_encoder(encoder).card == {"size": "1x64"}, "the table damaged the encoder"


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
