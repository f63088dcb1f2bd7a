"""A run that is killed, and the same command again."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from nlputils.course.locking import only_run
from nlputils.errors import CourseError

TRAINS = """
import os, time
folder = lesson.checkpoints("train")
state = folder / "step.txt"
begun = int(state.read_text()) if state.exists() else 0
(folder / "kernel.txt").write_text(str(os.getpid()))
for step in range(begun, 20):
    time.sleep(0.1)
    temporary = folder / "step.tmp"
    temporary.write_text(str(step + 1))
    os.replace(temporary, state)
lesson.record("begun", begun, "steps")
"""


def command(folder: Path, name: str) -> list[str]:
    words = ["--notebooks", str(folder / "notebooks"), "--output", str(folder / "runs")]
    return [sys.executable, "-m", "nlputils.cli", "run", *words, "--name", name]


def wait_for(condition, seconds: float = 60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("what the test waits for did not happen")


@pytest.mark.slow
def test_the_same_command_continues_after_kill_9(tmp_path, toy, toy_source):
    sources = {"01": toy_source("01", "1"), "02": toy_source("02", TRAINS)}
    toy(tmp_path / "notebooks", sources)
    process = subprocess.Popen(command(tmp_path, "killed"), stdout=subprocess.DEVNULL)
    work = tmp_path / "runs" / "work"

    def step() -> int:
        states = list(work.glob("*/checkpoints/train/step.txt"))
        return int(states[0].read_text()) if states else 0

    wait_for(lambda: step() >= 3)
    with pytest.raises(CourseError, match=f"process {process.pid}"), only_run(tmp_path / "runs"):
        pass
    pid = int(next(work.glob("*/checkpoints/train/kernel.txt")).read_text())
    kernel = psutil.Process(pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: not kernel.is_running() or kernel.status() == psutil.STATUS_ZOMBIE, 10)
    reached = step()
    assert reached < 20
    assert not (tmp_path / "runs" / "killed").exists()

    again = subprocess.run(command(tmp_path, "killed"), capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    about = json.loads((tmp_path / "runs" / "killed" / "run.json").read_text())
    assert [row["status"] for row in about["lessons"].values()] == ["unchanged", "done"]
    metrics = json.loads((tmp_path / "runs" / "killed" / "metrics.json").read_text())
    assert metrics["02"]["begun"]["value"] == reached
    assert list(work.iterdir()) == []


def test_a_second_run_is_refused_and_a_dead_one_leaves_no_lock(tmp_path):
    with only_run(tmp_path), pytest.raises(CourseError, match="Another run"), only_run(tmp_path):
        pass
    code = (
        "import os, pathlib, sys; from nlputils.course.locking import only_run\n"
        "with only_run(pathlib.Path(sys.argv[1])): os._exit(9)"
    )
    dead = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert dead.returncode == 9
    with only_run(tmp_path):
        assert (tmp_path / ".lock").read_text().startswith('{"pid"')
