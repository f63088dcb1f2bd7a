"""Headless runs: what is done, what fails and how it is said, what is not done twice."""

import json
import os
from pathlib import Path

import pytest

from nlputils.course.lab import lab
from nlputils.course.plan import Order
from nlputils.course.results import environment
from nlputils.course.runner import run
from nlputils.course.store import Store
from nlputils.errors import CourseError

GOOD = """
(lesson.artefact("numbers") / "n.txt").write_text(str(count))
lesson.record("count", count, "items")
lesson.claim("The count is positive.", lambda n: n > 0, count, planted=0)
"""
READS = """
found = int((lesson.needed("01", "numbers") / "n.txt").read_text())
lesson.record("found", found, "items")
"""
FALSE = 'lesson.claim("One is two.", lambda n: n == 2, 1, planted=3)'
KILLED = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
ENDLESS = "import time\ntime.sleep(600)"
FORGETS = "lesson.record('one', 1, 'items')"
TABLE = """
[lessons.01.pocket]
seconds = 5
[lessons.01.pocket.parameters]
count = 4
[lessons.05.pocket]
limit_seconds = 4
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory, toy, toy_source):
    """One run of a toy course in which every way to fail happens once."""
    folder = tmp_path_factory.mktemp("course")
    sources = {
        "01": toy_source("01", GOOD, parameters="count = 3", gives=("numbers",)),
        "02": toy_source("02", READS, needs=("01",)),
        "03": toy_source("03", FALSE),
        "04": toy_source("04", KILLED),
        "05": toy_source("05", ENDLESS),
        "06": toy_source("06", "1", needs=("03",)),
        "07": toy_source("07", FORGETS, gives=("encoder",)),
    }
    toy(folder / "notebooks", sources, TABLE)
    return folder


def order(folder: Path, **changes) -> Order:
    given = {"profile": "pocket", "name": "again", **changes}
    return Order(notebooks=folder / "notebooks", runs=folder / "runs", **given)


@pytest.fixture(scope="module")
def first(course):
    """Exit code and ``run.json`` of the first run."""
    code = run(order(course, name="first"))
    return code, json.loads((course / "runs" / "first" / "run.json").read_text())


def test_each_way_to_end_is_told_apart(first):
    code, about = first
    statuses = {number: row["status"] for number, row in about["lessons"].items()}
    assert code == 1
    assert about["status"] == "failed"
    assert statuses == {
        "01": "done",
        "02": "done",
        "03": "failed",
        "04": "killed",
        "05": "timeout",
        "06": "skipped",
        "07": "failed",
    }


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("03", ["The work", "ClaimFailed", "One is two.", "the run gave 1"]),
        ("04", ["The work", "killed", "memory"]),
        ("05", ["stopped after 0:04", "--limit"]),
        ("06", ["needs lesson 03"]),
        ("07", ["'encoder'", "gives"]),
    ],
)
def test_a_failure_is_a_sentence(first, number, words):
    message = first[1]["lessons"][number]["message"]
    assert [word for word in words if word not in message] == []


def test_the_run_keeps_what_was_measured(course, first):
    folder = course / "runs" / "first"
    metrics = json.loads((folder / "metrics.json").read_text())
    claims = json.loads((folder / "claims.json").read_text())
    assert metrics["01"]["count"]["value"] == 4
    assert metrics["02"]["found"]["value"] == 4
    assert claims["01"][0]["held"] is True
    assert claims["03"][0]["held"] is False
    assert (folder / "artefacts" / "01" / "numbers" / "n.txt").read_text() == "4"
    executed = json.loads((folder / "notebooks" / "01_toy.ipynb").read_text())
    sources = ["".join(cell["source"]) for cell in executed["cells"]]
    assert 'profile = "pocket"\ncount = 4' in sources
    assert first[1]["lessons"]["01"]["peak_mb"] > 30


@pytest.fixture(scope="module")
def good(course, first):
    """A run of the two lessons that come to their end."""
    assert not (course / "runs" / "latest").exists()
    assert run(order(course, only=("01", "02"), name="good")) == 0


def test_a_failed_run_is_not_the_latest_and_a_good_one_is(course, good):
    assert os.readlink(course / "runs" / "latest") == "good"
    about = json.loads((course / "runs" / "good" / "run.json").read_text())
    assert {row["status"] for row in about["lessons"].values()} == {"unchanged"}
    assert {row["executed_in"] for row in about["lessons"].values()} == {"first"}


def test_a_damaged_result_is_made_again(course, first, capsys):
    key = first[1]["lessons"]["01"]["key"]
    entry = Store(course / "runs").find(key)
    assert entry is not None
    (entry.artefacts / "numbers" / "n.txt").write_text("damaged")
    assert run(order(course, only=("01", "02"), name="repaired")) == 0
    assert "n.txt is damaged" in capsys.readouterr().out
    about = json.loads((course / "runs" / "repaired" / "run.json").read_text())
    assert [row["status"] for row in about["lessons"].values()] == ["done", "unchanged"]
    assert (entry.artefacts / "numbers" / "n.txt").read_text() == "4"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"only": ("02",), "profile": "laptop"}, "--only 01 02"),
        ({"only": ("09",)}, "no lesson 09"),
        ({"overrides": {"01": {"cuont": 3}}}, "parameters of 01_toy.ipynb are: profile, count"),
        ({"overrides": {"01": {"count": "many"}}}, "must be of type int"),
        ({"only": ("02",), "overrides": {"01": {"count": 5}}}, "does not execute"),
        ({"profile": "pockets"}, "no profile 'pockets'"),
        ({"name": "good"}, "already a run"),
        ({"name": "store"}, "cannot be named"),
    ],
)
def test_what_cannot_begin_is_refused_before_anything_runs(course, good, changes, words):
    before = sorted(path.name for path in (course / "runs").iterdir())
    with pytest.raises(CourseError, match=words):
        run(order(course, **changes))
    assert sorted(path.name for path in (course / "runs").iterdir()) == before


def test_the_gpu_profile_needs_a_gpu(course, monkeypatch):
    monkeypatch.setattr("nlputils.course.runner.gpus", tuple)
    with pytest.raises(CourseError, match="needs an NVIDIA GPU"):
        run(order(course, profile="gpu"))


def test_the_gpu_profile_can_be_tried_without_one(course, monkeypatch):
    monkeypatch.setattr("nlputils.course.runner.gpus", tuple)
    # The claim of this lesson is false: it fails a run unless claims are only reported.
    assert run(order(course, profile="gpu", name="tried", on_cpu=True, only=("03",))) == 0
    # The word changes nothing where a profile needs no GPU.
    assert run(order(course, profile="laptop", name="not", on_cpu=True, only=("03",))) != 0


def test_notebooks_that_differ_from_their_sources_are_refused(tmp_path, toy, toy_source):
    folder = toy(tmp_path / "notebooks", {"01": toy_source("01", "1")})
    notebook = folder / "01_toy.ipynb"
    notebook.write_text(notebook.read_text().replace("The work", "The play"))
    with pytest.raises(CourseError, match="01_toy.ipynb differs"):
        run(Order(profile="pocket", notebooks=folder, runs=tmp_path / "runs"))


def test_a_full_disk_is_told_before_the_run(tmp_path, toy, toy_source, monkeypatch):
    folder = toy(tmp_path / "notebooks", {"01": toy_source("01", "1")})
    monkeypatch.setattr("nlputils.course.runner._FREE_MB", 1e12)
    with pytest.raises(CourseError, match="MB are free"):
        run(Order(profile="pocket", notebooks=folder, runs=tmp_path / "runs"))


def test_a_run_says_which_backend_it_ran_on(monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    usual = environment()
    assert usual["backend"] == "tensorflow" and "jax" not in usual["versions"]
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    other = environment()
    assert other["backend"] == "jax" and "tensorflow" not in other["versions"]
    assert other["versions"]["jax"] != "not installed"


@pytest.mark.parametrize(
    ("name", "words"), [("jaxx", "KERAS_BACKEND is 'jaxx'"), ("torch", "asks for torch, which is")]
)
def test_a_backend_that_is_not_there_is_refused_before_the_first_lesson(
    course, monkeypatch, nothing_installed, name, words
):
    monkeypatch.setenv("KERAS_BACKEND", name)
    with pytest.raises(CourseError, match=words):
        run(order(course, name="refused"))
    with pytest.raises(CourseError, match=words):
        lab("pocket", None, browser=False, reset=(), prepare_only=True)
    assert not (course / "runs" / "refused").exists()
