"""Trainings that are killed, and the same call again: the end is the same, bit for bit."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).with_name("killable.py")
# In pretraining, while the second checkpoint is written; in the middle of fine-tuning.
PLACES = ("write:2", "finetune:11")
ENDED = re.compile(r"life \d+ ended with (-?\d+)")


def launch(
    backend: str, whole: Path, killed: Path, folder: Path, *, whole_step: bool = False
) -> list[list[str]]:
    """Let all lives be lived, and return the lines that each of them printed."""
    words = [sys.executable, str(SCRIPT), str(whole), str(killed), str(folder), *PLACES]
    environment = os.environ | {
        "KERAS_BACKEND": backend,
        "WHOLE_STEP": "yes" if whole_step else "",
        # Who is killed leaves nothing behind that was not written at once.
        "PYTHONUNBUFFERED": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # JAX compiles for a quarter of a minute; what it compiled serves the next life.
        "JAX_COMPILATION_CACHE_DIR": str(whole.parent / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        # Keras asks torch for a GPU on import. Torch would start CUDA to answer, and CUDA does not
        # survive a fork; with this, torch asks the driver and starts nothing.
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
    }
    done = subprocess.run(
        words, env=environment, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.splitlines()
    marks = {at: found for at, line in enumerate(lines) if (found := ENDED.fullmatch(line))}
    ends = [int(found[1]) for found in marks.values()]
    assert ends == [0, *[-signal.SIGKILL] * len(PLACES), 0], (ends, done.stderr[-2000:])
    begins = [0, *(at + 1 for at in marks)]
    return [lines[begin:at] for begin, at in zip(begins, marks, strict=False)]


def content(path: Path) -> tuple[list[np.ndarray], list[dict]]:
    with np.load(path) as file:
        names = [name for name in file.files if name != "frames"]
        return [file[name] for name in names], json.loads(str(file["frames"]))


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch", "torch, whole step"])
def test_a_killed_training_ends_where_an_uninterrupted_one_does(backend, require_backend, tmp_path):
    backend, _, whole_step = backend.partition(", ")
    require_backend(backend)
    whole, killed = tmp_path / "whole.npz", tmp_path / "killed.npz"
    folder = tmp_path / "checkpoints"
    *_, before, shown = launch(backend, whole, killed, folder, whole_step=bool(whole_step))
    assert "pretrain: continues after step 6 of 23" in before
    assert shown[0] == "pretrain: was finished before; its end is restored"
    assert shown[1] == "finetune: continues after step 8 of 16"
    (expected, frames), (found, frames_found) = content(whole), content(killed)
    assert [a.tobytes() == b.tobytes() for a, b in zip(expected, found, strict=True)] == [
        True for _ in expected
    ]
    assert frames == frames_found
    lowest = int(np.argmin(frames[1]["val_loss"]))
    assert lowest < 2, "the best weights must be older than the kill, or keep_best is not tested"
    kept = sorted(path.name for path in folder.rglob("*") if path.is_file())
    assert kept == ["end.npz", "end.npz"]
