"""The gate: recorded values against `bounds.toml`."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nlputils.course.recorded import shape

BOUNDS = Path(__file__).with_name("bounds.toml")


def read_bounds(profile: str) -> dict[str, dict[str, Any]]:
    """Return the bounds of a profile: lesson to metric to [low, high], and the list `free`."""
    return tomllib.loads(BOUNDS.read_text())[profile]


def value_of(record: Mapping[str, Any]) -> float:
    """Return the number that a record is judged by: a comparison's is its difference."""
    return float(record["difference" if shape(record) == "comparison" else "value"])


def complaints(
    metrics: Mapping[str, Mapping[str, Mapping[str, Any]]],
    bounds: Mapping[str, Mapping[str, Any]],
) -> list[str]:
    """Return a sentence for each value outside its bounds, and for each name on one side only.

    Args:
        metrics: what a run recorded: lesson to metric to record, as `metrics.json` has it.
        bounds: what `read_bounds` gives.
    """
    found: list[str] = []
    for lesson in sorted({*metrics, *bounds}):
        recorded, own = metrics.get(lesson, {}), dict(bounds.get(lesson, {}))
        free = own.pop("free", [])
        for name in sorted({*recorded, *own, *free}):
            where = f"lesson {lesson}, {name}"
            if name not in recorded:
                found.append(f"{where}: has a bound, and nobody records it")
            elif name not in own and name not in free:
                found.append(f"{where}: is recorded, and has no bound in {BOUNDS.name}")
            elif name in own and not own[name][0] <= value_of(recorded[name]) <= own[name][1]:
                value, (low, high) = value_of(recorded[name]), own[name]
                found.append(f"{where}: {value:.4g} lies outside [{low:g}, {high:g}]")
    return found
