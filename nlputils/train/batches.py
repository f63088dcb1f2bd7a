"""Batches of labelled rows, in an order that the seed and the epoch alone decide."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from nlputils.errors import CourseError
from nlputils.text import without_padding


def rows_of(x: Any, rows: Any) -> Any:
    """Return some rows of an array, or of each array of a dict."""
    if isinstance(x, dict):
        return {name: np.asarray(values)[rows] for name, values in x.items()}
    return np.asarray(x)[rows]


# Batches whose rows are sorted by length together. More would leave less to chance.
_POOL = 32


def lengths_of(x: Any) -> np.ndarray:
    """Return how many pieces each row has, int64[n].

    Args:
        x: a dict of int arrays [n, length] with ``padding_mask``.

    Raises:
        CourseError: there is no ``padding_mask`` that would tell.
    """
    if not isinstance(x, dict) or "padding_mask" not in x:
        raise CourseError(
            "`by_length` needs to know what is padding: give a dict with `padding_mask`, as "
            "`nlputils.text.bert_inputs` makes it."
        )
    return np.asarray(x["padding_mask"]).sum(axis=1)


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
        by_length: put rows of like length into one batch, and cut the padding. Rows of chance are
            sorted by length in groups of 32 batches, and the batches of a group come in an order
            of chance. The vectors are the same; the company of a row is less a matter of chance.
        start: the first step to give, for a training that goes on.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        batch_size: int,
        *,
        epochs: int,
        seed: int,
        by_length: bool = False,
        start: int = 0,
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=4)
        self.x = {k: np.asarray(v) for k, v in x.items()} if isinstance(x, dict) else np.asarray(x)
        self.y = np.asarray(y)
        self.batch_size, self.epochs, self.seed, self.start = batch_size, epochs, seed, start
        self.by_length = by_length
        self._lengths = lengths_of(x) if by_length else None
        self.steps_per_epoch = -(-len(self.y) // batch_size)
        self._order: tuple[int, np.ndarray] | None = None

    def __len__(self) -> int:
        """Return the number of batches from ``start`` to the last step."""
        return self.epochs * self.steps_per_epoch - self.start

    def __getitem__(self, index: int) -> tuple[Any, np.ndarray]:
        """Return inputs and answers of step ``start + index``."""
        epoch, place = divmod(self.start + index, self.steps_per_epoch)
        rows = self._rows_of(epoch)[place * self.batch_size : (place + 1) * self.batch_size]
        x = rows_of(self.x, rows)
        return without_padding(x) if self.by_length else x, self.y[rows]

    def starting_at(self, step: int) -> ShuffledBatches:
        """Return the same batches from ``step`` on."""
        settings = {name: getattr(self, name) for name in ("epochs", "seed", "by_length")}
        return ShuffledBatches(self.x, self.y, self.batch_size, **settings, start=step)

    def _rows_of(self, epoch: int) -> np.ndarray:
        held = self._order  # one look, as in `nlputils.text.MaskedBatches`
        if held is None or held[0] != epoch:
            rng = np.random.default_rng([self.seed, epoch])
            order = rng.permutation(len(self.y))
            if self._lengths is not None:
                order = _by_length(order, self._lengths, self.batch_size, rng)
            held = self._order = (epoch, order)
        return held[1]


def _by_length(
    order: np.ndarray, lengths: np.ndarray, batch_size: int, rng: np.random.Generator
) -> np.ndarray:
    """Sort the rows of each pool by length, and shuffle its batches; a small batch stays last."""
    found = []
    for start in range(0, len(order), _POOL * batch_size):
        pool = order[start : start + _POOL * batch_size]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        whole = len(pool) // batch_size
        batches = np.split(pool, np.arange(1, whole + 1) * batch_size)
        found += [batches[i] for i in rng.permutation(whole)] + [batches[whole]]
    return np.concatenate(found)


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
