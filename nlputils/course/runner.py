"""Run the course headlessly: in order, resumable, each lesson judged by how it ended."""

import contextlib
import errno
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from nlputils.course.display import Line, clock, table
from nlputils.course.keys import content_hashes
from nlputils.course.launching import Ahead
from nlputils.course.lessons import read_lessons
from nlputils.course.locking import only_run
from nlputils.course.plan import Order, Step, make_plan, on_trial
from nlputils.course.profiles import read_profiles
from nlputils.course.results import Result, environment, unreadable, write_run
from nlputils.course.sources import drift
from nlputils.course.store import Store, point_latest
from nlputils.course.watch import Outcome
from nlputils.errors import CourseError
from nlputils.lesson.machine import backend, gpus

_FREE_MB = 500


def run(order: Order) -> int:
    """Run lessons and write the folder of the run.

    Args:
        order: What was asked for.

    Returns:
        The exit code: 0 when every lesson was done and every enforced claim held.

    Raises:
        CourseError: When the run cannot begin: an unknown name, a missing artefact, no GPU,
            no such backend, another run under way, notebooks that differ from their sources.
    """
    profiles = read_profiles(order.notebooks / "profiles.toml")
    profile = profiles.profile(order.profile)
    backend()  # raises where it is missing: better now than in the middle of a lesson
    if profile.needs_gpu and not on_trial(order, profile):
        require_gpu()
    _require_sources(order.notebooks)
    lessons = read_lessons(order.notebooks)
    with only_run(order.runs):
        _require_space(order.runs)
        name = _name(order)
        store = Store(order.runs)
        shared = content_hashes()
        steps = make_plan(order, lessons, profiles, shared, store)
        begun = datetime.now(UTC)
        print(f"Run {name}: profile {profile.name}, {profile.summary}", flush=True)
        results: dict[str, Result] = {}
        # One thread beside the lessons, which leave it the time: its pages are ready at the end.
        with (
            ThreadPoolExecutor(max_workers=1) as pages,
            Ahead(order, steps.values(), store, several=not gpus()) as ahead,
        ):
            for step in steps.values():
                if step.selected:
                    result = _do(order, step, store, results, ahead, name)
                    results[step.lesson.number] = result
                    if result.entry:
                        pages.submit(_prepare_report, result.entry.notebook)
        return _finish(order, name, begun, shared, list(results.values()))


def _do(
    order: Order,
    step: Step,
    store: Store,
    results: Mapping[str, Result],
    ahead: Ahead,
    run_name: str,
) -> Result:
    """Bring one lesson to its end: from the store, or by executing it."""
    lesson = step.lesson
    result = Result(lesson.number, lesson.title, "done", step.key, step.parameters, step.overridden)
    line = Line(f"{lesson.number} {lesson.title}", step.settings.seconds)
    missing = [number for number in lesson.needs if number in results and not results[number].good]
    if missing:
        result.status = "skipped"
        result.message = f"Lesson {lesson.number} was skipped: it needs lesson {missing[0]}."
        line.end("skipped")
        return result
    lent = {n: key for n, key in step.upstream.items() if n not in results}
    damage = _damaged_loan(step, lent, store)
    if damage:
        result.status, result.message = "skipped", damage
        line.end("skipped")
        print(damage, file=sys.stderr, flush=True)
        return result
    if not order.fresh and _reuse(result, store, line):
        return result
    _execute(order, step, store, result, ahead, line, run_name)
    return result


def _reuse(result: Result, store: Store, line: Line) -> bool:
    """Take a finished lesson from the store, if it is there and whole."""
    entry = store.find(result.key)
    if entry is None:
        return False
    damage = entry.damage()
    if damage:
        print(f"{entry.folder}: {damage[0]} is damaged; the lesson is run again.", flush=True)
        store.discard(entry)
        return False
    result.status, result.entry = "unchanged", entry
    result.seconds, result.peak_mb = entry.about["seconds"], entry.about["peak_mb"]
    result.source = entry.about["run"]
    result.message = f"unchanged, from the run {result.source}"
    line.end(result.message)
    return True


