"""Under a mixed policy, the products of a masked LM are made in the policy's short numbers."""

import keras
import numpy as np
import pytest

from nlputils import models

# bfloat16 has no number between 1 and 1 + 2 ** -7.
LITTLE = 2.0**-9


class Head(keras.layers.Layer):
    """Use the embedding's matrix as a masked LM's head does: inside another layer."""

    def call(self, vectors, embedding):
        return embedding(vectors, reverse=True)


def logit(embedding) -> float:
    """The score of a piece with the vector (1 + LITTLE, 1, 0, ...), where (1, -1, ...) is read."""
    matrix = np.zeros(embedding.embeddings.shape, "float32")
    matrix[0, :2] = 1 + LITTLE, 1
    embedding.embeddings.assign(matrix)
    vector = np.zeros((1, 1, matrix.shape[1]), "float32")
    vector[..., :2] = 1, -1
    head = Head(dtype=embedding.dtype_policy)
    found = head(keras.ops.cast(vector, embedding.compute_dtype), embedding=embedding)
    return float(keras.ops.cast(found, "float32")[0, 0, 0])


@pytest.mark.parametrize(("policy", "expected"), [("float32", LITTLE), ("mixed_bfloat16", 0.0)])
def test_the_product_with_the_vocabulary_is_made_in_the_policys_numbers(policy, expected):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        task = models.masked_lm(models.encoder("tiny", 30, 8))
    finally:
        keras.config.set_dtype_policy(before)
    embedding = task.backbone.token_embedding
    assert logit(embedding) == expected
    # By Keras' own default, it is made in float32 under any policy.
    embedding.reverse_dtype = None
    assert logit(embedding) == LITTLE
