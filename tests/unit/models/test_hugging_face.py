"""Folders of Hugging Face: loaded with the vectors that the files describe, or refused."""

import json

import by_hand
import keras_hub
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from nlputils import models
from nlputils.errors import CourseError
from nlputils.models.names import to_hugging_face, to_keras
from nlputils.text import WordPiece, bert_inputs, train_wordpiece

TEXTS = ["the ferry leaves the harbour at noon", "a fisher sells pies", "No Café, MÜDE"]
# Two computations in float32 and float64 of the same small model.
SAME = 5e-6
BERT = models.miniature_config("bert", 0, 24, architectures=["BertModel"])
DISTILBERT = models.miniature_config("distilbert", 0, 24, architectures=["DistilBertModel"])
ROBERTA = models.miniature_config("roberta", 262, 22, architectures=["RobertaModel"])
ROBERTA_IDS = np.array([[0, 5, 9, 77, 2, 1, 1], [0, 5, 200, 77, 88, 99, 2]])
ROBERTA_INPUTS = {"token_ids": ROBERTA_IDS, "padding_mask": (ROBERTA_IDS != 1).astype("int32")}


@pytest.fixture(scope="module")
def tokenizer():
    return train_wordpiece([*TEXTS, "Café müde"] * 8, 120, min_character_count=1)


@pytest.fixture(scope="module")
def rows(tokenizer):
    return tokenizer.encode(TEXTS, 16)


@pytest.fixture
def folder(tmp_path, tokenizer):
    """Write a miniature; keyword arguments replace settings."""

    def write(base=BERT, *, prefix="", pooler=True, extra=None, **settings):
        size = base["vocab_size"] or len(tokenizer)
        config = base | {"vocab_size": size, **settings}
        pieces = None if base is ROBERTA else tokenizer
        return models.write_miniature(
            tmp_path / "m", config, tokenizer=pieces, prefix=prefix, pooler=pooler, extra=extra
        )

    return write


def gap(found, expected, real):
    return np.abs(np.asarray(found) - expected)[real].max()


def vectors(backbone, rows):
    return backbone(bert_inputs(rows))["sequence_output"]


@pytest.mark.parametrize(
    ("activation", "kind"),
    [
        ("gelu", models.ExactGeluBertBackbone),
        ("gelu_new", keras_hub.models.BertBackbone),
        ("gelu_pytorch_tanh", keras_hub.models.BertBackbone),
    ],
)
def test_a_bert_comes_with_the_vectors_that_its_files_describe(folder, rows, activation, kind):
    path = folder(hidden_act=activation)
    found = models.load_encoder(path)
    assert type(found.backbone) is kind
    expected = by_hand.bert(path, rows)
    assert gap(vectors(found.backbone, rows), expected, rows != 0) < SAME
    pooled = found.backbone(bert_inputs(rows))["pooled_output"]
    _, tensors = by_hand.read(path)
    by_formula = np.tanh(by_hand.dense(expected[:, 0], tensors, "pooler.dense"))
    assert np.abs(np.asarray(pooled) - by_formula).max() < SAME
    assert found.card["pooler"] == "from the file" and found.card["left_out"] == []


def test_what_keras_hub_loads_silently_wrong(folder, rows):
    """The reason for this loader. When one of these fails, KerasHub has mended it."""
    theirs = keras_hub.models.BertBackbone.from_preset
    path = folder(hidden_act="gelu")
    assert gap(vectors(theirs(str(path)), rows), by_hand.bert(path, rows), rows != 0) > 20 * SAME
    path = folder(hidden_act="relu")
    assert gap(vectors(theirs(str(path)), rows), by_hand.bert(path, rows), rows != 0) > 0.1
    path = folder(layer_norm_eps=1e-2)
    assert gap(vectors(theirs(str(path)), rows), by_hand.bert(path, rows), rows != 0) > 1e-3
    path = folder(ROBERTA, prefix="roberta.")
    wrong = keras_hub.models.RobertaBackbone.from_preset(str(path))(ROBERTA_INPUTS)
    assert gap(wrong, by_hand.bert(path, ROBERTA_IDS, pad_id=1), ROBERTA_IDS != 1) > 0.1


