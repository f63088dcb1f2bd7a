"""What all contestants have in common: the network, the batch, the threads."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from nlputils.errors import CourseError
from nlputils.lesson.machine import cores
from nlputils.lesson.quiet import quiet_tensorflow
from nlputils.precision import check_dtype
from nlputils.text.masking import slots
from nlputils.text.wordpiece import SPECIAL_TOKENS

# Steps at the head of each turn that do not count: the caches hold another contestant's numbers,
# and batches that were made ahead of the first step cost the turn nothing.
WARM = 3
# Of AdamW. No step depends on them for its time.
RATE = 1e-4
WEIGHT_DECAY = 0.01


@dataclass(frozen=True)
class Setup:
    """One network and one kind of batch, in plain numbers: a process gets them as JSON.

    Attributes:
        layers: Transformer blocks.
        width: size of a piece's vector; the feed-forward layer is four times as wide.
        heads: attention heads in a block.
        batch_size: rows in a batch.
        length: pieces in a row; rows are full.
        vocabulary_size: pieces in the vocabulary, the five special ones included.
        mask_rate: share of a row's pieces that is hidden and scored.
        dropout: share of values hidden in training, at the same places in all contestants.
        threads: CPU threads, and cores, that a contestant may use.
        dtype: of the Keras contestants: ``float32``, or ``mixed_bfloat16`` (products in bfloat16,
            weights in float32).
    """

    layers: int
    width: int
    heads: int
    batch_size: int = 32
    length: int = 64
    vocabulary_size: int = 8000
    mask_rate: float = 0.3
    dropout: float = 0.0
    threads: int = 1
    dtype: str = "float32"

    @property
    def scored(self) -> int:
        """Scored pieces in a row: `nlputils.text` hides the same number in each full row."""
        return slots(self.length, self.mask_rate)

    @property
    def pieces_per_step(self) -> int:
        """Pieces in a batch."""
        return self.batch_size * self.length

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return asdict(self)


def setup_of(size: str, *, threads: int | None = None, **numbers: Any) -> Setup:
    """Make a set-up from a size's name, and refuse what cannot be measured.

    Args:
        size: see `nlputils.models.encoder_size`.
        threads: CPU threads; all cores this process may use by default.
        **numbers: the other attributes of `Setup`.

    Returns:
        The set-up.

    Raises:
        CourseError: there is no such size, or a number is out of range; the sentence says which.
    """
    # Here, because a process that runs PyTorch reads `Setup` and must not load Keras.
    quiet_tensorflow()
    from nlputils.models import encoder_size

    shape = encoder_size(size)
    threads = cores() if threads is None else threads
    setup = Setup(*shape, threads=threads, **numbers)
    _check(setup)
    return setup


def _check(setup: Setup) -> None:
    """Name the first number that is out of range."""
    least = len(SPECIAL_TOKENS) + 1
    for name, value, low in (
        ("batch_size", setup.batch_size, 1),
        ("length", setup.length, 3),
        ("vocabulary_size", setup.vocabulary_size, least),
        ("threads", setup.threads, 1),
    ):
        if value < low:
            raise CourseError(f"{name}={value}: at least {low} was expected.")
    if setup.threads > cores():
        raise CourseError(
            f"threads={setup.threads}: this process may use {cores()} cores. Threads that share a "
            "core wait for each other; give at most as many."
        )
    if not 0 < setup.mask_rate < 1 or not 0 <= setup.dropout < 1:
        raise CourseError(
            f"mask_rate={setup.mask_rate}, dropout={setup.dropout}: a share between 0 and 1, and "
            "one from 0 to below 1, were expected."
        )
    check_dtype(setup.dtype)
