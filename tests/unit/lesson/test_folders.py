"""Artefacts from lesson to lesson, in a run and in Lab."""

import json
import os

import pytest

from nlputils import lesson
from nlputils.errors import CourseError


def test_a_headless_lesson_reads_what_the_runner_points_at(headless, tmp_path):
    left = tmp_path / "store" / "encoder"
    left.mkdir(parents=True)
    (left / "weights").write_text("w")
    headless(needed={"05": str(tmp_path / "store")})
    assert lesson.needed("05", "encoder") == left


def test_a_missing_artefact_says_which_command_makes_it(headless, in_lab, tmp_path, monkeypatch):
    (tmp_path / "store" / "empty").mkdir(parents=True)
    headless(needed={"05": str(tmp_path / "store")})
    for name in ("encoder", "empty"):
        with pytest.raises(CourseError, match="run --profile pocket --only 05"):
            lesson.needed("05", name)
    monkeypatch.delenv("NLPUTILS_RECORDS")
    in_lab()
    with pytest.raises(CourseError, match="Run lesson 05 first"):
        lesson.needed("05", "encoder")


def test_a_need_that_the_metadata_does_not_name_is_an_error(headless):
    headless()
    with pytest.raises(CourseError, match=r"Add \"05\" to `needs`"):
        lesson.needed("05", "encoder")


def test_lab_prefers_the_own_copy_then_the_newest_run_of_the_profile(in_lab, runs):
    for name, profile, age in (("old", "pocket", 30), ("new", "pocket", 20), ("big", "gpu", 10)):
        folder = runs / name / "artefacts" / "05" / "encoder"
        folder.mkdir(parents=True)
        (folder / "weights").write_text(name)
        os.utime(folder, (10_000 - age, 10_000 - age))
        (runs / name / "run.json").write_text(json.dumps({"profile": profile}))
    in_lab()
    assert (lesson.needed("05", "encoder") / "weights").read_text() == "new"
    in_lab("05")
    (lesson.artefact("encoder") / "weights").write_text("own")
    in_lab("07")
    assert (lesson.needed("05", "encoder") / "weights").read_text() == "own"


@pytest.mark.parametrize("content", ["", '{"profile": "poc', '["pocket"]', "\udcff"])
def test_another_runs_damaged_description_stops_nobody_in_lab(in_lab, runs, content):
    for name in ("damaged", "good"):
        folder = runs / name / "artefacts" / "05" / "encoder"
        folder.mkdir(parents=True)
        (folder / "weights").write_text(name)
    (runs / "damaged" / "run.json").write_text(content, errors="surrogateescape")
    in_lab()
    with pytest.raises(CourseError, match="Run lesson 05 first"):
        lesson.needed("05", "encoder")
    (runs / "good" / "run.json").write_text(json.dumps({"profile": "pocket"}))
    assert (lesson.needed("05", "encoder") / "weights").read_text() == "good"


def test_checkpoints_survive_a_killed_run_and_not_a_new_start_in_lab(headless, in_lab, monkeypatch):
    headless()
    (lesson.checkpoints("train") / "step").write_text("3")
    headless()
    assert (lesson.checkpoints("train") / "step").read_text() == "3"
    assert lesson.progress() == 2
    monkeypatch.delenv("NLPUTILS_RECORDS")
    in_lab()
    (lesson.checkpoints("train") / "step").write_text("3")
    in_lab()
    assert list(lesson.checkpoints("train").iterdir()) == []
    assert lesson.progress() == "auto"


@pytest.mark.parametrize("name", ["", "../encoder", "a/b", ".hidden"])
def test_a_name_is_no_path(in_lab, name):
    in_lab()
    with pytest.raises(CourseError, match="cannot name a folder"):
        lesson.artefact(name)
