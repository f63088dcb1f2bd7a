"""The kernel that gets ready while another lesson is executed."""

import contextlib
import json
import subprocess
import sys
import time
from dataclasses import replace

import psutil
import pytest

from nlputils.course import launching, runner
from nlputils.course.launching import Ahead, launch
from nlputils.course.lessons import read_lessons
from nlputils.course.plan import Order, make_plan
from nlputils.course.profiles import read_profiles
from nlputils.course.readiness import import_ahead, import_statements
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
import os, psutil
lesson.record("born", psutil.Process(os.getpid()).create_time(), "s")
"""


@pytest.fixture
def order(tmp_path, toy, toy_source):
    """Two lessons; the second needs what the first leaves."""
    sources = {
        "01": toy_source("01", WRITES, gives=("text",)),
        "02": toy_source("02", READS, needs=("01",)),
        "03": toy_source("03", "1"),
    }
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


def test_a_lesson_that_cannot_follow_is_ended_before_its_turn(order, no_kernel):
    no_kernel.ends["01"] = "failed"
    assert runner.run(order) == 1
    assert (no_kernel.lessons, no_kernel.ended) == (["01", "03"], ["02"])


def test_what_is_finished_already_gets_no_kernel(order, no_kernel, monkeypatch):
    no_kernel.ends["01"] = "failed"
    assert runner.run(order) == 1
    begun = []

    def noted(order, step, store):
        begun.append(step.lesson.number)
        return launch(order, step, store)

    monkeypatch.setattr(launching, "launch", noted)
    assert runner.run(order) == 1
    # The third is in the store, so the second is the last that gets a kernel.
    assert begun == ["01", "02"]


def test_on_a_gpu_no_second_kernel_waits(order, no_kernel):
    store, steps = plan(order)
    for several, waits in ((True, ["02"]), (False, [])):
        no_kernel.ended.clear()
        with Ahead(order, steps.values(), store, several=several) as ahead:
            ahead.launch(steps["01"])
        assert no_kernel.ended == waits


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


def kernels(parent, count):
    """Wait until so many kernels run below a process."""
    end = time.monotonic() + 120
    while True:
        found = [process for process in parent.children(recursive=True) if is_kernel(process)]
        if len(found) >= count:
            return found
        assert time.monotonic() < end, f"{len(found)} of {count} kernels were started"
        time.sleep(0.05)


@pytest.mark.slow
def test_a_kernel_that_waits_is_ended_with_its_worker(order):
    store, steps = plan(order)
    before = psutil.Process().children()
    launched = launch(order, steps["01"], store)
    (worker,) = (p for p in psutil.Process().children() if p not in before)
    found = kernels(worker, 1)
    launched.worker.end()
    assert not worker.is_running()
    assert psutil.wait_procs(found, timeout=10)[1] == []


@pytest.mark.slow
def test_kill_9_on_the_run_ends_the_kernel_that_waits(tmp_path, toy, toy_source):
    sources = {"01": toy_source("01", "import time\ntime.sleep(100)"), "02": toy_source("02", "1")}
    toy(tmp_path / "notebooks", sources)
    places = ["--notebooks", str(tmp_path / "notebooks"), "--output", str(tmp_path / "runs")]
    words = [sys.executable, "-m", "nlputils.cli", "run", *places]
    run = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    found = kernels(psutil.Process(run.pid), 2)
    run.kill()
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


def test_a_missing_module_stops_nothing_and_no_name_is_left(tmp_path, monkeypatch):
    source = "import no_such_module\nimport there as elsewhere"
    (tmp_path / "there.py").write_text("value = 3")
    notebook = {"cells": [{"cell_type": "code", "source": source}]}
    (tmp_path / "a.ipynb").write_text(json.dumps(notebook))
    monkeypatch.setenv("NLPUTILS_NOTEBOOK", str(tmp_path / "a.ipynb"))
    monkeypatch.syspath_prepend(tmp_path)
    import_ahead()
    assert sys.modules.pop("there").value == 3
    assert "elsewhere" not in globals()
