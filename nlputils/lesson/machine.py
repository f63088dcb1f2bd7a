"""The machine a lesson runs on, found out without importing a deep learning framework."""

import functools
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable

import psutil

from nlputils.errors import CourseError

# The libraries that Keras can leave its arithmetic to; each is the name of its distribution, too.
BACKENDS = ("tensorflow", "jax", "torch")


def backend() -> tuple[str, str]:
    """Name the backend of Keras that ``KERAS_BACKEND`` asks for, and look up its version.

    Returns:
        The name and the version, e.g. ``("tensorflow", "2.21.0")``.

    Raises:
        CourseError: Keras has no such backend, or it is not installed.
    """
    name = os.environ.get("KERAS_BACKEND", "tensorflow")
    if name not in BACKENDS:
        raise CourseError(
            f"KERAS_BACKEND is {name!r}. Set it to one of {', '.join(BACKENDS)}, or unset it."
        )
    try:
        return name, importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError as error:
        raise CourseError(
            f"KERAS_BACKEND asks for {name}, which is not installed. Install it, `{sys.executable} "
            f"-m pip install {name}`, or unset KERAS_BACKEND."
        ) from error


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Look up the versions that matter, without importing anything.

    Args:
        packages: names of distributions, such as ``keras-hub``.

    Returns:
        Version by name, of Python, the backend of Keras and the packages; ``"not installed"``
        where a package is missing.

    Raises:
        CourseError: the backend of Keras is missing.
    """
    arithmetic, version = backend()
    found = {"python": platform.python_version(), arithmetic: version}
    for name in packages:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


@functools.cache
def gpus() -> tuple[str, ...]:
    """Name the GPUs the NVIDIA driver sees.

    Returns:
        Their names; empty without a driver or a GPU. Whether the framework can use them is
        another question, which ``nlputils doctor`` answers.
    """
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    query = [tool, "--query-gpu=name", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    if answer.returncode != 0:
        return ()
    return tuple(line.strip() for line in answer.stdout.splitlines() if line.strip())


def cores() -> int:
    """Count the CPU cores this process may use.

    Returns:
        The number of cores, at least 1.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def device() -> str:
    """Describe the machine in one line.

    Returns:
        Cores, memory and GPUs.
    """
    memory = psutil.virtual_memory().total / 2**30
    count = cores()
    found = ", ".join(gpus()) or "no GPU"
    return f"{count} CPU core{'s' if count != 1 else ''}, {memory:.0f} GiB memory, {found}"
