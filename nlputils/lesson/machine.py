"""The machine a lesson runs on, found out without importing a deep learning framework."""

import functools
import os
import shutil
import subprocess

import psutil


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
