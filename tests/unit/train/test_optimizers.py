"""One step of Adam on an embedding of which a row is read more than once."""

import keras
import numpy as np
import pytest

from nlputils.train.optimizers import Adam, AdamW


def step(optimizer) -> tuple[np.ndarray, np.ndarray]:
    """Train one step; give the move of the embedding, and its gradient worked by hand.

    The model is a sum over places of e[piece] * w, with one number in each place; the loss is the
    squared error. So the gradient of a row is 2 * error * the sum of its places' w.
    """
    w = np.array([1.0, -3.0, 0.5, 2.0])
    inputs = keras.Input((4,), dtype="int32")
    layer = keras.layers.Embedding(3, 1)
    vectors = keras.layers.Flatten()(layer(inputs))
    output = keras.layers.Dense(1, use_bias=False, trainable=False)(vectors)
    model = keras.Model(inputs, output)
    model.set_weights([np.array([[0.5], [0.25], [1.0]]), w[:, None]])
    before = layer.get_weights()[0]
    model.compile(optimizer=optimizer, loss="mse")
    model.fit(np.array([[0, 0, 0, 1]]), np.array([[2.0]]), verbose=0)
    error = 0.5 * (1.0 - 3.0 + 0.5) + 0.25 * 2.0 - 2.0
    gradient = 2 * error * np.array([[1.0 - 3.0 + 0.5], [2.0], [0.0]])
    return layer.get_weights()[0] - before, gradient


@pytest.mark.parametrize(
    "optimizer", [Adam(1e-3), Adam(1e-3, clipnorm=1.0), Adam(1e-3, clipvalue=1)]
)
def test_the_first_step_moves_by_the_learning_rate(optimizer):
    """Kingma & Ba (2015), section 2.1: at the first step m / sqrt(v) is the gradient's sign."""
    move, gradient = step(optimizer)
    assert np.allclose(move, -1e-3 * np.sign(gradient), atol=1e-7)


def test_weight_decay_is_the_only_difference_of_adamw():
    move, gradient = step(AdamW(1e-3, weight_decay=0.1))
    before = np.array([[0.5], [0.25], [1.0]])
    assert np.allclose(move, -1e-3 * (np.sign(gradient) + 0.1 * before), atol=1e-6)


def test_the_clipped_gradient_is_clipped_as_a_whole():
    optimizer = Adam(1e-3, clipnorm=1.0)
    _, gradient = step(optimizer)
    first_moment = next(v for v in optimizer.variables if "momentum" in v.path).numpy()
    assert np.allclose(first_moment, 0.1 * gradient / np.linalg.norm(gradient), atol=1e-6)


def test_keras_itself_is_still_wrong_on_tensorflow():
    """Where this fails, Keras adds the rows up itself: `nlputils.train.optimizers` can go."""
    if keras.backend.backend() != "tensorflow":
        pytest.skip("other backends add the rows up before the optimizer sees them")
    move, gradient = step(keras.optimizers.Adam(1e-3))
    assert not np.allclose(move, -1e-3 * np.sign(gradient), atol=1e-4)


def test_they_save_and_load_as_what_they_are():
    for cls in (Adam, AdamW):
        config = keras.saving.serialize_keras_object(cls(2e-3, clipnorm=0.5))
        again = keras.saving.deserialize_keras_object(config)
        assert type(again) is cls and again.get_config()["clipnorm"] == 0.5
