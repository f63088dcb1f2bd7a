"""The process of one contestant: ``python -m nlputils.bench.worker NAME SETUP``.

SETUP is a `Setup` in JSON. The process says on its standard output, one JSON object a line, that it
is ready, and after each number of steps that it reads from its standard input, how long they took.
It ends when the other end of its standard input is gone. What libraries print goes to the standard
error.
"""

from __future__ import annotations

import json
import math
import os
import sys
import traceback
from typing import IO, Any

from nlputils.bench.lineup import Absent, Contestant, made
from nlputils.bench.setup import Setup
from nlputils.lesson.quiet import quiet_tensorflow


def main() -> int:
    """Make the contestant that the arguments name, and let it train whenever it is asked to."""
    channel = _taken_channel()
    setup = Setup(**json.loads(sys.argv[2]))
    _stay_on_cores(setup.threads)
    quiet_tensorflow()
    try:
        contestant = made(sys.argv[1], setup)
        _say(channel, {"ready": contestant.facts})
        for line in sys.stdin:
            _say(channel, _turn(contestant, int(line)))
    except Absent as reason:
        _say(channel, {"absent": str(reason)})
    except Exception as error:  # whatever goes wrong is the contestant's row in the table
        traceback.print_exc()
        text = str(error).strip() or "no message"
        _say(channel, {"failed": f"{type(error).__name__}: {text.splitlines()[0]}"})
    return 0


def _turn(contestant: Contestant, steps: int) -> dict[str, Any]:
    block = contestant.block(steps)
    if not math.isfinite(block.loss):
        return {"failed": f"the loss is {block.loss}: the step does not train"}
    return {"block": block._asdict()}


def _taken_channel() -> IO[str]:
    """Keep the standard output for answers; what else is printed goes to the standard error."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return channel


def _stay_on_cores(threads: int) -> None:
    """Keep the process on so many cores: some libraries start a thread for each core they see."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def _say(channel: IO[str], event: dict[str, Any]) -> None:
    print(json.dumps(event), file=channel, flush=True)


if __name__ == "__main__":
    sys.exit(main())
