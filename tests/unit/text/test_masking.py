import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlputils.errors import CourseError
from nlputils.text import (
    MaskedBatches,
    WordIndex,
    batches_of,
    bert_inputs,
    mask_tokens,
    masking,
    pack,
    train_wordpiece,
)

WORDS = [f"{a}{b}{c}" for a in "bdfg" for b in "aeiou" for c in "lmnr"]
TEXTS = [" ".join(WORDS[i : i + 20]) for i in range(60)] * 5


@pytest.fixture(scope="module")
def tokenizer():
    return train_wordpiece(TEXTS, 200, min_character_count=1)


@pytest.fixture
def packed(tokenizer, tmp_path):
    return pack(TEXTS, tokenizer, 32, tmp_path / "rows.npy")


def test_packing_loses_nothing_but_the_tail(tokenizer, packed):
    stream = [i for t in TEXTS for i in [*tokenizer.ids(t), tokenizer.sep_id]]
    body = packed[:, 1:-1].ravel().tolist()
    assert body == stream[: len(body)] and len(stream) - len(body) < 30
    assert set(packed[:, 0]) == {tokenizer.cls_id} and set(packed[:, -1]) == {tokenizer.sep_id}


def test_packing_too_little_text_is_refused_and_leaves_nothing(tokenizer, tmp_path):
    with pytest.raises(CourseError, match="do not fill one row"):
        pack(["bal"], tokenizer, 32, tmp_path / "x.npy")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("n", "found"),
    [(7, [[0, 1, 2], [3, 4, 5], [4, 5, 6]]), (3, [[0, 1, 2]]), (2, [[0, 1]]), (0, [])],
)
def test_all_batches_have_one_size_and_every_row_is_in_one(n, found):
    assert [part.tolist() for part in batches_of(np.arange(n), 3)] == found


def test_masking_shares_and_answers(tokenizer, packed):
    rows = np.concatenate([packed] * 20)
    batch = mask_tokens(rows, tokenizer, np.random.default_rng(0), rate=0.2)
    assert batch.mask_positions.shape == (len(rows), 6)  # 20 % of 30
    assert (batch.mask_weights == 1).all()
    assert (np.diff(batch.mask_positions, axis=1) > 0).all()  # each place once, ascending
    truth = np.take_along_axis(rows, batch.mask_positions, axis=1)
    assert (batch.mask_ids == truth).all()
    seen = np.take_along_axis(batch.token_ids, batch.mask_positions, axis=1)
    n = seen.size
    masked = (seen == tokenizer.mask_id).mean()
    kept = (seen == truth).mean()
    spread = 4 * np.sqrt(0.25 / n)
    assert abs(masked - 0.8) < spread and abs(kept - 0.1) < spread
    special = [tokenizer.pad_id, tokenizer.unk_id, tokenizer.cls_id, tokenizer.sep_id]
    assert not np.isin(truth, special).any()
    untouched = np.ones_like(rows, dtype=bool)
    np.put_along_axis(untouched, batch.mask_positions, False, axis=1)
    assert (batch.token_ids[untouched] == rows[untouched]).all()


def test_padding_is_never_chosen(tokenizer):
    rows = tokenizer.encode(["bal bam", "bal"], 32)
    batch = mask_tokens(rows, tokenizer, np.random.default_rng(1), rate=0.5)
    assert batch.mask_weights.sum(axis=1).tolist() == [1, 1]
    assert (batch.mask_positions[batch.mask_weights == 1] >= 1).all()
    assert (bert_inputs(batch.token_ids)["padding_mask"] == (rows != 0)).all()


def test_the_unknown_piece_is_never_chosen(tokenizer):
    """Nobody can say what stood there, and counts give it no chance: one would cost all levels."""
    rows = np.tile([tokenizer.cls_id, tokenizer.unk_id, 7, tokenizer.unk_id, 8, 1], (50, 1))
    rows[:, -1] = tokenizer.sep_id
    batch = mask_tokens(rows, tokenizer, np.random.default_rng(2), rate=0.5)
    assert set(batch.mask_ids[batch.mask_weights == 1].tolist()) == {7, 8}


