"""``profiles.toml``: what each profile overrides, and what each lesson costs in it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlputils.course.lessons import Lesson
from nlputils.errors import CourseError

_OWN = "laptop"


@dataclass(frozen=True)
class Profile:
    """One way to run the course.

    Attributes:
        name: ``pocket``, ``laptop`` or ``gpu``.
        summary: One line for people.
        limit_seconds: The most a lesson may take before it is stopped.
        needs_gpu: Whether it refuses to run without a GPU.
    """

    name: str
    summary: str
    limit_seconds: float
    needs_gpu: bool = False


@dataclass(frozen=True)
class Settings:
    """What a profile holds for one lesson.

    Attributes:
        parameters: Values that replace the notebook's own.
        seconds: Measured seconds, or None before the first measurement.
        peak_mb: Measured peak memory of the kernel in MB, or None.
        limit_seconds: The most the lesson may take.
    """

    parameters: dict[str, Any]
    seconds: float | None
    peak_mb: float | None
    limit_seconds: float


@dataclass(frozen=True)
class Profiles:
    """The whole table.

    Attributes:
        path: The file.
        profiles: The profiles by name.
        lessons: Raw tables, by lesson and profile.
    """

    path: Path
    profiles: dict[str, Profile]
    lessons: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def profile(self, name: str) -> Profile:
        """Look up a profile.

        Args:
            name: Its name.

        Returns:
            The profile.

        Raises:
            CourseError: When there is none of that name.
        """
        if name not in self.profiles:
            raise CourseError(
                f"There is no profile {name!r}. There are: {', '.join(self.profiles)}."
            )
        return self.profiles[name]

    def settings(self, number: str, profile: str) -> Settings:
        """Look up what a profile holds for a lesson.

        Args:
            number: The lesson.
            profile: The profile.

        Returns:
            Its settings; the profile's limit and no overrides where the table says nothing.
        """
        table = self.lessons.get(number, {}).get(profile, {})
        return Settings(
            parameters=dict(table.get("parameters", {})),
            seconds=table.get("seconds"),
            peak_mb=table.get("peak_mb"),
            limit_seconds=float(table.get("limit_seconds", self.profile(profile).limit_seconds)),
        )

    def parameters(self, lesson: Lesson, profile: str) -> dict[str, Any]:
        """Give the values of all parameters of a lesson under a profile.

        Args:
            lesson: The lesson.
            profile: The profile.

        Returns:
            The notebook's own values, overridden by the profile's. The parameter ``profile``, if
            the notebook has it, is the profile's name.

        Raises:
            CourseError: When the table names a parameter that the notebook does not have.
        """
        values = lesson.parameters
        overrides = self.settings(lesson.number, profile).parameters
        for name in overrides:
            if name not in values:
                raise CourseError(
                    f"{self.path.name} sets {name!r} for lesson {lesson.number} in profile "
                    f"{profile}, but {lesson.path.name} has no such parameter. It has: "
                    f"{', '.join(values) or 'none'}."
                )
        own = {"profile": profile} if "profile" in values else {}
        return {**values, **overrides, **own}


def read_profiles(path: Path) -> Profiles:
    """Read the table.

    Args:
        path: ``profiles.toml``.

    Returns:
        Its content.

    Raises:
        CourseError: When the file is missing or not as its head describes.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        profiles = {name: Profile(name=name, **table) for name, table in raw["profiles"].items()}
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise CourseError(
            f"{path} cannot be used: {type(error).__name__}: {error}. Its head lists the keys."
        ) from error
    table = Profiles(path, profiles, raw.get("lessons", {}))
    _check(table)
    return table


def _check(table: Profiles) -> None:
    known = {"parameters", "seconds", "peak_mb", "limit_seconds"}
    for number, rows in table.lessons.items():
        for profile, row in rows.items():
            table.profile(profile)
            _check_row(table.path.name, f"[lessons.{number}.{profile}]", profile, row, known)


def _check_row(
    file: str, place: str, profile: str, row: Mapping[str, Any], known: set[str]
) -> None:
    surplus = sorted(set(row) - known)
    if surplus:
        raise CourseError(
            f"{file}, {place}: {surplus[0]!r} is not a key. There are {', '.join(sorted(known))}; "
            f"the notebook's own names belong into {place[:-1]}.parameters]."
        )
    if profile == _OWN and row.get("parameters"):
        raise CourseError(
            f"{file}, {place} holds parameters. The values of the {_OWN} profile stand in the "
            "parameter cell of the notebook itself."
        )
