"""Content keys: whether a lesson, as it stands now, has been run before."""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nlputils.course.lessons import Lesson, code_cells
from nlputils.data import course_root
from nlputils.data.files import UNFINISHED, files_below, sha256_files
from nlputils.data.own import file_hashes
from nlputils.lesson.machine import backend

_LENGTH = 24
_DATA = ("data/datasets.toml", "data/pocket", "data/encoders")


def content_hashes(root: Path | None = None) -> dict[str, str]:
    """Hash what all lessons share: the package, the locked packages, the embedded data.

    Of the package, ``course`` and the command line are left out: they run the notebooks and take
    no part in what these compute.

    Args:
        root: The course folder; the current one where not given.

    Returns:
        A hash for each of ``nlputils``, ``requirements.lock`` and ``data``.
    """
    root = root or course_root()
    package = Path(__file__).resolve().parents[1]
    embedded = (
        file
        for name in _DATA
        for file in files_below(root / name)
        if not file.name.endswith(UNFINISHED)
    )
    return {
        "nlputils": sha256_files(package, _computing(package)),
        "requirements.lock": sha256_files(root, files_below(root / "requirements.lock")),
        "data": sha256_files(root, embedded),
    }


def lesson_key(
    lesson: Lesson,
    parameters: Mapping[str, Any],
    upstream: Mapping[str, str],
    shared: Mapping[str, str],
) -> str:
    """Compute the content key of a lesson.

    Two runs of a lesson have the same key when nothing that could change its results differs:
    code cells (the text between them may change), parameters, the lessons it reads from,
    ``nlputils``, the locked packages, the embedded data, Python and the Keras backend. A file or a
    folder of one's own that a parameter names counts with its content.

    Args:
        lesson: The lesson.
        parameters: All its parameters with the values of this run.
        upstream: The keys of the lessons it needs, by number.
        shared: What ``content_hashes`` gives.

    Returns:
        Hexadecimal digits.
    """
    content = {
        "code": code_cells(lesson),
        "parameters": dict(parameters),
        "upstream": dict(upstream),
        "shared": dict(shared),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "files": file_hashes(parameters),
        "backend": backend()[0],
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def _computing(package: Path) -> Iterable[Path]:
    for path in package.rglob("*.py"):
        place = path.relative_to(package)
        if place.parts[0] != "course" and place.name != "cli.py":
            yield path
