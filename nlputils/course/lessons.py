"""The lessons as they lie on the disk: number, title, what they need, their parameters."""

import ast
import heapq
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from nlputils.data import course_root
from nlputils.errors import CourseError


@dataclass(frozen=True)
class Lesson:
    """One notebook of the course.

    Attributes:
        number: Two digits.
        title: Its title.
        needs: Numbers of the lessons whose artefacts it reads.
        gives: Names of the artefacts it leaves.
        path: The notebook without outputs.
        notebook: Its content.
    """

    number: str
    title: str
    needs: tuple[str, ...]
    gives: tuple[str, ...]
    path: Path
    notebook: NotebookNode

    @property
    def parameters(self) -> dict[str, Any]:
        """The names and values of the parameter cell, which are those of the laptop profile."""
        return {name: value for name, (value, _) in _assignments(self).items()}


def notebooks_folder() -> Path:
    """Find the notebooks of the course.

    Returns:
        ``notebooks`` in the course folder.
    """
    return course_root() / "notebooks"


def read_lessons(folder: Path) -> dict[str, Lesson]:
    """Read all lessons of a folder.

    Args:
        folder: Where the ``.ipynb`` lie.

    Returns:
        The lessons by number, each after those it needs.

    Raises:
        CourseError: When there is none, a notebook lacks its metadata, two have one number, or
            the needs are unknown or circular.
    """
    lessons: dict[str, Lesson] = {}
    for path in sorted(folder.glob("*.ipynb")):
        lesson = read_lesson(path)
        if lesson.number in lessons:
            raise CourseError(
                f"{path.name} and {lessons[lesson.number].path.name} both have the number "
                f"{lesson.number}. Change one in the head of its source."
            )
        lessons[lesson.number] = lesson
    if not lessons:
        raise CourseError(
            f"There is no notebook in {folder}. `nlputils notebooks build` makes them."
        )
    return {number: lessons[number] for number in _ordered(lessons)}


