"""How the process keeps memory that a training gives back and asks for again."""

import ctypes
import sys

# Parameters of glibc's `mallopt`: trim threshold, top pad and mmap threshold, in bytes. Without
# them, the large arrays of each training step go back to the kernel and come anew, and the kernel
# clears every page again. On a virtual machine that took more time than the arithmetic.
_MALLOPT = {-1: 2**31 - 1, -2: 64 * 2**20, -3: 32 * 2**20}


def keep_freed_memory() -> bool:
    """Let the C library keep what the process frees, for its next arrays.

    It changes no number, only the time. A second call changes nothing.

    Returns:
        Whether it could be set: it is a feature of glibc, which most Linux systems have.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    accepted = [mallopt(name, value) == 1 for name, value in _MALLOPT.items()]
    return all(accepted)
