"""What a kernel does before its notebook's first cell: it imports what the notebook will import.

A kernel that waits for its turn has the time for it (see `launching`). The notebook's own import
statements find the modules ready. No name is defined for it, so one that it forgets to import is
still missing. What an import prints is not in the executed notebook. Then the kernel waits for the
word to go on.
"""

import ast
import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

# The word that lets a worker execute its first cell.
GO = "go"
NOTEBOOK_VARIABLE = "NLPUTILS_NOTEBOOK"
# What the kernel executes when it starts; it leaves no name behind.
START_LINE = f"import {__name__}; {__name__}.import_ahead(); del {__name__.partition('.')[0]}"


def import_ahead() -> None:
    """Import what the notebook imports that the environment variable names."""
    # Imported here, for they import pandas, which no worker needs.
    from nlputils.lesson.quiet import quiet_tensorflow
    from nlputils.memory import keep_freed_memory

    quiet_tensorflow()
    keep_freed_memory()
    notebook = json.loads(Path(os.environ[NOTEBOOK_VARIABLE]).read_text(encoding="utf-8"))
    cells = notebook["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    for statement in import_statements(sources):
        # The cell that holds it will raise again, where a reader sees it.
        with contextlib.suppress(Exception):
            exec(statement, {})


def import_statements(sources: Iterable[str]) -> Iterator[str]:
    """Find the import statements that stand at the top level of a notebook's cells.

    Args:
        sources: The code of the cells. One that is no Python by itself is left out.

    Yields:
        One statement after the other, in their order.
    """
    for source in sources:
        with contextlib.suppress(SyntaxError):
            for node in ast.parse(source).body:
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield ast.unparse(node)