def read_lesson(path: Path) -> Lesson:
    """Read one lesson.

    Args:
        path: Its notebook.

    Returns:
        The lesson.

    Raises:
        CourseError: When the notebook or its ``nlputils`` metadata cannot be read.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError) as error:
        raise CourseError(
            f"{path} cannot be read as a notebook ({error}). "
            "`nlputils notebooks build` makes it anew."
        ) from error
    about = notebook.metadata.get("nlputils", {})
    number = str(about.get("number", ""))
    if not (len(number) == 2 and number.isdigit()):
        raise CourseError(
            f"{path} has no lesson number in its metadata (found {number!r}). The head of its "
            'source needs nlputils: {number: "03", title: ..., needs: [...], gives: [...]}.'
        )
    return Lesson(
        number=number,
        title=str(about.get("title", path.stem)),
        needs=tuple(str(item) for item in about.get("needs", ())),
        gives=tuple(str(item) for item in about.get("gives", ())),
        path=path,
        notebook=notebook,
    )


def with_parameters(lesson: Lesson, values: Mapping[str, Any]) -> NotebookNode:
    """Write values into the parameter cell of a lesson.

    The values take the place of the old ones in the cell itself, comments and all else stay. So
    the run and the learner see one parameter cell, not one and its correction.

    Args:
        lesson: The lesson.
        values: New values by name. Each must be a literal.

    Returns:
        A copy of the notebook.

    Raises:
        CourseError: When the notebook has no such parameter, or a value has another type than
            the notebook's own.
    """
    known = _assignments(lesson)
    for name, value in values.items():
        _check_parameter(lesson, name, value, known)
    notebook = NotebookNode(nbformat.from_dict(dict(lesson.notebook)))
    index = _parameter_index(lesson)
    if index is None:
        return notebook
    source = notebook.cells[index].source
    lines = source.encode().splitlines(keepends=True)
    starts = [sum(len(line) for line in lines[:row]) for row in range(len(lines) + 1)]
    raw = source.encode()
    # From the last to the first, so that places before the change stay where they are.
    places = sorted(known.items(), key=lambda item: (item[1][1].lineno, item[1][1].col_offset))
    for name, (_, node) in reversed(places):
        if name in values:
            begin = starts[node.lineno - 1] + node.col_offset
            end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
            raw = raw[:begin] + _literal(values[name]).encode() + raw[end:]
    notebook.cells[index] = NotebookNode({**notebook.cells[index], "source": raw.decode()})
    return notebook


def code_cells(lesson: Lesson) -> list[str]:
    """Give the code of a lesson, without its parameter cell.

    Args:
        lesson: The lesson.

    Returns:
        The source of each code cell, in order.
    """
    skipped = _parameter_index(lesson)
    cells = enumerate(lesson.notebook.cells)
    return [c.source for index, c in cells if c.cell_type == "code" and index != skipped]


def unread_parameters(lesson: Lesson) -> list[str]:
    """Find parameters that the notebook declares and never reads.

    Args:
        lesson: The lesson.

    Returns:
        Their names.
    """
    read: set[str] = set()
    for source in code_cells(lesson):
        python = "\n".join(
            "" if line.lstrip()[:1] in "%!" and line.strip() else line
            for line in source.splitlines()
        )
        names = (node for node in ast.walk(ast.parse(python)) if isinstance(node, ast.Name))
        read |= {node.id for node in names if isinstance(node.ctx, ast.Load)}
    return [name for name in lesson.parameters if name not in read]


def _parameter_index(lesson: Lesson) -> int | None:
    for index, cell in enumerate(lesson.notebook.cells):
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", ()):
            return index
    return None


def _assignments(lesson: Lesson) -> dict[str, tuple[Any, ast.expr]]:
    """Read the parameter cell: name -> (value, where its value stands)."""
    index = _parameter_index(lesson)
    if index is None:
        return {}
    found: dict[str, tuple[Any, ast.expr]] = {}
    for node in ast.parse(lesson.notebook.cells[index].source).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if not isinstance(target, ast.Name) or value is None:
            continue
        try:
            found[target.id] = (ast.literal_eval(value), value)
        except ValueError as error:
            raise CourseError(
                f"{lesson.path.name}: the parameter {target.id!r} must be a plain value (a number, "
                "a text, True or False, a list of these), so that a profile can replace it."
            ) from error
    return found


def _check_parameter(
    lesson: Lesson, name: str, value: Any, known: Mapping[str, tuple[Any, ast.expr]]
) -> None:
    if name not in known:
        names = ", ".join(known) or "none: no cell is tagged `parameters`"
        raise CourseError(
            f"Lesson {lesson.number} has no parameter {name!r}. The parameters of "
            f"{lesson.path.name} are: {names}."
        )
    default = known[name][0]
    alike = default is None or type(value) is type(default)
    if not alike and not (isinstance(default, float) and type(value) is int):
        raise CourseError(
            f"The parameter {name!r} of lesson {lesson.number} must be of type "
            f"{type(default).__name__}, such as {default!r}, but was given {value!r}."
        )


def _literal(value: Any) -> str:
    """Write a value as the sources do: Python's own form, texts in double quotes."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)


def _ordered(lessons: Mapping[str, Lesson]) -> Iterable[str]:
    """Order lessons by need, and by number where the needs leave it open."""
    for lesson in lessons.values():
        unknown = [number for number in lesson.needs if number not in lessons]
        if unknown:
            raise CourseError(
                f"{lesson.path.name} needs lesson {unknown[0]}, which does not exist. "
                "Correct `needs` in the head of its source."
            )
    sorter = TopologicalSorter({number: lesson.needs for number, lesson in lessons.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise CourseError(f"The lessons need each other in a circle: {circle}.") from error
    ready: list[str] = []
    while sorter.is_active():
        for number in sorter.get_ready():
            heapq.heappush(ready, number)
        number = heapq.heappop(ready)
        sorter.done(number)
        yield number
