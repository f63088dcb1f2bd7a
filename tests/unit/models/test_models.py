import json
import subprocess
import sys

import numpy as np
import pytest

from nlputils import models
from nlputils.errors import CourseError
from nlputils.text import bert_inputs, train_wordpiece

TEXTS = ["the ferry leaves the harbour at noon", "a fisher sells pies"] * 8


@pytest.fixture(scope="module")
def tokenizer():
    return train_wordpiece(TEXTS, 90, min_character_count=1)


def test_seed_lstm_has_the_parameters_of_the_formula():
    # Embedding v*64; LSTM 4*(64*64 + 64*64 + 64); Dense 64 + 1.
    assert models.seed_lstm(100).count_params() == 100 * 64 + 4 * (64 * 64 * 2 + 64) + 65


@pytest.mark.parametrize("cell", ["simple_rnn", "gru", "lstm"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_masked_recurrent_models_do_not_see_padding(cell, bidirectional):
    model = models.recurrent_classifier(30, cell=cell, bidirectional=bidirectional)
    short, long = np.array([[5, 6, 7]]), np.array([[5, 6, 7, 0, 0, 0, 0, 0]])
    assert np.allclose(model(short), model(long), atol=1e-6)


def test_unmasked_model_does_see_padding():
    model = models.recurrent_classifier(30, mask_zero=False)
    short, long = np.array([[5, 6, 7]]), np.array([[5, 6, 7, 0, 0, 0, 0, 0]])
    assert not np.allclose(model(short), model(long), atol=1e-6)


def test_same_seed_same_weights(tokenizer):
    a, b = (models.encoder("tiny", len(tokenizer), 16, seed=1) for _ in range(2))
    other = models.encoder("tiny", len(tokenizer), 16, seed=2)
    assert all((x == y).all() for x, y in zip(a.get_weights(), b.get_weights(), strict=True))
    assert any((x != y).any() for x, y in zip(a.get_weights(), other.get_weights(), strict=True))


def test_encoder_does_not_see_padding(tokenizer):
    backbone = models.encoder("tiny", len(tokenizer), 32)
    short, long = tokenizer.encode(["the ferry"], 8), tokenizer.encode(["the ferry"], 32)
    a, b = models.mean_pooled(backbone, short), models.mean_pooled(backbone, long)
    assert np.allclose(a, b, atol=1e-5)


def test_saved_encoder_comes_back_equal(tokenizer, tmp_path):
    backbone = models.encoder("tiny", len(tokenizer), 16)
    models.save_encoder(tmp_path / "e", backbone, tokenizer, {"tokens": 5})
    again = models.load_encoder(tmp_path / "e")
    rows = tokenizer.encode(TEXTS, 16)
    assert (models.mean_pooled(again.backbone, rows) == models.mean_pooled(backbone, rows)).all()
    assert again.card == {"tokens": 5}
    assert again.tokenizer.vocabulary == tokenizer.vocabulary


def test_an_encoder_stored_in_half_the_bytes_is_the_rounded_one(tokenizer, tmp_path):
    backbone = models.encoder("tiny", len(tokenizer), 16)
    whole = models.save_encoder(tmp_path / "whole", backbone, tokenizer, {})
    half = models.save_encoder(tmp_path / "half", backbone, tokenizer, {}, precision="float16")
    sizes = [(folder / "model.weights.h5").stat().st_size for folder in (half, whole)]
    assert sizes[0] < 0.6 * sizes[1]
    loaded = models.load_encoder(half).backbone
    for weight, other in zip(backbone.get_weights(), loaded.get_weights(), strict=True):
        assert other.dtype == np.float32
        assert (other == weight.astype(np.float16)).all()
    rows = tokenizer.encode(TEXTS, 16)
    gap = np.abs(models.mean_pooled(loaded, rows) - models.mean_pooled(backbone, rows)).max()
    assert 0 < gap < 0.02
    backbone.token_embedding.embeddings.assign_add(
        np.full(backbone.token_embedding.embeddings.shape, 1e5, np.float32)
    )
    with pytest.raises(CourseError, match="too large for float16"):
        models.rounded(backbone)


def test_a_size_may_be_layers_times_width():
    assert models.encoder_size("2x128") == models.encoder_size("tiny") == (2, 128, 2)
    assert models.encoder_size("3x256") == (3, 256, 4)
    for wrong in ("3x100", "0x128", "x128", "3x0", "axb"):
        with pytest.raises(CourseError, match="choose one of"):
            models.encoder_size(wrong)


def test_damaged_encoder_is_refused(tokenizer, tmp_path):
    folder = models.save_encoder(
        tmp_path / "e", models.encoder("tiny", len(tokenizer), 16), tokenizer, {}
    )
    weights = folder / "model.weights.h5"
    weights.write_bytes(weights.read_bytes()[:-10])
    with pytest.raises(CourseError, match="is damaged"):
        models.load_encoder(folder)
    weights.unlink()
    with pytest.raises(CourseError, match="is missing"):
        models.load_encoder(folder)
    with pytest.raises(CourseError, match="No encoder at"):
        models.load_encoder(tmp_path / "none")


def test_wrong_requests_are_named(tokenizer, tmp_path):
    with pytest.raises(CourseError, match="choose one of"):
        models.encoder("huge", 100, 16)
    with pytest.raises(CourseError, match="choose one of"):
        models.recurrent_classifier(10, cell="mlp")
    with pytest.raises(CourseError, match="do not belong together"):
        models.save_encoder(tmp_path / "e", models.encoder("tiny", 50, 16), tokenizer, {})


def test_classifier_shares_the_encoder(tokenizer):
    backbone = models.encoder("tiny", len(tokenizer), 16)
    model = models.trainable(models.classifier(backbone, 3))
    assert model(bert_inputs(tokenizer.encode(TEXTS[:2], 16))).shape == (2, 3)
    shared = {id(v) for v in backbone.variables}
    assert shared <= {id(v) for v in model.variables}


def test_importing_the_package_imports_no_tensorflow():
    code = (
        "import json, sys, nlputils, nlputils.data, nlputils.text, nlputils.lesson; "
        "print(json.dumps([m for m in ('tensorflow', 'keras') if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
