"""Lesson 07 on messages of one's own, by its parameters."""

import json
import subprocess

import pytest

from nlputils import data

SMALL = {
    "length": 16,
    "few": 16,
    "few_draws": 2,
    "few_epochs": 1,
    "few_learning_rates": [1e-3],
    "epochs": 1,
}


@pytest.mark.notebook
def test_lesson_07_runs_on_a_file_and_finds_the_label_that_is_named_last(
    pocket_run, program, as_a_learner, tmp_path
):
    # In the order of the alphabet, "zesty" would be the class to find.
    names = {"ham": "zesty", "spam": "junk"}
    messages = data.load("pocket_messages").train.head(400)
    own = messages.assign(label=messages["label"].map(names))[["text", "label"]]
    own.to_csv(tmp_path / "own.csv", index=False)
    given = SMALL | {"dataset": str(tmp_path / "own.csv"), "labels": ["zesty", "junk"]}
    words = [word for k, v in given.items() for word in ("-p", f"07.{k}={json.dumps(v)}")]
    command = [program, "run", "--only", "07", *words, "--output", str(pocket_run.parent)]
    done = subprocess.run(
        [*command, "--name", "own"], env=as_a_learner, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (notebook,) = (pocket_run.parent / "own" / "notebooks").glob("07_*.ipynb")
    shown = notebook.read_text()
    assert "to be found: junk" in shown
    assert "lesson 01 answered other messages; not compared" in shown
    about = json.loads((pocket_run.parent / "own" / "run.json").read_text())
    assert about["data"][given["dataset"]]["source"] == "own"
    assert about["lessons"]["07"]["status"] == "done"
