"""Packing: texts of any length become rows of one length, with no padding.

A row of padding costs as much as a row of words. For pretraining the texts are therefore laid end
to end, ``[SEP]`` between them, and cut into full rows (the "full sentences" format of Liu et al.
(2019), "RoBERTa", section 4.2).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np

from nlputils.data.files import write_npy
from nlputils.errors import CourseError
from nlputils.text.tokenizer import Tokenizer

# Padding is cut to a multiple of so many pieces: a backend compiles the network for each width.
_STEP = 16
_CHUNK = 4096  # texts tokenised at a time: enough for all cores, little enough for the memory


def pack(texts: Iterable[str], tokenizer: Tokenizer, length: int, path: str | Path) -> np.ndarray:
    """Tokenise texts once and write them as full rows of pieces.

    Args:
        texts: any number of texts; read once, in chunks, so they need not fit in memory.
        tokenizer: gives the ids.
        length: pieces in a row: ``[CLS]``, ``length - 2`` pieces, ``[SEP]``.
        path: the ``.npy`` file to write, whole or not at all.

    Returns:
        int32 array [rows, length], mapped from the file. The last, unfinished row is dropped.

    Raises:
        CourseError: the texts do not fill one row.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, raw = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            for rows in _rows(texts, tokenizer, length):
                stream.write(rows.tobytes())
        size = os.path.getsize(raw) // (4 * length)
        if size == 0:
            raise CourseError(f"The texts do not fill one row of {length} pieces: add text.")
        return write_npy(path, np.memmap(raw, dtype=np.int32, mode="r", shape=(size, length)))
    finally:
        os.unlink(raw)


def _rows(texts: Iterable[str], tokenizer: Tokenizer, length: int) -> Iterator[np.ndarray]:
    """Yield blocks of full rows; what is left over goes to the front of the next block."""
    body, rest, source = length - 2, np.empty(0, dtype=np.int32), iter(texts)
    while chunk := list(islice(source, _CHUNK)):
        parts = [rest]
        for ids in tokenizer.ids_batch(chunk):
            parts.append(np.array([*ids, tokenizer.sep_id], dtype=np.int32))
        stream = np.concatenate(parts)
        n = len(stream) // body
        rows = np.empty((n, length), dtype=np.int32)
        rows[:, 0], rows[:, -1] = tokenizer.cls_id, tokenizer.sep_id
        rows[:, 1:-1] = stream[: n * body].reshape(n, body)
        rest = stream[n * body :]
        yield rows


def bert_inputs(token_ids: np.ndarray, pad_id: int = 0) -> dict[str, np.ndarray]:
    """Return the three inputs of a KerasHub BERT for rows of one text each.

    Args:
        token_ids: int array [n, length].
        pad_id: the id of ``[PAD]``.

    Returns:
        ``token_ids`` int32, ``segment_ids`` int32 (all 0: one text), ``padding_mask`` int32
        (1 where there is a piece, 0 where there is padding), each [n, length].
    """
    token_ids = np.asarray(token_ids, dtype=np.int32)
    return {
        "token_ids": token_ids,
        "segment_ids": np.zeros_like(token_ids),
        "padding_mask": (token_ids != pad_id).astype(np.int32),
    }


def batches_of(order: np.ndarray, size: int) -> list[np.ndarray]:
    """Deal rows into batches of one size.

    The last batch is filled up with rows of the one before. A smaller one would have a shape of
    its own, for which a network would have to be compiled again.

    Args:
        order: int[n], the rows.
        size: rows in a batch.

    Returns:
        Parts of ``order``, all of ``size`` rows, or one of n where there are fewer.
    """
    starts = range(0, len(order), size)
    return [order[max(0, min(start, len(order) - size)) :][:size] for start in starts]


def without_padding(inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Cut off the columns that are padding in all rows, but for a few.

    Args:
        inputs: int arrays [n, length], ``padding_mask`` among them, as `bert_inputs` gives.

    Returns:
        The arrays [n, width], with a width that 16 divides, or the length itself.
    """
    longest = int(np.asarray(inputs["padding_mask"]).sum(axis=1).max())
    width = -(-max(1, longest) // _STEP) * _STEP
    return {name: values[:, :width] for name, values in inputs.items()}
