"""The bench: contestants in turns, round after round (``nlputils bench pretrain``)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlputils.bench.lineup import CONTESTANTS, PEAKS, Block, Entry, chosen
from nlputils.bench.processes import Process, require_memory
from nlputils.bench.results import Measured, results_of
from nlputils.bench.setup import Setup
from nlputils.bench.table import heading, table
from nlputils.data import write_atomic
from nlputils.errors import CourseError


@dataclass(frozen=True)
class Effort:
    """How long is measured, and who.

    Attributes:
        rounds: turns of each contestant.
        steps: counted training steps in a turn.
        only: names of `nlputils.bench.CONTESTANTS`; all where empty.
    """

    rounds: int = 5
    steps: int = 20
    only: tuple[str, ...] = ()


@dataclass
class _Turns:
    """A contestant's process and what it has said."""

    entry: Entry
    process: Process
    blocks: list[Block] = field(default_factory=list)
    others: list[float] = field(default_factory=list)


def bench_pretrain(
    setup: Setup,
    effort: Effort | None = None,
    *,
    output: str | Path | None = None,
    tell: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Measure how fast the contestants pretrain, and print a table.

    Each contestant lives in a process of its own; one works at a time. In each round all have
    their turn, from round to round another one begins, so that whatever slows the machine for a
    while meets all of them.

    Args:
        setup: what all contestants have in common.
        effort: how long is measured, and who.
        output: a JSON file for all that was measured, written whole.
        tell: takes the lines that say how far it has come, and the table.

    Returns:
        What the JSON file holds: see `nlputils.bench.results.results_of`.

    Raises:
        CourseError: there is no contestant of a name, too little memory is free, the numbers
            leave nothing to measure, or ``output`` is a folder.
    """
    effort = effort or Effort()
    if effort.rounds < 1 or effort.steps < 1:
        raise CourseError(
            f"rounds={effort.rounds}, steps={effort.steps}: at least 1 of each was expected."
        )
    if output is not None and Path(output).is_dir():
        raise CourseError(f"{output} is a folder: name the JSON file to be written.")
    entries = chosen(effort.only)
    require_memory(sum(entry.memory_mb for entry in entries.values()))
    tell(heading(setup))
    turns: dict[str, _Turns] = {}
    try:
        for name, entry in entries.items():
            tell(f"{name}: getting ready")
            turns[name] = _Turns(entry, Process(name, setup, backend=entry.backend))
            tell(f"{name}: {turns[name].process.absent or turns[name].process.failed or 'ready'}")
        for number in range(effort.rounds):
            _round(number, effort, setup, turns, tell)
    finally:
        for turn in turns.values():
            turn.process.end()
    results = results_of(
        setup,
        {name: _measured(turn) for name, turn in turns.items() if name in CONTESTANTS},
        {name: _measured(turn) for name, turn in turns.items() if name in PEAKS},
        steps=effort.steps,
    )
    tell(table(results))
    if output is not None:
        write_atomic(output, json.dumps(results, indent=1, ensure_ascii=False) + "\n")
        tell(f"All numbers are in {output}")
    return results


def _round(
    number: int,
    effort: Effort,
    setup: Setup,
    turns: dict[str, _Turns],
    tell: Callable[[str], None],
) -> None:
    """Give each contestant that can work its turn."""
    names = list(turns)
    first = number % len(names)
    for name in names[first:] + names[:first]:
        turn = turns[name]
        said = turn.process.block(effort.steps) if turn.process.waits else None
        if said is None:
            continue
        block, others = said
        turn.blocks.append(block)
        turn.others.append(others)
        what = ", ".join(f"{rate / 1e9:,.1f} GFLOP/s {dtype}" for dtype, rate in block.peak.items())
        if not what:
            what = f"{effort.steps * setup.pieces_per_step / block.seconds:,.0f} pieces/s"
        tell(f"round {number + 1} of {effort.rounds}: {name} {what}")


def _measured(turn: _Turns) -> Measured:
    process = turn.process
    return Measured(
        label=turn.entry.label,
        facts=process.facts,
        blocks=turn.blocks,
        others=turn.others,
        peak_mb=process.peak_mb,
        absent=process.absent,
        failed=process.failed,
    )
