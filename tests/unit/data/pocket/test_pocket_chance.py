"""Chance is a pure function of its seed, and each of its choices is as likely as it says."""

import itertools
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlputils.data.pocket.chance import Chance


def scripted(*points: float) -> Chance:
    """A source whose points are known, so that every answer can be worked by hand."""
    chance = Chance(0)
    chance._random = iter(points).__next__
    return chance


def test_the_sequence_of_a_seed_is_the_one_python_promises():
    # random.Random(1).random() begins 0.1343642..., 0.8474337..., 0.7637746..., 0.2550690...
    chance = Chance(1)
    assert [chance.below(10) for _ in range(4)] == [1, 8, 7, 2]
    chance = Chance(1)
    assert chance.true(0.134) is False
    assert chance.true(0.848) is True
    assert chance.one("abcd") == "d"


class OnlyRandom:
    """A generator that has `random()`, the method with a promise, and no other."""

    def __init__(self, source: random.Random) -> None:
        self.random = source.random


def test_only_the_method_with_a_promise_is_used(monkeypatch):
    def choices(chance: Chance) -> list:
        return [
            chance.below(5),
            chance.true(0.5),
            chance.one("abc"),
            chance.weighted([1.0, 2.0]),
            chance.shuffled(range(9)),
        ]

    expected = choices(Chance(7))
    real = random.Random
    monkeypatch.setattr(random, "Random", lambda seed: OnlyRandom(real(seed)))
    assert choices(Chance(7)) == expected
    with pytest.raises(AttributeError):
        random.Random(7).randrange(5)


@pytest.mark.parametrize(
    ("point", "index"), [(0.0, 0), (0.24, 0), (0.25, 1), (0.74, 1), (0.75, 2), (0.999, 2)]
)
def test_weights_one_two_one_cut_the_line_at_a_quarter_and_three_quarters(point, index):
    assert scripted(point).weighted([1.0, 3.0, 4.0]) == index


def test_true_never_comes_at_zero_and_always_at_one():
    assert not scripted(0.0).true(0.0)
    assert scripted(0.999999).true(1.0)


def test_shuffling_by_hand():
    # i = 2 takes j = int(0.0 * 3) = 0: c b a. Then i = 1 takes j = int(0.9 * 2) = 1: no move.
    assert scripted(0.0, 0.9).shuffled("abc") == ["c", "b", "a"]


@given(st.integers(), st.lists(st.integers()))
def test_shuffling_keeps_the_items_and_leaves_the_list_alone(seed, items):
    before = list(items)
    assert sorted(Chance(seed).shuffled(items)) == sorted(items)
    assert items == before


def test_every_order_is_equally_likely():
    chance = Chance(3)
    found = Counter("".join(chance.shuffled("abc")) for _ in range(6000))
    assert set(found) == {"".join(order) for order in itertools.permutations("abc")}
    # Chi-square with 5 degrees of freedom: above 20.5 once in a thousand.
    assert sum((count - 1000) ** 2 / 1000 for count in found.values()) < 20.5


def test_nothing_to_choose_from_is_an_error():
    with pytest.raises(IndexError):
        Chance(0).one([])
