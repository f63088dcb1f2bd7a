"""Where the course lies on this disk."""

import os
from pathlib import Path

from nlputils.errors import CourseError

_MARK = Path("data") / "datasets.toml"


def course_root() -> Path:
    """Find the folder that holds ``data/`` and ``notebooks/``.

    ``NLPUTILS_ROOT`` decides where it is set. Otherwise it is the folder that holds the package
    (an editable install), or the nearest folder upwards from the current one.

    Returns:
        The absolute path of the course folder.

    Raises:
        CourseError: When no folder holds ``data/datasets.toml``.
    """
    override = os.environ.get("NLPUTILS_ROOT")
    if override:
        root = Path(override).expanduser().resolve()
        if not (root / _MARK).is_file():
            raise CourseError(
                f"NLPUTILS_ROOT is {root}, but {root / _MARK} does not exist. Set it to the folder "
                "of the course (the one that holds data/ and notebooks/), or unset it."
            )
        return root
    here = Path.cwd()
    for folder in (Path(__file__).resolve().parents[2], here, *here.parents):
        if (folder / _MARK).is_file():
            return folder
    raise CourseError(
        f"The course folder was not found: neither beside the package nor upwards from {here} "
        f"is there a file {_MARK}. Start from a clone of the course, or set NLPUTILS_ROOT to it."
    )
