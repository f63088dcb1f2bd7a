"""The random matrices of a narrow encoder keep as much of their input as BERT-base's do."""

import numpy as np
import pytest

from nlputils import models

LAYER = "transformer_layer_0/self_attention_layer/query/kernel"


def kept(size):
    """The share of its input's variance that a matrix keeps: width times variance."""
    encoder = models.encoder(size, 50, 8, seed=0)
    found = {weight.path: np.array(weight.numpy()) for weight in encoder.trainable_variables}
    return encoder.hidden_dim * found[LAYER].var(), found["token_embedding/embeddings"].std()


@pytest.mark.parametrize("size", ["tiny", "mini", "small"])
def test_every_width_keeps_what_base_keeps(size):
    """KerasHub draws from a normal cut at two standard deviations, so 0.02 becomes 0.0176."""
    share, embedding = kept(size)
    assert share == pytest.approx(768 * 0.0176**2, rel=0.05)
    # Planted: with a spread of 0.02 whatever the width, tiny keeps a sixth of that.
    assert 128 * 0.0176**2 < 0.2 * 768 * 0.0176**2
    # The embeddings are no matrices: they stay.
    assert embedding == pytest.approx(0.0176, rel=0.05)
