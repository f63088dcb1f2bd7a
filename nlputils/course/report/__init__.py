"""A run as one HTML page that opens without a network."""

from pathlib import Path

from nlputils.course.recorded import read_run
from nlputils.course.report.notebooks import notebook_fragments, rendered
from nlputils.course.report.page import page
from nlputils.data import write_atomic
from nlputils.errors import CourseError

NAME = "report.html"


def prepare_report(notebook: Path) -> None:
    """Do the slow part of a report for one lesson, while the next lesson runs.

    Args:
        notebook: An executed notebook. What it gives is kept until this process ends.
    """
    import nlputils.evaluate  # noqa: F401  (the page will want it, and it takes seconds)

    rendered(notebook.read_bytes())


def write_report(folder: Path, target: Path | None = None) -> Path:
    """Write the report of a run.

    Args:
        folder: The folder of the run.
        target: Where to write; ``report.html`` in the folder where not given.

    Returns:
        The file written, whole or not at all.

    Raises:
        CourseError: When the run or one of its notebooks is damaged, or the target is a folder.
        OSError: When the file cannot be written.
    """
    if target and target.is_dir():
        raise CourseError(f"{target} is a folder. Name the file to write: {target / NAME}")
    run = read_run(folder)
    content = page(run, notebook_fragments(folder / "notebooks"))
    return write_atomic(target or folder / NAME, content)
