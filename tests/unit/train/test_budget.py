"""Trainings that are bounded by time, with a clock that the test turns."""

import itertools
import os
import subprocess
import sys

import numpy as np
import pytest

from nlputils import models, train
from nlputils.errors import CourseError
from nlputils.text import MaskedBatches, pack, train_wordpiece
from nlputils.train import budget

TEXTS = ["the ferry leaves the harbour at noon", "a fisher sells pies in the rain"] * 100
# Of a tenth of a second: the clock below makes 6 seconds of them. The first one compiles and is
# not counted.
STEPS = 61


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    tokenizer = train_wordpiece(TEXTS, 120, min_character_count=1)
    rows = pack(TEXTS, tokenizer, 16, tmp_path_factory.mktemp("p") / "rows.npy")
    return tokenizer, rows


@pytest.fixture
def tenths(monkeypatch):
    """Each look at the clock is a tenth of a second after the last one."""
    looks = itertools.count()
    monkeypatch.setattr(budget.time, "perf_counter", lambda: next(looks) / 10)


def pretrain(material, steps=1000, **options):
    tokenizer, rows = material
    task = models.masked_lm(models.encoder("1x64", len(tokenizer), 16))
    batches = MaskedBatches(rows, tokenizer, 8, steps=steps)
    settings = {"budget_minutes": 0.1, "report_seconds": 2.5, "label": "", **options}
    return train.pretrain_minutes(task, batches, **settings), task


def test_the_time_ends_the_training_and_the_rate_with_it(material, tenths):
    tokenizer, rows = material
    held = MaskedBatches(rows, tokenizer, 8, steps=2, seed=1)
    history, _ = pretrain(material, validation=held, learning_rate=2e-3, warmup=0.5)
    frame = history.frame
    assert frame["step"].tolist() == [20, 45, STEPS]  # twenty first, then as the speed allows
    assert history.seconds == pytest.approx(6.0)
    assert history.tokens == STEPS * 8 * 16
    # On the way up after 1.9 seconds of 3; then on the way down from the top to nothing.
    assert np.allclose(frame["rate"], [2e-3 * 1.9 / 3, 2e-3 * 1.6 / 3, 0.0], atol=1e-9)
    assert frame["val_loss"].iloc[-1] < frame["val_loss"].iloc[0]


def test_what_a_training_in_bfloat16_learns_comes_back_to_the_task(material, tenths, monkeypatch):
    computed, compile_task = [], budget.compiled

    def watched(task, *given):
        computed.append(task.backbone.token_embedding.compute_dtype)
        return compile_task(task, *given)

    monkeypatch.setattr(budget, "compiled", watched)
    ends = [pretrain(material, dtype=dtype) for dtype in ("float32", "mixed_bfloat16")]
    assert computed == ["float32", "bfloat16"]
    (exact, _), (rounded, task) = ends
    assert np.allclose(exact.frame["loss"], rounded.frame["loss"], rtol=0.02)
    start = models.masked_lm(models.encoder("1x64", len(material[0]), 16))
    moved = [
        np.abs(a - b).max() for a, b in zip(start.get_weights(), task.get_weights(), strict=True)
    ]
    assert max(moved) > 1e-3
    assert task.backbone.token_embedding.compute_dtype == "float32"


def test_an_interrupted_training_goes_on_where_its_clock_stood(
    material, tenths, tmp_path, monkeypatch
):
    told = []

    def stop_at_the_second_report(label, row, budget):
        told.append(row["step"])
        if len(told) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(budget, "_tell", stop_at_the_second_report)
        with pytest.raises(KeyboardInterrupt):
            pretrain(material, checkpoint=tmp_path)
    history, task = pretrain(material, checkpoint=tmp_path)
    # The second report was made but not kept: its steps are made again, the first one's are not.
    assert history.frame["step"].tolist() == [20, 45, STEPS]
    assert history.seconds == pytest.approx(6.0)
    again, other = pretrain(material, checkpoint=tmp_path)
    pairs = zip(task.get_weights(), other.get_weights(), strict=True)
    assert all((a == b).all() for a, b in pairs)
    assert again.frame.equals(history.frame)
    with pytest.raises(CourseError, match="budget_minutes"):
        pretrain(material, checkpoint=tmp_path, budget_minutes=0.2)


