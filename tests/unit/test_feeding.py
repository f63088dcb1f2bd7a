import keras
import numpy as np
import pytest

from nlputils.feeding import feed
from nlputils.train.batches import OrderedBatches, ShuffledBatches

X = {"token_ids": np.arange(21).reshape(7, 3), "mask": np.ones((7, 3), dtype="int32")}
Y = np.arange(7)


def same(ours, theirs):
    ours, theirs = keras.tree.flatten(ours), keras.tree.flatten(theirs)
    return all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("kind", ["shuffled", "ordered"])
def test_every_batch_comes_once_and_in_its_order(kind):
    if kind == "shuffled":
        batches = ShuffledBatches(X, Y, 3, epochs=2, seed=4, start=1)
    else:
        batches = OrderedBatches(X, Y, 3)
    found = list(feed(batches))
    assert len(found) == len(batches)
    assert all(same(one, batches[index]) for index, one in enumerate(found))
    assert not same(found[0], batches[1])  # planted: another order is seen


def test_tensorflow_does_not_tune_what_it_is_given():
    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow has the autotuner")
    given = feed(OrderedBatches(X, Y, 3))
    assert given.options().autotune.enabled is False
    assert given.cardinality() == 3


def test_the_rows_of_an_evaluation_by_hand():
    batches = OrderedBatches(X["token_ids"], Y, 5)
    assert [len(y) for _, y in (batches[0], batches[1])] == [5, 2]
    assert batches[1][0].tolist() == [[15, 16, 17], [18, 19, 20]]
