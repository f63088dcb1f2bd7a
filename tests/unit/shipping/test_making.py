"""From a corpus to an encoder in a folder, in a few seconds of training."""

import json
import shutil
from dataclasses import replace

import keras
import numpy as np
import pytest

from nlputils import models
from nlputils.cli import main
from nlputils.errors import CourseError
from nlputils.shipping import Recipe, make_encoder, making
from nlputils.text import SPECIAL_TOKENS, WordPiece
from nlputils.train import budget

SMALL = Recipe(
    corpora=("pocket_text",),
    vocabulary_size=1500,
    size="1x64",
    row_length=32,
    first_length=16,
    batch_size=16,
    budget_minutes=0.1,
    held_out=0.02,
)


@pytest.fixture(scope="module")
def no_evaluation_texts():
    """The labelled sets of the registry are on the network; the embedded ones need no look."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nlputils.data.corpus.labelled_texts", lambda: [])
        yield


@pytest.fixture(scope="module")
def text(no_evaluation_texts, tmp_path_factory):
    """The folder of SMALL's prepared text; tests write into copies of it."""
    return making.prepared(SMALL, tmp_path_factory.mktemp("text"), str).folder


@pytest.fixture(scope="module")
def small(no_evaluation_texts, tmp_path_factory):
    """SMALL's encoder, its work folder, and what was said while it was made."""
    said, place = [], tmp_path_factory.mktemp("small")
    folder = make_encoder(
        SMALL, place / "small", place / "work", command="made by a test", tell=said.append
    )
    return folder, place / "work", said


@pytest.fixture
def rows(text, tmp_path):
    """The prepared text, copied into the folder of the test."""
    shutil.copytree(text, tmp_path, dirs_exist_ok=True)
    return making.prepared(SMALL, tmp_path, str)


def test_an_encoder_is_made_with_its_card_and_made_only_once(small, tmp_path):
    folder, work, said = small
    made = models.load_encoder(folder)
    card = made.card
    assert card["pieces_read"] == card["curve"][-1]["step"] * 16 * 32
    assert card["minutes"] == pytest.approx(0.1, rel=0.5)
    assert card["perplexity"] == pytest.approx(np.exp(card["held_out_loss"]))
    # An untrained network that knows no frequencies stands at log V.
    assert card["held_out_loss"] < np.log(1500) - 1
    assert abs(card["held_out_loss"] - card["held_out_loss_float32"]) < 0.01
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "made by a test" in readme and "CC0 1.0" in readme
    assert f"{card['held_out_loss']:.3f}" in readme
    prepared = json.loads((work / SMALL.text_key() / "about.json").read_text())
    again = make_encoder(
        SMALL, tmp_path / "again", work, command="made by a test", tell=said.append
    )
    assert (again / "model.weights.h5").stat().st_size == (
        folder / "model.weights.h5"
    ).stat().st_size
    pairs = zip(
        made.backbone.get_weights(), models.load_encoder(again).backbone.get_weights(), strict=True
    )
    assert all((a == b).all() for a, b in pairs), "the finished training was not restored"
    assert sum(line.startswith("reading") for line in said) == 1
    assert prepared["tokens_train"] > 100 * prepared["tokens_held_out"] / 3


def test_a_training_in_bfloat16_gives_the_same_kind_of_encoder(small, tmp_path):
    first, work, _ = small
    dtypes, compile_task = [], budget.compiled

    def watched(task, *given):
        dtypes.append(task.backbone.token_embedding.compute_dtype)
        return compile_task(task, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budget, "compiled", watched)
        folder = make_encoder(
            replace(SMALL, dtype="mixed_bfloat16"), tmp_path / "bf16", work, tell=str
        )
    made, other = models.load_encoder(folder), models.load_encoder(first)
    assert dtypes == ["bfloat16"]
    assert made.backbone.token_embedding.compute_dtype == "float32"
    assert keras.config.dtype_policy().name == "float32", "later models would compute otherwise"
    assert made.card["backend"].endswith("mixed_bfloat16")
    # An untrained network that knows no frequencies stands at log V.
    assert made.card["held_out_loss"] < np.log(1500) - 1
    assert [w.shape for w in made.backbone.get_weights()] == [
        w.shape for w in other.backbone.get_weights()
    ]
    with pytest.raises(CourseError, match="dtype='float8': choose one of float32, mixed_bfloat16"):
        make_encoder(replace(SMALL, dtype="float8"), tmp_path / "e", work)


