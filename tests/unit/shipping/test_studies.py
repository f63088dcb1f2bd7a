"""The file of trials and its table."""

import json

import numpy as np
import pytest

from nlputils.cli import main
from nlputils.errors import CourseError
from nlputils.shipping import STUDIES, Budget, run_study, studies, study_table
from nlputils.shipping.making import Rows

BUDGET = Budget(probes=("pocket_reviews",))
TRUTH = "012" * 40


@pytest.fixture
def ran(monkeypatch):
    """Trials that cost nothing: seed and settings decide what they give."""
    done = []

    def trial(settings, budget, seed, rows, tell):
        done.append((settings, seed))
        wrong = 10 + seed + 40 * (settings.mask_rate == 0.45)
        loss = 5.0 + 0.1 * seed + (settings.mask_rate == 0.45)
        pred = "".join(str((int(c) + (i < wrong)) % 3) for i, c in enumerate(TRUTH))
        return {
            "held_out_loss": loss,
            "training_loss": loss - 1 if settings.trained else None,
            "frequency_loss": 6.0,
            "tokens": 1,
            "passes": 2.0,
            "seconds": 30.0 - seed,
            "probes": {"pocket_reviews": pred},
        }

    monkeypatch.setattr(studies, "run_trial", trial)
    monkeypatch.setattr(
        studies, "prepared", lambda *_: Rows(None, np.zeros((5, 10)), None, {}, None)
    )
    monkeypatch.setattr(studies, "probe_truth", lambda name: np.array([int(c) for c in TRUTH]))
    return done


def test_trials_that_were_made_are_not_made_again(ran, tmp_path):
    path = tmp_path / "trials.json"
    run_study("recipe", path, tmp_path, BUDGET, questions=["mask rate"], tell=str)
    assert [(s.mask_rate, seed) for s, seed in ran] == [(0.3, 0), (0.15, 0), (0.45, 0)]
    table = run_study("recipe", path, tmp_path, BUDGET, questions=["mask rate"], seeds=2, tell=str)
    assert [(s.mask_rate, seed) for s, seed in ran[3:]] == [(0.3, 1), (0.15, 1), (0.45, 1)]
    assert list(table["seeds"]) == [2, 2, 2]


def test_the_table_sets_each_answer_beside_the_base(ran, tmp_path):
    asked = ["mask rate", "vocabulary"]
    table = run_study(
        "recipe", tmp_path / "t.json", tmp_path, BUDGET, questions=asked, seeds=2, tell=str
    )
    table = table.set_index("answer")
    assert list(table["question"]) == ["", *["vocabulary"] * 2, *["mask rate"] * 2]
    assert table.loc["45 % hidden", "more loss"] == pytest.approx(1.0)
    # Losses over other pieces are not comparable, and the base is not compared with itself.
    assert np.isnan(table.loc["16,000 pieces", "more loss"])
    assert np.isnan(table.loc[studies.RECIPE.base, "more loss"])
    assert table.loc[studies.RECIPE.base, "held-out loss"] == pytest.approx(5.05)
    assert table.loc[studies.RECIPE.base, "training loss"] == pytest.approx(4.05)
    # Ten of 120 wrong with seed 0: F1 of each class by hand, 2 TP / (2 TP + FP + FN).
    right = [36, 37, 37]
    by_hand = np.mean([2 * tp / 80 for tp in right])
    one = study_table(tmp_path / "t.json").set_index("answer")
    shown = one.loc["15 % hidden", "pocket_reviews"]
    assert float(shown.split(" [")[0]) < 100 * by_hand + 1
    assert one.loc["15 % hidden", "pocket_reviews, difference"].startswith("0.0 [")
    low, high = (
        float(part.strip(" ]"))
        for part in one.loc["45 % hidden", "pocket_reviews, difference"].split("[")[1].split(",")
    )
    assert high < 0 and low < high, "40 more errors must be seen"
    points = one["pocket_reviews, points"]
    assert points["15 % hidden"] == 0 and low < points["45 % hidden"] < high
    assert np.isnan(points[studies.RECIPE.base])
    verdicts = one["pocket_reviews, verdict"]
    assert verdicts["45 % hidden"] == "behind"
    assert verdicts["15 % hidden"] == "not distinguishable"
    assert verdicts[studies.RECIPE.base] == ""


def add_loss(monkeypatch, more):
    """Let the trials with the norm before each block end with a loss that is higher by so much."""
    cheap = studies.run_trial

    def trial(settings, budget, seed, rows, tell):
        found = cheap(settings, budget, seed, rows, tell)
        added = more(seed) if settings.norm == "pre" else 0
        return found | {"held_out_loss": found["held_out_loss"] + added}

    monkeypatch.setattr(studies, "run_trial", trial)


def test_the_loss_over_seeds_has_students_interval(ran, tmp_path, monkeypatch):
    add_loss(monkeypatch, lambda seed: seed)
    path = tmp_path / "t.json"
    table = run_study("recipe", path, tmp_path, BUDGET, questions=["norm"], seeds=3, tell=str)
    table = table.set_index("answer")
    # Differences 0, 1, 2: mean 1, sd 1, and 4.303 is Student's 0.975 quantile with 2 degrees.
    half = 4.3027 / np.sqrt(3)
    row = table.loc["norm before each block"]
    assert row["more loss"] == pytest.approx(1)
    assert row["seconds"] == 28, "the others were disturbed"
    assert row["more loss, 95 %"] == f"[{1 - half:.3f}, {1 + half:.3f}]"
    assert row["loss"] == "not distinguishable"
    assert list(table.loc[studies.RECIPE.base, ["more loss, 95 %", "loss"]]) == ["", ""]
    one = run_study("recipe", tmp_path / "o.json", tmp_path, BUDGET, questions=["norm"], tell=str)
    assert list(one["more loss, 95 %"]) == ["", ""], "one seed says nothing of seeds"
    assert list(one["loss"]) == ["", ""]


