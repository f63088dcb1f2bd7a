"""Texts are spelled as people spell them, and every slip of a hasty thumb can be undone."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlputils.data.pocket.chance import Chance
from nlputils.data.pocket.oracle import PRIORS, grammar, thumbs
from nlputils.data.pocket.surface import SHORTHAND, Thumbs, digits, join


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("hello , it is me .", "Hello, it is me."),
        ("a apple . a user . a honest man", "An apple. A user. An honest man"),
        ("a umbrella , a unit", "An umbrella, a unit"),
        ("can you come ? . thanks .", "Can you come? Thanks."),
        ("come , . now ! .", "Come. Now!"),
        ("said << come here . >> , and went", 'Said "Come here", and went'),
        ("it said: << come . >> . she went .", 'It said: "Come." She went.'),
        ("<< who ? >> , he asked", '"Who?", he asked'),
        ("3,456 crowns .", "3,456 crowns."),
    ],
)  # fmt: skip
def test_joining_by_hand(tokens, text):
    assert join(tokens.split()) == text


@given(st.integers(), st.lists(st.sampled_from(["##", "#", "#,###", "at", "2#", "#.", "m#x"])))
def test_digits_keep_the_shape_and_begin_well(seed, tokens):
    drawn = digits(tokens, Chance(seed))
    for before, after in zip(tokens, drawn, strict=True):
        assert re.fullmatch(before.replace(".", r"\.").replace("#", r"\d"), after)
        assert not re.match(r"0", after)
        assert after.strip(".") != "1"


def test_every_digit_comes_up():
    drawn = digits(["##"] * 2000 + ["#"] * 500, Chance(0))
    assert {d[1] for d in drawn[:2000]} == set("0123456789")
    assert {d[0] for d in drawn[:2000]} == set("123456789")
    assert set(drawn[2000:]) == set("23456789")


def tidy(task: str, seed: int) -> str:
    """Draw a text of a task before it is typed."""
    chance = Chance(seed)
    label = chance.one(list(PRIORS[task]))
    return join(digits(grammar(task).write(label.upper(), chance), chance))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(list(PRIORS)), st.integers(), st.integers())
def test_reading_undoes_typing(task, seed, hand):
    text = tidy(task, seed)
    typed = thumbs(task).type(text, Chance(hand))
    assert thumbs(task).read(typed) == thumbs(task).read(text)


def test_a_reader_who_misses_one_shorthand_is_found_out():
    typist = Thumbs({"please", "come", "tomorrow"})
    text = "please come tomorrow"
    typed = [typist.type(text, Chance(seed)) for seed in range(60)]
    assert all(typist.read(t) == text.split() for t in typed)
    typist._undo.pop("pls")
    assert any(typist.read(t) != text.split() for t in typed)


@pytest.mark.parametrize("task", list(PRIORS))
def test_every_word_is_read_as_itself(task):
    """No word of the grammar is a shorthand or a slip of another."""
    words = sorted(grammar(task).words())
    assert len(words) > 700
    assert [word for word in words if thumbs(task).read(word) != [word]] == []


def test_a_slip_that_could_be_two_words_is_never_made():
    typist = Thumbs({"marine", "murine", "salty", "slaty"})
    slips = {word: set(typist._slips[word]) for word in ("marine", "murine", "salty", "slaty")}
    # "mrine" is both marine and murine without a vowel; "slaty" is salty with two letters swapped.
    assert "mrine" not in slips["marine"] | slips["murine"]
    assert "slaty" not in slips["salty"] and "salty" not in slips["slaty"]
    assert {"mairne", "marin", "marinee"} & slips["marine"] == {"mairne", "marinee"}
    assert typist.read("mairne muirne") == ["marine", "murine"]


def test_half_of_the_texts_are_tidy_and_none_of_them_shouts():
    text = "Hello, could you please bring the number of your neighbour tomorrow."
    typist = Thumbs(text.lower().replace(",", "").replace(".", "").split())
    typed = [typist.type(text, Chance(seed)) for seed in range(600)]
    assert 0.42 < sum(t == text for t in typed) / 600 < 0.62
    assert any(t.islower() for t in typed)
    assert any("," not in t for t in typed)
    assert any(not t.endswith(".") for t in typed)
    assert any("pls" in t.split() for t in typed)
    shorts = {word for t in typed for word in t.lower().split()} & set(SHORTHAND.values())
    assert {"pls", "cd", "nr", "ur"} <= shorts
