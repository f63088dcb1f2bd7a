"""The oracle's odds are right, and nobody who only counts words comes near it."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from nlputils.data.pocket import oracle as module
from nlputils.data.pocket.oracle import (
    PRIORS,
    best_possible_score,
    oracle,
    posterior,
)


@pytest.mark.parametrize("task", list(PRIORS))
def test_the_posterior_sums_to_one_for_every_stored_text(task, posteriors):
    for chances in posteriors[task]:
        assert list(chances) == list(PRIORS[task])
        assert sum(chances.values()) == pytest.approx(1.0)


def test_what_either_side_may_write_has_the_odds_of_the_prior():
    # SHARED has 5 of 100 in SPAM and in HAM: 0.3 * 0.05 against 0.7 * 0.05.
    for text in (
        "Your parcel is with the bank, ring 123 456 tomorrow.",
        "hi ur prcel is w/ the bank txt 999 111 tmrw",
    ):
        assert posterior("messages", text) == pytest.approx({"ham": 0.7, "spam": 0.3})


def test_a_shrug_by_hand():
    # A shrug has 7 of 135 in a review of either side, and 14 of 100 in a neutral one.
    side, neutral = 0.345 * 7 / 135, 0.31 * 14 / 100
    expected = {"negative": side, "neutral": neutral, "positive": side}
    total = sum(expected.values())
    assert posterior("reviews", "That was some soup.") == pytest.approx(
        {label: value / total for label, value in expected.items()}
    )


@pytest.mark.parametrize(
    ("task", "text", "label"),
    [
        ("messages", "you get the parcel once you pay the postage", "spam"),
        ("messages", "you pay the postage once you get the parcel", "ham"),
        ("messages", "It is, in fact, the bank and not a scam that asks for your pin.", "spam"),
        ("messages", "It is, in fact, a scam and not the bank that asks for your pin.", "ham"),
        ("reviews", "The soup was bland at first, very tasty by the end.", "positive"),
        ("reviews", "the soup was tasty at first rly bland by the end", "negative"),
        ("reviews", "At no time did the soup or the fish seem bland to us.", "positive"),
        ("reviews", "Could be tasty, could be bland, I only saw the soup from the bus.", "neutral"),
    ],
)  # fmt: skip
def test_it_reads_the_order_of_the_words(task, text, label):
    assert oracle(task, text) == label
    assert posterior(task, text)[label] > 0.99


def test_a_text_of_another_world_is_refused_with_its_words():
    with pytest.raises(ValueError, match="cannot have written 'Colourless green ideas'.*stored"):
        posterior("reviews", "Colourless green ideas")


@pytest.mark.parametrize("task", list(PRIORS))
def test_the_best_possible_score_is_the_f1_of_the_bayes_decision(task, tables):
    test = tables[task].query("split == 'validation'")
    guesses = [oracle(task, text) for text in test["text"]]
    spam = {"pos_label": "spam"} if task == "messages" else {"average": "macro"}
    expected = 100 * f1_score(test["label"], guesses, **spam)
    assert best_possible_score(task, list(test["text"]), list(test["label"])) == pytest.approx(
        expected
    )


def test_the_best_possible_score_by_hand():
    spam, ham = "you get the parcel once you pay the postage", "please feed the cat tomorrow"
    assert best_possible_score("messages", [spam, ham], ["spam", "ham"]) == 100.0
    # One spam found, one missed, one false alarm: 2 * 1 / (2 + 2).
    texts, labels = [spam, spam, ham], ["spam", "ham", "spam"]
    assert best_possible_score("messages", texts, labels) == 50.0
    assert best_possible_score("messages", [ham], ["ham"]) == 0.0


@pytest.mark.parametrize("task", list(PRIORS))
def test_it_is_right_as_often_as_it_says(task, fresh):
    """On texts never stored, the mean of its certainty is its accuracy: the odds are exact."""
    frame = fresh(task, 2000)
    chances = [posterior(task, text) for text in frame["text"]]
    certainty = np.array([max(c.values()) for c in chances])
    right = np.array([max(c, key=c.get) == y for c, y in zip(chances, frame["label"], strict=True)])
    error = np.sqrt(np.mean(certainty * (1 - certainty)) / len(frame))
    assert abs(right.mean() - certainty.mean()) < 4 * error
    assert certainty.mean() > 0.94


@pytest.mark.parametrize("task", list(PRIORS))
def test_on_fresh_text_it_beats_every_bag_of_words(task, fresh, tables, best_bag_of_words):
    frame = fresh(task, 1000)
    train = tables[task].query("split == 'train'")
    right = np.mean([oracle(task, text) == label for text, label in frame.to_records(index=False)])
    assert right > 0.94
    assert right - best_bag_of_words(train, frame, accuracy_score) > 0.08


def test_an_oracle_with_the_labels_turned_round_is_found_out(tables, monkeypatch):
    test = tables["messages"].query("split == 'validation'")
    texts, labels = list(test["text"]), list(test["label"])
    good = best_possible_score("messages", texts, labels)
    turned = {"ham": "spam", "spam": "ham"}
    monkeypatch.setattr(module, "oracle", lambda task, text: turned[oracle(task, text)])
    assert best_possible_score("messages", texts, labels) < good - 50


def test_the_command_says_a_line_for_each_evaluation_set():
    lines: list[str] = []
    module.main(lines.append)
    assert [line.split(":")[0] for line in lines] == [
        "pocket_messages, validation",
        "pocket_messages, test",
        "pocket_reviews, validation",
        "pocket_reviews, test",
    ]
    assert all(90.0 < float(line.split()[2]) < 99.0 for line in lines)
