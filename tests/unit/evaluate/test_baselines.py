"""Validation chooses, then it is learned from, unless labels are counted."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import LinearSVC

from nlputils.errors import CourseError
from nlputils.evaluate import (
    char_svm,
    naive_bayes,
    spam_f1,
    union_svm,
    word_logistic,
    word_svm,
)

TRAIN = ["win a prize", "a prize for you", "lunch at two", "see you at lunch"] * 3
Y = np.array([1, 1, 0, 0] * 3)
VALIDATION = ["voucher inside", "a voucher", "lunch again", "two again"]
HELD = np.array([1, 1, 0, 0])
TEST = ["voucher", "prize", "lunch", "harbour"]


@pytest.mark.parametrize("make", [naive_bayes, word_svm, word_logistic])
def test_after_the_choice_the_words_of_validation_are_known(make):
    both = make().fit(TRAIN, Y, VALIDATION, HELD)
    alone = make().fit(TRAIN, Y, VALIDATION, HELD, refit=False)
    # "voucher" stands in validation only, "harbour" nowhere: an unseen word moves no score.
    assert both.decision(["voucher"]) > both.decision(["harbour"])
    assert alone.decision(["voucher"]) == pytest.approx(alone.decision(["harbour"]))
    assert both.predict(TEST[:3]).tolist() == [1, 1, 0]
    assert (both.n_train, alone.n_train) == (len(TRAIN) + len(VALIDATION), len(TRAIN))


@pytest.mark.parametrize("make", [naive_bayes, word_svm, char_svm, union_svm, word_logistic])
def test_the_choice_is_the_same_with_and_without_the_last_training(make):
    both = make().fit(TRAIN, Y, VALIDATION, HELD)
    alone = make().fit(TRAIN, Y, VALIDATION, HELD, refit=False)
    assert both.chosen == alone.chosen
    assert both.table.equals(alone.table)
    assert both.table["chosen"].sum() == 1
    best = both.table["spam-F1"].max()
    # Equals are decided for the first.
    assert both.table["chosen"].argmax() == (both.table["spam-F1"] == best).argmax()


def test_naive_bayes_is_scikit_learn_on_train_and_validation():
    model = naive_bayes().fit(TRAIN, Y, VALIDATION, HELD)
    words = CountVectorizer(ngram_range=model.chosen["ngram_range"])
    twin = MultinomialNB(alpha=model.chosen["alpha"])
    twin.fit(words.fit_transform(TRAIN + VALIDATION), np.concatenate([Y, HELD]))
    logs = twin.predict_log_proba(words.transform(TEST))
    assert model.decision(TEST) == pytest.approx(logs[:, 1] - logs[:, 0])


@pytest.mark.parametrize("refit", [True, False])
def test_the_character_svm_is_scikit_learn_on_what_it_may_see(refit):
    model = char_svm().fit(TRAIN, Y, VALIDATION, HELD, refit=refit)
    texts, y = (TRAIN + VALIDATION, np.concatenate([Y, HELD])) if refit else (TRAIN, Y)
    features = TfidfVectorizer(
        analyzer=model.chosen["analyzer"], ngram_range=(2, 5), sublinear_tf=True
    )
    twin = LinearSVC(C=model.chosen["C"], random_state=0).fit(features.fit_transform(texts), y)
    expected = twin.decision_function(features.transform(TEST))
    assert model.decision(TEST) == pytest.approx(expected, abs=1e-3)


def test_validation_is_chosen_by_before_it_is_learned_from():
    """The table holds the scores of classifiers that have not seen validation."""
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(list("abcdefgh"), 6)) + f" w{i}" for i in range(300)]
    y = rng.integers(0, 2, 300)  # nothing to learn, but every text has a word of its own
    model = word_svm().fit(texts[:200], y[:200], texts[200:], y[200:])
    assert spam_f1(y[200:], model.predict(texts[200:])) > 0.95  # seen by now
    assert model.table["spam-F1"].max() < 0.75  # not when it chose


def test_a_train_set_of_one_class_is_refused_even_if_validation_has_two():
    with pytest.raises(CourseError, match="all 12 training texts have class 1"):
        word_svm().fit(TRAIN, np.ones(12, int), VALIDATION, HELD)
    with pytest.raises(CourseError, match="validation has 4 texts and 3 classes"):
        word_svm().fit(TRAIN, Y, VALIDATION, HELD[:3])
