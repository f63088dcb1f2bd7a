"""Rows of two segments: what follows what, and that the rest is as in masked batches."""

import numpy as np
import pytest

from nlputils import models, train
from nlputils.errors import CourseError
from nlputils.text import SPECIAL_TOKENS, PairBatches, WordPiece
from nlputils.train.pretraining import compiled_with

ROWS, LENGTH = 40, 16


@pytest.fixture(scope="module")
def tokenizer():
    return WordPiece([*SPECIAL_TOKENS, *(f"p{i}" for i in range(ROWS * (LENGTH - 2)))])


@pytest.fixture(scope="module")
def packed(tokenizer):
    """Rows whose ids count up, so that what follows a piece can be told."""
    body = 5 + np.arange(ROWS * (LENGTH - 2)).reshape(ROWS, -1)
    ends = np.full((ROWS, 1), 1)
    return np.hstack([tokenizer.cls_id * ends, body, tokenizer.sep_id * ends]).astype(np.int32)


def batches(packed, tokenizer, **settings):
    return PairBatches(packed, tokenizer, 10, **{"steps": 40, "seed": 3, **settings})


def unhidden(inputs, targets, weights):
    """The rows as they were before pieces were hidden."""
    ids = inputs["token_ids"].copy()
    rows, slots = np.nonzero(weights["masked"])
    ids[rows, inputs["mask_positions"][rows, slots]] = targets["masked"][rows, slots]
    return ids


def test_b_follows_a_where_the_answer_says_so_and_only_there(packed, tokenizer):
    seen = []
    for step in range(8):
        batch = batches(packed, tokenizer).at(step)
        ids = unhidden(*batch)
        first = (LENGTH - 3) // 2
        assert (ids[:, 0] == tokenizer.cls_id).all() and (ids[:, -1] == tokenizer.sep_id).all()
        assert (ids[:, first + 1] == tokenizer.sep_id).all()
        a, b = ids[:, 1 : first + 1], ids[:, first + 2 : -1]
        assert (np.diff(a) == 1).all() and (np.diff(b) == 1).all()
        follows = b[:, 0] == a[:, -1] + 1
        assert (follows == batch[1]["next"][:, 0].astype(bool)).all()
        seen.extend(follows)
    assert 0.3 < np.mean(seen) < 0.7
    segments = batches(packed, tokenizer).at(0)[0]["segment_ids"]
    assert (segments[:, : first + 2] == 0).all() and (segments[:, first + 2 :] == 1).all()


def test_a_row_keeps_its_masks_with_their_b_in_whatever_batch_it_stands(packed, tokenizer):
    def epoch(number, masks):
        """All rows of an epoch in the order of the text, as they were shown and before."""
        parts = [batches(packed, tokenizer, masks=masks).at(4 * number + i) for i in range(4)]
        shown = np.concatenate([part[0]["token_ids"] for part in parts])
        whole = np.concatenate([unhidden(*part) for part in parts])
        order = np.argsort(whole[:, 1])
        return shown[order], whole[order]

    for a, b in zip(epoch(0, 1), epoch(5, 1), strict=True):
        assert (a == b).all()
    # Two masks take turns.
    first, second, third = (epoch(number, 2)[0] for number in range(3))
    assert (first == third).all() and (first != second).any()
    assert (epoch(0, None)[0] != epoch(1, None)[0]).any()
    # The rows of a batch change all the same.
    one, other = (batches(packed, tokenizer, masks=1).at(step)[0]["token_ids"] for step in (0, 4))
    assert (one != other).any()


def test_a_later_start_gives_the_same_pairs(packed, tokenizer):
    whole = batches(packed, tokenizer)
    later = whole.starting_at(5)
    assert isinstance(later, PairBatches) and len(later) == 35
    for one, other in zip(later[0][0].values(), whole[5][0].values(), strict=True):
        assert (one == other).all()
    assert whole.tokens_per_step == 10 * LENGTH
    with pytest.raises(CourseError, match="Rows of 4 pieces have no room for two segments"):
        batches(packed[:, :4], tokenizer)


def test_the_second_objective_reads_the_pooled_vector_and_its_loss_is_added(packed, tokenizer):
    task = models.masked_lm(models.encoder("1x64", len(tokenizer), LENGTH))
    model = compiled_with(task, train.AdamW(1e-3), long=False, next_sentence=True)
    inputs, targets, weights = batches(packed, tokenizer).at(0)
    out = model(inputs)
    parts = {name: np.asarray(value) for name, value in out.items()}
    # By hand: the mean over the hidden places, and the mean over the rows.
    log_p = parts["masked"] - np.logaddexp.reduce(parts["masked"], -1, keepdims=True)
    lost = -np.take_along_axis(log_p, targets["masked"][..., None], -1)[..., 0]
    masked = (lost * weights["masked"]).sum() / weights["masked"].sum()
    signs = 2 * targets["next"] - 1
    follows = np.logaddexp(0, -signs * parts["next"]).mean()
    scored = model.test_on_batch(inputs, targets, weights, return_dict=True)
    assert scored["loss"] == pytest.approx(masked + follows, rel=1e-4)
    before = task.backbone.pooled_dense.kernel.numpy().copy()
    model.train_on_batch(inputs, targets, weights)
    assert np.abs(task.backbone.pooled_dense.kernel.numpy() - before).max() > 0
    # The task's own model shares the weights.
    np.testing.assert_allclose(
        np.asarray(models.trainable(task)(inputs)), np.asarray(model(inputs)["masked"]), atol=1e-5
    )
