"""The grammar writes what its rules say, as often as they say, and reads it back with its odds."""

import itertools
import math
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlputils.data.pocket.chance import Chance
from nlputils.data.pocket.grammar import Grammar, plain
from nlputils.data.pocket.oracle import PRIORS, grammar, thumbs
from nlputils.data.pocket.surface import digits, join

TOY = Grammar({"S": ["3: {N} sees {N}", "{N} sleeps."], "N": ["2: the cat", "the dog", "it"]})


@pytest.mark.parametrize(
    ("text", "probability"),
    [
        # 3/4 for the first rule, 2/4 for the cat, 1/4 for it.
        ("the cat sees it", 3 / 32),
        ("the dog sees the cat", 3 / 32),
        ("it sees it", 3 / 64),
        # 1/4 for the second rule.
        ("it sleeps", 1 / 16),
        ("the cat sleeps", 1 / 8),
        # Nothing of this can be written.
        ("it sees", 0.0),
        ("it sleeps it", 0.0),
        ("cat sleeps", 0.0),
        ("", 0.0),
    ],
)
def test_inside_probabilities_worked_by_hand(text, probability):
    assert TOY.inside("S", text.split()) == pytest.approx(probability)


def test_all_ways_to_write_a_text_are_added_up():
    ways = Grammar({"S": ["{A} {A}", "{B}"], "A": ["x", "x x"], "B": ["x x x"]})
    # x + x x and x x + x: 1/2 * 1/4 each. B: 1/2.
    assert ways.inside("S", ["x", "x", "x"]) == pytest.approx(1 / 8 + 1 / 8 + 1 / 2)
    assert ways.inside("S", ["x", "x"]) == pytest.approx(1 / 8)


def test_choices_on_the_spot_may_be_empty_and_nested():
    choice = Grammar({"S": ["a (b|c (d|)|) e"]})
    odds = {"a b e": 1 / 3, "a c d e": 1 / 6, "a c e": 1 / 6, "a e": 1 / 3}
    for text, probability in odds.items():
        assert choice.inside("S", text.split()) == pytest.approx(probability)


def test_the_probabilities_of_all_sentences_sum_to_one():
    nouns = [["the", "cat"], ["the", "dog"], ["it"]]
    total = sum(TOY.inside("S", [*noun, "sleeps"]) for noun in nouns)
    total += sum(TOY.inside("S", [*a, "sees", *b]) for a, b in itertools.product(nouns, nouns))
    assert total == pytest.approx(1.0)


def test_sentences_are_written_as_often_as_they_are_probable():
    chance, size = Chance(5), 6000
    found = Counter(" ".join(map(plain, TOY.write("S", chance))) for _ in range(size))
    assert len(found) == 12
    for text, count in found.items():
        expected = TOY.inside("S", text.split())
        error = math.sqrt(expected * (1 - expected) / size)
        assert abs(count / size - expected) < 4 * error, text


def test_a_wrong_weight_would_be_noticed():
    wrong = Grammar({"S": ["{N} sees {N}", "{N} sleeps."], "N": ["2: the cat", "the dog", "it"]})
    chance = Chance(5)
    found = Counter(" ".join(map(plain, wrong.write("S", chance))) for _ in range(6000))
    expected = TOY.inside("S", ["it", "sleeps"])
    error = math.sqrt(expected * (1 - expected) / 6000)
    assert abs(found["it sleeps"] / 6000 - expected) > 4 * error


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([(t, label) for t in PRIORS for label in PRIORS[t]]), st.integers())
def test_what_the_real_grammars_write_they_can_read(which, seed):
    task, label = which
    chance = Chance(seed)
    text = join(digits(grammar(task).write(label.upper(), chance), chance))
    probability = grammar(task).inside(label.upper(), thumbs(task).read(text))
    assert 0.0 < probability < 1.0


def test_marks_and_digits_do_not_matter_to_the_reader():
    shop = Grammar({"S": ["an apple, << ## crowns >> !"]})
    assert shop.inside("S", ["a", "apple", "0", "crowns"]) == pytest.approx(1.0)
    assert [plain(t) for t in ("Crowns!", "#,###", "47", "<<", "mother's", "w/o")] == [
        "crowns", "0", "0", "", "mothers", "wo",
    ]  # fmt: skip


def test_bound_symbols_stand_for_their_text():
    tale = Grammar({"S": ["{WHO} met {WHO} in {TOWN}"], "WHO": ["-"], "TOWN": ["Harlow"]})
    bound = {"WHO": "Mara Abbot"}
    assert tale.write("S", Chance(1), bound) == [
        "Mara",
        "Abbot",
        "met",
        "Mara",
        "Abbot",
        "in",
        "Harlow",
    ]


def test_words_are_those_of_all_rules_in_plain_form():
    assert TOY.words() == {"the", "cat", "dog", "it", "sees", "sleeps"}


@pytest.mark.parametrize(
    ("rules", "error", "message"),
    [
        ({"S": ["{NOBODY} sleeps"]}, KeyError, "{S} uses the symbol {NOBODY}, which has no rule"),
        ({"S": ["a (b|c"]}, ValueError, "unbalanced"),
        ({"S": ["a b) c"]}, ValueError, "unbalanced"),
        ({"S": ["{S} again", "a"]}, ValueError, "{S} < {S}"),
        ({"S": [", {S}", "a"]}, ValueError, "{S} < {S}"),
        ({"S": ["{T} {S} b", "a"], "T": ["", "t"]}, ValueError, "{S} < {S}"),
        ({"S": ["{T} b", "a"], "T": ["{S} c", "t"]}, ValueError, "must not begin with itself"),
    ],
)
def test_rules_that_cannot_be_used_are_refused(rules, error, message):
    with pytest.raises(error, match=re.escape(message)):
        Grammar(rules)


def test_a_symbol_may_end_with_itself():
    chain = Grammar({"S": ["a {S}", "a"]})
    assert chain.inside("S", ["a"] * 5) == pytest.approx(1 / 32)


def test_an_unknown_start_is_an_error():
    with pytest.raises(KeyError, match="NOBODY"):
        TOY.inside("NOBODY", ["it"])
    with pytest.raises(KeyError, match="NOBODY"):
        TOY.write("NOBODY", Chance(0))
