"""Vectors from counting, held to counts and factors worked by hand."""

import numpy as np
import pytest
import scipy.sparse

from nlputils.errors import CourseError
from nlputils.text import count_neighbours, count_vectors, nearest, positive_information

# Ids 0 and 1 are special tokens.
ROWS = np.array([[0, 2, 3, 4, 1], [0, 2, 1, 3, 1]])


def test_counts_fall_with_the_distance_and_special_tokens_take_a_place():
    counts = count_neighbours(ROWS, 5, special=2, window=2).toarray()
    by_hand = np.zeros((5, 5))
    # 2 3 4: at a distance of 1, of 1, of 2. Then 2 and 3 with a special token between them.
    for one, other, weight in [(2, 3, 1.0), (3, 4, 1.0), (2, 4, 0.5), (2, 3, 0.5)]:
        by_hand[one, other] += weight
        by_hand[other, one] += weight
    np.testing.assert_allclose(counts, by_hand)


def test_the_blocks_of_rows_add_up(monkeypatch):
    rows = np.random.default_rng(0).integers(0, 9, (50, 7))
    whole = count_neighbours(rows, 9, special=1)
    monkeypatch.setattr("nlputils.text.neighbours._BLOCK", 8)
    np.testing.assert_allclose(
        count_neighbours(rows, 9, special=1).toarray(), whole.toarray(), rtol=1e-5
    )


def test_the_products_of_all_directions_give_the_positive_information_back():
    """With a symmetric positive matrix, vectors of full width keep all of it: V V' = M."""
    counts = np.array([[8.0, 1.0, 1.0], [1.0, 8.0, 1.0], [1.0, 1.0, 8.0]])
    padded = scipy.sparse.csr_matrix(np.pad(counts, (0, 1)))
    vectors = count_vectors(positive_information(padded), 3)
    # Each piece has ten neighbours, so the smoothing changes nothing: log(8 * 30 / (10 * 10)).
    information = np.log(8 * 3 / 10)
    np.testing.assert_allclose(
        vectors @ vectors.T, np.pad(information * np.eye(3), (0, 1)), atol=1e-5
    )


def test_the_frequencies_of_the_neighbours_are_smoothed():
    """By hand: 8 ** 0.75 = 4.757, 2 ** 0.75 = 1.682, together 6.439; one piece has 8 neighbours."""
    counts = scipy.sparse.csr_matrix(np.diag([8.0, 2.0, 0.0]))
    vectors = count_vectors(positive_information(counts), 2)
    by_hand = np.diag([np.log(8 * 6.439 / (8 * 4.757)), np.log(2 * 6.439 / (2 * 1.682)), 0])
    np.testing.assert_allclose(vectors @ vectors.T, by_hand, atol=1e-3)


def test_pieces_with_like_neighbours_get_like_vectors():
    """Ids 2 and 3 stand in the same places, 4 and 5 in others."""
    rng = np.random.default_rng(0)
    first = np.stack([rng.choice([6, 7], 400), rng.choice([2, 3], 400), rng.choice([8, 9], 400)])
    other = np.stack([rng.choice([10, 11], 400), rng.choice([4, 5], 400), np.full(400, 12)])
    rows = np.concatenate([first.T, other.T])
    counts = count_neighbours(rows, 13, special=2, window=2)
    v = count_vectors(positive_information(counts), 6)
    v = v / np.linalg.norm(v, axis=1, keepdims=True).clip(1e-9)
    assert v[2] @ v[3] > 0.9 and v[4] @ v[5] > 0.9
    assert abs(v[2] @ v[4]) < 0.3
    assert (v[:2] == 0).all(), "special tokens have no neighbours"


def test_the_decomposition_repeats():
    counts = count_neighbours(np.random.default_rng(0).integers(0, 40, (99, 9)), 40, special=2)
    known = positive_information(counts)
    assert (count_vectors(known, 8) == count_vectors(known, 8)).all()


@pytest.mark.parametrize("width", [0, 5])
def test_widths_out_of_range_are_named(width):
    counts = count_neighbours(ROWS, 5, special=2)
    with pytest.raises(CourseError, match=f"width={width}, 5 pieces"):
        count_vectors(counts, width)


def test_text_without_neighbours_is_named():
    with pytest.raises(CourseError, match="0 pairs of neighbours"):
        count_vectors(count_neighbours(np.zeros((3, 4), int), 5, special=2), 2)
    with pytest.raises(CourseError, match="hold id 4, the vocabulary 4 pieces"):
        count_neighbours(ROWS, 4, special=2)
    with pytest.raises(CourseError, match="window=0"):
        count_neighbours(ROWS, 5, special=2, window=0)


def test_information_is_zero_where_chance_explains_the_count():
    """By hand: all pairs as often as chance has it, but the pair of ids 1 and 2 more often."""
    counts = scipy.sparse.csr_matrix(np.array([[2.0, 2, 2], [2, 1, 3], [2, 3, 1]]))
    more = np.log(3 * 3 / 6)
    np.testing.assert_allclose(
        positive_information(counts).toarray(), [[0, 0, 0], [0, 0, more], [0, more, 0]], atol=1e-6
    )


def test_the_nearest_vectors_are_those_of_the_most_similar_direction():
    vectors = np.array([[1.0, 0], [10, 1], [1, 1], [0, 0], [-1, 0]])
    assert nearest(vectors, 0, 4).tolist() == [1, 2, 3, 4]
    assert nearest(vectors, 4, 1).tolist() == [3]


@pytest.mark.parametrize(("index", "k"), [(5, 1), (-1, 1), (0, 5), (0, 0)])
def test_vectors_that_are_not_there_have_no_neighbours(index, k):
    with pytest.raises(CourseError, match="5 vectors"):
        nearest(np.eye(5), index, k)
