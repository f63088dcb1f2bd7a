"""A course encoder as a Hugging Face folder: same ids, same vectors, whole or not at all."""

import json

import by_hand
import numpy as np
import pytest
import tokenizers

from nlputils import models
from nlputils.data import read_texts
from nlputils.errors import CourseError
from nlputils.models import exporting
from nlputils.text import bert_inputs, train_wordpiece


@pytest.fixture(scope="module")
def texts():
    return list(read_texts("pocket_text"))[:400]


@pytest.fixture(scope="module")
def encoder(texts):
    tokenizer = train_wordpiece(texts, 600)
    backbone = models.encoder("2x64", len(tokenizer), 48, seed=1)
    return models.Encoder(backbone, tokenizer, {"corpus": "pocket_text", "size": "2x64"})


@pytest.fixture
def folder(encoder, tmp_path):
    return models.export_hugging_face(encoder, tmp_path / "out")


def vectors(encoder, rows):
    return np.asarray(encoder.backbone(bert_inputs(rows))["sequence_output"])


def test_the_file_holds_the_vectors(encoder, folder, texts):
    rows = encoder.tokenizer.encode(texts[:8], 48)
    found, real = vectors(encoder, rows), rows != 0
    assert np.abs(by_hand.bert(folder, rows) - found)[real].max() < 1e-5
    # Planted: the other gelu would be noticed.
    assert np.abs(by_hand.bert(folder, rows, activation="gelu") - found)[real].max() > 1e-4


def test_the_tokenizer_file_gives_the_same_ids(encoder, folder, texts):
    found = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    theirs = [piece.ids for piece in found.encode_batch(texts)]
    tokenizer = encoder.tokenizer
    ours = [[tokenizer.cls_id, *ids, tokenizer.sep_id] for ids in tokenizer.ids_batch(texts)]
    assert theirs == ours
    assert found.encode("a [MASK]").ids.count(tokenizer.mask_id) == 1
    pair = found.encode("the", "pier")
    assert pair.type_ids == [0] * (pair.ids.index(tokenizer.sep_id) + 1) + [1] * (
        len(pair.ids) - pair.ids.index(tokenizer.sep_id) - 1
    )


def test_it_comes_back_with_its_card_and_the_same_vectors(encoder, folder, texts):
    again = models.load_encoder(folder)
    rows = encoder.tokenizer.encode(texts[:8], 48)
    assert (vectors(again, rows) == vectors(encoder, rows)).all()
    assert again.tokenizer.vocabulary == encoder.tokenizer.vocabulary
    assert again.card["corpus"] == "pocket_text"
    assert again.card["pooler"].startswith("random"), "nobody has trained this pooler"


def test_a_pooler_is_exported_only_if_it_came_from_a_file(encoder, folder, tmp_path):
    assert not any(name.startswith("pooler") for name in models.read_tensors(folder))
    trained = encoder._replace(card={"pooler": "from the file"})
    path = models.export_hugging_face(trained, tmp_path / "trained")
    assert "pooler.dense.weight" in models.read_tensors(path)
    assert models.load_encoder(path).card["pooler"] == "from the file"


def test_exact_gelu_is_named_as_such(encoder, tmp_path, texts):
    exact = models.ExactGeluBertBackbone(
        vocabulary_size=len(encoder.tokenizer),
        num_layers=1,
        num_heads=2,
        hidden_dim=16,
        intermediate_dim=32,
        max_sequence_length=48,
    )
    path = models.export_hugging_face(encoder._replace(backbone=exact), tmp_path / "exact")
    assert json.loads((path / "config.json").read_text())["hidden_act"] == "gelu"
    assert type(models.load_encoder(path).backbone) is models.ExactGeluBertBackbone


def test_an_export_that_fails_leaves_what_was_there(encoder, folder, monkeypatch):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def fails(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "write_word_pieces", fails)
    with pytest.raises(OSError, match="No space"):
        models.export_hugging_face(encoder, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_what_is_no_bert_is_refused(encoder, tmp_path):
    with pytest.raises(CourseError, match="only a BERT with word pieces"):
        models.export_hugging_face(encoder._replace(tokenizer=None), tmp_path / "no")
    assert not (tmp_path / "no").exists()


def test_transformers_gives_the_same_ids_and_vectors(encoder, folder, texts):
    torch = pytest.importorskip("torch", reason="the extra `bench` is not installed")
    transformers = pytest.importorskip("transformers", reason="the extra `bench` is missing")
    theirs = transformers.AutoTokenizer.from_pretrained(folder)
    rows = encoder.tokenizer.encode(texts, 48)
    asked = theirs(texts, padding="max_length", truncation=True, max_length=48, return_tensors="pt")
    assert (asked["input_ids"].numpy() == rows).all()
    model = transformers.AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    with torch.no_grad():
        found = model(**{name: x[:8] for name, x in asked.items()}).last_hidden_state.numpy()
    assert np.abs(found - vectors(encoder, rows[:8]))[rows[:8] != 0].max() < 1e-5