def _damaged_loan(step: Step, lent: Mapping[str, str], store: Store) -> str:
    """Complain when a lesson that is not run in this run would lend something damaged."""
    for number, key in lent.items():
        entry = store.find(key)
        damage = entry.damage() if entry else ["its description"]
        if damage:
            return (
                f"Lesson {step.lesson.number} was skipped: it needs what lesson {number} left, and "
                f"{damage[0]} of that is damaged. Run both: --only {number} {step.lesson.number}."
            )
    return ""


def _execute(
    order: Order,
    step: Step,
    store: Store,
    result: Result,
    ahead: Ahead,
    line: Line,
    run_name: str,
) -> None:
    """Execute a lesson and file its result."""
    launched = ahead.launch(step)
    attempt = launched.attempt
    limit = order.limit_seconds or step.settings.limit_seconds
    outcome = launched.worker.watch(limit, line.tell)
    result.seconds = round(outcome.seconds, 1)
    result.peak_mb = None if outcome.peak_mb is None else round(outcome.peak_mb)
    result.status, result.source = outcome.status, run_name
    done = outcome.status == "done"
    wrong = _promised(step, attempt) if done else _sentence(step, outcome, limit, launched.work)
    wrong = " ".join(filter(None, (wrong, _damaged_records(step, attempt))))
    if not wrong:
        about = _about(order, step, result, run_name)
        result.entry = store.publish(step.key, attempt, about)
    else:
        result.status, result.message = "failed" if done else outcome.status, wrong
        result.notebook, result.records = attempt / "notebook.ipynb", attempt / "records"
        store.abandon(attempt)
    line.end(f"{result.status} in {clock(outcome.seconds)}")
    if result.message:
        print(result.message, file=sys.stderr, flush=True)


def _promised(step: Step, attempt: Path) -> str:
    """Complain when a lesson did not leave what its metadata promises."""
    for name in step.lesson.gives:
        folder = attempt / "artefacts" / name
        if not folder.is_dir() or not any(folder.iterdir()):
            return (
                f"Lesson {step.lesson.number} ended without leaving {name!r}, which its metadata "
                f"promises (gives). Write it into lesson.artefact({name!r})."
            )
    return ""


def _damaged_records(step: Step, attempt: Path) -> str:
    """Complain when a line of what a lesson recorded cannot be read."""
    damage = unreadable(attempt / "records")
    if not damage:
        return ""
    return (
        f"{damage[0]} The run keeps what can be read of the file. Give the same command again: "
        f"lesson {step.lesson.number} is executed again and begins the file anew."
    )


def _sentence(step: Step, outcome: Outcome, limit: float, work: Path) -> str:
    """Say in a sentence or two what went wrong."""
    where = f"Lesson {step.lesson.number}, section {outcome.section!r}"
    if outcome.status == "timeout":
        return (
            f"{where}: stopped after {clock(limit)}, the most this profile allows a lesson. "
            "Give it more with --limit SECONDS, or run it where less else is running; training "
            "continues from its last checkpoint."
        )
    if outcome.status == "killed":
        peak = outcome.peak_mb
        held = "" if peak is None else f", with {peak:,.0f} MB at its peak"
        return (
            f"{where}: the kernel was killed{held}. Most often the memory ran out. Close other "
            "programs and give the same command again: it continues. "
            f"What the kernel printed last is in {work / 'log.txt'}."
        )
    message = outcome.message.strip() or "no message"
    if any(f"[Errno {code}]" in message for code in (errno.ENOSPC, errno.EDQUOT)):
        return (
            f"{where}: the disk is full ({message}). What was finished is intact: free some space "
            "and give the same command again; training continues from its last checkpoint."
        )
    return f"{where}: {outcome.error}: {message}"


def _about(order: Order, step: Step, result: Result, run_name: str) -> dict[str, object]:
    return {
        "number": step.lesson.number,
        "title": step.lesson.title,
        "file": step.lesson.path.name,
        "profile": order.profile,
        "parameters": step.parameters,
        "overridden": step.overridden,
        "claims": "report" if step.reason else "enforce",
        "seconds": result.seconds,
        "peak_mb": result.peak_mb,
        "run": run_name,
        "finished": datetime.now(UTC).isoformat(timespec="microseconds"),
    }


