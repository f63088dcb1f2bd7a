"""Rows of like length side by side: less padding, the same answers."""

import numpy as np
import pytest

from nlputils import models, train
from nlputils.errors import CourseError
from nlputils.text import without_padding
from nlputils.train.batches import ShuffledBatches

LENGTH, ROWS = 64, 150


@pytest.fixture(scope="module")
def x():
    rng = np.random.default_rng(0)
    lengths = rng.integers(3, LENGTH + 1, ROWS)
    mask = (np.arange(LENGTH)[None, :] < lengths[:, None]).astype(np.int32)
    ids = rng.integers(1, 50, (ROWS, LENGTH)).astype(np.int32) * mask
    return {"token_ids": ids, "segment_ids": np.zeros_like(ids), "padding_mask": mask}


@pytest.fixture(scope="module")
def model():
    task = models.classifier(models.encoder("1x64", 50, LENGTH), 2, pooling="mean", dropout=0.0)
    return models.trainable(task)


def test_each_epoch_gives_each_row_once_whole_and_in_another_order(x):
    names = np.arange(ROWS)
    batches = ShuffledBatches(x, names, 4, epochs=2, seed=1, by_length=True)
    epochs = []
    for epoch in range(2):
        seen = []
        for step in range(batches.steps_per_epoch):
            part, rows = batches[epoch * batches.steps_per_epoch + step]
            width = part["token_ids"].shape[1]
            assert width % 16 == 0 and width - x["padding_mask"][rows].sum(1).max() < 16
            for name, values in part.items():
                assert (values == x[name][rows, :width]).all()
            assert (x["token_ids"][rows, width:] == 0).all(), "a piece was cut off"
            seen.extend(rows)
        assert sorted(seen) == list(names)
        epochs.append(seen)
    assert epochs[0] != epochs[1]
    spread = [np.ptp(x["padding_mask"][epochs[0][i : i + 4]].sum(1)) for i in range(0, 128, 4)]
    assert np.mean(spread) < 5, "rows of one batch are not of like length"


def test_a_later_start_gives_the_same_batches(x):
    whole = ShuffledBatches(x, np.arange(ROWS), 8, epochs=2, seed=1, by_length=True)
    later = whole.starting_at(21)
    assert (later[0][1] == whole[21][1]).all() and later.by_length


def test_the_answers_are_the_same_and_in_the_same_order(x, model):
    plain = train.predict_probabilities(model, x, batch_size=16)
    short = train.predict_probabilities(model, x, batch_size=16, by_length=True)
    np.testing.assert_allclose(short, plain, atol=1e-6)
    assert np.ptp(plain[:, 0]) > 1e-3


def test_it_trains_to_the_same_end_twice(x, model):
    y = (x["token_ids"][:, 0] > 25).astype(int)
    before, ends = model.get_weights(), []
    for _ in range(2):
        model.set_weights(before)
        history = train.finetune(
            model, x, y, epochs=3, learning_rate=3e-3, seed=2, keep_best=False, by_length=True
        )
        ends.append(model.get_weights())
    assert history.frame["loss"].iloc[-1] < history.frame["loss"].iloc[0]
    assert all((a == b).all() for a, b in zip(*ends, strict=True))


def test_arrays_that_do_not_tell_their_padding_are_refused(x, model):
    with pytest.raises(CourseError, match="`by_length` needs to know what is padding"):
        train.predict_probabilities(model, x["token_ids"], by_length=True)
    assert without_padding(x)["token_ids"].shape[1] == LENGTH
