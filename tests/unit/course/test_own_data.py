"""A lesson on one's own file, given as a parameter."""

import json
from pathlib import Path

import pytest

from nlputils import data, lesson
from nlputils.course.plan import Order
from nlputils.course.runner import run
from nlputils.errors import CourseError

READS = """
from nlputils import data
lesson.start("01", profile=profile, data=[dataset])
split = data.load(dataset)
lesson.record("rows", len(split.train), "rows")
"""


def messages(count: int) -> str:
    names = ["".join(chr(97 + int(digit)) for digit in str(n)) for n in range(count)]
    return "text,label\n" + "".join(f"text {n},{'ab'[i % 2]}\n" for i, n in enumerate(names))


def test_a_lesson_runs_on_a_file_by_its_parameter(tmp_path, toy, toy_source, monkeypatch):
    source = toy_source("01", READS, 'dataset = "pocket_messages"')
    folder = toy(tmp_path / "notebooks", {"01": source})
    monkeypatch.chdir(tmp_path)
    Path("my").mkdir()
    file = Path("my") / "messages.csv"
    file.write_text(messages(100))

    def command(name: str) -> dict:
        given = {"01": {"dataset": "my/messages.csv"}}
        runs = tmp_path / "runs"
        order = Order("pocket", folder, runs, overrides=given, name=name)
        assert run(order) == 0
        about = json.loads((runs / name / "run.json").read_text())
        metrics = json.loads((runs / name / "metrics.json").read_text())
        return about | {"rows": metrics["01"]["rows"]["value"]}

    first = command("first")
    assert first["rows"] == 72
    assert first["data"]["my/messages.csv"]["source"] == "own"
    assert first["data"]["my/messages.csv"]["sha256"] == data.sha256_file(file)
    assert command("again")["lessons"]["01"]["status"] == "unchanged"
    file.write_text(messages(200))
    changed = command("changed")
    assert changed["lessons"]["01"]["status"] == "done" and changed["rows"] == 144


def test_the_first_output_names_ones_own_file(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NLPUTILS_RUNS", str(tmp_path / "runs"))
    file = tmp_path / "messages.csv"
    file.write_text(messages(100))
    lesson.start("07", profile="pocket", data=[str(file)])
    shown = " ".join(capsys.readouterr().out.split())
    assert f" Data {file}: your own file, sha256 {data.sha256_file(file)[:12]}... " in shown
    with pytest.raises(CourseError, match="no file gone.csv"):
        lesson.start("07", profile="pocket", data=["gone.csv"])
