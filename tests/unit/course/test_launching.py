"""The kernel that gets ready while another lesson is executed."""

import ast
import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import psutil
import pytest

from nlputils.course import launching, runner, watch
from nlputils.course.launching import Ahead, launch
from nlputils.course.lessons import read_lessons
from nlputils.course.plan import Order, make_plan
from nlputils.course.profiles import read_profiles
from nlputils.course.readiness import NOTEBOOK_VARIABLE, START_LINE, import_statements
from nlputils.course.store import Store

WRITES = """
import time
(lesson.artefact("text") / "a.txt").write_text("left by 01")
time.sleep(0.5)
lesson.record("ended", time.time(), "s")
"""
READS = """
import time
lesson.record("begun", time.time(), "s")
assert (lesson.needed("01", "text") / "a.txt").read_text() == "left by 01"
import os, psutil, sys
lesson.record("born", psutil.Process(os.getpid()).create_time(), "s")
assert "wave" in sys.modules, "it was to be imported before the first cell"
assert "wave" not in globals() and "nlputils" not in globals()
import wave
"""


@pytest.fixture
def order(tmp_path, toy, toy_source):
    """Three lessons; the second needs what the first leaves."""
    sources = {
        "01": toy_source("01", WRITES, gives=("text",)),
        "02": toy_source("02", READS, needs=("01",)),
        "03": toy_source("03", "1"),
    }
    toy(tmp_path / "notebooks", sources)
    return Order(profile="pocket", notebooks=tmp_path / "notebooks", runs=tmp_path / "runs")


@pytest.fixture
def plain(tmp_path, toy, toy_source):
    """Three lessons that need nothing."""
    sources = {number: toy_source(number, "1") for number in ("01", "02", "03")}
    toy(tmp_path / "notebooks", sources)
    return Order(profile="pocket", notebooks=tmp_path / "notebooks", runs=tmp_path / "runs")


def plan(order):
    store = Store(order.runs)
    profiles = read_profiles(order.notebooks / "profiles.toml")
    return store, make_plan(order, read_lessons(order.notebooks), profiles, {}, store)


@pytest.mark.slow
def test_the_next_kernel_starts_early_and_executes_no_cell_before_its_turn(order):
    assert runner.run(replace(order, only=("01", "02"))) == 0
    found = json.loads((order.runs / "latest" / "metrics.json").read_text())
    ended = found["01"]["ended"]["value"]
    assert found["02"]["born"]["value"] < ended < found["02"]["begun"]["value"]


def test_each_kernel_starts_while_the_lesson_before_it_is_executed(plain, no_kernel):
    assert runner.run(plain) == 0
    assert no_kernel.events == [
        *("start 01", "start 02", "watch 01"),
        *("start 03", "watch 02"),
        "watch 03",
    ]


def test_beside_a_gpu_no_second_kernel_waits(plain, no_kernel, monkeypatch):
    monkeypatch.setattr(runner, "gpus", lambda: ["a GPU"])
    assert runner.run(plain) == 0
    told = [f"{what} {number}" for number in ("01", "02", "03") for what in ("start", "watch")]
    assert no_kernel.events == told


def test_a_lesson_that_cannot_follow_is_ended_before_its_turn(order, no_kernel):
    no_kernel.ends["01"] = "failed"
    assert runner.run(order) == 1
    assert no_kernel.lessons == ["01", "03"]
    assert no_kernel.events[:5] == ["start 01", "start 02", "watch 01", "end 02", "start 03"]


def test_what_is_finished_already_gets_no_kernel(plain, no_kernel):
    no_kernel.ends = {"01": "failed", "03": "failed"}
    assert runner.run(plain) == 1
    no_kernel.ends.clear()
    no_kernel.events.clear()
    assert runner.run(plain) == 0
    assert no_kernel.events == ["start 01", "start 03", "watch 01", "watch 03"]


def test_a_worker_that_died_while_it_waited_is_started_again(plain, no_kernel):
    no_kernel.dead = ["02"]
    assert runner.run(plain) == 0
    assert no_kernel.events[2:6] == ["watch 01", "end 02", "start 02", "start 03"]


def test_fresh_forgets_checkpoints_at_the_turn_of_a_lesson_and_not_before(order, no_kernel):
    no_kernel.ends["01"] = "failed"
    store, steps = plan(order)
    kept = store.work(steps["02"].key) / "checkpoints" / "step.txt"
    kept.write_text("3")
    with Ahead(replace(order, fresh=True), steps.values(), store, several=True) as ahead:
        ahead.launch(steps["01"])
        assert kept.exists()
        ahead.launch(steps["02"])
        assert not kept.exists() and kept.parent.is_dir()


