"""Two runs side by side: what changed beyond its interval, what appeared, vanished, and cost.

Two runs are two independent measurements, and what they keep are estimates with intervals, not
the single predictions. So a difference gets its interval from the two intervals, by square-and-add
(Newcombe 1998, "Interval estimation for the difference between independent proportions",
Statistics in Medicine 17, method 10; for any estimate Zou and Donner 2008, "Construction of
confidence limits about effect measures", Statistics in Medicine 27). Looking whether the two
intervals overlap would be too strict (Schenker and Gentleman 2001, The American Statistician 55).
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from nlputils.course.recorded import GOOD, Recorded, shape
from nlputils.errors import CourseError

# Values closer than this are equal: the last digits of a sum depend on its order.
_EQUAL = 1e-9
_SETTINGS = {"device": "device", "platform": "system", "backend": "backend", "commit": "commit"}
_HASHED = {
    "nlputils": "the code of nlputils",
    "requirements.lock": "the locked packages",
    "data": "the embedded data",
}


@dataclass(frozen=True)
class Item:
    """Something that only one of the runs holds.

    Attributes:
        lesson: The lesson's number.
        kind: ``lesson``, ``score`` (a score or a comparison), ``number`` or ``claim``.
        name: Its name, or the sentence of the claim.
        text: What was recorded.
    """

    lesson: str
    kind: str
    name: str
    text: str = ""


@dataclass(frozen=True)
class ResultChange:
    """One score, or one recorded comparison, in both runs.

    Attributes:
        lesson: The lesson's number.
        name: Its name.
        kind: ``estimate`` or ``comparison``, as ``recorded.shape`` tells them apart.
        metric: The metric's name, or an empty text.
        before: What the first run says.
        after: What the second run says.
        difference: Second minus first, as a fraction.
        low: The lower end of its 95 % interval.
        high: Its upper end.
        seeds: How many runs the smaller of the two was made of, or None where it does not say.
        conclusions: The verdicts of a comparison (``better``), where they differ.
    """

    lesson: str
    name: str
    kind: str
    metric: str
    before: str
    after: str
    difference: float
    low: float
    high: float
    seeds: int | None = None
    conclusions: tuple[str | None, str | None] | None = None

    @property
    def beyond(self) -> bool:
        """Whether the interval of the difference leaves out 0."""
        return not self.low - _EQUAL <= 0 <= self.high + _EQUAL


@dataclass(frozen=True)
class NumberChange:
    """A plain number, which has no interval and is therefore not judged.

    Attributes:
        lesson: The lesson's number.
        name: Its name.
        unit: Its unit.
        before: The value in the first run.
        after: The value in the second run.
        ratio: Second divided by first; None where they differ in sign or the first is 0.
    """

    lesson: str
    name: str
    unit: str
    before: float
    after: float
    ratio: float | None


@dataclass(frozen=True)
class Verdict:
    """A claim, a lesson or a measure that is not what it was.

    Attributes:
        lesson: The lesson's number.
        kind: ``claim``, ``lesson`` or ``measure``.
        name: The sentence, the title, or the name of the result.
        before: In the first run.
        after: In the second run.
    """

    lesson: str
    kind: str
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Cost:
    """What a lesson cost in both runs.

    Attributes:
        lesson: The lesson's number; empty for all lessons together.
        title: Its title.
        seconds: In the first and in the second run; None where it was not executed.
        peak_mb: Peak memory of its kernel in MB; the largest, for all lessons together.
    """

    lesson: str
    title: str
    seconds: tuple[float | None, float | None]
    peak_mb: tuple[float | None, float | None]


@dataclass(frozen=True)
class RunDifference:
    """All that two runs differ in.

    Attributes:
        names: The names of the two runs.
        profiles: Their profiles.
        settings: What was different about the runs themselves, as short texts.
        same: Lessons of which both runs hold one and the same execution.
        left_out: Lessons that one of the runs was not asked for.
        results: Every score and comparison that both hold, changed or not.
        numbers: Plain numbers that differ.
        equal_numbers: How many plain numbers are equal.
        verdicts: Claims, lessons and measures that are not what they were.
        appeared: What only the second run holds.
        vanished: What only the first run holds.
        costs: Lesson by lesson.
        total: Over the lessons that both have executed.
    """

    names: tuple[str, str]
    profiles: tuple[str, str]
    settings: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    results: tuple[ResultChange, ...] = ()
    numbers: tuple[NumberChange, ...] = ()
    equal_numbers: int = 0
    verdicts: tuple[Verdict, ...] = ()
    appeared: tuple[Item, ...] = ()
    vanished: tuple[Item, ...] = ()
    costs: tuple[Cost, ...] = ()
    total: Cost = field(default_factory=lambda: Cost("", "in all", (None, None), (None, None)))

    @property
    def beyond(self) -> tuple[ResultChange, ...]:
        """The results that changed beyond their interval."""
        return tuple(change for change in self.results if change.beyond)

    @property
    def changed(self) -> bool:
        """Whether a result moved beyond its interval, a verdict changed, or something vanished.

        Plain numbers and costs have no interval and do not count. Something new does not count
        either: there was nothing before that it could differ from.
        """
        return bool(self.beyond or self.verdicts or self.lost)

    @property
    def lost(self) -> int:
        """How many lessons, scores and claims vanished."""
        return sum(item.kind != "number" for item in self.vanished)

    def to_dict(self) -> dict[str, Any]:
        """Give the parts for a program.

        Returns:
            The attributes as lists, numbers and texts, with ``changed`` and, for each result,
            ``beyond``.
        """
        results = [{**asdict(change), "beyond": change.beyond} for change in self.results]
        return {"changed": self.changed, **asdict(self), "results": results}


def compare_runs(a: Recorded, b: Recorded) -> RunDifference:
    """Compare two runs.

    Args:
        a: The first run, the one before.
        b: The second run, the one after.

    Returns:
        What differs.

    Raises:
        CourseError: When the runs have no lesson in common.
    """
    both = [number for number in a.lessons if number in b.lessons]
    if not both:
        raise CourseError(
            f"The runs {a.name} and {b.name} have no lesson in common: "
            f"{', '.join(a.lessons) or 'none'} and {', '.join(b.lessons) or 'none'}. "
            "There is nothing to compare."
        )
    pairs = [(number, name) for number in both for name in a.metrics.get(number, {})]
    shared = [(n, name) for n, name in pairs if name in b.metrics.get(n, {})]
    rows = [(n, name, a.metrics[n][name], b.metrics[n][name]) for n, name in shared]
    fit = [row for row in rows if _measure(row[2]) == _measure(row[3])]
    numbers = [_number_change(*row) for row in fit if shape(row[2]) == "number"]
    return RunDifference(
        names=(a.name, b.name),
        profiles=(a.profile, b.profile),
        settings=tuple(_settings(a.about, b.about)),
        same=tuple(number for number in both if _one_execution(a, b, number)),
        left_out=tuple(_left_out(a, b)),
        results=tuple(_result_change(*row) for row in fit if shape(row[2]) != "number"),
        numbers=tuple(change for change in numbers if change.before != change.after),
        equal_numbers=sum(change.before == change.after for change in numbers),
        verdicts=(*_lesson_verdicts(a, b, both), *_claim_verdicts(a, b, both), *_measures(rows)),
        appeared=tuple(_only_in(b, a)),
        vanished=tuple(_only_in(a, b)),
        costs=tuple(_cost(a, b, number) for number in both),
        total=_total([_cost(a, b, number) for number in both]),
    )


def difference_interval(
    a: Mapping[str, float], b: Mapping[str, float]
) -> tuple[float, float, float]:
    """Give the difference of two independent estimates with its 95 % interval.

    Square-and-add: with d = b - a, the lower end is d - sqrt((b - b_low)^2 + (a_high - a)^2) and
    the upper end d + sqrt((b_high - b)^2 + (a - a_low)^2) (Newcombe 1998, method 10; Zou and
    Donner 2008). For symmetric intervals the half-width is the root of the sum of the squared
    half-widths. Where both runs used one test set, part of their error is common to them; the
    interval is then too wide rather than too narrow.

    Args:
        a: ``value``, ``low`` and ``high`` of the first estimate.
        b: Those of the second.

    Returns:
        The difference b - a, and the lower and upper end of its interval.
    """
    difference = b["value"] - a["value"]
    below = math.hypot(max(b["value"] - b["low"], 0), max(a["high"] - a["value"], 0))
    above = math.hypot(max(b["high"] - b["value"], 0), max(a["value"] - a["low"], 0))
    return difference, difference - below, difference + above


def _result_change(
    lesson: str, name: str, before: dict[str, Any], after: dict[str, Any]
) -> ResultChange:
    middle = "difference" if shape(before) == "comparison" else "value"
    ends = [
        {"value": row[middle], "low": row["low"], "high": row["high"]} for row in (before, after)
    ]
    difference, low, high = difference_interval(*ends)
    counts = [len(row["seeds"]) for row in (before, after) if row.get("seeds")]
    verdicts = (before.get("better"), after.get("better"))
    return ResultChange(
        lesson=lesson,
        name=name,
        kind=shape(before),
        metric=str(before.get("metric", "")),
        before=before["text"],
        after=after["text"],
        difference=difference,
        low=low,
        high=high,
        seeds=min(counts, default=None),
        conclusions=verdicts if middle == "difference" and verdicts[0] != verdicts[1] else None,
    )


def _number_change(
    lesson: str, name: str, before: dict[str, Any], after: dict[str, Any]
) -> NumberChange:
    old, new = float(before["value"]), float(after["value"])
    ratio = new / old if old * new > 0 else None
    return NumberChange(lesson, name, str(before.get("unit", "")), old, new, ratio)


def _measure(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what a result measures; only results that measure the same can be compared."""
    names = [str(name) for name in row.get("names", [])]
    return (shape(row), str(row.get("metric", "")), str(row.get("unit", "")), *names)


