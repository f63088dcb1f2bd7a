"""The text for a large pretraining: planted repeats and evaluation texts go out."""

from collections import Counter
from itertools import pairwise

import pytest

from nlputils import data
from nlputils.data import corpus
from nlputils.errors import CourseError

LONG = "the ferry to the far island leaves at nine tomorrow"  # ten words
SHORT = "see you soon"


def article(number):
    """A text of its own: `normalise` drops digits, so a number is spelt in letters."""
    return "paragraph " + " ".join("abcdefghij"[int(digit)] * 2 for digit in f"{number:04d}")


@pytest.fixture
def corpora(monkeypatch):
    texts = {"one": [article(i) for i in range(200)], "two": [article(i) for i in range(200, 300)]}
    monkeypatch.setattr(corpus, "read_texts", lambda name: iter(texts[name]))
    return texts


def read(**options):
    settings = {"evaluation": [LONG, SHORT], "held_out": 0.1, "block": 10, **options}
    return data.pretraining_corpus(["one", "two"], **settings)


def test_repeats_and_evaluation_texts_go_out(corpora):
    clean = read()
    corpora["two"] += [
        article(3).upper() + " 17!",  # a near-duplicate: letter case and digits do not count
        "See you soon!!",
        f"He wrote: {LONG.upper()}, and that was all.",
        f"{SHORT} in a longer text is no copy",
        " ".join(LONG.split()[:8]) + " but then goes on in another way",
        "12345",
    ]
    found = read()
    assert found.counts == {"read": 306, "repeats": 2, "evaluation": 2}
    every = found.train + found.held_out
    assert len(every) == len(clean.train) + len(clean.held_out) + 2
    assert not any(LONG in data.normalise(text) for text in every)


def test_whole_blocks_are_held_out_and_the_seed_decides_which(corpora):
    found, again, other = read(), read(), read(seed=1)
    assert found == again != other
    assert len(found.held_out) == 30
    assert not set(found.train) & set(found.held_out)
    everything = corpora["one"] + corpora["two"]
    places = [everything.index(text) for text in found.held_out]
    assert sorted({place // 10 for place in places}) == sorted(
        {place // 10 for place in places if place % 10 == 0}
    )


def test_a_corpus_is_read_as_often_as_asked_and_held_out_text_never_comes_back(corpora):
    once, thrice = read(), read(repeats=[1, 3])
    assert thrice.held_out == once.held_out and thrice.counts == once.counts
    assert thrice.train[: len(once.train)] == once.train
    often = Counter(thrice.train)
    assert {often[text] for text in once.train if text in corpora["one"]} == {1}
    assert {often[text] for text in once.train if text in corpora["two"]} == {3}
    assert not set(thrice.held_out) & set(thrice.train)
    # Copies of a text stand far apart, as one row would show the network what it hides.
    places = [i for i, text in enumerate(thrice.train) if text == thrice.train[-1]]
    assert min(b - a for a, b in pairwise(places)) > 50
    for wrong in ([2], [1, 0]):
        with pytest.raises(CourseError, match="of 1 or more was expected for each of 2 corpora"):
            read(repeats=wrong)


def test_too_little_text_and_no_share_are_refused(corpora):
    with pytest.raises(CourseError, match="fill no two blocks"):
        read(block=300)
    with pytest.raises(CourseError, match="held_out=0"):
        read(held_out=0)


def test_every_registered_labelled_text_is_looked_for(mirror):
    texts = set(data.labelled_texts())
    for name in ("sms_spam_collection", "tweet_sentiment_extraction", "sst2_glue"):
        split = data.load(name)
        assert set(split.test["text"]) | set(split.train["text"]) <= texts
