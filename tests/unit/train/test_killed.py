"""Trainings that are killed, and the same call again: the end is the same, bit for bit."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).with_name("killable.py")


def launch(backend: str, result: Path, folder: Path | str, *die_at: str) -> tuple[int, str]:
    words = [sys.executable, str(SCRIPT), str(result), str(folder), *die_at]
    # JAX compiles for a quarter of a minute; what it compiled serves the next process.
    environment = os.environ | {
        "KERAS_BACKEND": backend,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "JAX_COMPILATION_CACHE_DIR": str(result.parent / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    }
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr[-2000:]
    return done.returncode, done.stdout


def content(path: Path) -> tuple[list[np.ndarray], list[dict]]:
    with np.load(path) as file:
        names = [name for name in file.files if name != "frames"]
        return [file[name] for name in names], json.loads(str(file["frames"]))


# In the middle of pretraining, while a checkpoint is written, in the middle of fine-tuning.
PLACES = ("pretrain:15", "write:1", "finetune:11")


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_a_killed_training_ends_where_an_uninterrupted_one_does(backend, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed: its checkpoints are not tested")
    assert launch(backend, tmp_path / "whole.npz", "-")[0] == 0
    folder, result = tmp_path / "checkpoints", tmp_path / "killed.npz"
    for place in PLACES:
        assert launch(backend, result, folder, place)[0] == -signal.SIGKILL, place
    code, shown = launch(backend, result, folder)
    assert code == 0
    assert shown.splitlines()[0] == "pretrain: was finished before; its end is restored"
    assert shown.splitlines()[1] == "finetune: continues after step 8 of 16"
    (expected, frames), (found, frames_found) = content(tmp_path / "whole.npz"), content(result)
    assert [a.tobytes() == b.tobytes() for a, b in zip(expected, found, strict=True)] == [
        True for _ in expected
    ]
    assert frames == frames_found
    lowest = int(np.argmin(frames[1]["val_loss"]))
    assert lowest < 2, "the best weights must be older than the kill, or keep_best is not tested"
    kept = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert kept == ["end.npz", "end.npz"]
