"""Chance that is the same in every Python version.

The generator may use only `random.Random.random()`: the standard library promises that its
sequence for a given seed does not change between versions. Its other methods carry no such
promise, so the few that are needed are built here from that one.
"""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A small source of pseudo-random choices, a pure function of its seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def below(self, n: int) -> int:
        """Return a whole number from 0 to n - 1, each equally likely."""
        return int(self._random() * n)

    def true(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self._random() < probability

    def one(self, items: Sequence[T]) -> T:
        """Return one item, each equally likely."""
        return items[int(self._random() * len(items))]

    def weighted(self, cumulative: Sequence[float]) -> int:
        """Return an index, given the running sums of the weights (the last is their total)."""
        point = self._random() * cumulative[-1]
        low, high = 0, len(cumulative) - 1
        while low < high:
            middle = (low + high) // 2
            if cumulative[middle] > point:
                high = middle
            else:
                low = middle + 1
        return low

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return a new list in random order (Fisher and Yates)."""
        out = list(items)
        for i in range(len(out) - 1, 0, -1):
            j = self.below(i + 1)
            out[i], out[j] = out[j], out[i]
        return out