def _measures(rows: list[tuple[str, str, dict[str, Any], dict[str, Any]]]) -> Iterator[Verdict]:
    for lesson, name, before, after in rows:
        if _measure(before) != _measure(after):
            yield Verdict(lesson, "measure", name, before["text"], after["text"])


def _lesson_verdicts(a: Recorded, b: Recorded, both: list[str]) -> Iterator[Verdict]:
    for number in both:
        old, new = a.lessons[number]["status"], b.lessons[number]["status"]
        if (old in GOOD) != (new in GOOD):
            yield Verdict(number, "lesson", _title(b, number), old, new)


def _claim_verdicts(a: Recorded, b: Recorded, both: list[str]) -> Iterator[Verdict]:
    words = {True: "held", False: "did not hold"}
    for number in both:
        before, after = _claims(a, number), _claims(b, number)
        for key, held in before.items():
            if key in after and after[key] != held:
                yield Verdict(number, "claim", key[0], words[held], words[after[key]])


def _claims(run: Recorded, number: str) -> dict[tuple[str, int], bool]:
    """Give the verdicts by sentence; a sentence that stands twice is counted through."""
    found: dict[tuple[str, int], bool] = {}
    for row in run.claims.get(number, []):
        place = sum(sentence == row["sentence"] for sentence, _ in found)
        found[row["sentence"], place] = row["held"]
    return found


