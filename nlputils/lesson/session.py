"""Which lesson is running, under which profile, and where its results go."""

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from nlputils.data import course_root
from nlputils.errors import CourseError

_LAB_REASON = "this is a working copy, where everything may be changed"


@dataclass(frozen=True)
class Session:
    """One lesson in one kernel.

    Attributes:
        number: The lesson, two digits.
        profile: ``pocket``, ``laptop`` or ``gpu``.
        headless: True under ``nlputils run``, False in JupyterLab.
        records: Folder of ``metrics.jsonl``, ``claims.jsonl`` and ``data.json``.
        artefacts: Folder for what later lessons need.
        checkpoints: Folder for training that can be interrupted.
        upstream: Artefact folders of the lessons this one needs, by lesson number (headless).
        enforced: Whether a claim that does not hold is an error.
        reason: Why claims are not enforced; empty where they are.
    """

    number: str
    profile: str
    headless: bool
    records: Path
    artefacts: Path
    checkpoints: Path
    upstream: dict[str, Path] = field(default_factory=dict)
    enforced: bool = False
    reason: str = _LAB_REASON


_sessions: list[Session] = []


def begin(number: str, profile: str) -> Session:
    """Open the session of this kernel; a second call starts the lesson again.

    Args:
        number: The lesson, such as ``"03"``.
        profile: The profile the notebook was given.

    Returns:
        The session, with its record files emptied.

    Raises:
        CourseError: When the runner started another lesson or profile than the notebook names.
    """
    session = (
        _headless(number, profile) if "NLPUTILS_RECORDS" in os.environ else _lab(number, profile)
    )
    for folder in (session.records, session.artefacts, session.checkpoints):
        folder.mkdir(parents=True, exist_ok=True)
    for name in ("metrics.jsonl", "claims.jsonl", "data.json"):
        (session.records / name).unlink(missing_ok=True)
    _sessions[:] = [session]
    return session


def current() -> Session:
    """Give the session of this kernel.

    Returns:
        The session opened by ``start``.

    Raises:
        CourseError: When ``start`` was not called.
    """
    if not _sessions:
        raise CourseError(
            "The lesson has not been started in this kernel. Run its first code cells, "
            "from the parameters to lesson.start(...), then this cell again."
        )
    return _sessions[0]


def is_headless() -> bool:
    """Tell whether the runner, not a person, drives this kernel.

    Returns:
        True under ``nlputils run``.
    """
    return "NLPUTILS_RECORDS" in os.environ


def runs_folder() -> Path:
    """Find the folder that holds runs, the store and the lab copies.

    Returns:
        ``runs`` in the course folder, or what ``NLPUTILS_RUNS`` names.
    """
    return Path(os.environ.get("NLPUTILS_RUNS") or course_root() / "runs").resolve()


def _headless(number: str, profile: str) -> Session:
    told = {"lesson": os.environ["NLPUTILS_LESSON"], "profile": os.environ["NLPUTILS_PROFILE"]}
    for kind, given in (("lesson", number), ("profile", profile)):
        if told[kind] != given:
            raise CourseError(
                f"The runner started {kind} {told[kind]!r}, but the notebook calls "
                f"lesson.start with {kind} {given!r}. Correct the call; the profile is a parameter "
                "of the notebook: start(..., profile=profile)."
            )
    reason = os.environ.get("NLPUTILS_CLAIMS_REASON", "")
    upstream = json.loads(os.environ.get("NLPUTILS_NEEDED", "{}"))
    return Session(
        number=number,
        profile=profile,
        headless=True,
        records=Path(os.environ["NLPUTILS_RECORDS"]),
        artefacts=Path(os.environ["NLPUTILS_ARTEFACTS"]),
        checkpoints=Path(os.environ["NLPUTILS_CHECKPOINTS"]),
        upstream={key: Path(value) for key, value in upstream.items()},
        enforced=os.environ.get("NLPUTILS_CLAIMS", "enforce") != "report",
        reason=reason,
    )


def _lab(number: str, profile: str) -> Session:
    base = runs_folder() / "lab" / profile
    checkpoints = base / "work" / number
    # A learner changes the model between two runs of a cell. Training that continued from the
    # checkpoint of the model before the change would be neither the one nor the other.
    shutil.rmtree(checkpoints, ignore_errors=True)
    return Session(
        number=number,
        profile=profile,
        headless=False,
        records=base / "records" / number,
        artefacts=base / "artefacts" / number,
        checkpoints=checkpoints,
    )
