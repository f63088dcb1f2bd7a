import keras
import numpy as np
import pytest

from nlputils import models
from nlputils.randomness import set_seeds


def lstm():
    """Layers with all kinds of chance: initializers that differ, and dropout."""
    return keras.Sequential(
        [
            keras.Input((5,), dtype="int32"),
            keras.layers.Embedding(11, 4),
            keras.layers.LSTM(3, recurrent_dropout=0.5),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(2),
        ]
    )


def values(model):
    ids = np.arange(10).reshape(2, 5)
    return [*model.get_weights(), np.asarray(model(ids, training=True))]


@pytest.mark.parametrize("seed", [0, 7])
def test_weights_and_dropout_are_those_of_keras(seed):
    keras.utils.set_random_seed(seed)
    expected = values(lstm())
    keras.utils.set_random_seed(seed + 1)
    set_seeds(seed)
    for ours, theirs in zip(values(lstm()), expected, strict=True):
        assert np.array_equal(ours, theirs)


def test_another_seed_gives_other_weights():
    set_seeds(0)
    first = lstm().get_weights()[0]
    set_seeds(1)
    assert not np.allclose(first, lstm().get_weights()[0])


def test_the_encoder_of_a_seed_does_not_depend_on_what_was_drawn_before():
    first = models.encoder("tiny", 50, 8, seed=3).get_weights()
    models.encoder("tiny", 50, 8, seed=4)
    again = models.encoder("tiny", 50, 8, seed=3).get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
