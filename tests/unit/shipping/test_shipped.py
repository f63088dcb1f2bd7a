"""The encoder that comes with the course: whole, small, described, and no random one."""

import json
import math

import numpy as np
import pytest

from nlputils import models
from nlputils.course.lessons import notebooks_folder, read_lessons
from nlputils.data import course_root
from nlputils.data.files import check_checksums, with_checksums
from nlputils.shipping import Recipe
from nlputils.train.fingerprints import weights_fingerprint

SHELF = course_root() / "data" / "encoders"
FOLDERS = with_checksums(SHELF)
# What is common to each group can be learned from any English text.
GROUPS = (
    ("monday", "saturday", "friday", "sunday"),
    ("january", "march", "august", "october"),
    ("two", "three", "four", "five"),
    ("he", "she", "they", "we"),
    ("red", "blue", "green", "black"),
    ("mother", "father", "sister", "brother"),
    ("north", "south", "east", "west"),
    ("film", "movie", "album", "book"),
)


@pytest.fixture(scope="module")
def shipped():
    return models.load_encoder()


def test_the_encoders_are_whole_and_small():
    assert FOLDERS, "no encoder came with the course"
    for folder in FOLDERS:
        check_checksums(folder, "restore it")
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert sum(path.stat().st_size for path in files) <= 25e6


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_card_says_how_it_was_made(folder):
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    recipe = Recipe(**{**card["recipe"], "corpora": tuple(card["recipe"]["corpora"])})
    assert card["minutes"] == pytest.approx(recipe.budget_minutes, rel=0.01)
    assert f"nlputils pretrain-encoder {folder.name} --minutes" in card["command"]
    assert card["perplexity"] == pytest.approx(math.exp(card["held_out_loss"]))
    assert card["curve"][-1]["val_loss"] < card["curve"][0]["val_loss"] - 1
    # What it was to be tested on was looked for, found and taken out.
    assert card["text"]["texts"]["evaluation"] > 0 and card["text"]["tokens_held_out"] > 50_000
    assert abs(card["held_out_loss"] - card["held_out_loss_float32"]) < 0.001
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for told in (card["command"], card["device"], "CC BY-SA 4.0", f"{card['held_out_loss']:.3f}"):
        assert told in readme


def closest_are_of_the_group(table, tokenizer):
    """The share of words whose closest word, among those of all groups, is one of their own."""
    words = [word for group in GROUPS for word in group]
    own = np.repeat(np.arange(len(GROUPS)), 4)
    ids = [tokenizer.ids(word) for word in words]
    assert all(len(pieces) == 1 for pieces in ids), "a word of the groups is no piece"
    v = table[np.array(ids)[:, 0]]
    v = v / np.linalg.norm(v, axis=1, keepdims=True)
    alike = v @ v.T - 2 * np.eye(len(words))
    return float((own[alike.argmax(1)] == own).mean())


def test_words_of_a_kind_have_like_vectors(shipped):
    table = np.asarray(shipped.backbone.token_embedding.embeddings)
    assert closest_are_of_the_group(table, shipped.tokenizer) > 0.8
    # Planted: a random encoder finds three of thirty-one by chance.
    fresh = np.random.default_rng(0).normal(size=table.shape)
    assert closest_are_of_the_group(fresh, shipped.tokenizer) < 0.4


def moved(backbone, twin):
    """How far the matrices of the blocks lie from where they began, in units of their spread."""
    pairs = [
        (np.asarray(one), np.asarray(other))
        for one, other in zip(backbone.weights, twin.weights, strict=True)
        if "transformer_layer" in one.path and one.path.endswith("kernel")
    ]
    assert pairs
    return min(float((one - other).std() / other.std()) for one, other in pairs)


def test_the_blocks_were_trained_and_not_only_the_vectors_counted(shipped):
    recipe = shipped.card["recipe"]
    twin = models.encoder(
        recipe["size"], recipe["vocabulary_size"], recipe["row_length"], seed=recipe["seed"]
    )
    assert moved(shipped.backbone, twin) > 0.2
    # Planted: where nothing was trained, only the rounding to float16 is seen.
    assert moved(models.storage.rounded(twin), twin) < 0.01


def test_the_evaluation_is_of_these_weights_and_holds_what_lesson_07_measures_again(shipped):
    held = json.loads((FOLDERS[0] / "evaluation.json").read_text(encoding="utf-8"))
    assert held["weights"] == weights_fingerprint(shipped.backbone)
    parameters = read_lessons(notebooks_folder())["07"].parameters
    assert parameters["shipped_encoder"] == FOLDERS[0].name
    assert parameters["again"] in held["tasks"]
