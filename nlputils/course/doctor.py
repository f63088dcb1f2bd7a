"""Examine a machine and say what to repair: ``nlputils doctor``."""

import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil
from packaging.requirements import Requirement

from nlputils.course.lab import free_port
from nlputils.course.lessons import notebooks_folder
from nlputils.course.profiles import read_profiles
from nlputils.course.sources import drift
from nlputils.data import course_root, provenance, registry, verify
from nlputils.data.files import check_checksums, with_checksums
from nlputils.errors import CourseError
from nlputils.lesson.machine import backend, cores, gpus
from nlputils.lesson.session import runs_folder

_LEAST_GB, _EASY_GB = 2.0, 4.0
_DISK_GB = {"pocket": 1.0, "laptop": 4.0, "gpu": 8.0}
_KERNEL_SECONDS = 90
Status = Literal["ok", "note", "fail"]


@dataclass(frozen=True)
class Finding:
    """One thing the doctor looked at.

    Attributes:
        status: ``ok``; ``note`` (it works, but something is worth knowing); ``fail``.
        found: What was found.
        remedy: What to do about it; empty when all is well.
    """

    status: Status
    found: str
    remedy: str = ""


def doctor(profile: str) -> int:
    """Examine this machine and print the findings.

    Args:
        profile: What is to be run on it.

    Returns:
        The exit code: 1 when something has to be repaired first, else 0.

    Raises:
        CourseError: When there is no such profile.
    """
    read_profiles(notebooks_folder() / "profiles.toml").profile(profile)
    failed = 0
    for name, finding in examine(profile):
        print(f"{finding.status:<5} {name:<10} {finding.found}", flush=True)
        if finding.remedy:
            print(f"{'':<17}-> {finding.remedy}", flush=True)
        failed += finding.status == "fail"
    print("Something has to be repaired first." if failed else "Everything needed is here.")
    return 1 if failed else 0


def examine(profile: str) -> Iterator[tuple[str, Finding]]:
    """Look at everything, one after the other.

    Args:
        profile: What is to be run.

    Yields:
        The name of what was looked at, and the finding.
    """
    checks: dict[str, Callable[[], Finding]] = {
        "Python": python,
        "packages": lambda: packages(course_root() / "requirements.lock"),
        "memory": memory,
        "disk": lambda: disk(runs_folder(), profile),
        "device": lambda: compute(profile),
        "data": data,
        "encoder": encoders,
        "notebooks": notebooks,
        "port": port,
        "kernel": kernel,
    }
    for name, check in checks.items():
        try:
            yield name, check()
        except CourseError as error:
            yield name, Finding("fail", str(error))


def python() -> Finding:
    """Look at the Python in use.

    Returns:
        Whether its version is one the course supports.
    """
    found = f"{platform.python_version()} at {sys.executable}"
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("ok", found)
    return Finding("fail", found, "Use Python 3.11, 3.12 or 3.13: make setup PYTHON=python3.11")


def packages(lock: Path) -> Finding:
    """Compare the installed packages with the locked versions.

    Args:
        lock: ``requirements.lock``.

    Returns:
        Which differ.
    """
    locked = [Requirement(line) for line in _pins(lock)]
    here = [pin for pin in locked if pin.marker is None or pin.marker.evaluate()]
    differ = [note for pin in here if (note := _difference(pin))]
    if not differ:
        return Finding("ok", f"{len(here)} packages as in {lock.name}")
    shown = ", ".join(differ[:3]) + (f" and {len(differ) - 3} more" if len(differ) > 3 else "")
    return Finding("fail", f"{len(differ)} differ from {lock.name}: {shown}", "Run `make setup`.")


def memory() -> Finding:
    """Look at the free memory.

    Returns:
        Whether a lesson fits into it.
    """
    state = psutil.virtual_memory()
    free = state.available / 1e9
    found = f"{free:.1f} GB free of {state.total / 1e9:.1f} GB"
    if free >= _EASY_GB:
        return Finding("ok", found)
    if free >= _LEAST_GB:
        return Finding("note", found, f"Enough for pocket; {_EASY_GB:.0f} GB are comfortable.")
    return Finding("fail", found, f"Close other programs until {_LEAST_GB:.0f} GB are free.")


def disk(runs: Path, profile: str) -> Finding:
    """Look at the free disk space and at what former runs hold.

    Args:
        runs: The folder of the runs.
        profile: What is to be run.

    Returns:
        Whether a run fits.
    """
    existing = next(path for path in (runs, *runs.parents) if path.exists())
    free, needed = shutil.disk_usage(existing).free / 1e9, _DISK_GB.get(profile, 4.0)
    found = f"{free:.1f} GB free at {runs}, {needed:.0f} GB needed"
    if not os.access(existing, os.W_OK):
        remedy = "Set NLPUTILS_RUNS to a folder of yours."
        return Finding("fail", f"{existing} cannot be written", remedy)
    if free >= needed:
        return Finding("ok", found)
    return Finding("fail", found, f"Free some space; old runs in {runs} may be deleted.")


