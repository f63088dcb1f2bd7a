import subprocess
import sys

import pytest

from nlputils.memory import keep_freed_memory

# How many pages the kernel hands out while an array is made and freed again and again.
FAULTS = """
import resource, sys
import numpy as np
from nlputils.memory import keep_freed_memory
if sys.argv[1] == "kept":
    assert keep_freed_memory()
for _ in range(3):
    np.ones(2_000_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    np.ones(2_000_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(mode):
    done = subprocess.run(
        [sys.executable, "-c", FAULTS, mode], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(not keep_freed_memory(), reason="the C library has no mallopt")
def test_freed_memory_is_used_again():
    assert faults("kept") * 20 < faults("given back")
