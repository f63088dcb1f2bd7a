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

    Each epoch visits every row once in a new order. By default a row gets a new mask each time
    ("dynamic masking", Liu et al. (2019), section 4.1); with ``masks`` it has so many of its own,
    which take turns ("static masking").

    Args:
        packed: int array [rows, length], e.g. from `nlputils.text.pack`.
        tokenizer: the tokenizer that made the ids.
        batch_size: rows in a batch; the ragged last batch of an epoch is dropped.
        steps: how many batches there are in all; more than an epoch is fine.
        seed: decides the order of the rows and the masks.
        rate: share of the pieces to hide.
        masks: how many masks each row has; None for new ones in each epoch. BERT had ten (Liu et
            al. (2019), section 4.1).
        start: the first step to give, for a training that goes on.

    Raises:
        CourseError: there are fewer rows than one batch holds, or ``masks`` is below one.
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
        masks: int | None = None,
        start: int = 0,
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=4)
        if len(packed) < batch_size:
            raise CourseError(
                f"{len(packed)} rows do not fill a batch of {batch_size}: add text, "
                "shorten the rows or the batch."
            )
        if masks is not None and masks < 1:
            raise CourseError(f"masks={masks}: give one or more, or None for new ones each time.")
        self.packed, self.tokenizer, self.batch_size = packed, tokenizer, batch_size
        self.steps, self.seed, self.rate, self.masks = steps, seed, rate, masks
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
            name: getattr(self, name) for name in ("steps", "seed", "rate", "masks")
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
        epoch, place = divmod(step, self.steps_per_epoch)
        rows = self._rows_of(epoch)[place * self.batch_size : (place + 1) * self.batch_size]
        rows = np.sort(rows)
        if self.masks is None:
            return self._made(rows, [epoch, place])
        # What belongs to a row, and not to a batch, is drawn for it alone.
        turn = epoch % self.masks
        made = [self._made(rows[i : i + 1], [turn, int(row)]) for i, row in enumerate(rows)]
        return keras.tree.map_structure(lambda *parts: np.concatenate(parts), *made)

    def _made(self, rows: np.ndarray, chance: list[int]) -> tuple[dict[str, np.ndarray], Any, Any]:
        """Return the batch of some rows; ``chance`` and the seed decide what is drawn for them."""
        return self._masked(np.asarray(self.packed[rows]), chance)

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
        """Return the order of the rows in one epoch."""
        held = self._order  # one look: another thread may be about to put the next epoch there
        if held is None or held[0] != epoch:
            rng = np.random.default_rng([self.seed, 0, epoch])
            held = self._order = (epoch, rng.permutation(len(self.packed)))
        return held[1]
