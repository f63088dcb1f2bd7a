import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlputils.data import near_duplicate_groups, normalise, remove_overlap, split_groups
from nlputils.data.splits import phrase_families, stratified_order

ROWS = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(["ham", "spam"])), min_size=1, max_size=120
)
SEEDS = st.integers(0, 2**32 - 1)
FRACTIONS = (0.72, 0.08, 0.20)


@pytest.mark.parametrize(
    ("text", "reduced"),
    [
        ("Call 0800-123 NOW!!", "call now"),
        ("  a\t b\n c ", "a b c"),
        ("Don't", "dont"),
        ("I &lt;3 u &amp; me", "i u me"),
        ("ÉTÉ très_bon", "été trèsbon"),
        ("2 + 2 = 4 :-)", ""),
        ("你好, 世界!", "你好 世界"),
    ],
)
def test_normalise_by_hand(text, reduced):
    assert normalise(text) == reduced


@given(st.text())
def test_normalise_keeps_letters_and_single_spaces_only(text):
    reduced = normalise(text)
    assert not any(character.isdigit() or character in "!?.,;:-_&" for character in reduced)
    assert reduced == " ".join(reduced.split())
    assert normalise(reduced) == reduced


def test_groups_by_hand():
    texts = ["Win £100 now!", "win £250 NOW", "win now", "winnow", ":-)", ":-(", ":-) "]
    groups = near_duplicate_groups(texts)
    assert groups[0] == groups[1] == groups[2]
    assert groups[4] == groups[6]
    assert len(set(groups)) == 4
    assert near_duplicate_groups(texts[3:])[0] == groups[3]


@given(ROWS, SEEDS)
def test_a_group_is_never_cut_and_the_seed_decides_all(rows, seed):
    groups = [str(group) for group, _ in rows]
    labels = [label for _, label in rows]
    parts = split_groups(groups, labels, FRACTIONS, seed)
    assert len(parts) == len(rows) and set(parts) <= {0, 1, 2}
    for group in set(groups):
        assert len({part for part, other in zip(parts, groups, strict=True) if other == group}) == 1
    assert (split_groups(groups, labels, FRACTIONS, seed) == parts).all()


@given(st.integers(1, 400), st.integers(1, 400), SEEDS)
def test_single_rows_are_split_in_proportion_for_each_label(ham, spam, seed):
    labels = ["ham"] * ham + ["spam"] * spam
    parts = split_groups([str(n) for n in range(ham + spam)], labels, FRACTIONS, seed)
    for label, count in (("ham", ham), ("spam", spam)):
        own = parts[[other == label for other in labels]]
        for part, share in enumerate(FRACTIONS):
            assert abs((own == part).sum() - share * count) <= 1


@given(st.lists(st.integers(1, 4), min_size=60, max_size=120), SEEDS)
def test_groups_of_several_rows_are_split_in_proportion(sizes, seed):
    groups = [str(number) for number, size in enumerate(sizes) for _ in range(size)]
    parts = split_groups(groups, None, FRACTIONS, seed)
    for part, share in enumerate(FRACTIONS):
        assert abs((parts == part).sum() - share * len(groups)) <= 4


def test_groups_of_every_size_reach_every_part():
    groups = [str(number) for number in range(100) for _ in range(5)]
    groups += [f"single-{number}" for number in range(500)]
    parts = split_groups(groups, None, FRACTIONS, 0)
    large = parts[:500:5]
    assert [(large == part).sum() > 0 for part in range(3)] == [True] * 3
    assert abs((large == 0).mean() - 0.72) < 0.15


def test_seeds_differ():
    groups = [str(number) for number in range(200)]
    first, second = (split_groups(groups, None, FRACTIONS, seed) for seed in (0, 1))
    assert (first != second).any()


@pytest.mark.parametrize("fractions", [(0.7, 0.1), (1.2, -0.2), (0.5, 0.6)])
def test_fractions_that_are_no_shares_are_refused(fractions):
    with pytest.raises(ValueError, match="add up to 1"):
        split_groups(["a", "b"], None, fractions, 0)


@given(st.integers(1, 200), st.integers(1, 200), SEEDS, st.floats(0, 1))
def test_each_beginning_of_the_order_is_stratified(ham, spam, seed, share):
    labels = np.array(["ham"] * ham + ["spam"] * spam)
    order = stratified_order(list(labels), seed)
    assert sorted(order) == list(range(ham + spam))
    beginning = labels[order[: round(share * (ham + spam))]]
    assert abs((beginning == "spam").sum() - len(beginning) * spam / (ham + spam)) <= 1


def test_remove_overlap_by_hand():
    texts = ["A dog barks.", "A dog barks 2 times", "The test sentence, here!", "the end"]
    kept, removed = remove_overlap(iter(texts), ["The test: sentence here"])
    assert kept == [texts[0], texts[1], texts[3]]
    assert removed == 1
    assert remove_overlap(texts, []) == (texts, 0)


def test_phrase_families_by_hand():
    texts = [
        "a good film",
        "film",
        "good",
        "good .",
        "a bad film indeed",
        "film a",
        "bad film",
        "!",
    ]
    good, film, word, point, bad, other, part, mark = phrase_families(texts)
    assert good == word == point
    assert bad == part == film  # "film" is in two sentences: the longer one has it
    assert len({good, bad, other, mark}) == 4
