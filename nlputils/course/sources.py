"""Notebooks from their text sources: generated without outputs, byte for byte the same."""

import hashlib
import json
from pathlib import Path
from typing import Any

import jupytext
import nbformat

from nlputils.data import write_atomic
from nlputils.errors import CourseError

_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_REMEDY = "Run `nlputils notebooks build` and commit the result; edit only notebooks/src."


def generate(source: Path) -> str:
    """Make the notebook of one source.

    Args:
        source: A ``py:percent`` file.

    Returns:
        The notebook as JSON text. Cell ids come from the hash of a cell's type and text, so the
        same source always gives the same bytes, and a change to one cell changes one id.

    Raises:
        CourseError: When the source cannot be read as ``py:percent`` with its head.
    """
    try:
        notebook = jupytext.read(source, fmt="py:percent")
    except Exception as error:  # jupytext passes on whatever its parsers raise
        raise CourseError(f"{source} is not a valid py:percent source: {error}") from error
    about = notebook.metadata.get("nlputils")
    if not about:
        raise CourseError(f"{source} has no `nlputils:` block in the metadata of its head.")
    seen: dict[str, int] = {}
    cells = [_cell(cell, seen) for cell in notebook.cells]
    whole = {
        "cells": cells,
        "metadata": {
            "kernelspec": _KERNEL,
            "language_info": {"name": "python"},
            "nlputils": json.loads(json.dumps(about)),
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    nbformat.validate(nbformat.from_dict(whole))
    return json.dumps(whole, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def build(folder: Path) -> list[Path]:
    """Generate the notebooks of a folder from its ``src``.

    Args:
        folder: The folder of the notebooks.

    Returns:
        The notebooks that changed.

    Raises:
        CourseError: When a source is invalid.
    """
    changed = []
    for source in _sources(folder):
        target = folder / f"{source.stem}.ipynb"
        content = generate(source)
        if not target.is_file() or target.read_text(encoding="utf-8") != content:
            write_atomic(target, content)
            changed.append(target)
    return changed


def drift(folder: Path) -> list[str]:
    """Compare the notebooks of a folder with their sources.

    Args:
        folder: The folder of the notebooks.

    Returns:
        One sentence for each notebook that is missing, differs from its source, or has none.
    """
    problems = []
    sources = _sources(folder)
    for source in sources:
        target = folder / f"{source.stem}.ipynb"
        if not target.is_file():
            problems.append(f"{target.name} is missing. {_REMEDY}")
        elif target.read_text(encoding="utf-8") != generate(source):
            problems.append(f"{target.name} differs from src/{source.name}. {_REMEDY}")
    stems = {source.stem for source in sources}
    for path in sorted(folder.glob("*.ipynb")):
        if path.stem not in stems:
            problems.append(f"{path.name} has no source src/{path.stem}.py. Write it or remove it.")
    return problems


def _sources(folder: Path) -> list[Path]:
    return sorted((folder / "src").glob("[0-9][0-9]_*.py"))


def _cell(cell: Any, seen: dict[str, int]) -> dict[str, Any]:
    digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
    seen[digest] = seen.get(digest, 0) + 1
    name = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    tidy: dict[str, Any] = {
        "cell_type": cell.cell_type,
        "id": name,
        "metadata": json.loads(json.dumps(cell.metadata)),
        "source": cell.source.splitlines(keepends=True),
    }
    if cell.cell_type == "code":
        tidy |= {"execution_count": None, "outputs": []}
    return tidy
