"""Derive bounds from finished runs: `python tests/quality/derive.py RUN RUN...`.

Writes the tables of the runs' profile and lessons into `bounds.toml`. All others stay, and so does
a table that says `by_hand = true`; comments inside a replaced table are lost.

Each bound is the interval in which a new run with another seed lies with 99 % probability, if runs
are normally distributed around their mean: mean +- t sd sqrt(1 + 1/k), with t the 0.995 quantile
of Student's distribution with k - 1 degrees of freedom (Hahn and Meeker, Statistical Intervals,
1991, section 4.2). For pocket it is 99.9 %: `make test` judges some fifty bounds at once, on
machines that round in their own way, and one false alarm in two runs would teach people to ignore
it. It is at least as wide as `LEAST` on each side: another machine rounds in
another way, where seeds agree. One run alone says nothing of seeds. Then the record's own interval
takes the place of the spread, or a share of the value where it has none (`ALONE`), and the table
is marked provisional.

`LIMITS` are what no sound value can leave. No bound reaches a planted error: where the interval
does, it ends half-way between the error and the nearest run.
"""

import json
import math
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gates import BOUNDS, value_of
from plants import OPEN, planted
from scipy import stats

from nlputils.course.recorded import Recorded, read_run
from nlputils.data import write_atomic
from nlputils.errors import CourseError

# How many seeds make a profile's bounds; those of one run stay provisional.
NEEDED = {"pocket": 5, "laptop": 3, "gpu": 1}
# The parameter that the runs must differ in. A lesson without it has no seeds to differ in.
SEED = "training_seed"
# What differs between machines even where all seeds agree: a share of the value, and an amount.
LEAST = (0.02, 0.01)
# How sure a bound is to hold a sound run, by profile; 99 % where nothing stands here.
SURE = {"pocket": 0.999}
# The share of the value that stands for the spread where one run recorded no interval.
ALONE = 0.1
# Names that stand in `free`: what a run costs on the machine at hand has no right or wrong. An
# effect that may be or not (`OPEN`) stands there, too.
COSTS = ("seconds", "matmul", "per_second")
# No interval crosses these: lesson, name, lowest, highest.
LIMITS: dict[tuple[str, str], tuple[float, float]] = {
    ("03", "port_spam_f1"): (0.0, 0.05),
    ("07", "few_gain"): (0.005, 1.0),
    ("07", "few_match"): (0.005, 1.0),
}
SCORES = (-1.0, 1.0)


def bound(
    values: Sequence[float],
    limits: tuple[float, float],
    alone: float = 0.0,
    sure: float = 0.99,
) -> tuple[float, float]:
    """Return the lowest and the highest value that a sound run may give, three digits each.

    Args:
        values: what the runs recorded.
        limits: what no sound value can leave.
        alone: the half-width that takes the place of the spread where there is one value.
        sure: the probability with which a sound run lies inside.
    """
    found, k = np.asarray(values, dtype=float), len(values)
    middle = float(found.mean())
    half = max(LEAST[0] * abs(middle), LEAST[1] if abs(middle) <= 1 else 0.0)
    if k > 1:
        t = float(stats.t.ppf((1 + sure) / 2, k - 1))
        half = max(half, t * float(found.std(ddof=1)) * math.sqrt(1 + 1 / k))
    else:
        half = max(half, alone)
    low, high = max(middle - half, limits[0]), min(middle + half, limits[1])
    return _rounded(low, math.floor), _rounded(high, math.ceil)


def _rounded(value: float, away) -> float:
    """Round away from the interval's middle, to three significant digits."""
    if value == 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) - 2)
    return float(f"{away(value / step) * step:.6g}")


def limits_of(lesson: str, name: str, record: Mapping) -> tuple[float, float]:
    """Return what no sound value of a record can leave: a share lies between 0 and 1."""
    if (lesson, name) in LIMITS:
        return LIMITS[lesson, name]
    if record["kind"] == "comparison":
        return SCORES
    if record["kind"] == "score":
        return (SCORES[0] if record["metric"] == "mcc" else 0.0, SCORES[1])
    return (0.0 if record["value"] >= 0 else -math.inf, math.inf)


def spread_alone(record: Mapping) -> float:
    """Return what stands for the spread over seeds where there is one run."""
    if "low" in record:
        return max(record["high"] - value_of(record), value_of(record) - record["low"])
    return ALONE * abs(value_of(record))


def clear_of(
    ends: tuple[float, float], values: Sequence[float], errors: Mapping[str, float], where: str
) -> tuple[float, float]:
    """Take an interval back from the planted errors that it holds."""
    low, high = ends
    for error, value in errors.items():
        if min(values) <= value <= max(values):
            raise CourseError(
                f"{where}: the planted error '{error}' gives {value:.4g}, and sound runs give from "
                f"{min(values):.4g} to {max(values):.4g}. No bound can tell them apart: train "
                "longer or test on more messages, or take the record out of the planted ones."
            )
        if low <= value < min(values):
            low = float(f"{(value + min(values)) / 2:.6g}")
        if max(values) < value <= high:
            high = float(f"{(value + max(values)) / 2:.6g}")
    return low, high


