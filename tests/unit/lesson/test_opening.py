"""The first output of a lesson."""

import json
import random
import subprocess
import sys

import numpy as np
import pytest

from nlputils import lesson
from nlputils.data import registry
from nlputils.errors import CourseError


def test_the_first_output_names_lesson_profile_data_versions_and_device(headless, capsys):
    session = headless()
    lesson.start("03", profile="pocket", data=["sms_spam_collection"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Lesson 03, profile pocket, headless run"
    assert lines[1].startswith("Data      sms_spam_collection: real, ")
    assert registry()["sms_spam_collection"].licence in lines[1]
    assert "keras_hub" in lines[2]
    assert "CPU core" in lines[3]
    (row,) = json.loads((session.records / "data.json").read_text())
    assert row["name"] == "sms_spam_collection"
    assert len(row["sha256"]) == 64


def test_the_backend_is_named(headless, capsys, monkeypatch):
    headless()
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    lesson.start("03", profile="pocket")
    line = capsys.readouterr().out.splitlines()[1]
    assert "jax " in line and "tensorflow" not in line


def test_a_stand_in_says_for_what_it_stands(headless, capsys, monkeypatch):
    headless()
    source = lesson.opening.Provenance("pocket_messages", "embedded", "CC0 1.0", "", "0" * 64, ())
    monkeypatch.setattr(lesson.opening, "provenance", lambda name: source)
    lesson.start("03", profile="pocket", data=["pocket_messages"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "pocket_messages: embedded in the course, CC0 1.0; stands in for sms_spam" in shown


def test_lab_says_that_claims_are_reported_only(in_lab, capsys):
    lesson.start("03", profile="laptop")
    shown = capsys.readouterr().out
    assert shown.startswith("Lesson 03, profile laptop, working copy")
    assert "Claims    reported, not enforced" in shown


def test_the_seeds_are_set(in_lab):
    lesson.start("03", profile="laptop", seed=7)
    first = (random.random(), np.random.rand())
    lesson.start("03", profile="laptop", seed=7)
    assert (random.random(), np.random.rand()) == first
    lesson.start("03", profile="laptop", seed=8)
    assert (random.random(), np.random.rand()) != first


def test_a_notebook_that_names_another_lesson_or_profile_is_refused(headless):
    headless()
    with pytest.raises(CourseError, match="lesson '03', but the notebook calls"):
        lesson.start("04", profile="pocket")
    with pytest.raises(CourseError, match="profile 'pocket', but the notebook calls"):
        lesson.start("03", profile="laptop")


def test_importing_the_package_imports_no_framework():
    code = (
        "import sys, nlputils.data, nlputils.lesson, nlputils.cli, nlputils.course.runner\n"
        "print([name for name in ('tensorflow', 'keras', 'jax', 'torch') if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
