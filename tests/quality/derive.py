"""Derive bounds from runs with several seeds: `python tests/quality/derive.py RUN RUN...`.

Prints the tables of one profile for `bounds.toml`. Each bound is the interval in which a new run
with another seed lies with 99 % probability, if runs are normally distributed around their mean:
mean +- t sd sqrt(1 + 1/k), with t the 0.995 quantile of Student's distribution with k - 1 degrees
of freedom (Hahn and Meeker, Statistical Intervals, 1991, section 4.2). It is at least as wide as
`LEAST` on each side: another machine rounds in another way, where seeds agree. `LIMITS` keep it
away from what a planted error would give.
"""

import json
import math
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from gates import value_of
from scipy import stats

# What differs between machines even where all seeds agree: a share of the value, and an amount.
LEAST = (0.02, 0.01)
# Names that stand in `free`: what a run costs on the machine at hand has no right or wrong.
COSTS = ("seconds", "matmul", "per_second")
# No interval crosses these: lesson, name, lowest, highest.
LIMITS: dict[tuple[str, str], tuple[float, float]] = {
    ("03", "port_spam_f1"): (0.0, 0.05),
    ("07", "few_gain"): (0.005, 1.0),
    ("07", "few_places"): (0.005, 1.0),
}
SCORES = (-1.0, 1.0)


def bound(values: Sequence[float], limits: tuple[float, float]) -> tuple[float, float]:
    """Return the lowest and the highest value that a sound run may give, three digits each."""
    found, k = np.asarray(values, dtype=float), len(values)
    middle = float(found.mean())
    least = max(LEAST[0] * abs(middle), LEAST[1] if abs(middle) <= 1 else 0.0)
    half = least
    if k > 1:
        t = float(stats.t.ppf(0.995, k - 1))
        half = max(least, t * float(found.std(ddof=1)) * math.sqrt(1 + 1 / k))
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


def tables(runs: Sequence[Mapping], profile: str) -> str:
    """Return the TOML of one profile from the metrics of its runs."""
    lines: list[str] = []
    for lesson in sorted(runs[0]):
        lines.append(f"[{profile}.{lesson}]")
        free = []
        for name, record in runs[0][lesson].items():
            if any(cost in name for cost in COSTS):
                free.append(name)
                continue
            values = [value_of(run[lesson][name]) for run in runs]
            low, high = bound(values, limits_of(lesson, name, record))
            lines.append(f"{name} = [{low:g}, {high:g}]")
        if free:
            lines.append(f"free = {json.dumps(free)}")
        lines.append("")
    return "\n".join(lines)


def main(folders: Sequence[str]) -> None:
    """Group the runs by profile and print the tables of each."""
    by_profile: dict[str, list[Mapping]] = defaultdict(list)
    for folder in folders:
        told = json.loads((Path(folder) / "run.json").read_text())
        metrics = json.loads((Path(folder) / "metrics.json").read_text())
        by_profile[told["profile"]].append(metrics)
    for profile, runs in by_profile.items():
        print(f"# {profile}: from {len(runs)} run(s)\n\n{tables(runs, profile)}")


if __name__ == "__main__":
    main(sys.argv[1:])