def test_shorter_rows_come_first_for_their_share_of_the_time(
    material, tenths, tmp_path, monkeypatch
):
    tokenizer, rows = material
    short = np.array(rows).reshape(-1, 8)
    read = []
    given = MaskedBatches.at

    def noting(batches, step):
        read.append((batches.packed.shape[1], step))
        return given(batches, step)

    monkeypatch.setattr(MaskedBatches, "at", noting)

    def staged():
        early = MaskedBatches(short, tokenizer, 16, steps=1000)
        return pretrain(material, before=[(0.4, early)], checkpoint=tmp_path)

    told = []
    with monkeypatch.context() as patch:
        # Stopped in the second stage: the way back is into that stage.
        patch.setattr(
            budget, "_tell", lambda label, row, _: told.append(row) or 1 / (4 - len(told))
        )
        with pytest.raises(ZeroDivisionError):
            staged()
    read.clear()
    history, task = staged()
    # The way back is into the second stage, where the last report that was kept had ended.
    kept = told[2]["step"] - told[1]["step"] if told[2]["step"] > 30 else 0
    assert {length for length, _ in read} == {16}
    # 2.4 of 6 seconds are those of the first stage, give or take a step. The first steps of both
    # stages compile: they count as long as a usual one, and the very first one not at all.
    assert [row["step"] for row in told[:2]] == [20, 25]
    assert history.frame["step"].iloc[-1] == pytest.approx(STEPS, abs=1)
    assert history.seconds == pytest.approx(6.0, abs=0.11)
    made = int(history.frame["step"].iloc[-1])
    assert history.tokens == made * 8 * 16, "batches of both stages have equally many pieces"
    again = {step for _, step in read} - {0}  # the first batch is looked at for its shape
    assert min(again) == max(kept, 1)


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.0,), (1.2,)])
def test_shares_that_leave_no_time_are_named(material, shares):
    tokenizer, rows = material
    early = MaskedBatches(rows, tokenizer, 8, steps=9)
    with pytest.raises(CourseError, match="less than 1 in all"):
        pretrain(material, before=[(share, early) for share in shares])


def test_time_in_which_the_process_was_stopped_does_not_count(material, monkeypatch):
    looks = itertools.count()

    def clock():
        look = next(looks)
        return look / 10 + (1000 if look > 50 else 0)

    monkeypatch.setattr(budget.time, "perf_counter", clock)
    history, _ = pretrain(material)
    assert history.frame["step"].iloc[-1] == pytest.approx(STEPS, abs=1)


def test_bad_numbers_and_too_few_batches_are_named(material, tenths):
    with pytest.raises(CourseError, match="budget_minutes=0"):
        pretrain(material, budget_minutes=0)
    with pytest.raises(CourseError, match="were used up"):
        pretrain(material, steps=30)


# Where a rate stands in the optimizer when a training is over: with the look at every 20th step,
# that of the last look.
ELSEWHERE = """
import itertools, keras, numpy as np
from nlputils import models, train
from nlputils.text import MaskedBatches, train_wordpiece
from nlputils.train import budget

looks = itertools.count()
budget.time.perf_counter = lambda: next(looks) / 10
seen, compiled = [], budget.compiled
budget.compiled = lambda *given, **named: seen.append(compiled(*given, **named)) or seen[-1]
tokenizer = train_wordpiece(["the ferry leaves at noon", "a fisher sells pies"] * 50, 90)
rows = np.random.default_rng(0).integers(5, len(tokenizer), (64, 8)).astype(np.int32)
task = models.masked_lm(models.encoder("1x64", len(tokenizer), 8))
batches = MaskedBatches(rows, tokenizer, 8, steps=1000)
train.pretrain_minutes(
    task, batches, budget_minutes=0.1, learning_rate=1.0, warmup=0.0, report_seconds=60,
    jit_compile=True, label=""
)
step = type(seen[0].train_function).__name__
print(keras.backend.backend(), step, float(seen[0].optimizer.learning_rate))
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_in_a_compiled_step_the_rate_moves_within_a_report(backend, require_backend):
    require_backend(backend)
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found, step, rate = done.stdout.split()[-3:]
    # Two reports: the first of 20 steps, and one of 41. The first step is not counted; the last
    # look on JAX is at the 41st of the second report, after 5.9 of 6 seconds. On torch the rate
    # moves with each step, and tenths may add up to a little less than 6 seconds: one step more.
    assert found == backend
    assert (step == "_WholeStep") == (backend == "torch")
    ends = [0.1 / 6] if backend == "jax" else [0.1 / 6, 0.0]
    assert any(float(rate) == pytest.approx(end, abs=1e-6) for end in ends)
