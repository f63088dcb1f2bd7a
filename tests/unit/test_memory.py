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


def step():
    # What a training step does: make large arrays, use them, give them back.
    return sum(array[0] for array in [np.ones(2_500_000) for _ in range(4)])


for _ in range(3):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    step()
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