def executions(runs: Sequence[Recorded], lesson: str) -> list[Recorded]:
    """Return the runs that hold a lesson, once for each execution: a reused one adds nothing."""
    found: dict[str, Recorded] = {}
    for run in runs:
        if lesson in run.metrics:
            found.setdefault(run.lessons[lesson].get("key") or run.name, run)
    return list(found.values())


def table(runs: Sequence[Recorded], profile: str, lesson: str) -> str:
    """Return the TOML of one lesson, from the executions of it."""
    first, k = runs[0].metrics[lesson], len(runs)
    for run in runs[1:]:
        if odd := set(first) ^ set(run.metrics[lesson]):
            raise CourseError(
                f"Lesson {lesson}: {runs[0].name} and {run.name} did not record the same names "
                f"({', '.join(sorted(odd))} in one of them only). Give runs of the same code."
            )
    has_seed = SEED in runs[0].lessons[lesson].get("parameters", {SEED: 0})
    needed = NEEDED.get(profile, 1) if has_seed else 1
    lines = [f"[{profile}.{lesson}]", f"runs = {k}"]
    if k < needed or NEEDED.get(profile) == 1:
        lines.append("provisional = true")
    errors = planted(runs[0]).get(lesson, {})
    free = [name for name in first if is_free(profile, lesson, name)]
    for name, record in first.items():
        if name not in free:
            values = [value_of(run.metrics[lesson][name]) for run in runs]
            alone = spread_alone(record) if has_seed else 0.0
            ends = bound(values, limits_of(lesson, name, record), alone, SURE.get(profile, 0.99))
            where = f"lesson {lesson}, {name}"
            low, high = clear_of(ends, values, errors.get(name, {}), where)
            lines.append(f"{name} = [{low:g}, {high:g}]")
    if free:
        lines.append(f"free = {json.dumps(free)}")
    if errors:
        lines += ["", f"[{profile}.{lesson}.planted]"]
        lines += [f"{name} = {_inline(values)}" for name, values in errors.items()]
    return "\n".join(lines) + "\n"


def is_free(profile: str, lesson: str, name: str) -> bool:
    """Tell whether a record has no right or wrong: a cost, or an effect that may be or not."""
    return any(cost in name for cost in COSTS) or (profile, lesson, name) in OPEN


def _inline(values: Mapping[str, Any]) -> str:
    return (
        "{ " + ", ".join(f"{json.dumps(key)} = {value:.4g}" for key, value in values.items()) + " }"
    )


def replaced(text: str, profile: str, lesson: str, new: str) -> str:
    """Put a lesson's tables in the place of its old ones, profiles and lessons in order."""
    # A table reaches from its head to the next; what stands before the first head is a comment.
    top, *parts = re.split(r"(?m)^(?=\[)", text)
    tables: dict[tuple[str, str], str] = {}
    for part in parts:
        names = part[1 : part.index("]")].split(".")
        key = (names[0], names[1] if len(names) > 1 else "")
        tables[key] = tables.get(key, "") + part
    tables[profile, lesson] = new
    profiles = list(dict.fromkeys(name for name, _ in tables))
    keys = sorted(tables, key=lambda key: (profiles.index(key[0]), key[1]))
    return "\n\n".join([top.strip(), *(tables[key].strip() for key in keys)]).strip() + "\n"


def main(folders: Sequence[str], path: Path = BOUNDS) -> None:
    """Write the tables of all lessons that the runs hold."""
    by_profile: dict[str, list[Recorded]] = defaultdict(list)
    for folder in folders:
        run = read_run(Path(folder).resolve())
        if run.about["status"] != "done":
            raise CourseError(
                f"The run {run.name} did not end well (it is {run.about['status']!r}). Bounds are "
                "taken from sound runs: give the same command again, then derive."
            )
        by_profile[run.profile].append(run)
    if not by_profile:
        raise CourseError("No run was given. Name the folders of finished runs, of several seeds.")
    text = path.read_text() if path.is_file() else ""
    before = tomllib.loads(text)
    for profile, runs in by_profile.items():
        for lesson in sorted({lesson for run in runs for lesson in run.metrics}):
            if before.get(profile, {}).get(lesson, {}).get("by_hand"):
                print(f"{profile}, lesson {lesson}: was set by hand, and stays")
                continue
            found = executions(runs, lesson)
            text = replaced(text, profile, lesson, table(found, profile, lesson))
            print(f"{profile}, lesson {lesson}: from {len(found)} execution(s)")
    write_atomic(path, text)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except CourseError as error:
        sys.exit(f"derive.py: {error}")
