"""Batches of labelled rows, in an order that the seed and the epoch alone decide."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def rows_of(x: Any, rows: Any) -> Any:
    """Return some rows of an array, or of each array of a dict."""
    if isinstance(x, dict):
        return {name: np.asarray(values)[rows] for name, values in x.items()}
    return np.asarray(x)[rows]


class ShuffledBatches(keras.utils.PyDataset):
    """The batches of a supervised training, in order, from its first step to its last.

    Keras' own shuffling of arrays goes on from wherever the framework's generator stands, so that
    a training could not be continued in the order it began. Here batch number ``i`` is the same in
    every run, on every backend, and after a restart. An epoch's last batch may be smaller.

    Args:
        x: array [n, ...], or a dict of such arrays.
        y: array [n, ...], the answers.
        batch_size: rows in a batch.
        epochs: passes over the rows.
        seed: decides the order of the rows, anew in each epoch.
        start: the first step to give, for a training that goes on.
    """

    def __init__(
        self, x: Any, y: Any, batch_size: int, *, epochs: int, seed: int, start: int = 0
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=4)
        self.x = {k: np.asarray(v) for k, v in x.items()} if isinstance(x, dict) else np.asarray(x)
        self.y = np.asarray(y)
        self.batch_size, self.epochs, self.seed, self.start = batch_size, epochs, seed, start
        self.steps_per_epoch = -(-len(self.y) // batch_size)
        self._order: tuple[int, np.ndarray] | None = None

    def __len__(self) -> int:
        """Return the number of batches from ``start`` to the last step."""
        return self.epochs * self.steps_per_epoch - self.start

    def __getitem__(self, index: int) -> tuple[Any, np.ndarray]:
        """Return inputs and answers of step ``start + index``."""
        epoch, place = divmod(self.start + index, self.steps_per_epoch)
        rows = self._rows_of(epoch)[place * self.batch_size : (place + 1) * self.batch_size]
        return rows_of(self.x, rows), self.y[rows]

    def starting_at(self, step: int) -> ShuffledBatches:
        """Return the same batches from ``step`` on."""
        return ShuffledBatches(
            self.x, self.y, self.batch_size, epochs=self.epochs, seed=self.seed, start=step
        )

    def _rows_of(self, epoch: int) -> np.ndarray:
        if self._order is None or self._order[0] != epoch:
            order = np.random.default_rng([self.seed, epoch]).permutation(len(self.y))
            self._order = (epoch, order)
        return self._order[1]


class OrderedBatches(keras.utils.PyDataset):
    """The batches of an evaluation: all rows once, as they come.

    Args:
        x: array [n, ...], or a dict of such arrays.
        y: array [n, ...], the answers.
        batch_size: rows in a batch.
    """

    def __init__(self, x: Any, y: Any, batch_size: int) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=4)
        self.x, self.y, self.batch_size = x, np.asarray(y), batch_size

    def __len__(self) -> int:
        """Return the number of batches; the last may be smaller."""
        return -(-len(self.y) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[Any, np.ndarray]:
        """Return inputs and answers of one batch."""
        rows = slice(index * self.batch_size, (index + 1) * self.batch_size)
        return rows_of(self.x, rows), self.y[rows]
