"""A run that is killed, and the same command again."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from nlputils.course import runner
from nlputils.course.locking import only_run
from nlputils.course.plan import Order
from nlputils.course.store import Store
from nlputils.course.watch import end_leftovers
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


@pytest.mark.slow
def test_the_same_command_continues_after_kill_9(tmp_path, toy, toy_source, wait_for):
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


# A real training. It waits where a file stands, until the test has killed what it wants to kill.
TUNES = """
import os, time
from pathlib import Path
import keras
import numpy as np
from nlputils import train
from nlputils.train.batches import ShuffledBatches

def train_it(checkpoint, pauses=None):
    give = ShuffledBatches.__getitem__
    def waiting(self, index):
        pause = Path(pauses or "nowhere") / str(self.start + index)
        while pause.exists():
            (pause.parent / "kernel.txt").write_text(str(os.getpid()))
            time.sleep(0.05)
        return give(self, index)
    ShuffledBatches.__getitem__ = waiting
    keras.utils.set_random_seed(1)
    x = np.random.default_rng(0).integers(1, 20, (64, 6)).astype("int32")
    y = (x[:, 0] > 9).astype(int)
    model = keras.Sequential([
        keras.Input((6,), dtype="int32"),
        keras.layers.Embedding(20, 4),
        keras.layers.GlobalAveragePooling1D(),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(2),
    ])
    train.finetune(
        model, x, y, (x[:8], y[:8]), epochs=10, batch_size=16, learning_rate=0.05,
        label="spam", checkpoint=checkpoint,
    )
    ShuffledBatches.__getitem__ = give
    return model.get_weights()
"""
LESSON = """
weights = train_it(lesson.checkpoints("spam"), {pauses!r})
np.savez(lesson.artefact("model") / "weights.npz", *weights)
"""


@pytest.mark.slow
def test_kill_9_on_run_kernel_and_worker_changes_no_bit(tmp_path, toy, toy_source, wait_for):
    pauses = tmp_path / "pauses"
    pauses.mkdir()
    # The last one keeps the training from its end until the worker is killed.
    for step in (10, 18, 30, 38):
        (pauses / str(step)).touch()
    tunes = TUNES + LESSON.format(pauses=str(pauses))
    sources = {"01": toy_source("01", "1"), "02": toy_source("02", tunes, gives=("model",))}
    toy(tmp_path / "notebooks", sources)
    words, log = command(tmp_path, "killed"), tmp_path / "log.txt"

    def begin(step: int) -> tuple[subprocess.Popen, psutil.Process]:
        """Start the command and wait until the training waits before a step."""
        (pauses / "kernel.txt").unlink(missing_ok=True)
        with log.open("w") as stream:
            process = subprocess.Popen(words, stdout=stream, stderr=subprocess.STDOUT)
        wait_for((pauses / "kernel.txt").is_file, 120)
        kernel = psutil.Process(int(wait_for((pauses / "kernel.txt").read_text)))
        (pauses / str(step)).unlink()
        return process, kernel

    # The batch is asked for ahead of the training: the epochs before it may not be written yet.
    process, kernel = begin(10)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    wait_for(lambda: not kernel.is_running() or kernel.status() == psutil.STATUS_ZOMBIE, 10)

    process, kernel = begin(18)
    kernel.kill()
    assert process.wait() == 1
    assert "the kernel was killed" in log.read_text()

    process, kernel = begin(30)
    worker = next(p for p in psutil.Process(process.pid).children() if "worker" in str(p.cmdline()))
    worker.kill()
    assert process.wait() == 1
    assert not kernel.is_running() or kernel.status() == psutil.STATUS_ZOMBIE
    about = json.loads((tmp_path / "runs" / "killed" / "run.json").read_text())
    assert [row["status"] for row in about["lessons"].values()] == ["unchanged", "killed"]

    (pauses / "38").unlink()
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "runs" / "killed"
    about = json.loads((folder / "run.json").read_text())
    assert [row["status"] for row in about["lessons"].values()] == ["unchanged", "done"]
    shown = (folder / "notebooks" / "02_toy.ipynb").read_text()
    assert "spam: continues after step" in shown and "step 40" in shown
    names: dict = {}
    exec(TUNES, names)
    with np.load(folder / "artefacts" / "02" / "model" / "weights.npz") as file:
        found = [file[name] for name in file.files]
    expected = names["train_it"](None)
    assert [a.tobytes() for a in expected] == [b.tobytes() for b in found]


def order(folder: Path, **changes) -> Order:
    given = {"profile": "pocket", **changes}
    return Order(notebooks=folder / "notebooks", runs=folder / "runs", **given)


FILLS = """
with open(lesson.artefact("big") / "zeros.bin", "wb") as stream:
    for _ in range(size):
        stream.write(bytes(1_000_000))