def compute(profile: str) -> Finding:
    """Look at the backend and the GPU.

    Args:
        profile: What is to be run.

    Returns:
        What there is.

    Raises:
        CourseError: the backend is not installed or, for the profile gpu, cannot use a GPU.
    """
    names = ", ".join(gpus()) or "no GPU"
    found = f"{cores()} CPU cores, {names}, Keras on {' '.join(backend())}"
    if profile != "gpu":
        return Finding("ok", found)
    from nlputils.course.runner import require_gpu

    require_gpu()
    return Finding("ok", f"{found}, which can use the GPU")


def data() -> Finding:
    """Look at the embedded data sets and at the downloaded ones.

    Returns:
        Whether the embedded ones are there, and all that are here undamaged.
    """
    embedded = [card.name for card in registry().values() if card.embedded]
    for name in embedded:
        provenance(name)  # raises where a file is missing, and says which
    table = verify()
    damaged = {str(name): paths for name, paths in table["paths"].items() if paths}
    broken = [path for name in embedded for path in damaged.pop(name, ())]
    if broken:
        remedy = "Restore it: `git checkout -- data/pocket`."
        return Finding("fail", f"{len(broken)} embedded file(s) damaged: {broken[0]}", remedy)
    broken = [path for paths in damaged.values() for path in paths]
    if broken:
        remedy = f"Remove the file and run `nlputils data fetch {' '.join(damaged)}`."
        return Finding("fail", f"{len(broken)} downloaded file(s) damaged: {broken[0]}", remedy)
    real = table.drop(index=embedded, errors="ignore")
    whole = int((real["absent"] == 0).sum())
    found = f"{len(embedded)} embedded sets, {whole} of {len(real)} real sets are here"
    return Finding("ok", found)


def encoders() -> Finding:
    """Look at the encoders that come with the course.

    Returns:
        Which there are, or the first file of one that is missing or damaged.
    """
    shelf = course_root() / "data" / "encoders"
    folders = with_checksums(shelf)
    if not folders:
        return Finding(
            "note", "none in data/encoders", "Lesson 05 makes one; lesson 07 starts from it."
        )
    for folder in folders:
        remedy = f"Restore it: `git checkout -- data/encoders/{folder.name}`. Or make it again."
        try:
            check_checksums(folder)
        except CourseError as error:
            return Finding("fail", str(error), remedy)
    names = ", ".join(folder.name for folder in folders)
    return Finding("ok", f"{len(folders)} in data/encoders, intact: {names}")


def notebooks() -> Finding:
    """Look whether the notebooks are those their sources give.

    Returns:
        The first that is not.
    """
    problems = drift(notebooks_folder())
    if problems:
        return Finding("fail", problems[0])
    return Finding("ok", "as their sources give them")


def port() -> Finding:
    """Look for a free port on this machine.

    Returns:
        Whether one can be opened.
    """
    return Finding("ok", f"{free_port(None)} is free for JupyterLab")


def kernel() -> Finding:
    """Start a notebook kernel and let it add two numbers.

    Returns:
        Whether it answered.
    """
    from jupyter_client.manager import start_new_kernel

    begin = time.monotonic()
    remedy = "Run `make setup`; security software that blocks local connections also does this."
    try:
        manager, client = start_new_kernel(
            kernel_name="python3", startup_timeout=_KERNEL_SECONDS, stderr=subprocess.DEVNULL
        )
    except Exception as error:  # whatever goes wrong here is the finding
        return Finding("fail", f"no kernel starts: {type(error).__name__}: {error}", remedy)
    try:
        reply = client.execute_interactive("assert 1 + 1 == 2", timeout=_KERNEL_SECONDS)
        good = reply["content"]["status"] == "ok"
    except TimeoutError:
        good = False
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if good:
        return Finding("ok", f"answers {time.monotonic() - begin:.1f} s after its start")
    return Finding("fail", "a kernel starts and does not answer", remedy)


def _pins(lock: Path) -> list[str]:
    """Take the lines `name==version ; marker` out of the lock, without the hashes."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    return [line.rstrip(" \\") for line in lines if re.match(r"[A-Za-z0-9]", line)]


def _difference(pin: Requirement) -> str:
    try:
        version = importlib.metadata.version(pin.name)
    except importlib.metadata.PackageNotFoundError:
        return f"{pin.name} is missing"
    return "" if pin.specifier.contains(version, prereleases=True) else f"{pin.name} is {version}"
