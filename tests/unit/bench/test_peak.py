"""The measured peak: the number of operations, and that the fastest of several counts."""

import numpy as np
import pytest

from nlputils.bench import Setup, peak
from nlputils.bench.results import best_peaks

SETUP = Setup(layers=1, width=64, heads=1)


def test_the_operations_of_a_product_by_hand():
    # Four numbers, each a sum of two products: eight operations and eight more.
    assert peak.product_flops(2) == 16


class Clock:
    """A clock that goes on only when it is told to."""

    def __init__(self):
        self.now = 100.0

    def perf_counter(self):
        return self.now

    def wait(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(peak, "time", clock)
    return clock


def test_the_shortest_time_counts(clock):
    waits = iter([2.0, 0.5, 3.0, 4.0])
    assert peak.fastest(lambda: clock.wait(next(waits)), 9.0) == 0.5
    assert next(waits, None) is None


def test_work_longer_than_the_time_is_done_once(clock):
    assert peak.fastest(lambda: clock.wait(7.0), 1.0) == 7.0
    assert clock.now == 107.0


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(peak, "SIZES", {"cpu": (8, 16), "gpu": (8, 16)})
    monkeypatch.setattr(peak, "_SECONDS", 0.0)


@pytest.mark.parametrize("make", [peak.numpy_peak, peak.keras_peak])
def test_a_library_says_its_rate_for_each_dtype(make, small):
    found = make(SETUP)
    rates = found.block(1).peak
    assert set(rates) == ({"float32"} if make is peak.numpy_peak else {"float32", "bfloat16"})
    assert all(rate > 0 for rate in rates.values())
    assert found.facts["device"] in ("cpu", "gpu") and found.facts["library"]


def test_pytorch_says_its_rate(small):
    pytest.importorskip("torch", reason="torch is not installed: its products were not measured")
    from nlputils.bench.torch_contestants import torch_peak

    assert set(torch_peak(SETUP).block(1).peak) == {"float32", "bfloat16"}


def planted(clock, *seconds):
    """The peak of a library with one way to multiply for each number of seconds it takes."""

    def way(seconds):
        def multiply(a, b):
            clock.wait(seconds)
            return a @ b

        return multiply

    ways = tuple(way(each) for each in seconds)
    found = peak.Peak("planted", "cpu", ways, lambda a, dtype: a, lambda c: None, ("float32",))
    return found.block(1).peak["float32"]


def test_the_fastest_way_and_the_fastest_size_count(small, clock):
    assert planted(clock, 0.125) == peak.product_flops(16) / 0.125
    assert planted(clock, 0.125, 0.0625) == peak.product_flops(16) / 0.0625


def test_a_slow_size_ends_the_climb(small, clock):
    # A chain of four products takes two seconds: the larger size is left out.
    assert planted(clock, 0.5) == peak.product_flops(8) / 0.5


def test_products_of_a_chain_stay_finite(small):
    seen = []
    found = peak.Peak("NumPy", "cpu", (np.matmul,), lambda a, dtype: a, seen.append, ("float32",))
    found.block(1)
    assert all(np.isfinite(c).all() and 0.01 < c.std() < 10 for c in seen)


def test_the_best_library_of_a_device_is_the_peak():
    def of(device, **rates):
        return {"facts": {"device": device}, "flops_per_second": rates}

    found = best_peaks(
        {
            "a": of("cpu", float32=1.0),
            "b": of("cpu", float32=3.0, bfloat16=2.0),
            "c": of("gpu", float32=9.0),
            "absent": {"facts": {}},
        }
    )
    assert found == {"cpu": {"float32": 3.0, "bfloat16": 2.0}, "gpu": {"float32": 9.0}}
