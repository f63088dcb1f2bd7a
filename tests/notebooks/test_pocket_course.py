"""Run the lessons as a learner's machine would, fresh, into a temporary folder."""

import json
import subprocess

import pytest

from nlputils.course.lessons import read_lessons, unread_parameters, with_parameters
from nlputils.course.profiles import read_profiles
from nlputils.course.sources import drift


def test_notebooks_do_not_drift_from_their_sources(project_root):
    assert drift(project_root / "notebooks") == []


def test_a_drifted_notebook_is_named(project_root, tmp_path):
    (tmp_path / "src").mkdir()
    source = sorted((project_root / "notebooks" / "src").glob("*.py"))[0]
    (tmp_path / "src" / source.name).write_text(source.read_text() + "\n# %%\n1 + 1\n")
    notebook = project_root / "notebooks" / f"{source.stem}.ipynb"
    (tmp_path / notebook.name).write_text(notebook.read_text())
    assert any(notebook.name in line for line in drift(tmp_path))


@pytest.fixture(scope="module")
def lessons(project_root):
    return read_lessons(project_root / "notebooks")


def test_every_parameter_of_the_profiles_reaches_a_notebook_that_reads_it(project_root, lessons):
    table = read_profiles(project_root / "notebooks" / "profiles.toml")
    assert sorted(set(table.lessons) - set(lessons)) == []
    for lesson in lessons.values():
        assert (lesson.number, unread_parameters(lesson)) == (lesson.number, [])
        assert "profile" in lesson.parameters
        for profile in table.profiles:
            with_parameters(lesson, table.parameters(lesson, profile))


@pytest.mark.notebook
def test_the_pocket_course_runs_and_its_claims_hold(pocket_run):
    claims = json.loads((pocket_run / "claims.json").read_text())
    assert '"held": true' in json.dumps(claims) and '"held": false' not in json.dumps(claims)


@pytest.mark.notebook
def test_an_unknown_parameter_is_refused_by_name(program, tmp_path):
    command = [program, "run", "-p", "00.sise=3", "--output", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode != 0
    assert "sise" in done.stderr and "size" in done.stderr.replace("sise", "")
