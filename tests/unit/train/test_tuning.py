"""The grid: validation alone chooses, everybody begins from the same weights."""

import keras
import numpy as np
import pytest

from nlputils import evaluate, train
from nlputils.errors import CourseError


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
