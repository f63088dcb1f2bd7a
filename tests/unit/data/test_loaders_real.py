"""Known counts of the real data sets, as published or counted on their bytes."""

import numpy as np
import pytest

from nlputils import data

SEEDS = range(5)


@pytest.fixture(autouse=True)
def real(mirror, monkeypatch):
    monkeypatch.setenv("NLPUTILS_MIRROR", str(mirror))


def total(split):
    return split.describe().sum().to_dict()


def disjoint(split):
    train, validation, test = (
        set(frame["group"]) for frame in (split.train, split.validation, split.test)
    )
    return not (train & validation or train & test or validation & test)


def test_sms_spam_has_the_published_counts_before_and_fewer_after_deduplication():
    assert total(data.load("sms_spam_collection", deduplicate=False)) == {
        "rows": 5574,
        "ham": 4827,
        "spam": 747,
    }
    split = data.load("sms_spam_collection")
    assert total(split) == {"rows": 5096, "ham": 4502, "spam": 594}
    assert disjoint(split)
    assert not split.train["text"].str.contains("&lt;", regex=False).any()


def test_sms_spam_leaks_when_split_naively_and_not_otherwise():
    texts, spam = [], []
    for seed in SEEDS:
        naive = data.load("sms_spam_collection", seed, deduplicate=False, fractions=(0.8, 0, 0.2))
        texts.append(data.leak_rate(naive, by="text").loc["all", "share"])
        spam.append(data.leak_rate(naive).loc["spam", "share"])
        assert disjoint(data.load("sms_spam_collection", seed))
    assert 0.09 < sum(texts) / 5 < 0.13
    assert 0.30 < sum(spam) / 5 < 0.40


def test_tweet_sentiment_counts():
    raw = data.load("tweet_sentiment_extraction", deduplicate=False)
    counts = raw.describe()
    assert counts.loc["test"].to_dict() == {
        "rows": 3534,
        "negative": 1001,
        "neutral": 1430,
        "positive": 1103,
    }
    # 27,481 rows, of which one neutral row holds no text.
    assert counts.loc[["train", "validation"]].sum().to_dict() == {
        "rows": 27480,
        "negative": 7781,
        "neutral": 11117,
        "positive": 8582,
    }
    split = data.load("tweet_sentiment_extraction")
    assert disjoint(split) and len(split.test) == 3534
    assert not split.train["text"].str.contains("`", regex=False).any()
    assert data.leak_rate(raw).loc["all", "in_train"] > 26


def test_rotten_tomatoes_counts():
    assert total(data.load("rotten_tomatoes_polarity", deduplicate=False)) == {
        "rows": 10662,
        "negative": 5331,
        "positive": 5331,
    }


def test_sst2_counts():
    counts = data.load("sst2_glue", deduplicate=False).describe()
    assert counts.loc["test"].to_dict() == {"rows": 872, "negative": 428, "positive": 444}
    assert counts.loc[["train", "validation"]].sum().to_dict() == {
        "rows": 67349,
        "negative": 29780,
        "positive": 37569,
    }
    split = data.load("sst2_glue")
    assert disjoint(split)
    assert list(split.train) == ["id", "text", "label", "group"]
    # No validation phrase of eight words is a part of a train text: both would come from one
    # sentence. (Shorter phrases are common to many sentences.)
    train = {text for text in map(data.normalise, split.train["text"]) if text.count(" ") >= 7}
    held_out = set(map(data.normalise, split.validation["text"]))
    runs = {
        " ".join(words[start : start + 8])
        for words in map(str.split, train)
        for start in range(len(words) - 7)
    }
    inside = [text for text in held_out if text.count(" ") == 7 and text in runs]
    assert len(held_out) > 5000
    assert inside == []


def test_broad_twitter_counts():
    raw = data.load("broad_twitter_corpus", deduplicate=False)
    counts = raw.describe()
    assert counts["rows"].to_dict() == {"train": 6339, "validation": 1000, "test": 2001}
    assert counts[["PER", "LOC", "ORG"]].to_numpy().sum() == 11486
    # Each merged mention is one token less than the 150,388 of the files.
    begins = 14885 - 11486
    inside = 15
    assert counts["tokens"].sum() == 150388 - begins - inside
    split = data.load("broad_twitter_corpus")
    assert disjoint(split) and len(split.test) == 2001


def test_tweets_are_all_there_once():
    texts = list(data.read_texts("tweets_tweeteval_emoji"))
    assert len(texts) == len(set(texts)) == 99096
    assert not any("\ufe0f" in text or "&amp;" in text for text in texts)


def test_wikipedia_paragraphs():
    texts = list(data.read_texts("enwiki_2015_wikiextractor", limit_characters=2_000_000))
    characters = sum(map(len, texts))
    assert 2_000_000 <= characters < 2_020_000
    assert min(map(len, texts)) >= 60
    assert not any("<doc" in text or "\n" in text or '""' in text for text in texts)


def test_novels_are_whole_paragraphs():
    texts = list(data.read_texts("english_novels_100"))
    assert 75_000_000 < sum(map(len, texts)) < 76_000_000
    lengths = np.array([len(text) for text in texts])
    assert lengths.min() >= 20 and lengths.max() < 4000
    # Lines that were broken to fit a page would end anywhere.
    ends = np.mean([text[-1] in ".!?'\"\u201d\u2019-:;," for text in texts])
    assert ends > 0.95
