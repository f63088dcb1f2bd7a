"""Pretrain twice in this process, in the same way; print how many weights differ.

Batches are large enough for PyTorch to share the work among its threads.
"""

import keras
import numpy as np

from nlputils import models, train
from nlputils.bench.rows import token_rows, vocabulary
from nlputils.bench.setup import Setup
from nlputils.text import MaskedBatches

SETUP = Setup(layers=1, width=256, heads=4)


def weights() -> np.ndarray:
    task = models.masked_lm(models.encoder("1x256", SETUP.vocabulary_size, SETUP.length))
    batches = MaskedBatches(
        token_rows(SETUP), vocabulary(SETUP), SETUP.batch_size, steps=20, seed=3
    )
    train.pretrain(task, batches, reports=1, jit_compile=True, label="")
    return np.concatenate([keras.ops.convert_to_numpy(w).ravel() for w in task.weights])


if __name__ == "__main__":
    print(int((weights() != weights()).sum()))