@pytest.mark.parametrize("prefix", ["", "distilbert."])
def test_a_distilbert_becomes_a_bert_that_the_lessons_take(folder, rows, prefix):
    path = folder(DISTILBERT, prefix=prefix)
    found = models.load_encoder(path)
    expected = by_hand.distilbert(path, rows)
    assert gap(vectors(found.backbone, rows), expected, rows != 0) < SAME
    # It has no token types: a second text in the row changes nothing.
    second = bert_inputs(rows) | {"segment_ids": np.ones_like(rows)}
    again = found.backbone(second)["sequence_output"]
    assert gap(again, expected, rows != 0) < SAME
    assert found.card["pooler"].startswith("random")
    assert models.mean_pooled(found.backbone, rows).shape == (len(rows), 32)


@pytest.mark.parametrize("prefix", ["", "roberta."])
@pytest.mark.parametrize("types", [1, 2])
def test_a_roberta_comes_with_its_token_type_vector(folder, prefix, types):
    path = folder(ROBERTA, prefix=prefix, pooler=False, type_vocab_size=types)
    found = models.load_encoder(path)
    expected = by_hand.bert(path, ROBERTA_IDS, pad_id=1)
    assert gap(found.backbone(ROBERTA_INPUTS), expected, ROBERTA_IDS != 1) < SAME
    assert found.backbone.max_sequence_length == 24 - 2
    ids = [int(i) for i in found.tokenizer("the")]
    vocabulary = json.loads((path / "vocab.json").read_text())
    assert ids == [vocabulary["th"], vocabulary["e"]]


HEAD = {"cls.predictions.bias": (40,), "cls.seq_relationship.weight": (2, 32)}


def test_of_a_model_with_a_head_the_encoder_comes_and_the_card_says_so(folder, rows):
    path = folder(prefix="bert.", extra=HEAD, architectures=["BertForPreTraining"])
    found = models.load_encoder(path)
    assert gap(vectors(found.backbone, rows), by_hand.bert(path, rows), rows != 0) < SAME
    assert found.card["left_out"] == sorted(HEAD)
    assert found.card["architectures"] == ["BertForPreTraining"]


def test_a_masked_lm_without_pooler_loads(folder, rows):
    path = folder(prefix="bert.", extra=HEAD, pooler=False)
    with pytest.raises(Exception, match="pooler"):
        keras_hub.models.BertBackbone.from_preset(str(path))
    found = models.load_encoder(path)
    assert gap(vectors(found.backbone, rows), by_hand.bert(path, rows), rows != 0) < SAME
    assert found.card["pooler"].startswith("random")


def test_the_names_of_the_first_checkpoints_are_known(folder, rows):
    path = folder()
    tensors = load_file(path / "model.safetensors")
    old = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): tensor
        for name, tensor in tensors.items()
    }
    expected = by_hand.bert(path, rows)
    save_file(old | {"embeddings.position_ids": np.arange(24)[None]}, path / "model.safetensors")
    assert gap(vectors(models.load_encoder(path).backbone, rows), expected, rows != 0) < SAME


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_weights_stored_in_half_the_bytes_come_as_float32(folder, rows, dtype):
    ml_dtypes = pytest.importorskip("ml_dtypes", reason="only TensorFlow and JAX bring bfloat16")
    path = folder()
    kind = np.float16 if dtype == "float16" else ml_dtypes.bfloat16
    halves = {n: x.astype(kind) for n, x in load_file(path / "model.safetensors").items()}
    save_file(halves, path / "model.safetensors")
    found = models.load_encoder(path).backbone
    assert {weight.dtype for weight in found.weights if "seed" not in weight.path} == {"float32"}
    assert gap(vectors(found, rows), by_hand.bert(path, rows), rows != 0) < SAME