"""


@pytest.fixture
def small_disk(tmp_path):
    """A folder of runs with little room, where root may make one."""
    folder = tmp_path / "runs"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(words, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here (that needs root)")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_a_sentence_and_the_finished_lesson_is_intact(
    tmp_path, toy, toy_source, small_disk, monkeypatch, capsys
):
    monkeypatch.setattr(runner, "_FREE_MB", 0)
    sources = {
        "01": toy_source("01", FILLS, "size = 1", gives=("big",)),
        "02": toy_source("02", FILLS, "size = 9", gives=("big",)),
    }
    toy(tmp_path / "notebooks", sources)
    assert runner.run(order(tmp_path, name="full")) == 1
    told = capsys.readouterr().err
    assert "Lesson 02, section 'The work': the disk is full" in told
    assert "What was finished is intact" in told
    # What the failed attempt had filled is free again.
    assert shutil.disk_usage(small_disk).free > 3e6
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert runner.run(order(tmp_path, name="full")) == 0
    about = json.loads((small_disk / "full" / "run.json").read_text())
    assert [row["status"] for row in about["lessons"].values()] == ["unchanged", "done"]


def test_a_disk_that_is_full_for_the_runner_too_is_a_sentence(
    tmp_path, toy, toy_source, monkeypatch, capsys
):
    """The runner's own files: the command line turns the error into a sentence."""
    from nlputils import cli

    toy(tmp_path / "notebooks", {"01": toy_source("01", "1")})

    def full(*_):
        raise OSError(28, "No space left on device", str(tmp_path))

    monkeypatch.setattr(runner, "write_run", full)
    assert cli.main(command(tmp_path, "full")[3:]) == 1
    assert "the disk is full" in capsys.readouterr().err
    monkeypatch.undo()
    assert cli.main(command(tmp_path, "full")[3:]) == 0
    about = json.loads((tmp_path / "runs" / "full" / "run.json").read_text())
    assert about["lessons"]["01"]["status"] == "unchanged"


def test_a_damaged_description_is_told_and_the_lesson_run_again(tmp_path, toy, toy_source, capsys):
    toy(tmp_path / "notebooks", {"01": toy_source("01", "1")})
    assert runner.run(order(tmp_path, name="one")) == 0
    path = next((tmp_path / "runs" / "store").glob("*/lesson.json"))
    for content in (path.read_bytes()[:50], b"\xff\xfe", b"[]", b"{}"):
        path.write_bytes(content)
        assert Store(tmp_path / "runs").find(path.parent.name) is None
        assert f"{path} is damaged" in capsys.readouterr().out
        assert not path.parent.exists()
        path.parent.mkdir()
    path.write_bytes(b"{")
    assert runner.run(order(tmp_path, name="two")) == 0
    about = json.loads((tmp_path / "runs" / "two" / "run.json").read_text())
    assert about["lessons"]["01"]["status"] == "done"


def test_a_lesson_does_not_build_on_damage(tmp_path, toy, toy_source, capsys):
    leaves = '(lesson.artefact("n") / "n.txt").write_text("1")'
    reads = 'print((lesson.needed("01", "n") / "n.txt").read_text())'
    sources = {
        "01": toy_source("01", leaves, gives=("n",)),
        "02": toy_source("02", reads, needs=("01",)),
    }
    toy(tmp_path / "notebooks", sources)
    assert runner.run(order(tmp_path, only=("01",), name="one")) == 0
    artefact = next((tmp_path / "runs" / "store").glob("*/artefacts/n/n.txt"))
    artefact.write_text("2")
    assert runner.run(order(tmp_path, only=("02",), name="two")) == 1
    assert "n.txt of that is damaged. Run both: --only 01 02" in capsys.readouterr().err
    assert runner.run(order(tmp_path, only=("01", "02"), name="two")) == 0


def test_leftovers_are_ended_and_a_damaged_list_of_them_is_a_sentence(tmp_path):
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    created = psutil.Process(sleeper.pid).create_time()
    path = tmp_path / "processes.json"
    path.write_text(json.dumps([[sleeper.pid, created + 60]]))
    end_leftovers(tmp_path)  # another process has the number now: it is left alone
    assert sleeper.poll() is None
    path.write_text(json.dumps([[sleeper.pid, created]]))
    end_leftovers(tmp_path)
    assert not psutil.pid_exists(sleeper.pid)
    assert not path.exists()
    path.write_text("[[1")
    with pytest.raises(CourseError, match="is damaged"):
        end_leftovers(tmp_path)
