"""Masked language modelling: hide some pieces, and ask the model for them.

Source: Devlin et al. (2019), "BERT: Pre-training of Deep Bidirectional Transformers", section 3.1
and appendix A.1: 15 % of the pieces are chosen; of these 80 % become ``[MASK]``, 10 % a random
piece, and 10 % stay as they are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nlputils.errors import CourseError
from nlputils.text.tokenizer import Tokenizer


class MaskedBatch(NamedTuple):
    """One batch for masked language modelling.

    Attributes:
        token_ids: int32 [batch, length], with the chosen pieces hidden.
        mask_positions: int32 [batch, k], where they stood, ascending; 0 in an unused slot.
        mask_ids: int32 [batch, k], what stood there: the answer; 0 in an unused slot.
        mask_weights: float32 [batch, k], 1 where a slot is used, else 0.
    """

    token_ids: np.ndarray
    mask_positions: np.ndarray
    mask_ids: np.ndarray
    mask_weights: np.ndarray


def slots(length: int, rate: float) -> int:
    """Return how many pieces are chosen in a full row: ``rate`` of all but its two ends."""
    return max(1, round(rate * (length - 2)))


def mask_tokens(
    token_ids: np.ndarray,
    tokenizer: Tokenizer,
    rng: np.random.Generator,
    *,
    rate: float = 0.15,
    shares: tuple[float, float] = (0.8, 0.1),
) -> MaskedBatch:
    """Choose pieces at random, hide them, and remember what stood there.

    Args:
        token_ids: int array [batch, length]; it is not changed.
        tokenizer: tells which ids are special; these are never chosen nor put in.
        rng: the only source of chance, so the same generator state gives the same masks.
        rate: share of the pieces to choose, between 0 and 1. Each row gets a fixed count.
        shares: share of the chosen that become ``[MASK]``, and a random piece; the rest stays.

    Returns:
        The batch with its answers.

    Raises:
        CourseError: ``rate`` or ``shares`` is no share, or the array is not two-dimensional.
    """
    if not 0 < rate < 1 or min(shares) < 0 or sum(shares) > 1:
        raise CourseError(f"rate={rate}, shares={shares}: each must lie between 0 and 1.")
    if token_ids.ndim != 2:
        raise CourseError(f"token_ids has shape {token_ids.shape}; [batch, length] was expected.")
    chosen_from = _may_be_chosen(tokenizer)
    candidate = chosen_from[token_ids]
    k = min(slots(token_ids.shape[1], rate), token_ids.shape[1])
    # A random order in which the pieces that may not be chosen come last.
    order = _first(rng.random(token_ids.shape) + 2.0 * ~candidate, k)
    # A row with padding gets its share of the pieces it has, and at least one.
    wanted = np.maximum(1, np.round(rate * candidate.sum(axis=1))).astype(int)
    used = np.arange(k)[None, :] < np.minimum(wanted, candidate.sum(axis=1))[:, None]
    positions = np.where(used, order, token_ids.shape[1])
    positions = np.sort(positions, axis=1)
    used = positions < token_ids.shape[1]
    positions = np.where(used, positions, 0).astype(np.int32)
    answers = np.where(used, np.take_along_axis(token_ids, positions, axis=1), 0)
    shown = _shown(answers, used, np.flatnonzero(chosen_from), tokenizer.mask_id, rng, shares)
    hidden = token_ids.astype(np.int32).copy()
    rows = np.broadcast_to(np.arange(len(hidden))[:, None], used.shape)
    hidden[rows[used], positions[used]] = shown[used]
    return MaskedBatch(hidden, positions, answers.astype(np.int32), used.astype(np.float32))


def _may_be_chosen(tokenizer: Tokenizer) -> np.ndarray:
    """Tell of each id whether it may be chosen and put in: all but the special ones, bool[V]."""
    found = np.ones(len(tokenizer), dtype=bool)
    for name in ("pad", "unk", "cls", "sep", "mask"):
        found[getattr(tokenizer, f"{name}_id")] = False
    return found


def _first(keys: np.ndarray, k: int) -> np.ndarray:
    """Return where the k lowest keys of each row stand, the lowest first, int[n, k]."""
    found = np.argpartition(keys, k - 1, axis=1)[:, :k]
    within = np.argsort(np.take_along_axis(keys, found, axis=1), axis=1)
    return np.take_along_axis(found, within, axis=1)


def _shown(
    answers: np.ndarray,
    used: np.ndarray,
    ordinary: np.ndarray,
    mask_id: int,
    rng: np.random.Generator,
    shares: tuple[float, float],
) -> np.ndarray:
    """Return what the model sees at the chosen places: ``[MASK]``, a random piece, the truth."""
    lot = rng.random(answers.shape)
    other = ordinary[rng.integers(0, len(ordinary), answers.shape)]
    shown = np.where(lot < shares[0], mask_id, answers)
    return np.where((lot >= shares[0]) & (lot < sum(shares)) & used, other, shown)