def test_weights_in_several_files_with_an_index_are_read(folder, rows):
    path = folder()
    expected = by_hand.bert(path, rows)
    tensors = load_file(path / "model.safetensors")
    parts = [dict(list(tensors.items())[k::2]) for k in range(2)]
    for k, part in enumerate(parts):
        save_file(part, path / f"part-{k}.safetensors")
    where = {name: f"part-{k}.safetensors" for k, part in enumerate(parts) for name in part}
    (path / "model.safetensors").unlink()
    (path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": where}))
    assert gap(vectors(models.load_encoder(path).backbone, rows), expected, rows != 0) < SAME
    (path / "part-1.safetensors").unlink()
    with pytest.raises(CourseError, match=r"part-1\.safetensors is missing"):
        models.load_encoder(path)


@pytest.mark.parametrize(
    ("base", "settings", "words"),
    [
        (BERT, {"hidden_act": "relu"}, "hidden_act is 'relu'.*'gelu' or 'gelu_new'"),
        (BERT, {"layer_norm_eps": 1e-5}, "layer_norm_eps is 1e-05.*1e-12"),
        (BERT, {"position_embedding_type": "relative_key"}, "position_embedding_type"),
        (BERT, {"is_decoder": True}, "is_decoder is True"),
        (DISTILBERT, {"activation": "relu"}, "activation is 'relu'.*'gelu'"),
        (ROBERTA, {"hidden_act": "gelu_new"}, "hidden_act is 'gelu_new'.*'gelu'"),
        (ROBERTA, {"layer_norm_eps": 1e-12}, "layer_norm_eps is 1e-12.*1e-05"),
    ],
)
def test_what_would_come_out_wrong_is_refused(folder, base, settings, words):
    with pytest.raises(CourseError, match=words):
        models.load_encoder(folder(base, **settings))


def test_a_silent_config_means_the_defaults_of_hugging_face(folder):
    path = folder()
    config = json.loads((path / "config.json").read_text())
    del config["hidden_act"], config["layer_norm_eps"]
    (path / "config.json").write_text(json.dumps(config))
    assert type(models.load_encoder(path).backbone) is models.ExactGeluBertBackbone
    path = folder(ROBERTA)
    config = json.loads((path / "config.json").read_text())
    del config["layer_norm_eps"]
    (path / "config.json").write_text(json.dumps(config))
    with pytest.raises(CourseError, match="layer_norm_eps is 1e-12"):
        models.load_encoder(path)


@pytest.mark.parametrize(
    ("kind", "words"), [("electra", "'electra'.*bert, distilbert, roberta"), ("gpt2", "decoder")]
)
def test_another_type_of_model_is_refused_by_name(folder, kind, words):
    path = folder()
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps(config | {"model_type": kind}))
    with pytest.raises(CourseError, match=words):
        models.load_encoder(path)


def change(path, edit):
    """Rewrite the weights of a folder."""
    tensors = load_file(path / "model.safetensors")
    edit(tensors)
    save_file(tensors, path / "model.safetensors")


def test_weights_that_do_not_fit_the_config_are_refused(folder):
    path = folder()
    change(path, lambda t: t.pop("encoder.layer.1.output.dense.bias"))
    with pytest.raises(CourseError, match=r"lack 'encoder\.layer\.1\.output\.dense\.bias'"):
        models.load_encoder(path)
    path = folder()
    change(path, lambda t: t.update({"encoder.layer.2.output.dense.bias": np.ones(32)}))
    with pytest.raises(CourseError, match=r"'encoder\.layer\.2\.output\.dense\.bias' has no place"):
        models.load_encoder(path)
    path = folder(prefix="bert.", extra=HEAD)
    change(path, lambda t: t.update({"bert.adapter.weight": np.ones(3)}))
    with pytest.raises(CourseError, match=r"'adapter\.weight' has no place"):
        models.load_encoder(path)
    path = folder(ROBERTA, prefix="roberta.")  # its pooler has no place, and harms no vector
    assert "pooler.dense.weight" in models.load_encoder(path).card["left_out"]
    path = folder()
    change(path, lambda t: t.update({"pooler.dense.bias": np.ones(31, np.float32)}))
    with pytest.raises(CourseError, match=r"'pooler\.dense\.bias' has shape \(31,\)"):
        models.load_encoder(path)
    with pytest.raises(CourseError, match="tokenizer has .* the encoder 20"):
        models.load_encoder(folder(vocab_size=20))


