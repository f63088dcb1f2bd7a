"""Who takes part, and where the code of each is.

This module loads no framework: each contestant's module is imported in the contestant's own
process.
"""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from nlputils.bench.setup import Setup
from nlputils.errors import CourseError


class Block(NamedTuple):
    """What a contestant says after its turn.

    Attributes:
        seconds: for the counted steps; 0 from a peak.
        loss: of the last step; 0 from a peak.
        peak: floating-point operations per second by dtype; empty from a training.
    """

    seconds: float = 0.0
    loss: float = 0.0
    peak: dict[str, float] = {}


class Contestant(Protocol):
    """What a process holds between its turns.

    Attributes:
        facts: plain values for the table and the JSON file; ``device`` is ``cpu`` or ``gpu``,
            ``dtype`` is that of the products, ``scored`` the pieces of a row that get logits.
    """

    facts: dict[str, Any]

    def block(self, steps: int) -> Block:
        """Make so many counted steps, after a few that are not counted."""


class Absent(Exception):
    """A contestant that cannot take part here; the message says why."""


@dataclass(frozen=True)
class Entry:
    """One contestant.

    Attributes:
        label: what the table calls it.
        module: in `nlputils.bench`, where its maker is.
        maker: a function from a `Setup` and the options to a `Contestant`.
        memory_mb: what a process with its framework and a tiny network was seen to hold, in MB
            (10^6 bytes), rounded up.
        options: of the maker.
        needs: packages that must be installed.
        backend: of Keras, in its process; that of the caller where empty.
    """

    label: str
    module: str
    maker: str
    memory_mb: float
    options: dict[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    backend: str = ""


def _on_torch(label: str, **options: Any) -> Entry:
    return Entry(label, "contestants", "course", 2200, options, ("torch",), "torch")


def _bert(label: str, **options: Any) -> Entry:
    return Entry(label, "torch_contestants", "bert", 600, options, ("torch", "transformers"))


CONTESTANTS: dict[str, Entry] = {
    "nlputils": Entry("nlputils", "contestants", "course", 1500),
    "nlputils-torch": _on_torch("nlputils on PyTorch"),
    "nlputils-torch-bf16": _on_torch("nlputils on PyTorch, bf16", dtype="mixed_bfloat16"),
    "keras-guide": Entry("Keras guide", "contestants", "guide", 1500),
    "products": Entry("products of a step alone", "products", "products", 1500),
    "bert-eager": _bert("Hugging Face BERT, eager"),
    "bert-compiled": _bert("Hugging Face BERT, compiled", compiled=True),
    "bert-eager-bf16": _bert("Hugging Face BERT, eager, bf16", bfloat16=True),
    "bert-compiled-bf16": _bert("Hugging Face BERT, compiled, bf16", compiled=True, bfloat16=True),
    "bert-compiled-bf16-plain": _bert(
        "Hugging Face BERT, compiled, bf16, plain attention",
        compiled=True,
        bfloat16=True,
        attention="eager",
    ),
    "bert-eager-all": _bert("Hugging Face BERT, eager, all logits", all_logits=True),
}
PEAKS: dict[str, Entry] = {
    "peak-numpy": Entry("NumPy's BLAS", "peak", "numpy_peak", 200),
    "peak-keras": Entry("Keras' backend", "peak", "keras_peak", 900),
    "peak-torch": Entry("PyTorch", "torch_contestants", "torch_peak", 500, needs=("torch",)),
}


def chosen(names: tuple[str, ...]) -> dict[str, Entry]:
    """Return the peaks and contestants that answer a call for these names.

    Args:
        names: keys of `CONTESTANTS`; all where empty.

    Returns:
        The peaks of the libraries that take part and NumPy's, then the contestants, in their
        usual order.

    Raises:
        CourseError: there is no contestant of such a name.
    """
    unknown = [name for name in names if name not in CONTESTANTS]
    if unknown:
        raise CourseError(f"{unknown[0]!r} takes no part: choose from {', '.join(CONTESTANTS)}.")
    entries = {name: CONTESTANTS[name] for name in CONTESTANTS if name in names or not names}
    peaks = ["peak-numpy"]
    on_keras = any(entry.module != "torch_contestants" for entry in entries.values())
    on_torch = any("torch" in entry.needs for entry in entries.values())
    peaks += ["peak-keras"] if on_keras else []
    peaks += ["peak-torch"] if on_torch else []
    return {name: PEAKS[name] for name in peaks} | entries


def made(name: str, setup: Setup) -> Contestant:
    """Make a contestant, in its own process.

    Args:
        name: a key of `CONTESTANTS` or `PEAKS`.
        setup: what all have in common.

    Returns:
        The contestant, compiled and warm.

    Raises:
        Absent: it cannot take part here.
    """
    entry = (CONTESTANTS | PEAKS)[name]
    if any(importlib.util.find_spec(package) is None for package in entry.needs):
        raise Absent("not installed: pip install -e '.[bench]'")
    module = importlib.import_module(f"nlputils.bench.{entry.module}")
    contestant: Contestant = getattr(module, entry.maker)(setup, **entry.options)
    return contestant
