"""The arithmetic of a masked-LM training step, counted by a formula.

Only matrix products count, a multiplication and an addition as two operations (FLOPs). With n
blocks of width d, rows of L pieces, T pieces in a batch, S of them scored, and V pieces in the
vocabulary, the way forward takes

    F = 2 * (T * n * (12 * d^2 + 2 * L * d) + S * (d^2 + d * V))

In a block, each piece goes through four d x d matrices of attention and two d x 4d matrices of the
feed-forward layer: 12 * d^2. Its query meets L keys, and L values are summed up: 2 * L * d. The
head has one d x d matrix and the output matrix, on the scored pieces only. The way back needs each
product twice, once for the gradient of its input and once for that of its matrix (Kaplan et al.
2020, "Scaling Laws for Neural Language Models", section 2.1). So a step takes 3 * F.

Left out: BERT's pooler, whose vector a masked LM never reads, so that every compiler drops it. And
looking up embeddings, norms, softmax, activations, dropout, the optimizer. They cost
time and bring no product, so they lower the share of the peak.
"""

from __future__ import annotations

from nlputils.bench.setup import Setup

FORMULA = (
    "a step = 3 x 2 x (T n (12 d^2 + 2 L d) + S (d^2 + d V)): n blocks of width d, rows of L "
    "pieces, T pieces in a batch, S of them scored, V pieces in the vocabulary; forward and twice "
    "as much backward, matrix products only"
)


def step_flops(setup: Setup, scored: int | None = None) -> int:
    """Count the operations of one training step, by the formula above.

    Args:
        setup: the network and its batch.
        scored: pieces of a row that get logits; those of the set-up by default.

    Returns:
        Floating-point operations; a multiplication and an addition are two.
    """
    pieces, width = setup.pieces_per_step, setup.width
    scored = setup.batch_size * (setup.scored if scored is None else scored)
    blocks = pieces * setup.layers * (12 * width**2 + 2 * setup.length * width)
    head = scored * (width**2 + width * setup.vocabulary_size)
    return 3 * 2 * (blocks + head)
