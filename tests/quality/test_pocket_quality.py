"""The scores of the pocket course lie within their bounds, and each bound can turn red."""

import copy
import json

import numpy as np
import pytest
from gates import complaints, read_bounds

from nlputils import evaluate

pytestmark = pytest.mark.notebook
BOUNDS = read_bounds("pocket")
# Where the answers of a recorded score lie: lesson, artefact, system.
ANSWERS = {
    ("01", "char_svm_spam_f1"): ("01/baselines", "char SVM"),
    ("01", "word_svm_spam_f1"): ("01/baselines", "word SVM"),
    ("01", "naive_bayes_spam_f1"): ("01/baselines", "naive Bayes"),
    ("03", "lstm_spam_f1"): ("03/recurrent", "LSTM"),
    ("03", "gru_spam_f1"): ("03/recurrent", "GRU"),
    ("07", "pretrained_spam_f1"): ("07/finetuned", "pretrained"),
    ("07", "random_spam_f1"): ("07/finetuned", "random"),
}


def constant(run):
    return np.ones_like(run.true)


def shuffled(run):
    return np.random.default_rng(0).permutation(run.pred)


def off_by_one(run):
    return np.roll(run.pred, 1)


def leak(run):
    return run.true


@pytest.fixture(scope="module")
def metrics(pocket_run):
    return json.loads((pocket_run / "metrics.json").read_text())


def test_every_recorded_value_has_a_bound_and_keeps_it(metrics):
    assert complaints(metrics, BOUNDS) == []


@pytest.mark.parametrize("plant", [constant, shuffled, off_by_one, leak])
@pytest.mark.parametrize("place", list(ANSWERS), ids="-".join)
def test_a_planted_error_turns_the_gate_red(place, plant, metrics, pocket_run):
    (lesson, name), (folder, system) = place, ANSWERS[place]
    runs = evaluate.load_runs(pocket_run / "artefacts" / folder / "runs.json")[system]
    wrong = [evaluate.Predicted(run.true, plant(run), run.seed, run.n_train) for run in runs]
    changed = copy.deepcopy(metrics)
    design = metrics[lesson][name]["design"]
    changed[lesson][name]["value"] = evaluate.score("spam_f1", wrong, design).value
    found = complaints(changed, BOUNDS)
    assert [f"lesson {lesson}, {name}" in line for line in found] == [True]


def test_an_untrained_model_turns_the_gate_red(metrics):
    changed = copy.deepcopy(metrics)
    changed["05"]["held_out_loss"]["value"] = metrics["05"]["uniform_loss"]["value"]
    assert len(complaints(changed, BOUNDS)) == 1
    # So does one that has learned frequencies and copying, and nothing else.
    changed["05"]["held_out_loss"]["value"] = metrics["05"]["copy_loss"]["value"]
    assert len(complaints(changed, BOUNDS)) == 1


def test_no_gain_from_pretraining_turns_the_gate_red(metrics):
    changed = copy.deepcopy(metrics)
    changed["07"]["few_gain"]["difference"] = 0.0
    assert ["few_gain" in line for line in complaints(changed, BOUNDS)] == [True]


def test_names_on_one_side_only_are_found(metrics):
    changed = copy.deepcopy(metrics)
    changed["05"]["new_one"] = {"value": 1.0}
    del changed["07"]["few_gain"]
    found = complaints(changed, BOUNDS)
    assert len(found) == 2
    assert "new_one: is recorded, and has no bound" in found[0]
    assert "few_gain: has a bound, and nobody records it" in found[1]
