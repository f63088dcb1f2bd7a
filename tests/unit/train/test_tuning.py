"""The grid: validation alone chooses, everybody begins from the same weights."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from nlputils import evaluate, train
from nlputils.errors import CourseError
from nlputils.train import tuning


def toy(seed: int = 0, n: int = 64):
    """Points in the plane; class 1 lies to the right."""
    x = np.random.default_rng(seed).normal(size=(n, 2)).astype("float32")
    return x, (x[:, 0] > 0).astype(int)


def make():
    keras.utils.set_random_seed(3)
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])


def search(grid, validation=None, **fixed):
    x, y = toy()
    fixed = {"epochs": 3, "batch_size": 8, **fixed}
    return train.tune(
        make, x, y, validation or toy(1), grid, score=evaluate.accuracy, seed=0, **fixed
    )


def test_the_rate_that_learns_is_chosen_and_marked():
    tuned = search([{"learning_rate": 1e-7}, {"learning_rate": 0.1}, {"learning_rate": 1e-6}])
    assert tuned.setting == {"learning_rate": 0.1, "epochs": 3, "batch_size": 8, "seed": 0}
    assert tuned.table["chosen"].tolist() == [False, True, False]
    assert tuned.table.loc[1, "validation"] > 0.9
    assert tuned.seconds == pytest.approx(tuned.table["seconds"].sum())


def test_validation_decides_and_not_train():
    x, y = toy(1)
    turned = (x, 1 - y)
    tuned = search([{"learning_rate": 0.1}, {"learning_rate": 1e-7}], turned)
    assert tuned.setting["learning_rate"] == 1e-7


def test_the_first_of_equals_wins_and_the_result_can_be_repeated():
    grid = [{"batch_size": 8}, {"batch_size": 8}]
    x, y = toy()
    both = [
        train.tune(make, x, y, toy(1), grid, score=evaluate.accuracy, epochs=2) for _ in range(2)
    ]
    assert both[0].table["chosen"].tolist() == [True, False]
    assert both[0].table["validation"].tolist() == both[1].table["validation"].tolist()


def test_a_grid_of_one_setting_is_returned_untried():
    def never():
        raise AssertionError("a model was made")

    x, y = toy()
    one = train.tune(
        never, x, y, toy(1), [{"learning_rate": 0.1}], score=evaluate.accuracy, epochs=2
    )
    assert one.setting == {"learning_rate": 0.1, "epochs": 2}
    assert one.table["chosen"].tolist() == [True]
    assert one.table["validation"].isna().all()


@pytest.mark.parametrize(
    ("grid", "words"), [([], "empty"), ([{"epochs": 2}], "'epochs' is shared")]
)
def test_a_grid_that_says_nothing_or_everything_twice_is_refused(grid, words):
    with pytest.raises(CourseError, match=words):
        search(grid)


def scripted(monkeypatch, values):
    """Let each training only note its arguments, and its score be read off a list."""
    seen, left = [], iter(values)
    done = SimpleNamespace(seconds=2.0)

    def finetune(model, x, y, validation, **arguments):
        seen.append((model, x, arguments))
        return done

    monkeypatch.setattr(tuning, "finetune", finetune)
    monkeypatch.setattr(tuning, "predict_probabilities", lambda *_, **__: np.eye(2))
    return seen, lambda true, predicted: next(left)


def test_several_trainings_choose_by_their_mean(monkeypatch):
    # The first setting wins the first training by far, the second wins on average.
    seen, score = scripted(monkeypatch, [0.9, 0.1, 0.6, 0.7])
    trials = [train.Trial(lambda: "a", "xa", [0], {"seed": 5}), train.Trial(lambda: "b", "xb", [1])]
    tuned = train.tune_over(
        trials,
        ("xv", [0, 1]),
        [{"learning_rate": 1.0}, {"learning_rate": 2.0}],
        score=score,
        epochs=3,
    )
    assert tuned.setting == {"learning_rate": 2.0, "epochs": 3}
    assert tuned.table["validation"].tolist() == pytest.approx([0.5, 0.65])
    assert tuned.table["seconds"].tolist() == [4.0, 4.0]
    assert [(model, x) for model, x, _ in seen] == [("a", "xa"), ("b", "xb")] * 2
    assert seen[0][2] == {"learning_rate": 1.0, "epochs": 3, "seed": 5}
    assert seen[3][2] == {"learning_rate": 2.0, "epochs": 3}


@pytest.mark.parametrize(
    ("trials", "grid", "fixed", "said"),
    [
        ([], [{"epochs": 1}], {}, "no training"),
        ([{}], [], {}, "grid is empty"),
        ([{"seed": 1}], [{"epochs": 1}], {"seed": 2}, "'seed' is shared"),
        ([{"epochs": 1}], [{"epochs": 1}, {"epochs": 2}], {}, "'epochs' is shared"),
    ],
)
def test_a_search_that_cannot_choose_is_refused(trials, grid, fixed, said):
    given = [train.Trial(lambda: None, [0], [0], own) for own in trials]
    with pytest.raises(CourseError, match=said):
        train.tune_over(given, ([0], [0]), grid, score=evaluate.accuracy, **fixed)
