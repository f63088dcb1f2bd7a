"""Hugging Face's ``BertForMaskedLM`` in PyTorch, and PyTorch's own matrix products.

Where a choice costs time, the faster one is taken, so that this is the code to beat: no padding
mask (rows are full), PyTorch's fused AdamW and (but for one contestant) its fused attention, no
clipping of gradients, batches masked before the clock starts.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from nlputils.bench.lineup import Block
from nlputils.bench.peak import Peak
from nlputils.bench.rows import SEED, token_rows, vocabulary
from nlputils.bench.setup import RATE, WARM, WEIGHT_DECAY, Setup
from nlputils.text.masking import MaskedBatch, mask_tokens

# Batches that are masked beforehand and used again and again.
_MASKED = 16
# What PyTorch's cross entropy leaves out.
_NO_ANSWER = -100


class Stepped:
    """A training step that is made again and again, in turns.

    Args:
        step: takes a batch's tensors, changes the weights, and gives the loss, a float.
        batches: used in their order, again and again.
        facts: for the table.
    """

    def __init__(
        self, step: Callable[..., float], batches: list[tuple[Any, ...]], facts: dict[str, Any]
    ) -> None:
        self.facts = facts
        self._step, self._batches = step, itertools.cycle(batches)
        self.block(1)  # compiles

    def block(self, steps: int) -> Block:
        """Train for `WARM` steps, and then for those that count.

        Args:
            steps: counted steps, at least 1.

        Returns:
            Their seconds, and the mean loss of the turn.
        """
        losses = [self._step(*next(self._batches)) for _ in range(WARM)]
        begin = time.perf_counter()
        losses += [self._step(*next(self._batches)) for _ in range(steps)]
        return Block(time.perf_counter() - begin, float(np.mean(losses)))


def bert(
    setup: Setup,
    *,
    compiled: bool = False,
    bfloat16: bool = False,
    all_logits: bool = False,
    attention: str = "sdpa",
) -> Stepped:
    """Return Hugging Face's BERT with random weights, ready to be trained.

    Its head gives logits for every piece of a row. Here the vectors of the scored pieces are
    taken out before the head, as all other contestants do, unless ``all_logits`` asks for the
    model as its users call it, with labels.

    Args:
        setup: what all contestants have in common.
        compiled: through ``torch.compile``.
        bfloat16: matrix products in bfloat16 (``torch.autocast``), weights in float32.
        all_logits: logits for every piece; the loss is over the scored ones all the same.
        attention: ``sdpa``, PyTorch's fused one, or ``eager``, plain products.

    Returns:
        The contestant; on the GPU where PyTorch sees one.
    """
    import torch

    device = torch_device(setup.threads)
    model = bert_model(setup, attention).to(device).train()
    loss_of = whole_loss(model) if all_logits else scored_loss(model)
    if compiled:
        loss_of = torch.compile(loss_of)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=RATE, weight_decay=WEIGHT_DECAY, fused=True
    )

    def step(*batch: Any) -> float:
        with torch.autocast(device, dtype=torch.bfloat16, enabled=bfloat16):
            loss = loss_of(*batch)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return float(loss.item())

    facts = {
        "device": "gpu" if device == "cuda" else "cpu",
        "dtype": "bfloat16" if bfloat16 else "float32",
        "scored": setup.length if all_logits else setup.scored,
        "backend": "torch",
        "parameters": sum(weight.numel() for weight in model.parameters()),
    }
    tensors = whole_tensors if all_logits else scored_tensors
    return Stepped(step, [tensors(batch, device) for batch in masked(setup)], facts)


def torch_device(threads: int) -> str:
    """Set PyTorch's threads and seed, and return its device, ``cuda`` or ``cpu``."""
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(SEED)
    if not torch.cuda.is_available():
        return "cpu"
    # As JAX does by default: float32 products through the GPU's faster units (TF32).
    torch.set_float32_matmul_precision("high")
    return "cuda"


def bert_model(setup: Setup, attention: str = "sdpa") -> Any:
    """Build the network; tanh's gelu, as in the course's encoder, where BERT's own is slower."""
    from transformers import BertConfig, BertForMaskedLM

    config = BertConfig(
        vocab_size=setup.vocabulary_size,
        hidden_size=setup.width,
        num_hidden_layers=setup.layers,
        num_attention_heads=setup.heads,
        intermediate_size=4 * setup.width,
        max_position_embeddings=setup.length,
        hidden_act="gelu_pytorch_tanh",
        hidden_dropout_prob=setup.dropout,
        attention_probs_dropout_prob=setup.dropout,
        attn_implementation=attention,
    )
    return BertForMaskedLM(config)


def masked(setup: Setup) -> list[MaskedBatch]:
    """Hide pieces as `nlputils.text.MaskedBatches` does, in the rows that all contestants read."""
    pieces, rng = vocabulary(setup), np.random.default_rng(SEED)
    rows = token_rows(setup)[: _MASKED * setup.batch_size]
    return [
        mask_tokens(part, pieces, rng, rate=setup.mask_rate)
        for part in np.split(rows, len(rows) // setup.batch_size)
    ]


def scored_tensors(batch: MaskedBatch, device: str) -> tuple[Any, Any, Any]:
    """Return ids [batch, length], and place in the batch and answer of each scored piece [k]."""
    import torch

    length = batch.token_ids.shape[1]
    places = batch.mask_positions + length * np.arange(len(batch.token_ids))[:, None]
    used = batch.mask_weights > 0
    arrays = (batch.token_ids, places[used], batch.mask_ids[used])
    ids, at, answers = (torch.from_numpy(a.astype(np.int64)).to(device) for a in arrays)
    return ids, at, answers


def whole_tensors(batch: MaskedBatch, device: str) -> tuple[Any, Any]:
    """Return ids, and labels that say which pieces are not scored, each [batch, length]."""
    import torch

    ids, at, answers = scored_tensors(batch, device)
    labels = torch.full_like(ids, _NO_ANSWER)
    labels.view(-1)[at] = answers
    return ids, labels


def scored_loss(model: Any) -> Callable[..., Any]:
    """Return the loss with logits for the scored pieces only."""
    import torch

    def loss(ids: Any, at: Any, answers: Any) -> Any:
        vectors = model.bert(input_ids=ids).last_hidden_state.flatten(0, 1)
        return torch.nn.functional.cross_entropy(model.cls(vectors.index_select(0, at)), answers)

    return loss


def whole_loss(model: Any) -> Callable[..., Any]:
    """Return the loss as Hugging Face computes it, with logits for every piece."""

    def loss(ids: Any, labels: Any) -> Any:
        return model(input_ids=ids, labels=labels).loss

    return loss


def torch_peak(setup: Setup) -> Peak:
    """Return how fast PyTorch multiplies matrices, on the device on which it trains."""
    import torch

    device = torch_device(setup.threads)
    return Peak(
        f"PyTorch {torch.__version__}",
        "gpu" if device == "cuda" else "cpu",
        (torch.matmul, torch.nn.functional.linear),
        lambda a, dtype: torch.from_numpy(a).to(device, getattr(torch, dtype)),
        lambda product: product[0, 0].item(),
        ("float32", "bfloat16"),
    )
