"""Masked batches for Keras: each is a pure function of the seed and its place in the training.

KerasHub's own mask generator draws other masks in each run on the ``tf.data`` path. Here batch
number ``i`` is the same in every run, on every backend, and after a restart.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from nlputils.errors import CourseError
from nlputils.text.masking import mask_tokens
from nlputils.text.packing import bert_inputs
from nlputils.text.tokenizer import Tokenizer


class MaskedBatches(keras.utils.PyDataset):
    """The batches of a masked-LM training, in order, from the first step to the last.

    Each epoch visits every row once in a new order and with new masks ("dynamic masking", Liu et
    al. (2019), section 4.1), unless ``dynamic`` is off: then a row keeps its masks.

    Args:
        packed: int array [rows, length], e.g. from `nlputils.text.pack`.
        tokenizer: the tokenizer that made the ids.
        batch_size: rows in a batch; the ragged last batch of an epoch is dropped.
        steps: how many batches there are in all; more than an epoch is fine.
        seed: decides the order of the rows and the masks.
        rate: share of the pieces to hide.
        dynamic: new masks in each epoch.
        start: the first step to give, for a training that goes on.

    Raises:
        CourseError: there are fewer rows than one batch holds.
    """

    def __init__(
        self,
        packed: np.ndarray,
        tokenizer: Tokenizer,
        batch_size: int,
        *,
        steps: int,
        seed: int = 0,
        rate: float = 0.15,
        dynamic: bool = True,
        start: int = 0,
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=4)
        if len(packed) < batch_size:
            raise CourseError(
                f"{len(packed)} rows do not fill a batch of {batch_size}: add text, "
                "shorten the rows or the batch."
            )
        self.packed, self.tokenizer, self.batch_size = packed, tokenizer, batch_size
        self.steps, self.seed, self.rate, self.dynamic = steps, seed, rate, dynamic
        self.start = start
        self.steps_per_epoch = len(packed) // batch_size
        self._order: tuple[int, np.ndarray] | None = None

    def __len__(self) -> int:
        """Return the number of batches from ``start`` to the last step."""
        return self.steps - self.start

    def __getitem__(self, index: int) -> tuple[dict[str, np.ndarray], Any, Any]:
        """Return inputs, answers and weights of step ``start + index``."""
        return self.at(self.start + index)

    def starting_at(self, step: int) -> MaskedBatches:
        """Return the same batches from ``step`` on."""
        settings: dict[str, Any] = {
            name: getattr(self, name) for name in ("steps", "seed", "rate", "dynamic")
        }
        return type(self)(self.packed, self.tokenizer, self.batch_size, start=step, **settings)

    @property
    def tokens_per_step(self) -> int:
        """Pieces in a batch."""
        return self.batch_size * self.packed.shape[1]

    def at(self, step: int) -> tuple[dict[str, np.ndarray], Any, Any]:
        """Return the batch of one step.

        Returns:
            inputs (``token_ids``, ``segment_ids``, ``padding_mask`` [batch, length] and
            ``mask_positions`` [batch, k], all int32), answers int32 [batch, k], weights float32
            [batch, k].
        """
        chosen, chance = self._drawn(step)
        return self._masked(np.asarray(self.packed[chosen]), chance)

    def _drawn(self, step: int) -> tuple[np.ndarray, list[int]]:
        """Return the rows of one step in rising order, and the seed of all else in it."""
        epoch, place = divmod(step, self.steps_per_epoch)
        chosen = self._rows_of(epoch)[place * self.batch_size : (place + 1) * self.batch_size]
        return np.sort(chosen), [epoch if self.dynamic else 0, place]

    def _masked(
        self, ids: np.ndarray, chance: list[int]
    ) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
        """Hide pieces of rows, and return inputs, answers and weights."""
        batch = mask_tokens(
            ids, self.tokenizer, np.random.default_rng([self.seed, 1, *chance]), rate=self.rate
        )
        inputs = bert_inputs(batch.token_ids, self.tokenizer.pad_id)
        # Hiding never makes padding, so the mask may be taken from the hidden ids.
        inputs["mask_positions"] = batch.mask_positions
        return inputs, batch.mask_ids, batch.mask_weights

    def _rows_of(self, epoch: int) -> np.ndarray:
        """Return the order of the rows in one epoch; static masks keep one order throughout."""
        key = epoch if self.dynamic else 0
        if self._order is None or self._order[0] != key:
            rng = np.random.default_rng([self.seed, 0, key])
            self._order = (key, rng.permutation(len(self.packed)))
        return self._order[1]
