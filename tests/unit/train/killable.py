"""Pretrain, then fine-tune a tiny encoder, life after life; die by SIGKILL where told.

    python killable.py WHOLE.npz KILLED.npz FOLDER PLACE...

A PLACE is finetune:STEP or write:NUMBER (of a checkpoint). The first life keeps no checkpoints,
dies nowhere and leaves WHOLE.npz. Then each PLACE has a life that ends there, and a last one leaves
KILLED.npz; these go on from each other by the checkpoints in FOLDER. After each, a line says how
it ended.

Each life is a process, forked from one that has imported all and computed nothing: imports take
most of a life's time. Threads do not survive a fork. A framework starts its own with its first
operation; NumPy's BLAS has some by then, but ends them itself before a fork.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import numpy as np

from nlputils import models, train
from nlputils.text import MaskedBatches, bert_inputs, pack, train_wordpiece
from nlputils.train.batches import ShuffledBatches

TEXTS = ["the ferry leaves the harbour at noon", "a fisher sells pies in the rain"] * 60
LENGTH = 12
# Seconds after which a life that hangs is ended: nothing may outlive the test.
LIMIT = 300


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def plant(where: str, number: int) -> None:
    if where == "write":
        whole, count = os.replace, iter(range(1, 1000))

        def replace(source, target):
            if str(target).endswith(".npz") and next(count) == number:
                die()
            return whole(source, target)

        os.replace = replace
        return
    if where != "finetune":
        raise ValueError(f"{where}:{number} is no place to die: give finetune or write")
    give = ShuffledBatches.__getitem__

    def dying(self, index):
        if self.start + index == number:
            die()
        return give(self, index)

    ShuffledBatches.__getitem__ = dying


def live(result: str, folder: str, place: str) -> None:
    """Train from the checkpoints of the lives before; "-" is no folder, "" is no place to die."""
    if place:
        where, _, number = place.partition(":")
        plant(where, int(number))
    checkpoint = {
        name: None if folder == "-" else Path(folder) / name for name in ("pretrain", "finetune")
    }
    tokenizer = train_wordpiece(TEXTS, 120, min_character_count=1)
    with tempfile.TemporaryDirectory() as temporary:
        rows = np.array(pack(TEXTS, tokenizer, LENGTH, Path(temporary) / "rows.npy"))
    models.ENCODER_SIZES["one"] = models.EncoderSize(num_layers=1, hidden_dim=32, num_heads=2)
    backbone = models.encoder("one", len(tokenizer), LENGTH, seed=1, dropout=0.1)
    train.pretraining.LONG = 1  # compiled as in a lesson's long pretraining
    first = train.pretrain(
        models.masked_lm(backbone, seed=1),
        MaskedBatches(rows, tokenizer, 16, steps=23, seed=3),
        reports=4,
        jit_compile=True if os.environ.get("WHOLE_STEP") else None,
        label="pretrain",
        checkpoint=checkpoint["pretrain"],
    )
    x = bert_inputs(tokenizer.encode(TEXTS, LENGTH))
    y = np.arange(len(TEXTS)) % 2
    # Random answers: the validation loss is lowest early, and the best weights are not the last.
    held_y = np.random.default_rng(5).integers(0, 2, len(TEXTS))
    task = models.classifier(backbone, 2, dropout=0.1, seed=2)
    second = train.finetune(
        models.trainable(task),
        x,
        y,
        (x, held_y),
        epochs=4,
        batch_size=30,  # fills 4 batches: JAX would compile once more for a smaller last one
        learning_rate=1e-2,
        seed=6,
        label="finetune",
        checkpoint=checkpoint["finetune"],
    )
    # Built from the generators as the trainings left them.
    after = models.recurrent_classifier(9, units=4)
    frames = [h.frame.drop(columns="seconds").to_dict("list") for h in (first, second)]
    weights = [*task.get_weights(), *after.get_weights(), np.random.random(3)]
    np.savez(result, *weights, frames=np.array(json.dumps(frames)))


def tried(number: int, result: str, folder: str, place: str) -> int:
    """Live in this process, and return its exit code."""
    signal.alarm(LIMIT)
    # A fork has the generators of its parent. Those of two processes differ.
    random.seed(number)
    np.random.seed(number)
    try:
        live(result, folder, place)
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def lived(number: int, result: str, folder: str, place: str) -> int:
    """Live in another process, and return its exit code; a signal's number is negative."""
    if sys.platform != "linux":  # a Mac's own libraries do not survive a fork
        words = [sys.executable, __file__, "--life", str(number), result, folder, place]
        return subprocess.run(words, check=False).returncode
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = tried(number, result, folder, place)
        finally:
            # Whatever happens, what follows is for the parent alone.
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    if sys.argv[1] == "--life":
        os._exit(tried(int(sys.argv[2]), *sys.argv[3:]))
    whole, killed, folder, *places = sys.argv[1:]
    lives = [(whole, "-", ""), *((killed, folder, place) for place in [*places, ""])]
    for number, words in enumerate(lives, 1):
        # Flushed, or the next life would have the line, too.
        print(f"life {number} ended with {lived(number, *words)}", flush=True)


if __name__ == "__main__":
    main()
