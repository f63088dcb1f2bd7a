"""`load_encoder`: every kind of source goes its way, and what is missing is said with a way out."""

import json
import shutil

import keras_hub
import numpy as np
import pytest

from nlputils import models
from nlputils.errors import CourseError
from nlputils.text import bert_inputs, train_wordpiece

TEXTS = ["the ferry leaves the harbour at noon", "a fisher sells pies"] * 8
SIZES = {
    "num_layers": 1,
    "num_heads": 2,
    "hidden_dim": 16,
    "intermediate_dim": 32,
    "max_sequence_length": 16,
}


@pytest.fixture(scope="module")
def tokenizer():
    return train_wordpiece(TEXTS, 90, min_character_count=1)


@pytest.fixture(scope="module")
def saved(tokenizer, tmp_path_factory):
    backbone = models.encoder("1x64", len(tokenizer), 16)
    return models.save_encoder(tmp_path_factory.mktemp("c") / "e", backbone, tokenizer, {"n": 1})


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A course folder without encoders."""
    (tmp_path / "data" / "encoders").mkdir(parents=True)
    (tmp_path / "data" / "datasets.toml").write_text("")
    monkeypatch.setenv("NLPUTILS_ROOT", str(tmp_path))
    return tmp_path / "data" / "encoders"


@pytest.fixture
def preset(tokenizer, tmp_path):
    """Save a preset of KerasHub, as a learner would."""

    def save(kind=keras_hub.models.BertBackbone, **changed):
        folder = tmp_path / "preset"
        backbone = kind(**{"vocabulary_size": len(tokenizer), **SIZES, **changed})
        backbone.save_to_preset(str(folder))
        if kind is keras_hub.models.DistilBertBackbone:
            options = {"vocabulary": list(tokenizer.vocabulary), "lowercase": True}
            keras_hub.tokenizers.DistilBertTokenizer(**options).save_to_preset(str(folder))
        else:
            tokenizer.to_keras_hub().save_to_preset(str(folder))
        return folder, backbone

    return save


def test_without_a_name_the_shipped_encoder_comes(shelf, saved):
    with pytest.raises(CourseError, match=r"No encoder came.*pretrain-encoder.*lesson 05"):
        models.load_encoder()
    shutil.copytree(saved, shelf / "one")
    (shelf / "notes").mkdir()
    assert models.load_encoder().card == {"n": 1}
    shutil.copytree(saved, shelf / "two")
    with pytest.raises(CourseError, match=r"several encoders: 'one', 'two'.*load_encoder\('one'\)"):
        models.load_encoder()
    assert models.load_encoder("two").card == {"n": 1}


def test_a_file_of_checksums_that_is_cut_is_named(saved, tmp_path):
    folder = shutil.copytree(saved, tmp_path / "cut")
    path = folder / "checksums.json"
    path.write_text(path.read_text()[:-30])
    with pytest.raises(CourseError, match=r"checksums\.json is damaged"):
        models.load_encoder(folder)


@pytest.mark.parametrize("name", ["config.json", "card.json", "vocabulary.txt", "model.weights.h5"])
def test_every_file_of_a_course_encoder_is_watched(saved, tmp_path, name):
    folder = shutil.copytree(saved, tmp_path / "e")
    whole = (folder / name).read_bytes()
    for damaged in (whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
        (folder / name).write_bytes(damaged)
        with pytest.raises(CourseError, match=f"{name} is damaged"):
            models.load_encoder(folder)
    (folder / name).unlink()
    with pytest.raises(CourseError, match=f"{name} is missing"):
        models.load_encoder(folder)


def test_a_preset_of_a_learner_comes_with_its_tokenizer(preset, tokenizer):
    folder, backbone = preset()
    found = models.load_encoder(folder)
    rows = tokenizer.encode(TEXTS[:2], 16)
    assert found.tokenizer.vocabulary == tokenizer.vocabulary
    assert (found.tokenizer.encode(TEXTS[:2], 16) == rows).all()
    assert (models.mean_pooled(found.backbone, rows) == models.mean_pooled(backbone, rows)).all()
    assert found.card == {"source": "KerasHub preset preset"}


def test_a_distilbert_preset_becomes_a_bert_with_the_same_vectors(preset, tokenizer):
    folder, backbone = preset(keras_hub.models.DistilBertBackbone)
    backbone.set_weights([weight + 0.1 for weight in backbone.get_weights()])
    backbone.save_to_preset(str(folder))
    inputs = bert_inputs(tokenizer.encode(TEXTS[:2], 16))
    found = models.load_encoder(folder).backbone(inputs)["sequence_output"]
    del inputs["segment_ids"]
    assert np.abs(np.asarray(found) - np.asarray(backbone(inputs))).max() < 1e-6


def test_a_roberta_preset_comes_with_the_tokenizer_of_keras_hub(tmp_path):
    config = models.miniature_config("roberta", 262, 16)
    first = models.load_encoder(models.write_miniature(tmp_path / "m", config))
    for part in (first.backbone, first.tokenizer):
        part.save_to_preset(str(tmp_path / "p"))
    again = models.load_encoder(tmp_path / "p")
    for weight, other in zip(first.backbone.weights, again.backbone.weights, strict=True):
        assert (np.asarray(weight.numpy()) == np.asarray(other.numpy())).all()
    assert list(again.tokenizer("the pier")) == list(first.tokenizer("the pier"))
    with pytest.raises(CourseError, match="RobertaBackbone.*only a BERT with word pieces"):
        models.export_hugging_face(again, tmp_path / "out")


def test_a_preset_that_is_not_whole_is_refused(preset):
    folder, _ = preset()
    weights = folder / "model.weights.h5"
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CourseError, match=r"cannot be loaded as a preset.*damaged"):
        models.load_encoder(folder)
    weights.write_bytes(whole)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(CourseError, match=r"needs its weights and its tokenizer"):
        models.load_encoder(folder)
    folder, _ = preset(vocabulary_size=10)
    with pytest.raises(CourseError, match="more than the encoder knows"):
        models.load_encoder(folder)


def test_a_preset_of_another_class_is_refused(tmp_path, tokenizer):
    folder = tmp_path / "albert"
    sizes = {
        "num_layers": 1,
        "num_heads": 2,
        "hidden_dim": 16,
        "intermediate_dim": 32,
        "embedding_dim": 8,
    }
    keras_hub.models.AlbertBackbone(vocabulary_size=90, **sizes).save_to_preset(str(folder))
    tokenizer.to_keras_hub().save_to_preset(str(folder))
    with pytest.raises(CourseError, match=r"AlbertBackbone.*BertBackbone, DistilBertBackbone"):
        models.load_encoder(folder)


def test_a_folder_that_is_no_model_says_so(tmp_path):
    with pytest.raises(CourseError, match=r"neither checksums\.json.*nor config\.json"):
        models.load_encoder(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"architecture": "resnet18"}))
    with pytest.raises(CourseError, match="neither of KerasHub.*nor of Hugging Face"):
        models.load_encoder(tmp_path)
    with pytest.raises(CourseError, match="No encoder at nonsense.*lesson 05"):
        models.load_encoder("nonsense")


def test_a_preset_by_name_is_fetched_and_without_a_network_that_is_said(preset, monkeypatch):
    folder, backbone = preset()
    asked = []

    def fetch(_, name, **options):
        asked.append(name)
        return backbone

    monkeypatch.setattr(keras_hub.models.Backbone, "from_preset", classmethod(fetch))
    tokens = keras_hub.tokenizers.Tokenizer.from_preset(str(folder))
    monkeypatch.setattr(
        keras_hub.tokenizers.Tokenizer, "from_preset", classmethod(lambda _, name: tokens)
    )
    found = models.load_encoder("bert_tiny_en_uncased")
    assert found.backbone is backbone and asked == ["bert_tiny_en_uncased"]

    def unreachable(*_, **__):
        raise ConnectionError("Name or service not known\nand much more")

    monkeypatch.setattr(keras_hub.models.Backbone, "from_preset", classmethod(unreachable))
    with pytest.raises(CourseError, match=r"bert_tiny_en_uncased could not be.*network") as caught:
        models.load_encoder("bert_tiny_en_uncased")
    assert "much more" not in str(caught.value)


def test_a_repository_of_hugging_face_goes_the_way_of_a_folder(tmp_path, tokenizer, monkeypatch):
    """KerasHub's own way to ``hf://`` would load the wrong activation without a word."""
    import huggingface_hub

    config = models.miniature_config("bert", len(tokenizer), 16)
    folder = models.write_miniature(tmp_path / "m", config, tokenizer=tokenizer)
    asked = []

    def fetch(name, allow_patterns):
        asked.append(name)
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    found = models.load_encoder("hf://owner/name")
    assert asked == ["owner/name"] and type(found.backbone) is models.ExactGeluBertBackbone
    models.write_miniature(folder, config | {"hidden_act": "relu"}, tokenizer=tokenizer)
    with pytest.raises(CourseError, match="hidden_act is 'relu'"):
        models.load_encoder("hf://owner/name")

    def unreachable(*_, **__):
        raise OSError("no route to host")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", unreachable)
    with pytest.raises(CourseError, match=r"hf://owner/name could not be fetched.*network"):
        models.load_encoder("hf://owner/name")
