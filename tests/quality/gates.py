"""The gate: recorded values against `bounds.toml`.

`python tests/quality/gates.py RUN...` judges finished runs of any profile: a laptop or gpu run
takes too long for `make test`, which judges a pocket run and the bounds themselves.
"""

import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from plants import GATES, Planted, errors_of, planted

from nlputils.course.recorded import Recorded, read_run, shape
from nlputils.errors import CourseError

BOUNDS = Path(__file__).with_name("bounds.toml")
# What a lesson's table holds beside its bounds.
ABOUT = ("free", "runs", "provisional", "by_hand", "planted")


def all_bounds(path: Path = BOUNDS) -> dict[str, dict[str, dict[str, Any]]]:
    """Return profile to lesson to what its table holds."""
    return tomllib.loads(path.read_text())


def read_bounds(profile: str, path: Path = BOUNDS) -> dict[str, dict[str, Any]]:
    """Return the bounds of a profile: lesson to metric to [low, high], and the keys of `ABOUT`."""
    found = all_bounds(path)
    if profile not in found:
        raise CourseError(
            f"{path.name} holds no bounds for the profile {profile!r}, only for "
            f"{', '.join(found)}. Take them from runs: `python tests/quality/derive.py RUN RUN...`."
        )
    return found[profile]


def is_provisional(table: Mapping[str, Any]) -> bool:
    """Tell whether a lesson's bounds come from too few runs; those set by hand say no number."""
    return bool(table.get("provisional", "runs" not in table))


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
        recorded, table = metrics.get(lesson, {}), bounds.get(lesson, {})
        own = {name: ends for name, ends in table.items() if name not in ABOUT}
        free = table.get("free", [])
        for name in sorted({*recorded, *own, *free}):
            where = f"lesson {lesson}, {name}"
            if name not in recorded:
                found.append(f"{where}: has a bound, and nobody records it")
            elif name not in own and name not in free:
                found.append(f"{where}: is recorded, and has no bound in {BOUNDS.name}")
            elif name in own and not own[name][0] <= value_of(recorded[name]) <= own[name][1]:
                value, (low, high) = value_of(recorded[name]), own[name]
                note = " (provisional)" if is_provisional(table) else ""
                found.append(f"{where}: {value:.4g} lies outside [{low:g}, {high:g}]{note}")
    return found


def blind(errors: Planted, bounds: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each planted error that its gate does not see.

    Args:
        errors: what `planted` gives.
        bounds: what `read_bounds` gives.
    """
    found = []
    for lesson, records in errors.items():
        for name, values in records.items():
            gate = {lesson: {name: bounds.get(lesson, {}).get(name, [float("-inf"), float("inf")])}}
            for error, value in values.items():
                if not complaints({lesson: {name: {"value": value}}}, gate):
                    low, high = gate[lesson][name]
                    found.append(
                        f"lesson {lesson}, {name}: the planted error '{error}', {value:.4g}, "
                        f"passes [{low:g}, {high:g}]"
                    )
    return found


def unproven(bounds: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each planted error that a profile's bounds hold no value of.

    Bounds of a profile that `make test` does not run are proven by the values which `derive.py`
    wrote beside them.
    """
    return [
        f"lesson {lesson}, {name}: no value of the planted error '{error}' stands beside its bound"
        for lesson, name in GATES
        if name in bounds.get(lesson, {})
        for error in errors_of(lesson, name)
        if error not in bounds[lesson].get("planted", {}).get(name, {})
    ]


def judge(run: Recorded, path: Path = BOUNDS) -> list[str]:
    """Return what is wrong with a run, and which planted errors its gates would not see."""
    bounds = read_bounds(run.profile, path)
    meant = {lesson: table for lesson, table in bounds.items() if not run.left_out(lesson)}
    return complaints(run.metrics, meant) + blind(planted(run), bounds)


def main(folders: Sequence[str]) -> int:
    """Judge runs, print what is wrong, and return 1 if anything is."""
    wrong = 0
    for folder in folders:
        run = read_run(Path(folder).resolve())
        found = judge(run)
        wrong += bool(found)
        print(f"{run.name} ({run.profile}): {f'{len(found)} wrong' if found else 'within bounds'}")
        print("".join(f"  {line}\n" for line in found), end="")
    return int(wrong > 0)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except CourseError as error:
        sys.exit(f"gates.py: {error}")