def test_damaged_truncated_and_missing_files_are_named(folder):
    path = folder()
    weights = path / "model.safetensors"
    whole = weights.read_bytes()
    for damaged in (whole[:-10], whole[:5], b"", b"\xff" * 64):
        weights.write_bytes(damaged)
        with pytest.raises(CourseError, match=r"model\.safetensors is damaged"):
            models.load_encoder(path)
    weights.unlink()
    with pytest.raises(CourseError, match=r"model\.safetensors is missing"):
        models.load_encoder(path)
    (path / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(CourseError, match=r"pytorch_model\.bin holds them in an older format"):
        models.load_encoder(path)
    weights.write_bytes(whole)
    for name in ("config.json", "tokenizer.json"):
        kept = (path / name).read_text()
        (path / name).write_text(kept[:-20])
        with pytest.raises(CourseError, match=f"{name} is damaged"):
            models.load_encoder(path)
        (path / name).write_text(kept)
    config = json.loads((path / "config.json").read_text())
    del config["hidden_size"]
    (path / "config.json").write_text(json.dumps(config))
    with pytest.raises(CourseError, match="lacks hidden_size"):
        models.load_encoder(path)


def test_the_tokenizer_is_read_from_either_file(folder, tokenizer, rows):
    path = folder()
    (path / "vocab.txt").unlink()
    assert (models.load_encoder(path).tokenizer.encode(TEXTS, 16) == rows).all()
    path = folder()
    (path / "tokenizer.json").unlink()
    assert (models.load_encoder(path).tokenizer.encode(TEXTS, 16) == rows).all()
    (path / "vocab.txt").unlink()
    with pytest.raises(CourseError, match=r"neither tokenizer\.json nor vocab\.txt"):
        models.load_encoder(path)


def test_a_tokenizer_that_keeps_capitals_keeps_them(folder, tmp_path):
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "Cafe", "cafe", "Café", "café"]
    path = folder(vocab_size=len(pieces))
    for lowercase, strip, expected in (
        (False, None, "Café"),
        (True, None, "cafe"),
        (True, False, "café"),
    ):
        (path / "tokenizer.json").unlink(missing_ok=True)
        (path / "vocab.txt").write_text("\n".join(pieces) + "\n")
        options = {"do_lower_case": lowercase, "strip_accents": strip}
        (path / "tokenizer_config.json").write_text(json.dumps(options))
        found = models.load_encoder(path)
        assert found.tokenizer.tokens("Café") == [expected]
        # It stays so when the encoder is saved as one of the course's own.
        again = models.load_encoder(models.save_encoder(tmp_path / "own", *found))
        assert again.tokenizer.tokens("Café") == [expected]
        assert type(again.backbone) is models.ExactGeluBertBackbone
        # KerasHub's tokenizer of the same options agrees.
        assert list(found.tokenizer.to_keras_hub()("Café")) == [pieces.index(expected)]


def test_a_tokenizer_of_another_kind_is_refused(folder):
    path = folder()
    whole = json.loads((path / "tokenizer.json").read_text())
    for part in ("model", "normalizer"):
        changed = whole | {part: whole[part] | {"type": "Unigram"}}
        (path / "tokenizer.json").write_text(json.dumps(changed))
        with pytest.raises(CourseError, match=f"its {part} is of the kind 'Unigram'"):
            models.load_encoder(path)


