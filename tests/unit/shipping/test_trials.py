"""Trials of a recipe: what each setting does, and that trials differ in nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlputils import models, train
from nlputils.errors import CourseError
from nlputils.shipping import Budget, Settings, making, trials
from nlputils.text import SPECIAL_TOKENS, WordPiece, bert_inputs

BUDGET = Budget(
    tokens=12 * 512,
    size="1x64",
    batch_tokens=512,
    texts=1500,
    corpora=("pocket_text",),
    held_out=0.02,
    probes=("pocket_reviews",),
)
SMALL = Settings(vocabulary_size=1200, row_length=32, first_length=32)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nlputils.data.corpus.labelled_texts", lambda: [])
        yield making.prepared(BUDGET.recipe(SMALL), tmp_path_factory.mktemp("rows"), str)


def rates(schedule, steps):
    return np.asarray(schedule(np.arange(steps)))


def test_without_a_ramp_the_schedule_is_that_of_pretraining():
    ours = trials.PiecesSchedule(2e-3, "linear", 0.1, [(200, 512)])
    theirs = train.WarmupDecay(2e-3, 200, 20)
    np.testing.assert_allclose(rates(ours, 200), rates(theirs, 200), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("shape", ["linear", "cosine", "constant"])
def test_the_rate_hangs_on_the_pieces_and_not_on_the_steps(shape):
    fixed = trials.PiecesSchedule(1.0, shape, 0.0, [(100, 400)])
    ramped = trials.PiecesSchedule(1.0, shape, 0.0, [(100, 100), (75, 400)])
    np.testing.assert_allclose(rates(ramped, 100)[::4], rates(fixed, 100)[:25], atol=1e-6)
    np.testing.assert_allclose(rates(ramped, 175)[100:], rates(fixed, 100)[25:], atol=1e-6)
    # Half of the pieces are read: worked by hand from the three formulas.
    half = {"linear": 0.5, "cosine": 0.5, "constant": 1.0}[shape]
    assert float(fixed(50)) == pytest.approx(half, abs=1e-6)
    assert float(fixed(25)) == pytest.approx(
        {"linear": 0.75, "cosine": 0.5 + 0.5 * np.cos(np.pi / 4), "constant": 1.0}[shape], abs=1e-6
    )


def test_a_ramp_and_short_rows_read_as_many_pieces(rows):
    (fixed,) = trials._phases(rows, BUDGET, SMALL)
    assert (fixed.batch_size, fixed.steps) == (16, 12)
    small, large = trials._phases(rows, BUDGET, replace(SMALL, ramp=True))
    assert (small.batch_size, small.steps, large.batch_size, large.steps) == (4, 12, 16, 9)
    assert len(small.rows) + len(large.rows) == len(rows.train)
    assert (np.concatenate([small.rows, large.rows]) == rows.train).all(), "a row is in both"
    early, late = trials._phases(rows, BUDGET, replace(SMALL, first_length=16))
    assert early.rows.shape[1] == 16 and late.rows is rows.train
    assert (early.batch_size, early.steps, late.batch_size, late.steps) == (32, 6, 16, 6)
    three = trials._phases(rows, BUDGET, replace(SMALL, first_length=16, ramp=True))
    assert [(p.rows.shape[1], p.batch_size, p.steps) for p in three] == [
        (16, 8, 12),
        (16, 32, 3),
        (32, 16, 6),
    ]
    # Thirteen steps do not divide: the shortest rows take what is left.
    odd = replace(BUDGET, tokens=13 * 512)
    found = trials._phases(rows, odd, replace(SMALL, first_length=8))
    assert [phase.steps for phase in found] == [7, 3, 3]
    for phases in ((small, large), (early, late), three):
        assert sum(phase.steps * phase.pieces for phase in phases) == BUDGET.tokens


def test_a_trial_learns_and_repeats(rows, monkeypatch):
    monkeypatch.setattr(trials, "_HELD", 2)
    first = trials.run_trial(SMALL, BUDGET, 0, rows, str)
    again, _ = tried(SMALL, rows, eagerly=False)
    assert first["held_out_loss"] == pytest.approx(again, abs=1e-6)
    assert first["held_out_loss"] < np.log(1200) - 0.5 and first["tokens"] == BUDGET.tokens
    assert first["held_out_loss"] - 2 < first["training_loss"] < np.log(1200)
    assert len(first["probes"]["pocket_reviews"]) == len(trials.probe_truth("pocket_reviews"))
    assert set(first["probes"]["pocket_reviews"]) <= set("012")


def test_without_training_the_vectors_are_those_that_all_others_start_from(rows, monkeypatch):
    monkeypatch.setattr(trials, "_HELD", 2)
    monkeypatch.setattr(trials, "_probed", lambda *_: "")
    monkeypatch.setattr(trials, "_train", None)
    found = trials.run_trial(replace(SMALL, trained=False), BUDGET, 0, rows, str)
    assert (found["tokens"], found["passes"], found["training_loss"]) == (0, 0, None)
    # The bias knows the frequencies, and the rest of the network nothing yet.
    assert found["held_out_loss"] == pytest.approx(found["frequency_loss"], abs=0.3)
    assert found["frequency_loss"] < np.log(1200) - 0.5


def test_the_loss_of_who_knows_the_frequencies_by_hand():
    tokenizer = WordPiece([*SPECIAL_TOKENS, "a", "b"])
    a, b = 5, 6
    ends = [tokenizer.cls_id, tokenizer.sep_id]
    train_rows = np.array([[ends[0], a, a, b, ends[1]]], dtype=np.int32)
    rows = making.Rows(tokenizer, train_rows, train_rows, {}, Path())
    held = [({}, np.array([[a, b], [a, 0]]), np.array([[1.0, 1.0], [1.0, 0.0]]))]
    # The ends are never asked for, so they count for nothing; one is added for each of 7 pieces.
    by_hand = -np.mean(np.log([3 / 10, 2 / 10, 3 / 10]))
    assert trials._frequency_loss(rows, held) == pytest.approx(by_hand)


def test_the_loss_of_the_last_tenth_of_the_steps_by_hand():
    progress = trials._Progress(20, str)
    for losses in (range(8, 0, -1), range(30, 18, -1)):  # two phases; the last losses: 20 and 19
        progress.on_epoch_begin(0)
        for batch, _ in enumerate(losses):
            mean = float(np.mean(losses[: batch + 1]))
            progress.on_train_batch_end(batch, {"loss": 99.0, "masked_loss": mean})
    assert progress.losses == pytest.approx([*range(8, 0, -1), *range(30, 18, -1)])
    assert progress.last_tenth() == pytest.approx(19.5)
    alone = trials._Progress(2, str)
    alone.on_epoch_begin(0)
    alone.on_train_batch_end(0, {"loss": 3.0})
    assert alone.last_tenth() == 3.0


def tried(settings, rows, eagerly=True):
    """The held-out loss of a trial, and its encoder.

    By default without graphs: to trace them takes longer than the few steps. The last digits are
    then others, so only losses of one kind are compared.
    """
    built, given = [], trials.compiled_with

    def compiled_with(*args, **options):
        model = given(*args, **options)
        model.run_eagerly = eagerly
        return model

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trials, "compiled_with", compiled_with)
        patch.setattr(trials, "_probed", lambda _, backbone, *__: built.append(backbone) or "")
        patch.setattr(trials, "_HELD", 2)
        return trials.run_trial(settings, BUDGET, 0, rows, str)["held_out_loss"], built[0]


@pytest.fixture(scope="module")
def base(rows):
    return tried(SMALL, rows)


@pytest.mark.parametrize(
    "change",
    [
        {"optimizer": "Lion", "beta_2": 0.99, "learning_rate": 4e-4},
        {"dropout": 0.1},
        {"ramp": True},
        {"start": "random"},
        {"first_length": 16},
    ],
    ids=str,
)
def test_a_setting_changes_the_training(rows, base, change):
    loss, _ = tried(replace(SMALL, **change), rows)
    assert np.isfinite(loss) and abs(base[0] - loss) > 1e-5


def test_optimizer_and_schedule_are_those_asked_for(rows, base):
    asked = replace(SMALL, beta_2=0.98, schedule="cosine", warmup=0.0, learning_rate=0.5)
    task = models.masked_lm(base[1])
    model = trials._compiled(task, asked, trials._phases(rows, BUDGET, asked))
    assert model.optimizer.beta_2 == 0.98 and isinstance(model.optimizer, train.AdamW)
    schedule = model.optimizer._learning_rate
    assert (schedule.shape, schedule.warmup, schedule.peak) == ("cosine", 0.0, 0.5)


def test_the_norm_before_each_block_leaves_the_last_sum_as_it_is(rows, base):
    loss, before = tried(replace(SMALL, norm="pre"), rows)
    assert abs(base[0] - loss) > 1e-4
    inputs = bert_inputs(np.asarray(rows.train[:4]))
    after, first = (
        np.asarray(backbone(inputs)["sequence_output"]).mean(-1).std()
        for backbone in (base[1], before)
    )
    # A block that ends with its norm gives vectors of one mean; one that begins with it does not.
    assert first > 3 * after


def test_what_no_trial_can_do_is_named(rows):
    with pytest.raises(CourseError, match="optimizer='SGD': choose one of AdamW, Lion"):
        trials.run_trial(replace(SMALL, optimizer="SGD"), BUDGET, 0, rows, str)
    with pytest.raises(CourseError, match="are 2 batches of 512: give at least ten"):
        trials.run_trial(SMALL, replace(BUDGET, tokens=1024), 0, rows, str)