def _only_in(run: Recorded, other: Recorded) -> Iterator[Item]:
    """Give what one run holds and the other lacks, though it was asked for the lesson."""
    for number in run.lessons:
        if number not in other.lessons:
            if not other.left_out(number):
                yield Item(number, "lesson", _title(run, number))
            continue
        for name, row in run.metrics.get(number, {}).items():
            if name not in other.metrics.get(number, {}):
                kind = "number" if shape(row) == "number" else "score"
                yield Item(number, kind, name, row["text"])
        here, there = _claims(run, number), _claims(other, number)
        for key, held in here.items():
            if key not in there:
                yield Item(number, "claim", key[0], "held" if held else "did not hold")


def _left_out(a: Recorded, b: Recorded) -> Iterator[str]:
    for number in sorted(set(a.lessons) ^ set(b.lessons)):
        if (a if number in b.lessons else b).left_out(number):
            yield number


def _one_execution(a: Recorded, b: Recorded, number: str) -> bool:
    """Tell whether both runs took a lesson from one and the same execution."""
    names = ("key", "executed_in", "seconds", "peak_mb")
    old, new = ([run.lessons[number].get(name) for name in names] for run in (a, b))
    # A lesson may be over so soon that its seconds are 0, or before its memory was looked at.
    return None not in old[:3] and old == new


def _settings(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    """Say how the two runs themselves differ: profile, code, machine, packages, parameters."""
    if a["profile"] != b["profile"]:
        yield f"profile: {a['profile']} -> {b['profile']}"
    for key, words in _SETTINGS.items():
        if a.get(key) != b.get(key):
            yield f"{words}: {_short(a.get(key))} -> {_short(b.get(key))}"
    for key, words in _HASHED.items():
        if a.get("hashes", {}).get(key) != b.get("hashes", {}).get(key):
            yield words
    yield from _changed_values(a.get("versions", {}), b.get("versions", {}), "")
    for number, row in a["lessons"].items():
        if number in b["lessons"]:
            after = b["lessons"][number].get("parameters", {})
            yield from _changed_values(row.get("parameters", {}), after, f"{number}.")


def _changed_values(a: Mapping[str, Any], b: Mapping[str, Any], head: str) -> Iterator[str]:
    for name in dict.fromkeys([*a, *b]):
        old, new = a.get(name, "none"), b.get(name, "none")
        if old != new and name != "profile":
            yield f"{head}{name}: {old} -> {new}"


def _short(value: Any) -> str:
    """Shorten a commit to what people write; keep the mark of uncommitted changes."""
    text = str(value or "unknown")
    digest, dash, rest = text.partition("-")
    is_hash = len(digest) == 40 and set(digest) <= set("0123456789abcdef")
    return f"{digest[:10]}{dash}{rest}" if is_hash else text


def _title(run: Recorded, number: str) -> str:
    return str(run.lessons[number].get("title", ""))


def _cost(a: Recorded, b: Recorded, number: str) -> Cost:
    old, new = a.lessons[number], b.lessons[number]
    return Cost(
        lesson=number,
        title=_title(b, number),
        seconds=(old.get("seconds"), new.get("seconds")),
        peak_mb=(old.get("peak_mb"), new.get("peak_mb")),
    )


def _total(costs: list[Cost]) -> Cost:
    """Sum the seconds, and take the largest peak, of the lessons that both have executed."""
    seconds = [(x, y) for x, y in (c.seconds for c in costs) if x is not None and y is not None]
    peaks = [(x, y) for x, y in (c.peak_mb for c in costs) if x is not None and y is not None]
    none: tuple[float | None, float | None] = (None, None)
    summed = (sum(x for x, _ in seconds), sum(y for _, y in seconds))
    largest = (max((x for x, _ in peaks), default=0.0), max((y for _, y in peaks), default=0.0))
    return Cost("", "in all", summed if seconds else none, largest if peaks else none)
