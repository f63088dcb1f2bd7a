"""Hugging Face's BERT, where PyTorch is installed."""

import subprocess
import sys

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: pip install -e '.[bench]'")
pytest.importorskip("transformers")

from nlputils.bench import Setup  # noqa: E402
from nlputils.bench import torch_contestants as bench  # noqa: E402
from nlputils.bench.lineup import CONTESTANTS  # noqa: E402
from nlputils.bench.processes import Process  # noqa: E402
from nlputils.bench.rows import token_rows  # noqa: E402

SETUP = Setup(
    layers=1, width=64, heads=1, batch_size=4, length=16, vocabulary_size=60, mask_rate=0.3
)


def losses(batch, shift=0):
    """Loss and gradients with logits for the scored pieces, and with logits for all."""
    torch.manual_seed(0)
    model, found = bench.bert_model(SETUP).train(), []
    ids, at, answers = bench.scored_tensors(batch, "cpu")
    for loss in (
        bench.scored_loss(model)(ids, at + shift, answers),
        bench.whole_loss(model)(*bench.whole_tensors(batch, "cpu")),
    ):
        model.zero_grad()
        loss.backward()
        grads = [w.grad.numpy().copy() for w in model.parameters() if w.grad is not None]
        found.append((loss.item(), grads))
    return found


def test_logits_for_the_scored_pieces_give_the_loss_that_all_logits_give():
    batch = bench.masked(SETUP)[0]
    (scored, ours), (whole, theirs) = losses(batch)
    assert scored == pytest.approx(whole, abs=1e-6)
    assert all(np.abs(a - b).max() < 1e-6 for a, b in zip(ours, theirs, strict=True))
    (planted, _), (whole, _) = losses(batch, shift=-1)
    assert abs(planted - whole) > 1e-4


def test_the_batches_hide_pieces_of_the_common_rows():
    rows = token_rows(SETUP)
    for number, batch in enumerate(bench.masked(SETUP)):
        ids, at, answers = bench.scored_tensors(batch, "cpu")
        truth = rows[number * SETUP.batch_size :][: SETUP.batch_size]
        assert len(at) == SETUP.batch_size * SETUP.scored
        assert (truth.reshape(-1)[at.numpy()] == answers.numpy()).all()
        differs = np.flatnonzero(ids.numpy().reshape(-1) != truth.reshape(-1))
        assert len(differs) > 0 and set(differs) <= set(at.tolist())


@pytest.mark.slow
def test_the_course_takes_part_on_pytorch_in_bfloat16_whatever_the_backend_here():
    name = "nlputils-torch-bf16"
    process = Process(name, SETUP, backend=CONTESTANTS[name].backend)
    assert not process.failed
    assert (process.facts["backend"], process.facts["dtype"]) == ("torch", "bfloat16")
    turns = [process.block(20) for _ in range(2)]
    process.end()
    losses = [turn[0].loss for turn in turns if turn is not None]
    # Random rows: nothing can be learned but that all pieces are alike.
    assert losses[0] != losses[1] and losses == pytest.approx([np.log(60)] * 2, abs=0.3)


@pytest.mark.parametrize(
    "options", [{}, {"bfloat16": True}, {"all_logits": True}, {"attention": "eager"}]
)
def test_each_trains(options):
    contestant = bench.bert(SETUP, **options)
    first = contestant.block(1)
    for _ in range(4):
        last = contestant.block(40)
    # The same few batches again and again: they are learned by heart.
    assert last.seconds > 0 and last.loss < first.loss - 0.05
    assert contestant.facts["dtype"] == ("bfloat16" if "bfloat16" in options else "float32")
    scored = SETUP.length if "all_logits" in options else SETUP.scored
    assert contestant.facts["scored"] == scored


def test_dropout_reaches_the_network():
    from dataclasses import replace

    # As in the Keras contestants: after the embeddings, and at three places of each block.
    modules = list(bench.bert_model(replace(SETUP, dropout=0.2)).modules())
    rates = [m.p for m in modules if isinstance(m, torch.nn.Dropout)]
    assert rates == [0.2] * (1 + 3 * SETUP.layers)


def test_its_process_loads_no_keras():
    code = (
        "import sys, nlputils.bench.torch_contestants as bench, nlputils.bench.worker\n"
        "from nlputils.bench import Setup\n"
        "bench.bert(Setup(1, 64, 1, batch_size=2, length=8, vocabulary_size=20))\n"
        "print([name for name in ('keras', 'tensorflow', 'jax') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr[-1000:]
