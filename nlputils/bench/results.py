"""From the seconds of the turns to pieces per second and shares of the peak."""

from __future__ import annotations

import importlib.metadata
import platform
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlputils.bench.flops import FORMULA, step_flops
from nlputils.bench.lineup import Block
from nlputils.bench.setup import Setup
from nlputils.lesson.machine import cores, device

_PACKAGES: tuple[str, ...] = ("nlputils", "numpy", "keras", "keras-hub", "tensorflow", "jax")
_PACKAGES += ("torch", "transformers")
# The instructions that decide how fast matrices are multiplied: vectors of 4, 8 or 16 numbers, and
# products in bfloat16.
_INSTRUCTIONS: tuple[str, ...] = ("avx", "avx2", "fma", "avx512f", "avx512_bf16", "amx_tile")
_INSTRUCTIONS += ("amx_bf16", "asimd", "bf16", "sve")
_REFERENCE = "nlputils"


@dataclass(frozen=True)
class Measured:
    """What became of one contestant.

    Attributes:
        label: what the table calls it.
        facts: see `nlputils.bench.lineup.Contestant`.
        blocks: one for each round.
        others: cores that other processes used meanwhile, on average, one for each round.
        peak_mb: the most memory it held, in MB (10^6 bytes).
        absent: why it took no part; empty if it did.
        failed: what went wrong; empty if nothing did.
    """

    label: str
    facts: Mapping[str, Any]
    blocks: list[Block]
    others: list[float]
    peak_mb: float = 0.0
    absent: str = ""
    failed: str = ""

    @property
    def whole(self) -> bool:
        """Whether it can be counted: it worked in every round."""
        return not self.absent and not self.failed and bool(self.blocks)


def results_of(
    setup: Setup, contestants: Mapping[str, Measured], peaks: Mapping[str, Measured], steps: int
) -> dict[str, Any]:
    """Compute all that is printed and kept.

    Args:
        setup: what all had in common.
        contestants: by name.
        peaks: by name.
        steps: counted steps in a turn.

    Returns:
        Plain values: ``machine``, ``setup``, ``formula``, ``peaks`` (operations per second by
        library, device and dtype: the best round), ``best_peaks`` (the best library by device and
        dtype), ``contestants``. A contestant that was measured has ``pieces_per_second``
        (``median``, ``low``, ``high`` and ``rounds``), ``flops_per_second``, ``share`` of the
        best peak of its device by dtype, and ``against``: its speed over that of nlputils in the
        same round.
    """
    found = {name: _peak(peak) for name, peak in peaks.items()}
    best = best_peaks(found)
    reference = contestants.get(_REFERENCE)
    return {
        "machine": machine(),
        "setup": setup.to_dict() | {"scored": setup.scored},
        "steps": steps,
        "formula": FORMULA,
        "peaks": found,
        "best_peaks": best,
        "contestants": {
            name: _contestant(setup, measured, best, reference, steps)
            for name, measured in contestants.items()
        },
    }


def best_peaks(peaks: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Return the highest rate of any library, by device and dtype."""
    best: dict[str, dict[str, float]] = {}
    for peak in peaks.values():
        for dtype, rate in peak.get("flops_per_second", {}).items():
            on_device = best.setdefault(peak["facts"]["device"], {})
            on_device[dtype] = max(rate, on_device.get(dtype, 0.0))
    return best


def spread(values: list[float]) -> dict[str, Any]:
    """Return the median, the range and the values themselves, in the order of the rounds."""
    return {
        "median": statistics.median(values),
        "low": min(values),
        "high": max(values),
        "rounds": values,
    }


def machine() -> dict[str, Any]:
    """Describe the machine and the versions, as far as they decide the speed."""
    return {
        "device": device(),
        "processor": processor(),
        "instructions": instructions(),
        "cores": cores(),
        "python": platform.python_version(),
        "packages": {name: version for name in _PACKAGES if (version := _version(name))},
    }


def processor(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Name the processor."""
    return _field(cpuinfo, "model name") or platform.processor() or platform.machine()


def instructions(cpuinfo: Path = Path("/proc/cpuinfo")) -> list[str]:
    """List the instructions for fast matrix products that Linux says the processor has.

    Returns:
        Their names; empty where there is no such file.
    """
    words = (_field(cpuinfo, "flags") or _field(cpuinfo, "Features")).split()
    return [name for name in _INSTRUCTIONS if name in words]


def _field(cpuinfo: Path, name: str) -> str:
    if not cpuinfo.is_file():
        return ""
    for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _peak(measured: Measured) -> dict[str, Any]:
    """Take the best of all rounds: what disturbs a measurement makes it slower."""
    row = _about(measured)
    if measured.whole:
        dtypes = measured.blocks[0].peak
        row["flops_per_second"] = {
            dtype: max(block.peak[dtype] for block in measured.blocks) for dtype in dtypes
        }
    return row


def _contestant(
    setup: Setup,
    measured: Measured,
    best: Mapping[str, Mapping[str, float]],
    reference: Measured | None,
    steps: int,
) -> dict[str, Any]:
    row = _about(measured)
    if not measured.whole:
        return row
    pieces = steps * setup.pieces_per_step
    speed = spread([pieces / block.seconds for block in measured.blocks])
    flops = step_flops(setup, measured.facts["scored"]) / setup.pieces_per_step
    rate = speed["median"] * flops
    row |= {
        "pieces_per_second": speed,
        "flops_per_piece": flops,
        "flops_per_second": rate,
        "share": {
            dtype: rate / best[measured.facts["device"]][dtype]
            for dtype in dict.fromkeys(("float32", measured.facts["dtype"]))
            if dtype in best.get(measured.facts["device"], {})
        },
        "loss": measured.blocks[-1].loss,
    }
    if reference is not None and reference.whole:
        pairs = zip(reference.blocks, measured.blocks, strict=True)
        row["against"] = spread([ours.seconds / its.seconds for ours, its in pairs])
    return row


def _about(measured: Measured) -> dict[str, Any]:
    return {
        "label": measured.label,
        "facts": dict(measured.facts),
        "absent": measured.absent,
        "failed": measured.failed,
        "peak_mb": measured.peak_mb,
        "others": max(measured.others, default=0.0),
    }
