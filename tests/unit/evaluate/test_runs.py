"""Runs in a file come back as they were, and a damaged file is refused by name."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlputils.errors import CourseError
from nlputils.evaluate import Predicted, compare, load_runs, save_runs, score

ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.floats(0, 1)), min_size=1)


def same(a: Predicted, b: Predicted) -> bool:
    probs = a.y_prob is b.y_prob is None or np.array_equal(a.y_prob, b.y_prob)
    return (
        (a.seed, a.n_train) == (b.seed, b.n_train)
        and np.array_equal(a.true, b.true)
        and np.array_equal(a.pred, b.pred)
        and probs
    )


@given(tables=st.lists(ROWS, min_size=1, max_size=3), probable=st.booleans())
@settings(deadline=None, max_examples=30)
def test_runs_come_back_as_they_were(tmp_path_factory, tables, probable):
    path = tmp_path_factory.mktemp("runs") / "runs.json"
    runs = []
    for seed, rows in enumerate(tables):
        true, pred, prob = zip(*rows, strict=True)
        runs.append(Predicted(true, pred, seed, 7 * seed, prob if probable else None))
    save_runs(path, {"naïve Bayes": runs, "other": runs[:1]})
    back = load_runs(path)
    assert list(back) == ["naïve Bayes", "other"]
    assert [len(found) for found in back.values()] == [len(runs), 1]
    assert all(same(a, b) for a, b in zip(runs, back["naïve Bayes"], strict=True))


def test_probabilities_of_several_classes_keep_every_digit(tmp_path):
    prob = np.random.default_rng(0).dirichlet([1, 1, 1], 20)
    y = prob.argmax(1)
    save_runs(tmp_path / "a.json", {"soft": [Predicted(y, y, y_prob=prob)]})
    (back,) = load_runs(tmp_path / "a.json")["soft"]
    assert np.array_equal(back.y_prob, prob)


def test_what_was_saved_gives_the_same_score_and_pairs_with_new_runs(tmp_path):
    rng = np.random.default_rng(1)
    truths = [rng.integers(0, 2, 50) for _ in range(3)]
    old = [Predicted(y, rng.integers(0, 2, 50), s, 200) for s, y in enumerate(truths)]
    new = [Predicted(y, y, s, 200) for s, y in enumerate(truths)]
    save_runs(tmp_path / "runs.json", {"old": old})
    back = load_runs(tmp_path / "runs.json")["old"]
    assert score("spam_f1", back, "splits") == score("spam_f1", old, "splits")
    assert compare("spam_f1", new, back, ("new", "old"), design="splits").better == "new"


def content(change=lambda c, r: None) -> str:
    run = {"seed": 0, "n_train": 3, "y_true": [0, 1], "y_pred": [0, 1], "y_prob": None}
    whole = {"format": "nlputils runs 1", "runs": {"svm": [run]}}
    change(whole, run)
    return json.dumps(whole)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c, r: c.update(format="1"), "not a file of runs"),
        (lambda c, r: c.update(runs=[]), "a list of runs for each system"),
        (lambda c, r: c.update(runs={}), "there is no run"),
        (lambda c, r: c.update(runs={"svm": []}), "there is no run of svm"),
        (lambda c, r: c["runs"].update(svm=[r, r]), "svm has the seeds .0, 0., one of them twice"),
        (lambda c, r: r.pop("n_train"), "svm, run 0: expected the fields"),
        (lambda c, r: r.update(seed="0"), "svm, run 0: seed is '0'"),
        (lambda c, r: r.update(seed=True), "svm, run 0: seed is True"),
        (lambda c, r: r.update(y_pred=[0]), "svm, run 0: .* 2 true and 1 predicted"),
        (lambda c, r: r.update(y_true=[0, -1]), "svm, run 0: y_true holds"),
        (lambda c, r: r.update(y_true=[[0], [0, 1]]), "svm, run 0: "),
        (lambda c, r: r.update(y_prob=[0.5, 1.5]), "no probabilities"),
        (lambda c, r: r.update(y_prob=[0.5]), "y_prob has shape"),
    ],
)
def test_a_damaged_file_is_refused_by_name(tmp_path, change, words):
    path = tmp_path / "runs.json"
    path.write_text(content())
    assert len(load_runs(path)["svm"]) == 1
    path.write_text(content(change))
    with pytest.raises(CourseError, match=words):
        load_runs(path)


def test_half_a_file_and_no_file_are_refused(tmp_path):
    path = tmp_path / "runs.json"
    with pytest.raises(CourseError, match="No runs at"):
        load_runs(path)
    for text, words in ((content()[:-9], "is not JSON"), ("[1]", "not a file of runs")):
        path.write_text(text)
        with pytest.raises(CourseError, match=words):
            load_runs(path)


def test_runs_that_could_not_be_compared_are_not_saved(tmp_path):
    y = np.array([0, 1])
    path = tmp_path / "runs.json"
    for runs in ({}, {"svm": []}, {"svm": [Predicted(y, y), Predicted(y, y)]}):
        with pytest.raises(CourseError):
            save_runs(path, runs)
    assert not path.exists()