def test_a_training_goes_on_from_an_encoder(small, tmp_path):
    first, _, _ = small
    before = models.load_encoder(first)
    # A network that knows the text already begins where the first one ended.
    on = replace(SMALL, start=str(first), first_length=32, budget_minutes=0.05, size="9x9")
    second = make_encoder(
        on, tmp_path / "second", tmp_path / "work", command="the second command", tell=str
    )
    made = models.load_encoder(second)
    assert made.tokenizer.vocabulary == before.tokenizer.vocabulary
    assert made.card["size"] == "1x64" and made.card["recipe"]["start"] == "small"
    assert made.card["held_out_loss"] < before.card["held_out_loss"] + 0.1
    (told,) = made.card["earlier"]
    assert told["command"] == "made by a test" and told["name"] == "small"
    assert told["pieces_read"] == before.card["pieces_read"]
    readme = (second / "README.md").read_text(encoding="utf-8")
    assert "made by a test\nthe second command" in readme
    pieces = before.card["pieces_read"] + made.card["pieces_read"]
    assert f"minutes, {pieces:,} pieces |" in readme and made.card["pieces_read_in_all"] == pieces
    assert before.card["pieces_read_in_all"] == before.card["pieces_read"]
    third = making.earlier_encoder(second, 32)
    assert [one["name"] for one in third.told] == ["small", "second"]
    keys = {
        making._key(on, earlier) for earlier in (None, third, making.earlier_encoder(first, 32))
    }
    assert len(keys) == 3, "another encoder's checkpoints would be taken"


def test_an_encoder_that_cannot_go_on_is_named(no_evaluation_texts, tmp_path):
    with pytest.raises(CourseError, match="built for rows of 64 pieces and dropout 0, and rows of"):
        making.earlier_encoder(models.encoder_folder(), 32)
    backbone = models.encoder("1x64", 5, 16)
    tokenizer = WordPiece(SPECIAL_TOKENS)
    models.save_encoder(tmp_path / "bare", backbone, tokenizer, {"size": "1x64"})
    with pytest.raises(CourseError, match="card tells no command, corpus, curve"):
        making.earlier_encoder(tmp_path / "bare", 16)


def test_the_vectors_that_a_training_starts_from_are_kept(rows, tmp_path):
    tables = []
    for start in ("counts", "counts", "random"):
        task = models.masked_lm(models.encoder("1x64", 1500, 32))
        making.begin(task, rows, start, str)
        tables.append(np.array(task.backbone.token_embedding.embeddings))
    kept = np.load(tmp_path / "vectors-64.npy")
    assert (tables[0] == tables[1]).all() and (tables[0] != tables[2]).any()
    # The special tokens have no neighbours, and keep their random vectors.
    assert (kept[:5] == 0).all() and (tables[0][:5] == tables[2][:5]).all()
    with pytest.raises(CourseError, match="start='zeros': choose one of counts, random"):
        make_encoder(Recipe(start="zeros"), tmp_path / "e", tmp_path)
    with pytest.raises(CourseError, match="first_length=16, row_length=48"):
        make_encoder(Recipe(row_length=48), tmp_path / "e", tmp_path)


def test_rows_double_up_to_their_length():
    recipe = Recipe(first_length=16, row_length=64)
    assert making.lengths(recipe) == [(0.5, 16), (0.25, 32), (0.25, 64)]
    assert making.lengths(Recipe(first_length=64, row_length=64)) == [(1.0, 64)]
    for first, last in [(24, 64), (2, 64), (128, 64), (0, 64)]:
        with pytest.raises(CourseError, match=f"first_length={first}, row_length={last}"):
            making.lengths(Recipe(first_length=first, row_length=last))


def test_short_rows_hold_the_same_pieces(rows):
    cls = rows.tokenizer.cls_id
    short = making.shortened(rows, 16)
    assert short.shape == (2 * len(rows.train), 16) and (short[:, 0] == cls).all()
    assert (short.reshape(-1, 32)[:, 17:] == rows.train[:, 17:]).all()
    assert (short[::2] == rows.train[:, :16]).all()
    first, second = (batches for _, batches in making.stages(SMALL, rows))
    assert first.tokens_per_step == second.tokens_per_step == 16 * 32
    assert making.shortened(rows, 32) is rows.train


