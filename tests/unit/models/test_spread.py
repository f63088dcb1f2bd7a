"""The random matrices of a narrow encoder keep as much of their input as BERT-base's do."""

import numpy as np
import pytest

from nlputils import models
from nlputils.errors import CourseError
from nlputils.text import bert_inputs

ATTENTION = "transformer_layer_0/self_attention_layer/"
NAMES = ("query", "value", "attention_output")
QUERY, VALUE, OUTPUT = (f"{ATTENTION}{name}/kernel" for name in NAMES)


def kept(size):
    """The share of its input's variance that each matrix keeps: width times variance."""
    encoder = models.encoder(size, 50, 8, seed=0)
    found = {weight.path: np.array(weight.numpy()) for weight in encoder.trainable_variables}
    shares = [encoder.hidden_dim * found[name].var() for name in (QUERY, VALUE, OUTPUT)]
    return shares, found["token_embedding/embeddings"].std()


@pytest.mark.parametrize("size", ["tiny", "mini", "small"])
def test_every_width_keeps_what_base_keeps(size):
    """KerasHub draws from a normal cut at two standard deviations, so 0.02 becomes 0.0176."""
    (query, value, output), embedding = kept(size)
    assert query == pytest.approx(768 * 0.0176**2, rel=0.05)
    # Attention takes a mean over the row, so what it goes through keeps more: 2.5 ** 2 as much.
    assert value == pytest.approx(2.5**2 * query, rel=0.1)
    assert output == pytest.approx(2.5**2 * query, rel=0.1)
    # Planted: with a spread of 0.02 whatever the width, tiny keeps a sixth of that.
    assert 128 * 0.0176**2 < 0.2 * 768 * 0.0176**2
    # The embeddings are no matrices: they stay.
    assert embedding == pytest.approx(0.0176, rel=0.05)


def log_p(task, ids):
    """What an untrained network says about the last piece of a row."""
    model = models.trainable(task)
    asked = bert_inputs(ids) | {"mask_positions": np.array([[2]])}
    logits = np.asarray(model(asked))[0, 0]
    return logits - np.logaddexp.reduce(logits)


def test_the_head_begins_with_the_frequencies():
    counts = np.array([0, 5, 80, 10, 5])
    task = models.masked_lm(models.encoder("tiny", 5, 8))
    before = log_p(task, np.array([[2, 3, 4]]))
    assert np.abs(np.exp(before) - 0.2).max() < 0.1  # planted: it knew nothing
    models.set_output_bias(task, counts)
    after = np.exp(log_p(task, np.array([[2, 3, 4]])))
    assert np.abs(after[1:] - counts[1:] / 100).max() < 0.1
    assert 0 < after[0] < 0.001  # never seen, and yet the loss is not infinite


@pytest.mark.parametrize("counts", [np.ones(4), np.array([1, 1, 1, 1, -1])])
def test_counts_that_do_not_fit_are_refused(counts):
    with pytest.raises(CourseError, match="one count of at least 0 was expected for each of 5"):
        models.set_output_bias(models.masked_lm(models.encoder("tiny", 5, 8)), counts)


def test_known_vectors_replace_the_random_ones_and_zeros_do_not():
    backbone = models.encoder("tiny", 5, 8)
    before = np.array(backbone.token_embedding.embeddings)
    known = np.zeros((5, 128))
    known[2:] = np.random.default_rng(0).normal(3, 7, (3, 128))
    models.set_token_vectors(backbone, known, spread=0.2)
    after = np.array(backbone.token_embedding.embeddings)
    assert (after[:2] == before[:2]).all()
    np.testing.assert_allclose(after[2:] / known[2:], 0.2 / known[2:].std(), rtol=1e-5)
    assert after[2:].std() == pytest.approx(0.2)


@pytest.mark.parametrize("shape", [(5, 127), (4, 128), (5, 128)])
def test_vectors_that_do_not_fit_are_refused(shape):
    vectors = np.zeros(shape) if shape == (5, 128) else np.ones(shape)
    with pytest.raises(CourseError, match=r"the embedding takes \(5, 128\)"):
        models.set_token_vectors(models.encoder("tiny", 5, 8), vectors)
