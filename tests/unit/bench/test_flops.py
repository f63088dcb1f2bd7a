"""The formula of the bench: a case by hand, the products in JAX's graph, PyTorch's own counter."""

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nlputils.bench import Setup, step_flops

SETUP = Setup(
    layers=2, width=64, heads=1, batch_size=3, length=12, vocabulary_size=90, mask_rate=0.3
)
SCRIPT = Path(__file__).with_name("products_in_jax.py")
NAMES = ("course", "guide", "products")


def test_a_step_by_hand():
    # One block of width 2 on one row of 4 pieces, 1 of them scored, 8 pieces in the vocabulary.
    tiny = Setup(
        layers=1, width=2, heads=1, batch_size=1, length=4, vocabulary_size=8, mask_rate=0.5
    )
    assert tiny.scored == 1
    query_key_value_output = 4 * (4 * 2 * 2)  # four pieces through four matrices of 2 x 2
    feed_forward = 4 * (2 * 8) + 4 * (8 * 2)  # from 2 to 8 numbers and back
    attention = 4 * 4 * 2 + 4 * 4 * 2  # 16 pairs of pieces, vectors of 2: scores, then sums
    head = 2 * 2 + 2 * 8  # one scored piece: a matrix of 2 x 2, then 8 logits
    forward = 2 * (query_key_value_output + feed_forward + attention + head)
    assert step_flops(tiny) == 3 * forward == 1656


def test_it_grows_as_it_should():
    more = {"layers": 4, "batch_size": 6, "vocabulary_size": 180, "length": 24, "width": 128}
    for name, value in more.items():
        assert step_flops(replace(SETUP, **{name: value})) > step_flops(SETUP)
    assert step_flops(replace(SETUP, batch_size=6)) == 2 * step_flops(SETUP)
    # Twice the length: twice the pieces, and attention twice as dear for each.
    assert step_flops(replace(SETUP, length=24), 0) > 2 * step_flops(SETUP, 0)
    assert step_flops(SETUP, SETUP.length) > step_flops(SETUP)


@pytest.fixture(scope="module")
def products():
    """The operations in JAX's graphs by name; one process counts them all, as imports are dear."""
    if importlib.util.find_spec("jax") is None:
        pytest.skip("jax is not installed: the formula is not held to its graph")
    words = [sys.executable, str(SCRIPT), ",".join(NAMES), json.dumps(SETUP.to_dict())]
    environment = os.environ | {"KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_products_in_the_graph_of_jax_are_those_of_the_formula(name, products):
    found = products[name]
    assert found["step"] == step_flops(SETUP)
    # Planted: logits for all pieces, or a wider network, are seen.
    assert found["step"] != step_flops(SETUP, SETUP.length)
    assert found["step"] != step_flops(replace(SETUP, width=128))
    # The way back is twice the way forward.
    assert found["step"] == 3 * found["forward"]


@pytest.mark.parametrize("all_logits", [False, True])
def test_pytorch_counts_the_same(all_logits):
    pytest.importorskip("torch", reason="torch is not installed: its counter was not asked")
    pytest.importorskip("transformers")
    from torch.utils.flop_counter import FlopCounterMode

    from nlputils.bench import torch_contestants as bench

    model, batch = bench.bert_model(SETUP).train(), bench.masked(SETUP)[0]
    model.set_attn_implementation("eager")  # a fused attention makes some products twice
    with FlopCounterMode(display=False) as counter:
        if all_logits:
            bench.whole_loss(model)(*bench.whole_tensors(batch, "cpu")).backward()
        else:
            bench.scored_loss(model)(*bench.scored_tensors(batch, "cpu")).backward()
    assert counter.get_total_flops() == step_flops(SETUP, SETUP.length if all_logits else None)
