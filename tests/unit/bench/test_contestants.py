"""What each contestant does in its step: the same work, on the same rows."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from nlputils.bench import Setup, contestants, rows
from nlputils.bench.lineup import Absent
from nlputils.bench.products import products, products_model
from nlputils.text import MaskedBatches

SETUP = Setup(
    layers=1, width=64, heads=1, batch_size=4, length=16, vocabulary_size=60, mask_rate=0.3
)

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="the guide's masker runs in TensorFlow"
)


def test_rows_are_full_the_same_everywhere_and_never_special_inside():
    one, pieces = rows.token_rows(SETUP), rows.vocabulary(SETUP)
    assert len(pieces) == SETUP.vocabulary_size
    assert one.dtype == np.int32 and one.shape[1] == SETUP.length
    assert len(one) >= 2 * SETUP.batch_size
    assert (one[:, 0] == pieces.cls_id).all() and (one[:, -1] == pieces.sep_id).all()
    inside = one[:, 1:-1]
    assert (inside > pieces.mask_id).all() and inside.max() == SETUP.vocabulary_size - 1
    assert (one == rows.token_rows(SETUP)).all()
    assert len(np.unique(one, axis=0)) == len(one)


@needs_tensorflow
def test_the_guide_hides_as_many_pieces_as_the_course_and_among_the_same():
    ours = MaskedBatches(
        rows.token_rows(SETUP), rows.vocabulary(SETUP), SETUP.batch_size, steps=1, rate=0.3
    )
    _, answers, used = ours[0]
    assert answers.shape == (SETUP.batch_size, SETUP.scored) and used.all()
    batches = iter(contestants.guide_batches(SETUP))
    for features, labels, weights in (next(batches) for _ in range(5)):
        assert labels.shape == answers.shape and weights.numpy().all()
        places = features["mask_positions"].numpy()
        assert places.min() > 0 and places.max() < SETUP.length - 1
        assert all(len(set(row)) == SETUP.scored for row in places.tolist())


@pytest.mark.slow
@needs_tensorflow
def test_both_train_and_count_their_turn():
    for make in (contestants.course, contestants.guide):
        contestant = make(SETUP)
        before = [np.array(weight) for weight in contestant.model.get_weights()]
        block = contestant.block(2)
        assert block.seconds > 0 and np.isfinite(block.loss)
        after = contestant.model.get_weights()
        assert any((a != b).any() for a, b in zip(before, after, strict=True))
        assert contestant.facts["scored"] == SETUP.scored
        assert contestant.facts["dtype"] == "float32"
        assert contestant.model.jit_compile
        # The first loss of random weights is about that of even guessing.
        assert abs(block.loss - np.log(SETUP.vocabulary_size)) < 1


@pytest.mark.slow
def test_products_alone_are_made_forward_and_backward():
    contestant = products(SETUP)
    before = [np.array(weight) for weight in contestant.model.get_weights()]
    block = contestant.block(2)
    assert block.seconds > 0 and np.isfinite(block.loss)
    assert contestant.facts["scored"] == SETUP.scored
    # Every matrix gets a gradient: a product that nothing asks for would not be made.
    assert all((a != b).any() for a, b in zip(before, contestant.model.get_weights(), strict=True))
    assert contestant.model.output.shape == (None, SETUP.scored, SETUP.vocabulary_size)


@pytest.mark.parametrize(("layers", "width"), [(1, 64), (12, 128), (4, 256)])
def test_products_alone_keep_the_size_of_their_numbers(layers, width):
    """No softmax holds them: what grows from block to block overflows, what shrinks is zero."""
    setup = replace(SETUP, layers=layers, width=width, heads=width // 64)
    vectors = np.random.default_rng(0).normal(size=(4, setup.length, width)).astype("float32")
    assert 0.2 < np.std(keras.ops.convert_to_numpy(products_model(setup)(vectors))) < 5


@needs_tensorflow
def test_the_two_networks_learn_nearly_as_many_numbers():
    course = contestants.parameters(contestants.models.trainable(contestants.course_task(SETUP)))
    guide = contestants.parameters(contestants.guide_model(SETUP))
    d, segments = SETUP.width, 2
    # The course's has segment embeddings, and BERT's pooler, which the loss never reads.
    assert course - guide == segments * d + d * d + d


def test_the_guide_is_absent_without_tensorflow(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(Absent, match="needs TensorFlow; the backend is jax"):
        contestants.guide(SETUP)


def test_dropout_reaches_every_layer_that_has_it():
    def rates(setup):
        models = (contestants.course_task(setup).backbone, contestants.guide_model(setup))
        return [
            sorted(
                layer.rate
                for layer in model._flatten_layers()
                if isinstance(layer, keras.layers.Dropout)
            )
            for model in models
        ]

    course, guide = rates(replace(SETUP, dropout=0.2))
    # After the embeddings; in each block on the attention's weights and on its two outputs.
    assert course == guide == [0.2] * (1 + 3 * SETUP.layers)
    assert rates(SETUP) == [[0] * 4] * 2
