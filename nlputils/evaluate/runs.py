"""Runs in a file: what systems predicted, kept so that a later lesson can compare in pairs."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlputils.data import write_atomic
from nlputils.errors import CourseError
from nlputils.evaluate.scores import Predicted

_FORMAT = "nlputils runs 1"
_FIELDS = {"seed", "n_train", "y_true", "y_pred", "y_prob"}


def save_runs(path: str | os.PathLike[str], runs: Mapping[str, Sequence[Predicted]]) -> Path:
    """Write the predictions of several systems to one JSON file, whole or not at all.

    The file holds classes and probabilities, no text. Whoever compares with it later has to
    predict the same test sets in the same order; ``compare`` refuses anything else.

    Args:
        path: The file to write, such as ``lesson.artefact("baselines") / "runs.json"``.
        runs: For each system's name, what it predicted: one ``Predicted`` for each seed.

    Returns:
        The path written.

    Raises:
        CourseError: When there is no system, a system has no run, or one seed stands twice.
    """
    _check({name: list(of_one) for name, of_one in runs.items()}, "save_runs")
    content = {
        "format": _FORMAT,
        "runs": {name: [run_to_dict(run) for run in of_one] for name, of_one in runs.items()},
    }
    return write_atomic(path, json.dumps(content, allow_nan=False, separators=(",", ":")) + "\n")


def load_runs(path: str | os.PathLike[str]) -> dict[str, list[Predicted]]:
    """Read what ``save_runs`` wrote, and check it as if it had just been predicted.

    Args:
        path: The file.

    Returns:
        For each system's name its runs, in the order in which they were saved.

    Raises:
        CourseError: When there is no such file, it is no file of runs, or its content does not
            fit together; the message names the system and the run.
    """
    where = Path(path)
    if not where.is_file():
        raise CourseError(f"No runs at {where}: run the lesson that leaves them first.")
    try:
        content = json.loads(where.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CourseError(f"{where} is not JSON ({error}). Run its lesson again.") from None
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise CourseError(
            f"{where} is not a file of runs: expected the format {_FORMAT!r}, as save_runs writes "
            "it. Run its lesson again with this version of nlputils."
        )
    table = content.get("runs")
    if not isinstance(table, dict) or not all(isinstance(rows, list) for rows in table.values()):
        raise CourseError(f"{where}: 'runs' must hold a list of runs for each system.")
    found = {
        name: [
            run_from_dict(entry, f"{where}, {name}, run {place}") for place, entry in enumerate(r)
        ]
        for name, r in table.items()
    }
    _check(found, str(where))
    return found


def run_to_dict(run: Predicted) -> dict[str, Any]:
    """Return a run as plain values, for JSON."""
    return {
        "seed": int(run.seed),
        "n_train": int(run.n_train),
        "y_true": run.true.tolist(),
        "y_pred": run.pred.tolist(),
        "y_prob": None if run.y_prob is None else np.asarray(run.y_prob).tolist(),
    }


def run_from_dict(entry: Any, where: str) -> Predicted:
    """Make a run of what `run_to_dict` gave.

    Args:
        entry: the plain values.
        where: they stand, for the message.

    Returns:
        The run.

    Raises:
        CourseError: a field is missing or too much, or the values do not fit together.
    """
    if not isinstance(entry, dict) or set(entry) != _FIELDS:
        names = sorted(entry) if isinstance(entry, dict) else type(entry).__name__
        raise CourseError(f"{where}: expected the fields {sorted(_FIELDS)}, found {names}.")
    wrong = [name for name in ("seed", "n_train") if type(entry[name]) is not int]
    if wrong:
        raise CourseError(f"{where}: {wrong[0]} is {entry[wrong[0]]!r}; expected a whole number.")
    try:
        return Predicted(**entry)
    except (CourseError, ValueError, TypeError) as error:
        raise CourseError(f"{where}: {error}") from None


def _check(runs: dict[str, list[Predicted]], where: str) -> None:
    """Refuse what could not be compared: no system, no run, a seed that stands twice."""
    empty = [name for name, of_one in runs.items() if not of_one]
    if not runs or empty:
        raise CourseError(f"{where}: there is no run{f' of {empty[0]}' if empty else ''}.")
    for name, of_one in runs.items():
        seeds = [run.seed for run in of_one]
        if len(set(seeds)) < len(seeds):
            raise CourseError(
                f"{where}: {name} has the seeds {seeds}, one of them twice. A run counted twice "
                "is not evidence."
            )