@pytest.mark.parametrize(("sign", "says"), [(1, "higher"), (-1, "lower")])
def test_a_loss_whose_interval_leaves_out_zero_is_told_apart(
    ran, tmp_path, monkeypatch, sign, says
):
    # Differences 2.0, 2.1, 2.2: mean 2.1, half width 4.303 x 0.1 / sqrt(3) = 0.25.
    add_loss(monkeypatch, lambda seed: sign * (2 + seed / 10))
    path = tmp_path / "t.json"
    table = run_study("recipe", path, tmp_path, BUDGET, questions=["norm"], seeds=3, tell=str)
    assert list(table["loss"]) == ["", says]


def test_a_study_that_came_with_the_course_is_read_by_its_name(ran, tmp_path, monkeypatch):
    shelf = tmp_path / "data" / "encoders"
    shelf.mkdir(parents=True)
    monkeypatch.setattr(studies, "course_root", lambda: tmp_path)
    with pytest.raises(CourseError, match="No trials at .*objectives.json"):
        study_table("objectives")
    run_study("objectives", shelf / "objectives.json", tmp_path, BUDGET, tell=str)
    assert len(study_table("objectives")) == 6


def test_other_budgets_and_questions_are_refused(ran, tmp_path):
    path = tmp_path / "t.json"
    run_study("recipe", path, tmp_path, BUDGET, questions=["norm"], tell=str)
    with pytest.raises(CourseError, match="holds trials with another tokens: 1000000, not 5"):
        run_study("recipe", path, tmp_path, Budget(probes=("pocket_reviews",), tokens=5), tell=str)
    with pytest.raises(CourseError, match="'colour' is no question: choose from start"):
        run_study("recipe", path, tmp_path, BUDGET, questions=["colour"], tell=str)
    with pytest.raises(CourseError, match="No trials at .*none.json"):
        study_table(tmp_path / "none.json")
    held = json.loads(path.read_text())
    held["trials"] = held["trials"][1:]
    path.write_text(json.dumps(held))
    with pytest.raises(CourseError, match="no trial of 'as it is'"):
        study_table(path)


def test_a_chain_sets_each_row_beside_the_one_before(ran, tmp_path):
    path = tmp_path / "t.json"
    table = run_study("objectives", path, tmp_path, BUDGET, seeds=2, tell=str).set_index("answer")
    assert studies.OBJECTIVES.rivals() == {
        "one mask a row, next sentence": "before training",
        "without next sentence": "one mask a row, next sentence",
        "ten masks a row": "without next sentence",
        "new masks each time": "ten masks a row",
        "byte pairs": "new masks each time",
    }
    first, *others = table.index
    assert first == studies.OBJECTIVES.base
    assert np.isnan(table.loc[first, "more loss"]) and list(table["passes"]) == [2.0] * 6
    assert np.isnan(table.loc[first, "training loss"]) and not table.loc[others].isna().all().any()
    assert list(table.loc[others[:4], "more loss"]) == [0.0] * 4
    assert np.isnan(table.loc["byte pairs", "more loss"]), "other pieces, other losses"
    # One thing changes from row to row.
    settings = list(studies.OBJECTIVES.answers(["objective"]).values())
    for one, other in zip(settings, settings[1:], strict=False):
        assert len([name for name in vars(one) if vars(one)[name] != vars(other)[name]]) == 1


def test_text_that_is_seen_too_seldom_is_refused(ran, tmp_path):
    few = Budget(probes=("pocket_reviews",), tokens=950)
    with pytest.raises(
        CourseError, match="950 pieces are 19.0 passes over 50; this study needs 20"
    ):
        run_study("objectives", tmp_path / "t.json", tmp_path, few, tell=str)


@pytest.mark.parametrize("study", STUDIES)
def test_no_two_answers_of_a_study_are_the_same(study):
    answers = STUDIES[study].answers(tuple(STUDIES[study].questions))
    assert len({str(settings) for settings in answers.values()}) == len(answers)


def test_the_command_hands_its_words_over(monkeypatch, tmp_path, capsys):
    given = {}

    def fake(name, path, work, budget, *, questions, seeds):
        import pandas as pd

        given.update(name=name, path=path, budget=budget, questions=questions, seeds=seeds)
        return pd.DataFrame({"answer": ["one"]})

    monkeypatch.setattr("nlputils.shipping.run_study", fake)
    words = ["compare-recipes", str(tmp_path / "t.json"), "--questions", "norm", "--seeds", "2"]
    assert main([*words, "--tokens", "7", "--size", "tiny", "--work", str(tmp_path)]) == 0
    assert given["budget"] == Budget(tokens=7, size="tiny") and given["seeds"] == 2
    assert list(given["questions"]) == ["norm"] and "one" in capsys.readouterr().out
    assert main([*words[:2], "--study", "objectives"]) == 0
    assert given["name"] == "objectives" and given["budget"] == studies.OBJECTIVES.budget
