"""A contestant's process that does what its name says, in place of `nlputils.bench.worker`.

It notes the beginning and the end of each turn in the file that PLANTED_TURNS names.
"""

import json
import os
import sys
import time

NAME = sys.argv[1]
FACTS = {"device": "cpu", "dtype": "float32", "scored": 4}


def say(event):
    print(json.dumps(event), flush=True)


def turn(steps):
    begin = time.monotonic()
    time.sleep(0.02)
    with open(os.environ["PLANTED_TURNS"], "a", encoding="utf-8") as stream:
        stream.write(json.dumps([NAME, steps, begin, time.monotonic()]) + "\n")
    if NAME.startswith("peak"):
        return {"peak": {"float32": 1e9}}
    return {"seconds": 2.0, "loss": 3.0}


print("noise of a library", file=sys.stderr, flush=True)
if NAME == "absent":
    say({"absent": "not installed"})
elif NAME == "dies-at-once":
    sys.exit("no such thing")
elif NAME == "silent":
    time.sleep(60)
else:
    say({"ready": FACTS})
    for line in sys.stdin:
        if NAME == "dies":
            print("out of luck", file=sys.stderr, flush=True)
            os._exit(7)
        elif NAME == "fails":
            say({"failed": "the loss is nan"})
        else:
            say({"block": turn(int(line))})
