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
    """A small source of pseudo-random choices, a pure function of its seed.

    Args:
        seed: any whole number. Equal seeds give equal choices, on every machine.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed).random

    def below(self, n: int) -> int:
        """Return a whole number from 0 to n - 1, each equally likely.

        Args:
            n: how many numbers there are, at least 1.
        """
        return int(self._random() * n)

    def true(self, probability: float) -> bool:
        """Return True with the given probability.

        Args:
            probability: from 0 (never) to 1 (always).
        """
        return self._random() < probability

    def one(self, items: Sequence[T]) -> T:
        """Return one item, each equally likely.

        Args:
            items: what there is to choose from.

        Raises:
            IndexError: when there is nothing.
        """
        return items[int(self._random() * len(items))]

    def weighted(self, cumulative: Sequence[float]) -> int:
        """Return an index, each as likely as its weight.

        Args:
            cumulative: the running sums of the weights; the last one is their total.

        Returns:
            An index from 0 to `len(cumulative) - 1`.
        """
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
        """Return the items in random order (the shuffle of Fisher and Yates).

        Args:
            items: what is to be shuffled. It is left as it is.

        Returns:
            A new list; every order is equally likely.
        """
        out = list(items)
        for i in range(len(out) - 1, 0, -1):
            j = self.below(i + 1)
            out[i], out[j] = out[j], out[i]
        return out