def test_batches_are_a_function_of_seed_and_step(tokenizer, packed):
    def flat(batches, i):
        x, y, w = batches[i]
        return np.concatenate([*(v.ravel() for v in x.values()), y.ravel(), w.ravel()])

    one = MaskedBatches(packed, tokenizer, 8, steps=100, seed=3)
    two = MaskedBatches(packed, tokenizer, 8, steps=100, seed=3)
    for i in (57, 3, 57):  # in any order
        assert (flat(one, i) == flat(two, i)).all()
    assert (flat(one.starting_at(40), 17) == flat(one, 57)).all()
    assert len(one.starting_at(40)) == 60
    other = MaskedBatches(packed, tokenizer, 8, steps=100, seed=4)
    assert (flat(one, 0) != flat(other, 0)).any()
    k = one.steps_per_epoch
    assert (flat(one, 0) != flat(one, k)).any()  # new masks in the next epoch


def test_masks_of_a_row_take_turns_in_whatever_batch_it_stands(tokenizer, packed):
    def places(epoch, masks):
        """The hidden places of each row, by its number."""
        batches = MaskedBatches(packed, tokenizer, 4, steps=999, masks=masks)
        found = {}
        for i in range(batches.steps_per_epoch):
            rows = np.sort(batches._rows_of(epoch)[i * 4 : i * 4 + 4])
            batch = batches.at(epoch * batches.steps_per_epoch + i)
            found |= zip(rows.tolist(), batch[0]["mask_positions"].tolist(), strict=True)
        return found

    def same(one, other):
        both = one.keys() & other.keys()
        return np.mean([one[row] == other[row] for row in both])

    assert same(places(0, 1), places(1, 1)) == 1
    assert same(places(0, 3), places(3, 3)) == 1
    assert same(places(0, 3), places(1, 3)) < 0.5
    assert same(places(0, None), places(1, None)) < 0.5
    orders = [MaskedBatches(packed, tokenizer, 4, steps=9, masks=1)._rows_of(i) for i in (0, 1)]
    assert (orders[0] != orders[1]).any()


def test_an_epoch_visits_each_row_once(tokenizer, packed):
    batches = MaskedBatches(packed, tokenizer, 4, steps=100)
    order = np.concatenate(
        [batches._rows_of(1)[i * 4 : i * 4 + 4] for i in range(batches.steps_per_epoch)]
    )
    assert len(set(order.tolist())) == len(order)


def test_bad_masking_requests_are_named(tokenizer, packed):
    rng = np.random.default_rng(0)
    with pytest.raises(CourseError, match="between 0 and 1"):
        mask_tokens(packed, tokenizer, rng, rate=1.5)
    with pytest.raises(CourseError, match="batch, length"):
        mask_tokens(packed[0], tokenizer, rng)
    with pytest.raises(CourseError, match="do not fill a batch"):
        MaskedBatches(packed, tokenizer, 10_000, steps=1)
    with pytest.raises(CourseError, match="masks=0: give one or more"):
        MaskedBatches(packed, tokenizer, 4, steps=1, masks=0)


def test_word_index_by_hand():
    index = WordIndex(["B a, a!", "b a c"], 5)
    assert index.vocabulary == ("", "[UNK]", "a", "b", "c")
    assert index.encode(["a zebra"], 4).tolist() == [[2, 1, 0, 0]]
    assert index.encode(["a zebra"], 4, padding="left").tolist() == [[0, 0, 2, 1]]
    assert index.encode(["a b c"], 2).tolist() == [[2, 3]]
    assert index.encode(["a b c"], 2, padding="left").tolist() == [[3, 4]]
    with pytest.raises(CourseError, match="right"):
        index.encode(["a"], 2, padding="both")


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 99))
def test_the_first_of_a_random_order_are_those_of_the_whole_order(length, k, seed):
    keys = np.random.default_rng(seed).random((7, length)) + 2.0 * (np.arange(length) % 3 == 0)
    k = min(k, length)
    whole = np.argsort(keys, axis=1)[:, :k]
    assert (masking._first(keys, k) == whole).all()


def test_an_epoch_keeps_its_order_when_another_one_was_asked_since(packed, tokenizer):
    batches = MaskedBatches(packed, tokenizer, 4, steps=100, seed=1)
    first, second = batches._rows_of(0).copy(), batches._rows_of(1).copy()
    assert (batches._rows_of(0) == first).all() and (first != second).any()
