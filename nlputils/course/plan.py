"""What a run is going to do: lessons in order, with parameters, keys and what they wait for."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlputils.course.keys import lesson_key
from nlputils.course.lessons import Lesson, with_parameters
from nlputils.course.profiles import Profile, Profiles, Settings
from nlputils.course.store import Store
from nlputils.errors import CourseError


@dataclass(frozen=True)
class Order:
    """What a person asked for.

    Attributes:
        profile: The profile's name.
        only: Lessons to run; empty for all.
        overrides: Parameters given by hand, by lesson.
        fresh: Whether finished lessons are run again.
        older: Whether the newest artefact of an earlier lesson will do where there is none of
            its present code.
        name: The name of the run; empty for one made from profile and time.
        notebooks: The folder of the notebooks.
        runs: The folder of the runs.
        limit_seconds: Replaces the profile's limit on a lesson's time.
        on_cpu: Whether a profile that needs a GPU is tried without one.
    """

    profile: str
    notebooks: Path
    runs: Path
    only: tuple[str, ...] = ()
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fresh: bool = False
    older: bool = False
    name: str = ""
    limit_seconds: float | None = None
    on_cpu: bool = False


@dataclass(frozen=True)
class Step:
    """One lesson of a run.

    Attributes:
        lesson: The lesson.
        key: Its content key.
        parameters: All its parameters with their values.
        overridden: Those given by hand.
        settings: What the profile holds for it.
        selected: Whether the run is to execute it; others only lend their artefacts.
        reason: Why its claims are only reported; empty where they are enforced.
        upstream: The keys of the lessons it needs.
    """

    lesson: Lesson
    key: str
    parameters: dict[str, Any]
    overridden: dict[str, Any]
    settings: Settings
    selected: bool
    reason: str
    upstream: dict[str, str]


def make_plan(
    order: Order,
    lessons: Mapping[str, Lesson],
    profiles: Profiles,
    shared: Mapping[str, str],
    store: Store,
) -> dict[str, Step]:
    """Work out the steps of a run before anything is executed.

    Args:
        order: What was asked for.
        lessons: All lessons, each after those it needs.
        profiles: The table of profiles.
        shared: The hashes all lessons share.
        store: The finished lessons.

    Returns:
        The steps by lesson number, in order, with the unselected lessons that lend artefacts.

    Raises:
        CourseError: When a lesson or a parameter does not exist, or a lesson that is not to be
            run has no artefacts to lend.
    """
    profile = profiles.profile(order.profile)
    selected = _selected(order, lessons)
    steps: dict[str, Step] = {}
    for number, lesson in lessons.items():
        step = _step(order, profile, profiles, lesson, steps, number in selected, shared)
        if not step.selected and _is_needed(number, selected, lessons) and not store.find(step.key):
            step = _lent(order, step, selected, lessons, store)
        steps[number] = step
    wanted = {n for n in lessons if n in selected or _is_needed(n, selected, lessons)}
    return {number: step for number, step in steps.items() if number in wanted}


def parse_overrides(words: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read ``-p 07.epochs=3``.

    Args:
        words: What followed each ``-p``.

    Returns:
        Values by lesson and name. A value is read as Python writes it; what is no Python value
        is a text.

    Raises:
        CourseError: When a word has another form.
    """
    overrides: dict[str, dict[str, Any]] = {}
    for word in words:
        place, equals, text = word.partition("=")
        number, dot, name = place.partition(".")
        if not (equals and dot and number.isdigit() and name.isidentifier()):
            raise CourseError(
                f"-p {word} is not understood. Write -p LESSON.NAME=VALUE: -p 07.epochs=3"
            )
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            value = {"true": True, "false": False}.get(text, text)
        overrides.setdefault(number.zfill(2), {})[name] = value
    return overrides


def _selected(order: Order, lessons: Mapping[str, Lesson]) -> set[str]:
    asked = {number.zfill(2) for number in order.only} or set(lessons)
    for number in sorted(asked | set(order.overrides)):
        if number not in lessons:
            raise CourseError(f"There is no lesson {number}. There are: {', '.join(lessons)}.")
    for number in order.overrides:
        if number not in asked:
            raise CourseError(
                f"-p sets a parameter of lesson {number}, which this run does not execute. Add it: "
                f"--only {' '.join(sorted(asked | {number}))}"
            )
    return asked


def _step(
    order: Order,
    profile: Profile,
    profiles: Profiles,
    lesson: Lesson,
    before: Mapping[str, Step],
    selected: bool,
    shared: Mapping[str, str],
) -> Step:
    base = profiles.parameters(lesson, profile.name)
    given = dict(order.overrides.get(lesson.number, {}))
    parameters = {**base, **given}
    # Writing them once finds unknown names and wrong types before anything has been executed.
    with_parameters(lesson, profiles.settings(lesson.number, profile.name).parameters)
    with_parameters(lesson, given)
    overridden = {name: value for name, value in given.items() if base[name] != value}
    upstream = {number: before[number].key for number in lesson.needs}
    tried = "a profile for a GPU was tried without one" if on_trial(order, profile) else ""
    return Step(
        lesson=lesson,
        key=lesson_key(lesson, parameters, upstream, shared),
        parameters=parameters,
        overridden=overridden,
        settings=profiles.settings(lesson.number, profile.name),
        selected=selected,
        reason=_reason(lesson, overridden, before) or tried,
        upstream=upstream,
    )


def on_trial(order: Order, profile: Profile) -> bool:
    """Tell whether a run has no GPU though its profile needs one, and may go on."""
    return order.on_cpu and profile.needs_gpu


def _reason(lesson: Lesson, overridden: Mapping[str, Any], before: Mapping[str, Step]) -> str:
    """Say why the claims of a lesson are only reported, if they are."""
    if overridden:
        changes = ", ".join(f"{name}={value!r}" for name, value in overridden.items())
        return f"parameters were overridden: {changes}"
    loose = [number for number in lesson.needs if before[number].reason]
    return f"lesson {loose[0]}, which it builds on, did not run as published" if loose else ""


def _is_needed(number: str, selected: set[str], lessons: Mapping[str, Lesson]) -> bool:
    return any(number in lessons[other].needs for other in selected)


def _lent(
    order: Order, step: Step, selected: set[str], lessons: Mapping[str, Lesson], store: Store
) -> Step:
    """Let an older result stand in for a lesson that is not to be run, if that was allowed."""
    number = step.lesson.number
    older = store.newest(number, order.profile) if order.older else None
    if older is not None:
        reason = "an older version of it was used"
        return Step(**{**vars(step), "key": older.folder.name, "reason": reason})
    users = [other for other in sorted(selected) if number in lessons[other].needs]
    both = " ".join(sorted({number, *selected}))
    raise CourseError(
        f"Lesson {users[0]} needs what lesson {number} leaves, and no finished run of lesson "
        f"{number} with its present code and parameters is in {order.runs}. Run both: "
        f"`nlputils run --profile {order.profile} --only {both}`. An older result, if there is "
        "one, will do with --older-artefacts."
    )
