"""The set-up: one sentence for each thing that is wrong, repair by running again."""

import ast
import os
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import pytest

from nlputils.course import bootstrap

FILES = ("requirements.lock", "pyproject.toml", "tests/requirements.lock")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty course folder, and a pip that only notes what it is asked."""
    (tmp_path / "tests").mkdir()
    for name in FILES:
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(bootstrap, "ROOT", str(tmp_path))
    monkeypatch.setattr(bootstrap, "VENV", str(tmp_path / ".venv"))
    monkeypatch.setattr(bootstrap, "STAMP", str(tmp_path / ".venv" / "stamp.txt"))
    monkeypatch.setattr(bootstrap, "TESTS_STAMP", str(tmp_path / ".venv" / "tests.txt"))
    monkeypatch.setattr(bootstrap, "find_python", lambda: sys.executable)
    monkeypatch.setattr(bootstrap, "NEEDED_GB", 0)
    calls = []
    monkeypatch.setattr(bootstrap, "pip", lambda *words: calls.append(words))
    monkeypatch.setattr(bootstrap, "make_venv", light_venv(bootstrap.make_venv))
    return tmp_path, calls


def light_venv(make):
    """Make environments without pip: that takes a tenth of a second, not five."""

    def made(python: str) -> None:
        run = subprocess.run
        try:
            bootstrap.subprocess.run = lambda words, **rest: run(
                [*words, "--without-pip"] if "venv" in words else words, **rest
            )
            make(python)
        finally:
            bootstrap.subprocess.run = run

    return made


def test_any_python_3_can_read_the_file():
    ast.parse(Path(bootstrap.__file__).read_text(), feature_version=(3, 5))


def test_set_up_installs_the_lock_with_hashes_and_then_does_nothing(folder):
    root, calls = folder
    bootstrap.main()
    assert calls == [
        ("--require-hashes", "-r", "requirements.lock"),
        ("--no-deps", "--no-build-isolation", "-e", "."),
    ]
    begin = time.monotonic()
    bootstrap.main()
    assert len(calls) == 2
    assert time.monotonic() - begin < 0.5


def test_what_only_tests_need_is_added_when_they_are_run(folder):
    root, calls = folder
    bootstrap.main()
    kept = root / ".venv" / "kept"
    kept.write_text("")
    bootstrap.main(tests=True)
    assert calls[2:] == [("--require-hashes", "-r", "tests/requirements.lock")]
    bootstrap.main(tests=True)
    bootstrap.main()
    assert len(calls) == 3
    (root / "tests" / "requirements.lock").write_text("changed")
    assert bootstrap.is_set_up() and not bootstrap.is_set_up(tests=True)
    (root / "requirements.lock").write_text("changed")
    bootstrap.main(tests=True)
    assert [words[-1] for words in calls[3:]] == ["requirements.lock", ".", FILES[2]]
    assert kept.exists()


def test_tests_can_be_set_up_at_once_and_again_after_an_interruption(folder, monkeypatch):
    root, calls = folder

    def broken(*words):
        if words[-1] == "tests/requirements.lock":
            bootstrap.fail("interrupted")

    with monkeypatch.context() as patched:
        patched.setattr(bootstrap, "pip", broken)
        with pytest.raises(SystemExit):
            bootstrap.main(tests=True)
    assert bootstrap.is_set_up() and not bootstrap.is_set_up(tests=True)
    bootstrap.main(tests=True)
    assert [words[-1] for words in calls] == ["tests/requirements.lock"]
    assert bootstrap.is_set_up(tests=True)


def test_an_interrupted_set_up_is_begun_anew(folder, monkeypatch):
    root, calls = folder
    with monkeypatch.context() as broken:
        broken.setattr(bootstrap, "pip", lambda *words: bootstrap.fail("interrupted"))
        with pytest.raises(SystemExit):
            bootstrap.main()
    left = root / ".venv" / "left-by-the-first-try"
    left.write_text("")
    assert not (root / ".venv" / "stamp.txt").exists()
    bootstrap.main()
    assert not left.exists()
    assert bootstrap.is_set_up()


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_list_of_packages_is_brought_up_to_date_in_place(folder, name):
    root, calls = folder
    bootstrap.main()
    kept = root / ".venv" / "kept"
    kept.write_text("")
    (root / name).write_text("changed")
    bootstrap.main()
    assert len(calls) == 4
    assert kept.exists()


def test_a_moved_folder_is_set_up_again(folder, monkeypatch):
    root, _ = folder
    bootstrap.main()
    assert bootstrap.is_set_up()
    (root / "elsewhere" / "tests").mkdir(parents=True)
    for name in FILES:
        (root / "elsewhere" / name).write_text(name)
    monkeypatch.setattr(bootstrap, "ROOT", str(root / "elsewhere"))
    assert not bootstrap.is_set_up()


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_a_wrong_python_gets_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PYTHON", script(tmp_path / "python3.9", "echo 3 9"))
    with pytest.raises(SystemExit):
        bootstrap.find_python()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Python 3.11, 3.12 or 3.13 is needed" in said
    assert "python3.9 is 3.9" in said


def test_a_python_that_exists_and_does_not_run_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHON", raising=False)
    script(tmp_path / "python3.11", "echo 'version not installed' >&2; exit 127")
    script(tmp_path / "python3.12", "echo 3 12")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.find_python() == "python3.12"


def test_too_little_disk_gets_one_sentence(monkeypatch, capsys):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: usage(9e9, 7.8e9, 1.2e9))
    with pytest.raises(SystemExit):
        bootstrap.check_disk(bootstrap.NEEDED_GB)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "1.2 GB are free" in said
    assert "5 GB are needed" in said


def test_too_little_disk_stops_the_set_up_before_anything_is_made(folder, monkeypatch, capsys):
    root, calls = folder
    monkeypatch.setattr(bootstrap, "NEEDED_GB", 10**9)
    for tests in (False, True):
        with pytest.raises(SystemExit):
            bootstrap.main(tests)
        assert "are free where the course lies" in capsys.readouterr().err
    assert calls == [] and not (root / ".venv").exists()


def test_what_the_tests_add_needs_less_disk_than_everything(folder, monkeypatch, capsys):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: usage(9e9, 6e9, 3e9))
    bootstrap.main()
    monkeypatch.setattr(bootstrap, "NEEDED_GB", 5)
    bootstrap.main(tests=True)
    monkeypatch.setattr(bootstrap, "TESTS_NEEDED_GB", 4)
    (folder[0] / ".venv" / "tests.txt").unlink()
    with pytest.raises(SystemExit):
        bootstrap.main(tests=True)
    assert "3.0 GB are free where the course lies, and 4 GB" in capsys.readouterr().err


def test_a_python_without_venv_gets_the_remedy(folder, monkeypatch, tmp_path, capsys):
    broken = script(tmp_path / "python-broken", "echo 'No module named ensurepip'; exit 1")
    with pytest.raises(SystemExit):
        bootstrap.make_venv(broken)
    assert "apt install python3-venv" in capsys.readouterr().err


def test_two_set_ups_wait_for_each_other(folder):
    code = "import sys; from nlputils.course import bootstrap as b; b.ROOT = sys.argv[1]\n"
    code += "with b.alone(): print('in')"
    words = [sys.executable, "-c", code, bootstrap.ROOT]
    with bootstrap.alone():
        other = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert other.stdout is not None
        assert "waiting" in other.stdout.readline()
        assert other.poll() is None
    assert other.communicate(timeout=20)[0] == "in\n"
    assert other.returncode == os.EX_OK
