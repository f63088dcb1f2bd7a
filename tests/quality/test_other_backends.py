"""The pocket course on the other backends of Keras, whose trainings draw other numbers."""

import json
import subprocess

import pytest
from gates import complaints, read_bounds


@pytest.mark.notebook
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_claims_hold_and_scores_keep_their_bounds(
    backend, require_backend, program, as_a_learner, tmp_path
):
    require_backend(backend)
    command = [program, "run", "--limit", "1500", "--output", str(tmp_path)]
    there = as_a_learner | {"KERAS_BACKEND": backend}
    done = subprocess.run(command, env=there, capture_output=True, text=True, timeout=2400)
    # A claim that does not hold stops its lesson, and the run says so by its exit code.
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((tmp_path / "latest" / "run.json").read_text())["backend"] == backend
    metrics = json.loads((tmp_path / "latest" / "metrics.json").read_text())
    assert complaints(metrics, read_bounds("pocket")) == []
