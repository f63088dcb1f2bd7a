"""The fastest matrix product of the machine, as NumPy's BLAS and Keras' backend make it.

A share of the peak says how much of a step is left to win. Peaks in data sheets are those of a
clock that a laptop does not hold, so the peak is measured, in the same run and by turns with the
trainings.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from nlputils.bench.lineup import Block
from nlputils.bench.setup import Setup
from nlputils.lesson.machine import backend

# Rows of the square matrices. Small ones fit the cache, large ones keep a GPU busy.
SIZES = {"cpu": (512, 1024, 2048), "gpu": (2048, 4096, 8192)}
# Products that follow each other before the clock is read: on a GPU, reading it costs time.
_CHAIN = 4
_SECONDS = 0.2  # spent on a size
_PATIENCE = 1.0  # a chain that takes longer ends the climb: no larger size will be faster

Multiply = Callable[[Any, Any], Any]


class Peak:
    """A library that multiplies matrices, and says how fast.

    Args:
        library: what the table calls it.
        device: ``cpu`` or ``gpu``.
        multiply: ways to multiply, each of which takes and gives the library's own matrices. The
            fastest counts: PyTorch without instructions for bfloat16 was seen to be six times as
            fast with the second matrix transposed, as in a linear layer.
        matrix: makes one from a float32 array and a dtype.
        wait: returns when the product is there.
        dtypes: to be measured.
    """

    def __init__(
        self,
        library: str,
        device: str,
        multiply: tuple[Multiply, ...],
        matrix: Callable[[np.ndarray, str], Any],
        wait: Callable[[Any], object],
        dtypes: tuple[str, ...],
    ) -> None:
        self.facts: dict[str, Any] = {"library": library, "device": device}
        self._multiply, self._wait = multiply, wait
        self._matrix, self._dtypes = matrix, dtypes

    def block(self, steps: int) -> Block:
        """Measure each dtype once; the number of steps does not matter here."""
        return Block(peak={dtype: self._best(dtype) for dtype in self._dtypes})

    def _best(self, dtype: str) -> float:
        """Return the highest rate of all, in floating-point operations per second."""
        return max(self._climbed(multiply, dtype) for multiply in self._multiply)

    def _climbed(self, multiply: Multiply, dtype: str) -> float:
        best = 0.0
        for size in SIZES[self.facts["device"]]:
            chain = self._chain(multiply, size, dtype)
            chain()  # not counted: memory is asked for, kernels are chosen
            shortest = fastest(chain, _SECONDS)
            best = max(best, product_flops(size) * _CHAIN / shortest)
            if shortest > _PATIENCE:
                break
        return best

    def _chain(self, multiply: Multiply, size: int, dtype: str) -> Callable[[], None]:
        rng = np.random.default_rng(0)
        # Entries of this spread keep the products' size: none grows to infinity.
        left, right = (
            self._matrix(rng.normal(0, size**-0.5, (size, size)).astype(np.float32), dtype)
            for _ in range(2)
        )

        def chain() -> None:
            product = left
            for _ in range(_CHAIN):
                product = multiply(product, right)
            self._wait(product)

        return chain


def product_flops(size: int) -> int:
    """Return the operations of the product of two square matrices: a row has ``size`` terms."""
    return 2 * size**3


def fastest(work: Callable[[], None], seconds: float) -> float:
    """Do a piece of work again and again for a time; return the shortest, in seconds.

    The shortest, because everything that disturbs a measurement makes it longer.

    Args:
        work: what is done.
        seconds: for how long; it is done at least once.

    Returns:
        The seconds of the fastest.
    """
    shortest, end = float("inf"), time.perf_counter() + seconds
    while True:
        begin = time.perf_counter()
        work()
        now = time.perf_counter()
        shortest = min(shortest, now - begin)
        if now >= end:
            return shortest


def numpy_peak(setup: Setup) -> Peak:
    """Return NumPy's; its BLAS knows no bfloat16."""
    from threadpoolctl import threadpool_info

    names = [pool["internal_api"] for pool in threadpool_info() if pool["user_api"] == "blas"]
    library = f"NumPy {np.__version__}, {' and '.join(names) or 'unknown BLAS'}"
    return Peak(
        library, "cpu", (np.matmul,), lambda a, dtype: a, lambda product: None, ("float32",)
    )


def keras_peak(setup: Setup) -> Peak:
    """Return that of Keras' backend, on the device on which it trains."""
    from keras import ops

    return Peak(
        f"Keras on {backend()[0]}",
        keras_device(),
        (ops.matmul,),
        lambda a, dtype: ops.convert_to_tensor(a, dtype=dtype),
        lambda product: ops.convert_to_numpy(ops.cast(product[:1, :1], "float32")),
        ("float32", "bfloat16"),
    )


def keras_device() -> str:
    """Return on what Keras' backend computes, ``cpu`` or ``gpu``."""
    import keras

    if keras.backend.backend() == "torch":  # for which Keras has no list of devices
        import torch

        return "gpu" if torch.cuda.is_available() else "cpu"
    return "gpu" if any("gpu" in name for name in keras.distribution.list_devices()) else "cpu"
