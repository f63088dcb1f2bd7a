import keras
import numpy as np
import pytest

from nlputils import models

WORDS = 30


def by_hand(ids, weights):
    """The seed network in NumPy: Hochreiter & Schmidhuber (1997) with the gate of Gers (2000)."""
    table, kernel, recurrent, bias, dense, dense_bias = [w.astype(np.float64) for w in weights]

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    h = c = np.zeros(64)
    for x in table[ids]:
        i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return sigmoid(h @ dense + dense_bias)


def test_the_seed_network_is_an_lstm_as_published():
    model = models.seed_lstm(WORDS, seed=3)
    # Weights as large as trained ones, or a wrong gate would change the answer too little.
    model.set_weights([w * 3 for w in model.get_weights()])
    ids = np.array([4, 9, 2, 7, 7])
    answer = np.asarray(model(ids[None]))[0]
    assert np.allclose(answer, by_hand(ids, model.get_weights()), atol=1e-5)
    assert not np.allclose(answer, by_hand(ids[::-1], model.get_weights()), atol=1e-3)


def test_a_mask_skips_padding_and_nothing_else():
    model = models.seed_lstm(WORDS, mask_zero=True, seed=3)
    ids = np.array([4, 9, 2, 7])
    padded = np.concatenate([ids, np.zeros(60, int)])
    expected = by_hand(ids, model.get_weights())
    assert np.allclose(np.asarray(model(padded[None]))[0], expected, atol=1e-6)
    assert not np.allclose(by_hand(padded, model.get_weights()), expected, atol=1e-4)


@pytest.mark.parametrize(("side", "told_apart"), [("left", True), ("right", False)])
def test_without_a_mask_padding_on_the_right_wipes_the_message_out(side, told_apart):
    model = models.seed_lstm(WORDS, seed=0)
    messages = np.random.default_rng(0).integers(2, WORDS, (20, 15))
    zeros = np.zeros((20, 80), int)
    rows = np.hstack([zeros, messages] if side == "left" else [messages, zeros])
    # Messages that differ by float noise only cannot be told apart by any last layer.
    assert (np.ptp(np.asarray(model(rows))) > 1e-4) == told_apart


@pytest.mark.parametrize("build", [models.seed_lstm, models.recurrent_classifier])
def test_a_seed_decides_the_weights_and_none_leaves_them_to_keras(build):
    def weights(seed):
        return np.concatenate([w.ravel() for w in build(WORDS, seed=seed).get_weights()])

    assert (weights(1) == weights(1)).all()
    assert (weights(1) != weights(2)).any()
    keras.utils.set_random_seed(7)
    first = weights(None)
    assert (weights(None) != first).any()
    keras.utils.set_random_seed(7)
    assert (weights(None) == first).all()


def test_both_directions_are_read():
    one = models.recurrent_classifier(WORDS, cell="lstm", seed=0)
    two = models.recurrent_classifier(WORDS, cell="lstm", bidirectional=True, seed=0)
    assert two.layers[2].output.shape == (None, 2 * one.layers[2].units)
    # The backward half of the state has read the first word last, so its change weighs more.
    forward, backward = two.layers[2].forward_layer, two.layers[2].backward_layer
    backward.set_weights(forward.get_weights())
    ids = np.array([[5, 6, 7, 8]])
    vectors = two.layers[0](ids)
    state = np.asarray(two.layers[2](vectors))[0]
    mirrored = np.asarray(two.layers[2](two.layers[0](ids[:, ::-1])))[0]
    assert np.allclose(state[:64], mirrored[64:], atol=1e-6)
    assert not np.allclose(state[:64], state[64:], atol=1e-4)
