"""Contestants in processes: turns that never overlap, and every way in which one can fail."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from nlputils.bench import Effort, Setup, bench_pretrain, lineup, pretrain, processes, worker
from nlputils.bench.lineup import Block, Entry
from nlputils.bench.processes import Process, environment, require_memory
from nlputils.errors import CourseError

SETUP = Setup(
    layers=1, width=64, heads=1, batch_size=4, length=16, vocabulary_size=60, mask_rate=0.3
)


@pytest.fixture
def planted(monkeypatch, tmp_path):
    """Put planted processes in the place of the real ones; return the file of their turns."""
    turns = tmp_path / "turns"
    monkeypatch.setenv("PLANTED_TURNS", str(turns))
    monkeypatch.setattr(processes, "WORKER", (str(Path(__file__).with_name("planted_worker.py")),))
    return turns


@pytest.fixture
def field(monkeypatch):
    """Let a bench have these contestants and one peak."""

    def of(*names):
        entries = {name: Entry(name, "contestants", "none", 1.0) for name in names}
        peaks = {"peak-numpy": Entry("peak", "peak", "none", 1.0)}
        peaks["peak-keras"] = Entry("peak", "peak", "none", 1.0)
        for module in (lineup, pretrain):
            monkeypatch.setattr(module, "CONTESTANTS", entries)
            monkeypatch.setattr(module, "PEAKS", peaks)

    return of


def ended(process: Process) -> Process:
    process.end()
    return process


def test_a_turn_says_what_the_process_says(planted):
    process = Process("good", SETUP)
    said = process.block(5)
    assert said is not None and said[0] == Block(seconds=2.0, loss=3.0)
    assert said[1] >= 0 and process.facts["scored"] == 4 and process.peak_mb > 1
    ended(process)


@pytest.mark.parametrize(
    ("name", "failed"),
    [
        ("dies-at-once", "code 1; its last words: no such thing"),
        ("dies", "code 7; its last words: out of luck"),
        ("fails", "the loss is nan"),
    ],
)
def test_a_failure_is_told_and_ends_nothing_else(planted, name, failed):
    process = Process(name, SETUP)
    if process.waits:
        assert process.block(1) is None
    assert failed in ended(process).failed and not process.waits


def test_a_process_that_died_between_turns_is_told(planted):
    process = Process("good", SETUP)
    process._process.kill()
    while psutil.Process(process._process.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert process.block(1) is None
    assert "noise of a library" in ended(process).failed and not process.waits


def test_absence_is_no_failure(planted):
    process = ended(Process("absent", SETUP))
    assert process.absent == "not installed" and not process.failed and not process.waits


def test_silence_is_told(planted):
    process = ended(Process("silent", SETUP, limit=0.5))
    assert process.failed == "no answer within 0.5 s"


def test_turns_never_overlap_and_each_round_begins_with_another(planted, field, tmp_path):
    field("a", "b", "nlputils")
    results = bench_pretrain(
        SETUP, Effort(rounds=3, steps=7), output=tmp_path / "out.json", tell=lambda line: None
    )
    turns = [json.loads(line) for line in planted.read_text().splitlines()]
    peaks = ["peak-numpy", "peak-keras"]
    names, order = [name for name, *_ in turns], [*peaks, "a", "b", "nlputils"]
    assert names == order + [*order[1:], *order[:1]] + [*order[2:], *order[:2]]
    assert {steps for _, steps, *_ in turns} == {7}
    ends = [(begin, end) for _, _, begin, end in turns]
    assert all(end <= begin for (_, end), (begin, _) in zip(ends, ends[1:], strict=False))
    row = results["contestants"]["a"]
    assert row["pieces_per_second"]["rounds"] == [7 * 64 / 2.0] * 3
    assert json.loads((tmp_path / "out.json").read_text()) == json.loads(json.dumps(results))
    assert not psutil.Process().children(recursive=True)


def test_those_who_fail_or_are_absent_have_their_row(planted, field):
    field("nlputils", "absent", "dies", "dies-at-once")
    said = []
    results = bench_pretrain(SETUP, Effort(rounds=2, steps=1), tell=said.append)
    rows = results["contestants"]
    assert "pieces_per_second" in rows["nlputils"]
    assert not any("pieces_per_second" in rows[n] for n in ("absent", "dies", "dies-at-once"))
    assert not rows["absent"]["failed"] and rows["dies"]["failed"]
    assert "not installed" in said[-1] and "failed: it ended with code 7" in said[-1]


def test_a_name_too_little_memory_and_a_folder_are_refused(monkeypatch, tmp_path):
    with pytest.raises(
        CourseError, match="'bart' takes no part: choose from nlputils, nlputils-torch"
    ):
        bench_pretrain(SETUP, Effort(only=("bart",)))
    with pytest.raises(CourseError, match="rounds=0, steps=20: at least 1"):
        bench_pretrain(SETUP, Effort(rounds=0))
    with pytest.raises(CourseError, match="is a folder"):
        bench_pretrain(SETUP, output=tmp_path)
    with pytest.raises(CourseError, match="need about 1,000,000,000 MB"):
        require_memory(1e9)
    require_memory(1.0)


def test_the_peaks_of_the_libraries_that_take_part_are_measured():
    assert list(lineup.chosen(("nlputils",)))[:-1] == ["peak-numpy", "peak-keras"]
    assert list(lineup.chosen(("bert-eager",)))[:-1] == ["peak-numpy", "peak-torch"]
    on_torch = ["peak-numpy", "peak-keras", "peak-torch"]
    assert list(lineup.chosen(("nlputils-torch",)))[:-1] == on_torch
    assert list(lineup.chosen(())) == [*lineup.PEAKS, *lineup.CONTESTANTS]


def test_a_contestant_gets_the_backend_that_it_names(planted, field, monkeypatch):
    field("good")
    monkeypatch.setitem(
        pretrain.CONTESTANTS, "good", Entry("good", "contestants", "none", 1.0, backend="jax")
    )
    given = []
    monkeypatch.setattr(
        processes, "environment", lambda *asked: given.append(asked) or environment(*asked)
    )
    bench_pretrain(SETUP, Effort(rounds=1), tell=str)
    assert given.count((SETUP.threads, "jax")) == 1 and len(given) > 1


def test_what_is_not_installed_is_absent(monkeypatch):
    planted = Entry("planted", "peak", "numpy_peak", 1.0, needs=("no_such_package",))
    monkeypatch.setitem(lineup.PEAKS, "planted", planted)
    with pytest.raises(lineup.Absent, match=r"pip install -e '\.\[bench\]'"):
        lineup.made("planted", SETUP)


def test_a_loss_that_is_no_number_is_a_failure():
    class Planted:
        facts: dict = {}

        def block(self, steps):
            return Block(1.0, float("nan"))

    assert worker._turn(Planted(), 1) == {"failed": "the loss is nan: the step does not train"}


def test_a_real_process_keeps_to_its_threads():
    process = Process("peak-numpy", SETUP)
    try:
        if hasattr(os, "sched_getaffinity"):
            assert len(os.sched_getaffinity(process._process.pid)) == SETUP.threads
        said = process.block(1)
        assert said is not None and said[0].peak["float32"] > 0
        assert process.facts["library"].startswith("NumPy")
    finally:
        process.end()
    assert environment(3)["OMP_NUM_THREADS"] == "3" == environment(3)["TF_NUM_INTRAOP_THREADS"]
    assert environment(3, "torch")["KERAS_BACKEND"] == "torch"
    assert environment(3).get("KERAS_BACKEND") == os.environ.get("KERAS_BACKEND")


def test_the_process_of_a_framework_that_cannot_be_made_says_why():
    words = [sys.executable, "-m", "nlputils.bench.worker", "nobody", json.dumps(SETUP.to_dict())]
    done = subprocess.run(words, input="", capture_output=True, text=True)
    assert json.loads(done.stdout) == {"failed": "KeyError: 'nobody'"}
    assert "Traceback" in done.stderr
