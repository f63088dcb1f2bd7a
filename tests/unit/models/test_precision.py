"""Under a mixed policy, the products of a masked LM are made in the policy's short numbers."""

import keras
import numpy as np
import pytest

from nlputils import models


@pytest.mark.parametrize(
    ("policy", "dtype"), [("float32", "float32"), ("mixed_bfloat16", "bfloat16")]
)
def test_the_product_with_the_vocabulary_is_made_in_the_policys_numbers(policy, dtype):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        task = models.masked_lm(models.encoder("tiny", 30, 8))
    finally:
        keras.config.set_dtype_policy(before)
    embedding = task.backbone.token_embedding
    vectors = keras.ops.ones((2, 3, task.backbone.hidden_dim), dtype)
    found = embedding(vectors, reverse=True)
    assert keras.backend.standardize_dtype(found.dtype) == dtype
    # bfloat16 has 8 bits for a number's digits.
    exact = np.asarray(embedding.embeddings).sum(axis=1)
    near = np.asarray(keras.ops.cast(found, "float32"))
    assert np.abs(near - exact).max() < (1e-5 if dtype == "float32" else 0.02)
    # Keras' own default, of which this is the mend: float32 for short vectors, too.
    embedding.reverse_dtype = None
    assert keras.backend.standardize_dtype(embedding(vectors, reverse=True).dtype) == "float32"
