"""What a training was like: its losses by step, its time, its speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import pandas as pd


@dataclass(frozen=True)
class History:
    """The record of one training.

    Attributes:
        frame: a row for each report, with ``step``, ``seconds`` and the losses and metrics.
        seconds: wall-clock time of the whole training. Where it was interrupted and continued,
            the parts that count are added up; what was lost with the interruption is not in it.
        tokens: pieces read, padding included; 0 where nobody counted.
        settings: what the training was told.
    """

    frame: pd.DataFrame
    seconds: float
    tokens: int = 0
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def tokens_per_second(self) -> float:
        """Pieces read in a second of training."""
        return self.tokens / self.seconds if self.seconds else float("nan")


class Recorder(keras.callbacks.Callback):
    """Collect a row for each Keras epoch, and print it as one plain line where asked.

    Args:
        steps_after: tells how many optimizer steps are made after so many Keras epochs.
        label: what the line calls the training; no line is printed without one.
    """

    def __init__(self, steps_after: Callable[[int], int], label: str = "") -> None:
        super().__init__()
        self.steps_after, self.label = steps_after, label
        self.rows: list[dict[str, float]] = []
        self.began = time.perf_counter()

    def goes_on_from(self, rows: Sequence[dict[str, float]]) -> None:
        """Take over the rows of a training that was interrupted, and its time with them."""
        self.rows = list(rows)
        self.began = time.perf_counter() - self.seconds

    @property
    def seconds(self) -> float:
        """Time at the last report."""
        return float(self.rows[-1]["seconds"]) if self.rows else 0.0

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keep the numbers of one report."""
        step = self.steps_after(epoch + 1)
        seconds = time.perf_counter() - self.began
        numbers = {name: float(value) for name, value in (logs or {}).items()}
        self.rows.append({"step": step, "seconds": seconds, **numbers})
        if self.label:
            shown = "  ".join(f"{name} {value:.3f}" for name, value in numbers.items())
            print(f"{self.label}: step {step:,}  {seconds:.0f} s  {shown}", flush=True)
