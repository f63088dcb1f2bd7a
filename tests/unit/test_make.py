"""The two ways in: what `make` would do, and what the nightly machine does."""

import os
import re
import shutil
import subprocess

import pytest

# What a `make test` that runs these tests hands down, and what the person may have set.
HANDED_DOWN = ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "PROFILE", "ARGS", "PYTHON")
SET_UP = r'PYTHON="" "python[\d.]*" nlputils/course/bootstrap\.py'


@pytest.fixture
def surroundings():
    """The environment of a person who has set nothing."""
    unset = (*HANDED_DOWN, "NLPUTILS_MIRROR")
    return {name: value for name, value in os.environ.items() if name not in unset}


@pytest.fixture
def commands(project_root, surroundings):
    """Return the commands that `make` would run, without the one that looks for a Python."""

    def dry_run(*words):
        command = ["make", "--dry-run", *words]
        done = subprocess.run(
            command, cwd=project_root, env=surroundings, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        first, *rest = done.stdout.splitlines()
        assert first.startswith("test -n ") and "no Python was found" in first
        return [line.strip() for line in rest]

    return dry_run


@pytest.mark.parametrize("command", ["run", "lab"])
def test_lessons_are_set_up_first_and_get_the_profile(commands, command):
    set_up, started = commands(command, "PROFILE=laptop")
    assert re.fullmatch(SET_UP, set_up)
    assert started == f".venv/bin/nlputils {command} --profile laptop"
    assert commands(command)[1:] == [f".venv/bin/nlputils {command} --profile pocket"]
    given = commands(command, "PROFILE=gpu", "ARGS=--only 03 05")
    assert given[1:] == [f".venv/bin/nlputils {command} --profile gpu --only 03 05"]


def test_style_types_and_behaviour_are_tested_after_the_set_up_for_tests(commands):
    set_up, *checks = commands("test")
    assert re.fullmatch(f"{SET_UP} --tests", set_up)
    assert checks == [
        ".venv/bin/ruff check .",
        ".venv/bin/ruff format --check .",
        ".venv/bin/mypy",
        ".venv/bin/python -m pytest",
    ]


@pytest.fixture
def nightly(project_root, surroundings, tmp_path):
    """Run a copy of `.ci/run` with a `make` that only tells how it was called."""
    course, tools = tmp_path / "course", tmp_path / "tools"
    for folder in (course / ".ci", tools):
        folder.mkdir(parents=True)
    shutil.copy(project_root / ".ci" / "run", course / ".ci" / "run")
    make = tools / "make"
    make.write_text('#!/bin/sh\necho "$*|$PWD|${NLPUTILS_MIRROR-unset}"\nexit 3\n')
    make.chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"

    def run():
        return subprocess.run(
            [course / ".ci" / "run"],
            cwd=tmp_path,
            env=surroundings | {"PATH": path},
            capture_output=True,
            text=True,
        )

    return run


def test_the_nightly_machine_tests_with_the_mirror_where_there_is_one(nightly, tmp_path):
    assert nightly().stdout == f"test|{tmp_path / 'course'}|unset\n"
    mirror = tmp_path / "shared" / "mirror"
    mirror.mkdir(parents=True)
    assert nightly().stdout == f"test|{tmp_path / 'course'}|{mirror}\n"


def test_the_nightly_machine_passes_a_failure_on(nightly):
    assert nightly().returncode == 3
