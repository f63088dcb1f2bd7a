import os
import subprocess
import sys
from pathlib import Path

import pytest

from nlputils.memory import keep_freed_memory, with_huge_pages

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


# How much of a large array lies in huge pages, in kB.
HUGE = """
import numpy as np

array = np.ones(16_000_000)
lines = open("/proc/self/smaps_rollup").read().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("AnonHugePages")))
"""
SETTING = Path("/sys/kernel/mm/transparent_hugepage/enabled")


@pytest.mark.skipif(
    not keep_freed_memory() or not SETTING.is_file() or "[madvise]" not in SETTING.read_text(),
    reason="the kernel gives huge pages to all or to nobody",
)
def test_arrays_lie_in_huge_pages_where_it_was_asked_for():
    def kilobytes(environment):
        done = subprocess.run(
            [sys.executable, "-c", HUGE],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return int(done.stdout)

    # NumPy asks by itself for huge pages. Without that, only the C library's part is left.
    plain = {**os.environ, "NUMPY_MADVISE_HUGEPAGE": "0", "GLIBC_TUNABLES": ""}
    assert kilobytes(with_huge_pages(plain)) > kilobytes(plain) + 50_000


def test_a_persons_own_choice_of_pages_and_other_settings_stay():
    assert with_huge_pages({"A": "b"}) == {"A": "b", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
    own = {"GLIBC_TUNABLES": "glibc.malloc.check=1"}
    assert with_huge_pages(own) == {"GLIBC_TUNABLES": "glibc.malloc.check=1:glibc.malloc.hugetlb=1"}
    chosen = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=0"}
    assert with_huge_pages(chosen) == chosen
