"""The comparison of two runs as a person reads it in a terminal."""

from collections.abc import Iterator, Sequence

from nlputils.course.comparing import Cost, Item, NumberChange, ResultChange, RunDifference, Verdict
from nlputils.course.display import clock

_MOST_DIGITS = 4


def comparison_text(found: RunDifference) -> str:
    """Write a comparison.

    Args:
        found: What differs.

    Returns:
        Its sections, the verdict last.
    """
    parts = [
        _head(found),
        _results(found),
        _section("Verdicts that changed", [_flip(verdict) for verdict in found.verdicts]),
        _section("Appeared, only in B", [_item(item) for item in found.appeared]),
        _section("Vanished, only in A", [_item(item) for item in found.vanished]),
        _numbers(found),
        _costs(found),
        _conclusion(found),
    ]
    return "\n\n".join(part for part in parts if part)


def _head(found: RunDifference) -> str:
    lines = []
    if found.profiles[0] != found.profiles[1]:
        lines.append(
            f"The profiles differ: A ran {found.profiles[0]}, B ran {found.profiles[1]}. They take "
            "other data and other sizes, so other results are to be expected.\n"
        )
    for letter, name, profile in zip("AB", found.names, found.profiles, strict=True):
        lines.append(f"{letter}  {name} ({profile})")
    settings = [text for text in found.settings if not text.startswith("profile: ")]
    lines += ["The runs differ in"] * bool(settings) + [f"  {text}" for text in settings]
    if found.same:
        lines.append(
            f"Both hold one and the same execution of {_lessons(found.same)}: "
            "nothing in there can differ."
        )
    if found.left_out:
        lines.append(
            f"One of the runs was limited by --only: {_lessons(found.left_out)} left out here."
        )
    return "\n".join(lines)


def _lessons(numbers: Sequence[str]) -> str:
    return f"lesson{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)]) if lines else ""


def _results(found: RunDifference) -> str:
    if not found.results:
        return "Scores\n  The runs have no score in common."
    lines = [line for change in found.beyond for line in _moved(change)]
    quiet = [change for change in found.results if not change.beyond]
    if quiet:
        equal = sum(change.difference == 0 for change in quiet)
        lines.append(f"Within it: {len(quiet)}, {equal} of them equal.")
    for change in quiet:
        lines += _concluded(change)
    title = f"Scores that changed beyond their interval: {len(found.beyond)} of "
    return _section(f"{title}{len(found.results)}", lines)


def _moved(change: ResultChange) -> Iterator[str]:
    yield f"{change.lesson} {change.name}: {_amount(change)}{_direction(change)}"
    yield f"    A  {change.before}"
    yield f"    B  {change.after}"
    if change.seeds == 1:
        yield "    One seed: these intervals do not cover what another seed would give."


def _concluded(change: ResultChange) -> Iterator[str]:
    """Show a verdict that flipped though its difference stayed within its interval.

    It is shown and not counted: the difference between "ahead" and "not distinguishable" need not
    itself be distinguishable (Gelman and Stern 2006, The American Statistician 60).
    """
    if change.conclusions:
        old, new = (f"{name} ahead" if name else "undecided" for name in change.conclusions)
        yield f"{change.lesson} {change.name}: {old} -> {new}, yet {_amount(change)} holds 0"


def _amount(change: ResultChange) -> str:
    """Write the difference with its interval, in points where the metric is a percentage."""
    from nlputils.evaluate import METRICS

    kind = METRICS.get(change.metric)
    percent = kind is not None and kind.percent
    ends = [(100.0 if percent else 1.0) * x for x in (change.difference, change.low, change.high)]
    digits = 1 if percent else 3
    # A difference that is not 0 must not read as 0.
    while digits < _MOST_DIGITS and any(x and not round(x, digits) for x in ends):
        digits += 1
    middle, low, high = (f"{round(x, digits) + 0.0:+.{digits}f}" for x in ends)
    return f"B minus A {middle}{' points' if percent else ''} [{low}, {high}]"


def _direction(change: ResultChange) -> str:
    from nlputils.evaluate import METRICS

    kind = METRICS.get(change.metric)
    # A recorded comparison is the distance of two systems: more of it is neither good nor bad.
    if kind is None or change.kind == "comparison":
        return ""
    return ", better" if (change.difference > 0) == (kind.better == "higher") else ", worse"


def _flip(verdict: Verdict) -> str:
    name = f"the claim {verdict.name!r}" if verdict.kind == "claim" else verdict.name
    return f"{verdict.lesson} {name}: {verdict.before} -> {verdict.after}"


def _item(item: Item) -> str:
    kind = "" if item.kind in ("score", "number") else f"{item.kind} "
    return f"{item.lesson} {kind}{item.name}{f': {item.text}' if item.text else ''}"


def _numbers(found: RunDifference) -> str:
    lines = [_number(change) for change in found.numbers]
    if found.equal_numbers:
        lines.append(f"Equal: {found.equal_numbers}.")
    return _section("Numbers that have no interval, so they are shown and not judged", lines)


def _number(change: NumberChange) -> str:
    values = f"{change.before:,.5g} -> {change.after:,.5g} {change.unit}".rstrip()
    return f"{change.lesson} {change.name}: {values}{_times(change.before, change.after)}"


def _times(before: float | None, after: float | None) -> str:
    return f" (x {_ratio(before, after)})" if _ratio(before, after) != "-" else ""


def _ratio(before: float | None, after: float | None) -> str:
    if before is None or after is None or before * after <= 0:
        return "-"
    return f"{after / before:.2f}"


def _costs(found: RunDifference) -> str:
    rows = [*found.costs, found.total] if len(found.costs) > 1 else list(found.costs)
    names = [f"{cost.lesson} {cost.title}".strip() for cost in rows]
    width = max(len(name) for name in names)
    head = f"{'':<{width}}  {'time A':>8} {'time B':>8} {'ratio':>6}"
    lines = [f"{head}  {'MB A':>7} {'MB B':>7} {'ratio':>6}"]
    lines += [f"{name:<{width}}  {_cost(cost)}" for name, cost in zip(names, rows, strict=True)]
    return _section("Cost: each time and peak memory was measured once", lines)


def _cost(cost: Cost) -> str:
    times = [_clock(seconds) for seconds in cost.seconds]
    peaks = ["-" if peak is None else f"{peak:,.0f}" for peak in cost.peak_mb]
    left = f"{times[0]:>8} {times[1]:>8} {_ratio(*cost.seconds):>6}"
    return f"{left}  {peaks[0]:>7} {peaks[1]:>7} {_ratio(*cost.peak_mb):>6}"


def _clock(seconds: float | None) -> str:
    return "-" if seconds is None else clock(seconds)


def _conclusion(found: RunDifference) -> str:
    counts = {
        "score": (len(found.beyond), "moved beyond its interval", "moved beyond their intervals"),
        "verdict": (len(found.verdicts), "changed", "changed"),
        "result": (found.lost, "vanished", "vanished"),
    }
    changes = [
        f"{count} {noun}{'s' if count > 1 else ''} {many if count > 1 else one}"
        for noun, (count, one, many) in counts.items()
        if count
    ]
    rule = ""
    if found.results:
        rule = (
            "\nA score counts as changed when the 95 % interval of B minus A leaves out 0. "
            "By chance alone, at most about one such interval in twenty does."
        )
    told = f"Changed: {', '.join(changes)}." if changes else "Nothing changed beyond its interval."
    return f"{told}{rule}"
