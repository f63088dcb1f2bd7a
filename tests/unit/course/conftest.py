"""A toy course, small enough to be run whole in a test."""

import importlib.metadata
import json
import shutil
import textwrap
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nlputils.course import launching, runner
from nlputils.course.sources import build
from nlputils.course.watch import Outcome

PROFILES = """
[profiles.pocket]
summary = "toy"
limit_seconds = 60
[profiles.laptop]
summary = "toy, its own values"
limit_seconds = 60
[profiles.gpu]
summary = "toy, with a GPU"
limit_seconds = 60
needs_gpu = true
"""
HEAD = """\
# ---
# jupyter:
#   kernelspec: {{display_name: Python 3, language: python, name: python3}}
#   nlputils: {{number: "{number}", title: "{title}", needs: {needs}, gives: {gives}}}
# ---

# %% [markdown]
# # {title}

# %% tags=["parameters"]
profile = "laptop"
{parameters}

# %%
from nlputils import lesson

lesson.start("{number}", profile=profile)

# %% [markdown]
# ## The work

# %%
{code}
"""


def source(
    number: str,
    code: str,
    parameters: str = "",
    needs: tuple[str, ...] = (),
    gives: tuple[str, ...] = (),
    title: str = "",
) -> str:
    """Write the source of a toy lesson."""
    return HEAD.format(
        number=number,
        title=title or f"Toy {number}",
        needs=[*needs],
        gives=[*gives],
        parameters=parameters,
        code=textwrap.dedent(code).strip(),
    )


@pytest.fixture(scope="session")
def toy() -> Callable[..., Path]:
    """Make a folder of toy notebooks: ``toy(folder, {"01": source(...)}, table)``."""

    def make(folder: Path, sources: Mapping[str, str], table: str = "") -> Path:
        (folder / "src").mkdir(parents=True, exist_ok=True)
        (folder / "profiles.toml").write_text(PROFILES + table)
        for number, text in sources.items():
            (folder / "src" / f"{number}_toy.py").write_text(text)
        build(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def toy_source() -> Callable[..., str]:
    """Write the source of one toy lesson."""
    return source


@pytest.fixture(scope="session")
def wait_for() -> Callable[..., Any]:
    """Wait until a condition gives something true, and return that: ``wait_for(call, seconds)``."""

    def wait(condition: Callable[[], Any], seconds: float = 60) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError("what the test waits for did not happen")

    return wait


@pytest.fixture(scope="session")
def write_recorded() -> Callable[..., Path]:
    """Write a run by hand: ``write(folder, {"01": metrics}, {"01": claims}, profile="x")``."""

    def write(folder: Path, metrics: Any = None, claims: Any = None, **about: Any) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        metrics = {"01": {}} if metrics is None else metrics
        lesson = {"title": "Toy", "status": "done", "seconds": 10.0, "peak_mb": 100}
        whole = {"name": folder.name, "profile": "pocket", "status": "done"}
        whole["lessons"] = {number: dict(lesson) for number in metrics}
        content = {"run": whole | about, "metrics": metrics, "claims": claims or {}}
        for name, part in content.items():
            (folder / f"{name}.json").write_text(json.dumps(part), encoding="utf-8")
        return folder

    return write


@pytest.fixture
def no_kernel(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Let lessons end at once, without a kernel and without a report.

    ``status`` is how each ends, ``peak`` the memory that was seen, and ``records`` what it leaves;
    ``ends`` names another status for a lesson, and ``halves`` a kind of record and a text that
    stands after its own. ``lessons`` names those that were executed, and ``checkpoints`` the files
    that each of them found.
    ``events`` tells when a worker was started, watched, and ended without having been watched;
    ``dead`` names lessons whose worker dies while it waits.
    """
    kernel = SimpleNamespace(
        status="done",
        peak=1234.0,
        records={},
        ends={},
        halves={},
        lessons=[],
        checkpoints=[],
        events=[],
        dead=[],
    )

    class Worker:
        def __init__(self, job, folder, environment):
            self.job, self.environment = job, environment
            kernel.events.append(f"start {environment['NLPUTILS_LESSON']}")

        def alive(self):
            return self.environment["NLPUTILS_LESSON"] not in kernel.dead

        def watch(self, limit_seconds, tell):
            checkpoints = Path(self.environment["NLPUTILS_CHECKPOINTS"])
            number = self.environment["NLPUTILS_LESSON"]
            kernel.events.append(f"watch {number}")
            records = Path(self.environment["NLPUTILS_RECORDS"])
            kernel.lessons.append(number)
            kernel.checkpoints.append([path.name for path in checkpoints.iterdir()])
            (checkpoints / "step.txt").write_text("3")
            for kind, rows in kernel.records.items():
                whole = "".join(f"{json.dumps(row)}\n" for row in rows)
                (records / f"{kind}.jsonl").write_text(whole)
            if number in kernel.halves:
                kind, half = kernel.halves[number]
                with (records / f"{kind}.jsonl").open("a") as stream:
                    stream.write(half)
            shutil.copy(self.job["input"], self.job["output"])
            tell(65.0, "The work")
            status = kernel.ends.get(number, kernel.status)
            return Outcome(status, "", "", "The work", 65.0, kernel.peak)

        def end(self):
            kernel.dead.clear()
            kernel.events.append(f"end {self.environment['NLPUTILS_LESSON']}")

    monkeypatch.setattr(launching, "Worker", Worker)
    monkeypatch.setattr(runner, "_report", lambda folder: None)
    monkeypatch.setattr(runner, "_prepare_report", lambda notebook: None)
    return kernel


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which no package is found."""

    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
