"""Under a mixed policy, the products of a masked LM are made in the policy's short numbers."""

import keras
import keras_hub
import numpy as np
import pytest

from nlputils import models, torch_step
from nlputils.errors import CourseError

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


@pytest.mark.parametrize("kind", [keras_hub.models.BertBackbone, models.ExactGeluBertBackbone])
def test_a_twin_has_the_form_and_the_weights_and_shares_nothing(kind):
    like = models.encoder("1x64", 30, 8, dropout=0.2, seed=1)
    task = models.masked_lm(kind.from_config(like.get_config()), seed=1)
    twin, before = models.twin(task, "mixed_bfloat16"), keras.config.dtype_policy().name
    assert type(twin.backbone) is kind and twin.backbone.dropout == 0.2
    assert all(layer.compute_dtype == "bfloat16" for layer in twin.layers if layer.weights)
    # The step of PyTorch asks this of what is trained, which says float32 of itself.
    assert torch_step._in_bfloat16(models.trainable(twin))
    assert not torch_step._in_bfloat16(models.trainable(task))
    assert {weight.dtype for weight in twin.weights} == {"float32"}
    assert keras.config.dtype_policy().name == before == task.backbone.dtype_policy.name
    own = [np.array(weight) for weight in task.get_weights()]
    assert all((a == b).all() for a, b in zip(own, twin.get_weights(), strict=True))
    twin.set_weights([weight + 1 for weight in own])
    assert all((a == b).all() for a, b in zip(own, task.get_weights(), strict=True))


def test_a_dtype_in_which_no_training_computes_is_refused():
    task = models.masked_lm(models.encoder("1x64", 30, 8))
    with pytest.raises(CourseError, match="dtype='float16': choose one of float32, mixed_bfloat16"):
        models.twin(task, "float16")
