"""The set-up must say in one sentence what is wrong, and return at once when nothing is."""

import shutil
import sys
from collections import namedtuple

import pytest

from nlputils.course import bootstrap


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A course folder that was never set up."""
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(bootstrap, "ROOT", str(tmp_path))
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(bootstrap, "STAMP", str(tmp_path / ".venv" / "stamp.txt"))
    return tmp_path


def program(folder, name, answer):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)
    return str(path)


def test_a_python_that_is_too_old_is_refused_with_its_version(fresh, monkeypatch, capsys):
    monkeypatch.setenv("PYTHON", program(fresh, "old", "echo 3 9"))
    with pytest.raises(SystemExit) as stopped:
        bootstrap.main()
    said = capsys.readouterr().err
    assert stopped.value.code == 1 and "is 3.9" in said and "3.11, 3.12 or 3.13 is needed" in said
    assert len(said.strip().splitlines()) == 1


def test_a_shim_that_exists_but_does_not_run_is_passed_over(fresh, monkeypatch):
    broken = program(fresh, "python3.11", "echo no such version >&2; exit 127")
    assert bootstrap.version_of(broken) is None
    assert bootstrap.version_of(str(fresh / "none")) is None
    assert bootstrap.version_of(sys.executable) == sys.version_info[:2]


def test_too_little_disk_names_what_is_free_and_what_is_needed(fresh, monkeypatch, capsys):
    monkeypatch.setenv("PYTHON", sys.executable)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**10, 0, 12 * 10**8))
    with pytest.raises(SystemExit):
        bootstrap.main()
    said = capsys.readouterr().err
    assert "1.2 GB are free" in said and "5 GB are needed" in said
    assert not (fresh / ".venv").exists()


def test_the_stamp_fits_only_the_files_it_was_made_for(fresh):
    assert not bootstrap.is_set_up()
    python = fresh / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("")
    (fresh / ".venv" / "stamp.txt").write_text(bootstrap.wanted_stamp())
    assert bootstrap.is_set_up()
    (fresh / "requirements.lock").write_text("changed")
    assert not bootstrap.is_set_up()


def test_an_interrupted_set_up_is_not_taken_for_a_finished_one(fresh):
    python = fresh / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("")
    assert not bootstrap.is_set_up()
