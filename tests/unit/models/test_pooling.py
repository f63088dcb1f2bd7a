"""The classifier on the mean of the pieces: padding counts for nothing, and it saves whole."""

import keras
import numpy as np
import pytest

from nlputils import models
from nlputils.errors import CourseError
from nlputils.text import bert_inputs

VOCABULARY, LENGTH = 40, 8
ROWS = np.array([[2, 7, 9, 3, 0, 0, 0, 0], [2, 5, 6, 7, 8, 9, 3, 0]])


@pytest.fixture
def task():
    return models.classifier(
        models.encoder("tiny", VOCABULARY, LENGTH, seed=1), 3, pooling="mean", seed=2
    )


def by_hand(task, rows):
    """The logits, computed from the encoder's vectors in NumPy."""
    vectors = np.asarray(task.backbone(bert_inputs(rows))["sequence_output"])
    mask = (rows != 0).astype(float)[:, :, None]
    kernel, bias = task.get_layer("logits").get_weights()
    return (vectors * mask).sum(1) / mask.sum(1) @ kernel + bias


def test_the_logits_are_those_of_the_mean_of_the_pieces(task):
    logits = np.asarray(models.trainable(task)(bert_inputs(ROWS)))
    np.testing.assert_allclose(logits, by_hand(task, ROWS), atol=1e-5)
    wrong = by_hand(task, np.where(ROWS == 0, 4, ROWS))
    assert np.abs(logits - wrong).max() > 1e-3, "a mean that counts padding would not be noticed"


def test_more_padding_changes_nothing(task):
    model = models.trainable(task)
    short, long = ROWS[:1, :4], ROWS[:1]
    np.testing.assert_allclose(model(bert_inputs(short)), model(bert_inputs(long)), atol=1e-5)


def test_it_comes_back_from_a_preset_with_the_same_logits(task, tmp_path):
    task.save_to_preset(str(tmp_path / "preset"))
    back = models.MeanPoolingClassifier.from_preset(str(tmp_path / "preset"))
    assert isinstance(back, models.MeanPoolingClassifier) and back.num_classes == 3
    before = models.trainable(task)(bert_inputs(ROWS))
    np.testing.assert_allclose(models.trainable(back)(bert_inputs(ROWS)), before, atol=1e-6)


def test_dropout_acts_in_training_only(task):
    model = models.trainable(task)
    inputs = bert_inputs(ROWS)
    np.testing.assert_array_equal(model(inputs), model(inputs))
    keras.utils.set_random_seed(0)
    assert np.abs(np.asarray(model(inputs, training=True)) - np.asarray(model(inputs))).max() > 0


def test_an_unknown_pooling_is_refused(task):
    with pytest.raises(CourseError, match="'cls' or 'mean'"):
        models.classifier(task.backbone, 2, pooling="max")