def test_laying_out_for_the_one_and_for_the_other_undo_each_other():
    weight = np.arange(4 * 2 * 3, dtype=np.float32).reshape(4, 2, 3)
    query = "transformer_layer_0/self_attention_layer/query/kernel"
    turned = to_hugging_face(weight, query)
    # Row 4 of [out, in] makes number 1 of head 1 out of the four inputs.
    assert turned.shape == (6, 4) and (turned[4] == weight[:, 1, 1]).all()
    assert (to_keras(turned, query, weight.shape) == weight).all()
    output = weight.reshape(2, 3, 4)
    path = "transformer_layer_0/self_attention_layer/attention_output/kernel"
    turned = to_hugging_face(output, path)
    assert turned.shape == (4, 6) and (turned[:, 4] == output[1, 1]).all()
    assert (to_keras(turned, path, output.shape) == output).all()


def test_exact_gelu_survives_saving_and_says_what_it_is(tmp_path):
    config = {
        "vocabulary_size": 9,
        "num_layers": 1,
        "num_heads": 2,
        "hidden_dim": 8,
        "intermediate_dim": 8,
    }
    exact = models.ExactGeluBertBackbone(**config, max_sequence_length=4)
    exact.save_to_preset(str(tmp_path / "p"))
    again = keras_hub.models.BertBackbone.from_preset(str(tmp_path / "p"))
    plain = keras_hub.models.BertBackbone(**config, max_sequence_length=4)
    plain.set_weights([weight * 20 for weight in exact.get_weights()])
    exact.set_weights(plain.get_weights())
    again.set_weights(plain.get_weights())
    rows = np.array([[2, 5, 6, 3]])
    assert (np.asarray(vectors(again, rows)) == np.asarray(vectors(exact, rows))).all()
    assert gap(vectors(plain, rows), np.asarray(vectors(exact, rows)), rows != 0) > 1e-5
    assert again.transformer_layers[0].get_config()["activation"] == "gelu"


def test_gpt2_in_miniature_is_loaded_right_by_keras_hub(tmp_path):
    config = models.miniature_config("gpt2", 40, 16)
    path = models.write_miniature(tmp_path / "g", config)
    ids = np.array([[5, 9, 30, 39, 2]])
    inputs = {"token_ids": ids, "padding_mask": np.ones_like(ids)}
    found = keras_hub.models.GPT2Backbone.from_preset(str(path))(inputs)
    assert gap(found, by_hand.gpt2(path, ids), ids >= 0) < SAME
    # Planted: without the causal mask's order the last vectors would be other ones.
    assert gap(found, by_hand.gpt2(path, ids[:, ::-1])[:, ::-1], ids >= 0) > 0.1
    with pytest.raises(CourseError, match="choose one of bert, roberta, distilbert, gpt2"):
        models.write_miniature(tmp_path / "t", config | {"model_type": "t5"})
    with pytest.raises(CourseError, match="choose one of bert, distilbert, roberta, gpt2"):
        models.miniature_config("t5", 40, 16)


@pytest.mark.parametrize("base", [BERT, DISTILBERT, ROBERTA], ids=lambda b: b["model_type"])
def test_transformers_reads_the_miniatures_as_we_do(folder, rows, base):
    torch = pytest.importorskip("torch", reason="the extra `bench` is not installed")
    transformers = pytest.importorskip("transformers", reason="the extra `bench` is missing")
    path = folder(base)
    ids, pad = (ROBERTA_IDS, 1) if base is ROBERTA else (rows, 0)
    model = transformers.AutoModel.from_pretrained(path).eval()
    with torch.no_grad():
        mask = torch.tensor(ids != pad).long()
        theirs = model(torch.tensor(ids).long(), attention_mask=mask).last_hidden_state.numpy()
    found = models.load_encoder(path).backbone
    inputs = ROBERTA_INPUTS if base is ROBERTA else bert_inputs(ids)
    ours = found(inputs) if base is ROBERTA else found(inputs)["sequence_output"]
    assert gap(ours, theirs, ids != pad) < 2 * SAME


def test_capitals_are_an_option_of_the_tokenizer():
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "The", "the"]
    assert WordPiece(pieces).tokens("The") == ["the"]
    assert WordPiece(pieces, lowercase=False).tokens("The") == ["The"]
