"""Where a lesson leaves what later lessons need, and finds what earlier ones left."""

import re
from pathlib import Path
from typing import Literal

from nlputils.data.files import read_object
from nlputils.errors import CourseError
from nlputils.lesson.session import Session, current, is_headless, runs_folder

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def artefact(name: str) -> Path:
    """Give the folder in which this lesson leaves something for later lessons.

    Args:
        name: What it holds, such as ``"encoder"``.

    Returns:
        An existing folder. Write files into it before the lesson ends.
    """
    return _folder(current().artefacts, name)


def checkpoints(name: str) -> Path:
    """Give the folder in which a training keeps its checkpoints.

    Under ``nlputils run`` it survives a killed run: the same command finds it again as long as
    code, parameters and inputs are unchanged. It is removed when the lesson is finished. In
    JupyterLab it is emptied whenever the lesson starts, since a learner changes the model.

    Args:
        name: Which training, such as ``"pretrain"``.

    Returns:
        An existing folder.
    """
    return _folder(current().checkpoints, name)


def progress() -> Literal[2] | Literal["auto"]:
    """Choose how Keras reports progress: the value of ``verbose`` in ``fit``.

    Returns:
        2, one plain line an epoch, when headless; ``"auto"``, a bar, in JupyterLab.
    """
    return 2 if is_headless() else "auto"


def needed(number: str, name: str) -> Path:
    """Find the folder that an earlier lesson left.

    Under ``nlputils run`` it is the artefact of this very run or of the store. In JupyterLab it
    is what the learner's own copy of that lesson left, or else the newest run of the profile.

    Args:
        number: The earlier lesson, such as ``"05"``.
        name: The artefact, such as ``"encoder"``.

    Returns:
        The folder.

    Raises:
        CourseError: When there is none; the message says which command makes it.
    """
    session = current()
    folder = (
        _upstream(session, number, name) if session.headless else _in_lab(session, number, name)
    )
    if folder is None or not folder.is_dir() or not any(folder.iterdir()):
        where = "" if folder is None else f" at {folder}"
        raise CourseError(
            f"Lesson {session.number} needs {name!r} of lesson {number}, and there is none{where}. "
            f"Run lesson {number} first: in JupyterLab its notebook, or on the command line "
            f"`nlputils run --profile {session.profile} --only {number}`."
        )
    return folder


def _upstream(session: Session, number: str, name: str) -> Path | None:
    if number not in session.upstream:
        raise CourseError(
            f"Lesson {session.number} asks for {name!r} of lesson {number}, but its metadata does "
            f'not name that lesson. Add "{number}" to `needs` in the head of its source.'
        )
    return session.upstream[number] / name


def _in_lab(session: Session, number: str, name: str) -> Path | None:
    own = runs_folder() / "lab" / session.profile / "artefacts" / number / name
    if own.is_dir() and any(own.iterdir()):
        return own
    runs = [path.parent for path in runs_folder().glob("*/run.json")]
    same = [run for run in runs if _profile_of(run) == session.profile]
    found = [run / "artefacts" / number / name for run in same]
    found = [path for path in found if path.is_dir()]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def _profile_of(run: Path) -> str:
    """Read a run's profile; a run whose description is damaged has none, and stops nobody."""
    try:
        return str(read_object(run / "run.json").get("profile", ""))
    except (CourseError, OSError):
        return ""


def _folder(parent: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise CourseError(
            f"{name!r} cannot name a folder: use letters, digits, '-', '_' and '.', no path."
        )
    folder = parent / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
