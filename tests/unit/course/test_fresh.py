"""`nlputils run --fresh`: what is finished, or half finished, is run again from its beginning."""

import json

import pytest

from nlputils import cli


@pytest.fixture
def go(tmp_path, toy, toy_source, no_kernel):
    """Run the toy course by command, and give back what became of its lesson."""
    toy(tmp_path / "notebooks", {"01": toy_source("01", "1")})
    folders = ["--notebooks", str(tmp_path / "notebooks"), "--output", str(tmp_path / "runs")]

    def run(name, *words):
        cli.main(["run", *folders, "--name", name, *words])
        about = json.loads((tmp_path / "runs" / name / "run.json").read_text())
        return about["lessons"]["01"]["status"], about["lessons"]["01"]["executed_in"]

    return run


def test_an_unchanged_lesson_is_run_again_with_fresh_and_not_without_it(go, no_kernel):
    assert go("first") == ("done", "first")
    assert go("again") == ("unchanged", "first")
    assert no_kernel.lessons == ["01"]
    assert go("fresh", "--fresh") == ("done", "fresh")
    assert no_kernel.lessons == ["01", "01"]
    assert go("after") == ("unchanged", "fresh")


def test_fresh_does_not_continue_an_interrupted_training(go, no_kernel):
    no_kernel.status = "killed"
    go("first")
    go("again")
    no_kernel.status = "done"
    assert go("fresh", "--fresh") == ("done", "fresh")
    assert no_kernel.checkpoints == [[], ["step.txt"], []]