def test_equal_rows_are_shared_and_other_rows_are_not(tmp_path):
    assert Recipe(size="tiny").text_key() == Recipe(size="mini", learning_rate=1.0).text_key()
    assert Recipe(row_length=32).text_key() != Recipe().text_key()
    assert Recipe(repeats=(1, 2)).text_key() != Recipe().text_key()
    known = WordPiece([*SPECIAL_TOKENS, "a"])
    assert Recipe().text_key(known) != Recipe().text_key()
    assert making._key(Recipe(learning_rate=1.0)) != making._key(Recipe())


def test_a_held_out_part_of_no_batch_is_named(text, tmp_path):
    shutil.copytree(text, tmp_path / SMALL.text_key())
    with pytest.raises(CourseError, match="do not fill a batch of 5000"):
        make_encoder(replace(SMALL, batch_size=5000), tmp_path / "e", tmp_path, tell=str)


def test_the_command_hands_its_words_over(monkeypatch, tmp_path):
    given = {}

    def fake(recipe, folder, work, *, command):
        given.update(recipe=recipe, folder=folder, work=work, command=command)
        return folder

    monkeypatch.setattr("nlputils.shipping.make_encoder", fake)
    words = ["pretrain-encoder", str(tmp_path / "e"), "--minutes", "2", "--size", "2x128"]
    assert main([*words, "--corpora", "a", "b", "--start", "random", "--work", str(tmp_path)]) == 0
    expected = Recipe(corpora=("a", "b"), size="2x128", start="random", budget_minutes=2.0)
    assert given["recipe"] == expected
    assert given["command"] == (
        "nlputils pretrain-encoder e --minutes 2.0 --corpora a b --size 2x128 --start random"
    )


def test_the_dtype_reaches_the_recipe_and_only_a_new_one_changes_the_checkpoints(
    monkeypatch, tmp_path
):
    given = []
    monkeypatch.setattr(
        "nlputils.shipping.make_encoder", lambda recipe, folder, *_, **__: given.append(recipe)
    )
    words = ["pretrain-encoder", str(tmp_path / "e"), "--minutes", "2", "--dtype"]
    for dtype in ("float32", "mixed_bfloat16"):
        assert main([*words, dtype]) == 0
    plain = Recipe(budget_minutes=2.0)
    assert [recipe.dtype for recipe in given] == ["float32", "mixed_bfloat16"]
    assert making._key(given[0]) == making._key(plain) != making._key(given[1])


def test_a_step_compiled_as_a_whole_is_asked_for_by_a_switch(monkeypatch, tmp_path):
    given = []

    def fake(recipe, folder, work, *, command):
        given.append((recipe, command))
        return folder

    monkeypatch.setattr("nlputils.shipping.make_encoder", fake)
    words = ["pretrain-encoder", str(tmp_path / "e"), "--minutes", "2"]
    assert main(words) == main([*words, "--jit-compile", "--seed", "1"]) == 0
    (plain, first), (whole, second) = given
    assert (plain.jit_compile, whole.jit_compile) == (False, True)
    assert first == "nlputils pretrain-encoder e --minutes 2.0"
    assert second == "nlputils pretrain-encoder e --minutes 2.0 --seed 1 --jit-compile"
    assert making._key(Recipe()) != making._key(Recipe(jit_compile=True))


@pytest.mark.parametrize(("jit_compile", "asked"), [(True, True), (False, None)])
def test_the_training_is_told_whether_to_compile_a_whole_step(
    small, tmp_path, monkeypatch, jit_compile, asked
):
    class Enough(Exception):
        """The training has begun."""

    def watched(*given, jit_compile, **named):
        told.append(jit_compile)
        raise Enough

    told = []
    monkeypatch.setattr(making.train, "pretrain_minutes", watched)
    with pytest.raises(Enough):
        make_encoder(replace(SMALL, jit_compile=jit_compile), tmp_path / "e", small[1], tell=str)
    assert told == [asked]