def _finish(
    order: Order, name: str, begun: datetime, shared: Mapping[str, str], results: list[Result]
) -> int:
    """Write the folder of the run, print the table, give the exit code."""
    ended = datetime.now(UTC)
    good = all(result.good for result in results)
    about = {
        "name": name,
        "status": "done" if good else "failed",
        "profile": order.profile,
        "command": ["nlputils", *sys.argv[1:]],
        "only": list(order.only),
        "overrides": {number: dict(values) for number, values in order.overrides.items()},
        "started": begun.isoformat(timespec="seconds"),
        "finished": ended.isoformat(timespec="seconds"),
        "seconds": round((ended - begun).total_seconds(), 1),
        "hashes": dict(shared),
        **environment(),
    }
    write_run(order.runs / name, about, results)
    if good:
        point_latest(order.runs, name)
    print("\n" + table([result.row() for result in results]))
    bad = [f"{r.number} {r.title} ({r.status})" for r in results if not r.good]
    if bad:
        print(f"\nNot done: {', '.join(bad)}.", file=sys.stderr, flush=True)
    print(f"\nThe run is in {order.runs / name}, {clock(about['seconds'])} in all.", flush=True)
    _report(order.runs / name)
    return 0 if good else 1


def _prepare_report(notebook: Path) -> None:
    """Begin with a lesson's page; what goes wrong here goes wrong, and is told, in `_report`."""
    from nlputils.course.report import prepare_report

    prepare_report(notebook)


def _report(folder: Path) -> None:
    """Write the report of a run that is already whole: nothing here may take it away."""
    try:
        from nlputils.course.report import write_report

        print(f"The report is {write_report(folder)}", flush=True)
    except Exception as error:  # whatever it is, hours of results come before their page
        print(
            f"The report could not be written ({type(error).__name__}: {error}). The run itself "
            f"is whole; `nlputils report {folder}` tries again.",
            file=sys.stderr,
            flush=True,
        )


def _name(order: Order) -> str:
    name = order.name or f"{order.profile}-{time.strftime('%Y%m%d-%H%M%S')}"
    taken = {"store", "work", "lab", "latest"}
    if name in taken or name.startswith(".") or Path(name).name != name:
        raise CourseError(f"A run cannot be named {name!r}. Choose another --name, without '/'.")
    if (order.runs / name).exists() and not _failed(order.runs / name):
        raise CourseError(
            f"There is already a run {name!r} in {order.runs}. Choose another --name."
        )
    for left in order.runs.glob(".*.staging"):
        shutil.rmtree(left, ignore_errors=True)
    return name


def _failed(run: Path) -> bool:
    """Tell whether a run did not come to its end: the same command may take its place."""
    try:
        about = json.loads((run / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(about.get("status") == "failed")


def _require_sources(folder: Path) -> None:
    """Refuse notebooks that their sources would not give, since their text would mislead."""
    if (folder / "src").is_dir():
        problems = drift(folder)
        if problems:
            raise CourseError(problems[0])


def _require_space(runs: Path) -> None:
    free = shutil.disk_usage(runs).free / 1e6
    if free < _FREE_MB:
        raise CourseError(
            f"Only {free:,.0f} MB are free where {runs} lies, and a run needs {_FREE_MB}. "
            "Free some space, or choose another disk with --output FOLDER."
        )


def require_gpu() -> None:
    """Refuse to go on without a GPU that the framework can use.

    Raises:
        CourseError: When there is none, with the way out.
    """
    if not gpus():
        raise CourseError(
            "The profile gpu needs an NVIDIA GPU, and its driver (nvidia-smi) shows none here. "
            "The profile laptop runs the same lessons on the CPU: --profile laptop. To try the "
            "profile gpu without one, give `nlputils run` --on-cpu and small parameters."
        )
    count = _usable_gpus()
    if count < 1:
        raise CourseError(
            f"There is a GPU ({gpus()[0]}), but the framework cannot use it. Install its "
            "libraries, `.venv/bin/pip install -e '.[gpu]'`, or see `nlputils doctor`."
        )


def _usable_gpus() -> int:
    """Ask the framework itself, in a process of its own, how many GPUs it can use."""
    code = {
        "jax": "import jax; print(sum(d.platform == 'gpu' for d in jax.devices()))",
        "torch": "import torch; print(torch.cuda.device_count())",
    }.get(backend()[0], "import tensorflow as t; print(len(t.config.list_physical_devices('GPU')))")
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300
    )
    with contextlib.suppress(ValueError, IndexError):
        return int(answer.stdout.split()[-1])
    return 0
