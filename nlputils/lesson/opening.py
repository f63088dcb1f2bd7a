"""The first output of every lesson: what runs here, on which data, with which versions."""

import dataclasses
import json
import random
from collections.abc import Sequence

import numpy as np

from nlputils.data import SOURCE_WORDS, Provenance, provenance, registry, write_atomic
from nlputils.lesson.machine import device, versions
from nlputils.lesson.quiet import quiet_tensorflow
from nlputils.lesson.session import Session, begin
from nlputils.memory import keep_freed_memory
from nlputils.wrapping import wrapped

_PACKAGES = ("keras", "keras-hub")


def start(number: str, *, profile: str, data: Sequence[str] = (), seed: int = 0) -> None:
    """Begin a lesson: set the seeds and print where its numbers will come from.

    Call it in the first code cell after the parameters, before a cell that imports Keras. Python's
    and NumPy's generators are seeded. What builds and trains networks takes a seed of its own and
    sets them anew, and those of the backend, by ``nlputils.randomness.set_seeds``.

    Args:
        number: The lesson, such as ``"03"``.
        profile: The notebook's parameter of that name.
        data: The names of all data sets the lesson reads, or paths of files of one's own.
        seed: The seed.

    Raises:
        CourseError: When a data set is unknown, the backend of Keras is missing, or the notebook
            and the runner disagree.
    """
    quiet_tensorflow()
    keep_freed_memory()
    session = begin(number, profile)
    random.seed(seed)
    np.random.seed(seed)
    sources = [provenance(name) for name in data]
    rows = [dataclasses.asdict(source) for source in sources]
    write_atomic(session.records / "data.json", json.dumps(rows, indent=1, ensure_ascii=False))
    # What follows a heading stands under what the heading says.
    print(wrapped("\n".join(_lines(session, sources)), indent=10))


def _lines(session: Session, sources: Sequence[Provenance]) -> list[str]:
    mode = "headless run" if session.headless else "working copy"
    lines = [f"Lesson {session.number}, profile {session.profile}, {mode}"]
    lines += [f"Data      {_source_line(source)}" for source in sources]
    found = versions(_PACKAGES).items()
    # As Python imports them.
    told = ", ".join(f"{name.replace('-', '_')} {version}" for name, version in found)
    lines.append(f"Versions  {told}")
    lines.append(f"Device    {device()}")
    if not session.enforced:
        lines.append(f"Claims    reported, not enforced: {session.reason}")
    return lines


def _source_line(source: Provenance) -> str:
    if source.source == "own":
        return f"{source.name}: {SOURCE_WORDS[source.source]}, sha256 {source.sha256[:12]}..."
    replaced = [name for name, card in registry().items() if card.stand_in == source.name]
    note = f"; stands in for {', '.join(replaced)}" if replaced else ""
    return f"{source.name}: {SOURCE_WORDS[source.source]}, {source.licence}{note}"