def test_what_is_wrong_with_the_next_lesson_is_told_at_its_turn(order, no_kernel):
    store, steps = plan(order)
    (store.work(steps["02"].key) / "processes.json").write_text("half")
    with Ahead(order, steps.values(), store, several=True) as ahead:
        ahead.launch(steps["01"])
        with pytest.raises(launching.CourseError, match=r"processes\.json"):
            ahead.launch(steps["02"])


def is_kernel(process):
    with contextlib.suppress(psutil.NoSuchProcess):
        return "ipykernel_launcher" in str(process.cmdline())
    return False


@pytest.fixture
def kernels(wait_for):
    """Wait until so many kernels run below a process: ``kernels(process, count)``."""

    def some(parent, count):
        found = [process for process in parent.children(recursive=True) if is_kernel(process)]
        return found if len(found) >= count else []

    return lambda parent, count: wait_for(lambda: some(parent, count), 120)


@pytest.fixture
def waiting(order):
    """A worker that waits for its turn, and its process."""
    store, steps = plan(order)
    worker = launch(order, steps["01"], store).worker
    yield worker, psutil.Process(worker._process.pid)
    worker.end()


@pytest.mark.slow
def test_a_kernel_that_waits_is_ended_with_its_worker(waiting, kernels):
    worker, process = waiting
    found = kernels(process, 1)
    worker.end()
    assert not process.is_running() and not worker.alive()
    assert psutil.wait_procs(found, timeout=10)[1] == []


@pytest.mark.slow
def test_a_worker_whose_kernel_died_ends_itself_and_a_full_disk_keeps_none_alive(
    waiting, kernels, wait_for, monkeypatch
):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    worker, process = waiting
    monkeypatch.setattr(watch, "write_atomic", full)
    (kernel,) = kernels(process, 1)
    kernel.kill()
    wait_for(lambda: not worker.alive())
    worker.end()


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_the_end_of_the_run_ends_the_kernel_that_waits(tmp_path, toy, toy_source, kernels, sent):
    sources = {"01": toy_source("01", "import time\ntime.sleep(100)"), "02": toy_source("02", "1")}
    toy(tmp_path / "notebooks", sources)
    places = ["--notebooks", str(tmp_path / "notebooks"), "--output", str(tmp_path / "runs")]
    words = [sys.executable, "-m", "nlputils.cli", "run", *places]
    run = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        found = kernels(psutil.Process(run.pid), 2)
    finally:
        run.send_signal(sent)
        run.wait()
    assert psutil.wait_procs(found, timeout=20)[1] == []


def test_import_statements_of_cells():
    sources = [
        "import json\nfrom os import path as p\nx = 1",
        "%matplotlib inline\nimport csv",
        "def f():\n    import this",
        "from pathlib import (\n    Path,\n)",
    ]
    found = list(import_statements(sources))
    assert found == ["import json", "from os import path as p", "from pathlib import Path"]


def test_a_missing_module_stops_nothing_and_no_name_is_left(tmp_path):
    source = "import no_such_module\nimport there as elsewhere"
    (tmp_path / "there.py").write_text("value = 3")
    notebook = {"cells": [{"cell_type": "code", "source": source}]}
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook))
    given = {NOTEBOOK_VARIABLE: str(tmp_path / "a.ipynb"), "PYTHONPATH": str(tmp_path)}
    code = f"{START_LINE}\nimport sys; print('there' in sys.modules, sorted(dir()))"
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, env=os.environ | given, capture_output=True, text=True, check=True)
    found, names = done.stdout.split(maxsplit=1)
    assert found == "True"
    assert not {"nlputils", "there", "elsewhere"} & set(ast.literal_eval(names))


@pytest.mark.parametrize(
    ("says", "status"), [('{"verdict": {"status": "done"}}', "done"), ("", "killed")]
)
def test_memory_that_nobody_saw_is_not_told_as_none(tmp_path, monkeypatch, says, status):
    """A worker that never had a kernel: no memory was measured, which is not 0 MB."""
    program = tmp_path / "worker.sh"
    program.write_text(f"#!/bin/sh\nread go\necho '{says}'\n")
    program.chmod(0o755)
    monkeypatch.setattr(watch.sys, "executable", str(program))
    outcome = watch.Worker({}, tmp_path, os.environ).watch(20, lambda seconds, section: None)
    assert (outcome.status, outcome.peak_mb) == (status, None)


@pytest.mark.parametrize(
    ("peak", "words"),
    [
        (1234.0, "was killed, with 1,234 MB at its peak. Most often"),
        (None, "was killed. Most often"),
    ],
)
def test_a_killed_kernel_is_told_with_the_memory_that_was_seen(
    plain, no_kernel, capsys, peak, words
):
    no_kernel.status, no_kernel.peak = "killed", peak
    assert runner.run(replace(plain, name="killed")) == 1
    about = json.loads((plain.runs / "killed" / "run.json").read_text())["lessons"]["01"]
    assert about["peak_mb"] == peak
    assert words in about["message"]
    assert words in capsys.readouterr().err
