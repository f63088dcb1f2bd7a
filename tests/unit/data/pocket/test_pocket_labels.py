"""What the labels of the small world hang on: not on one word, often on the order of words.

Two definitions are used.

- **Keyword.** A word gives a label away when it stands in at least a fifth of the texts of that
  label and at least nine in ten of the texts that hold it have the label. Independently, the best
  rule of the kind "has this word: one label, has it not: another" must stay within eight points of
  the share of the most frequent label.
- **Order.** A label depends on word order or context when the same words, and the same classes of
  words, also make a text of another label. `PAIRS` (messages) and `TURNS` (reviews) are such rules,
  and the tests show it: each is filled with one set of words in both ways.
"""

import functools
import re
from collections import Counter, defaultdict

import numpy as np
import pytest
from sklearn.metrics import f1_score

from nlputils.data.pocket import generate
from nlputils.data.pocket.chance import Chance
from nlputils.data.pocket.grammar import Grammar
from nlputils.data.pocket.grammar_messages import PAIRS, message_rules
from nlputils.data.pocket.grammar_reviews import review_rules
from nlputils.data.pocket.lexicon_names import name_rules
from nlputils.data.pocket.oracle import NOISE, PRIORS, best_possible_score, grammar, posterior

TASKS = list(PRIORS)
COVERAGE, PURITY, GAIN, SEEN = 0.2, 0.9, 0.08, 5


def keywords(texts, labels):
    """Return the words that give a label away: (word, label, coverage, purity)."""
    having, of_label = defaultdict(Counter), Counter(labels)
    for words, label in zip(texts, labels, strict=True):
        for word in set(words):
            having[word][label] += 1
    return [
        (word, label, count / of_label[label], count / counts.total())
        for word, counts in having.items()
        for label, count in counts.items()
        if count / of_label[label] >= COVERAGE and count / counts.total() >= PURITY
    ]


def best_one_word_rule(texts, labels):
    """Return the accuracy of the best rule that asks for one word only."""
    having, all_labels = defaultdict(Counter), Counter(labels)
    for words, label in zip(texts, labels, strict=True):
        for word in set(words):
            having[word][label] += 1
    return max(
        (max(counts.values()) + max((all_labels - counts).values(), default=0)) / len(labels)
        for counts in having.values()
        if counts.total() >= SEEN
    )


@pytest.mark.parametrize("task", TASKS)
def test_no_label_hangs_on_one_keyword(task, tables):
    words, labels = list(tables[task]["words"]), list(tables[task]["label"])
    assert keywords(words, labels) == []
    majority = max(Counter(labels).values()) / len(labels)
    assert best_one_word_rule(words, labels) < majority + GAIN


@pytest.mark.parametrize(
    ("task", "label"), [(task, label) for task in TASKS for label in PRIORS[task]]
)
def test_a_planted_keyword_is_found(task, label, tables):
    """The word is put into 30 texts of each 100 of one label, and into 1 of the others."""
    labels = list(tables[task]["label"])
    words, chance = [], Chance(1)
    for old, own in zip(tables[task]["words"], labels, strict=True):
        words.append((*old, "planted") if chance.true(0.30 if own == label else 0.01) else old)
    assert [found[:2] for found in keywords(words, labels)] == [("planted", label)]


def test_a_planted_rule_of_one_word_is_found(tables):
    labels = list(tables["reviews"]["label"])
    majority = max(Counter(labels).values()) / len(labels)
    words = [
        (*old, "planted") if own == "neutral" and i % 2 else old
        for i, (old, own) in enumerate(zip(tables["reviews"]["words"], labels, strict=True))
    ]
    assert best_one_word_rule(words, labels) > majority + GAIN


# --- order and context


def bag(rule):
    """Count the words and the slots of a rule, wherever they stand."""
    return Counter(re.findall(r"\{\w+\}|[\w']+", rule))


SAME_BAG = [pair for pair in PAIRS if bag(pair[0]) == bag(pair[1])]
_REVIEWS = review_rules()
SAME_TURN = list(
    dict.fromkeys(
        (good, bad)
        for good, bad in zip(_REVIEWS["TURN_P"], _REVIEWS["TURN_N"], strict=True)
        if bag(good) == bag(bad)
    )
)


@functools.cache
def ordered(task):
    """Return a grammar whose symbol ORDERED writes the texts with a twin, and nothing else."""
    if task == "messages":
        rules = message_rules()
        rules["PAIR_S"], rules["PAIR_H"] = map(list, zip(*SAME_BAG, strict=True))
        rules["ORDERED"] = ["{PAIR_SPAM}", "{PAIR_HAM}"]
    else:
        rules = review_rules()
        rules["TURN_P"], rules["TURN_N"] = map(list, zip(*SAME_TURN, strict=True))
        forms = ("{%s}.", "{%s}. {NOTE}.", "{NOTE}. {%s}.")
        rules["ORDERED"] = [form % turn for turn in ("TURN_P", "TURN_N") for form in forms]
    return Grammar({**rules, **name_rules("all")})


@functools.cache
def depends_on_order(task, words):
    """Whether only its order tells a text from a text of another label; each is read once."""
    return ordered(task).inside("ORDERED", words) > 0.0


def share_by_order(task, texts):
    """Return the share of texts that only their order tells from a text of another label."""
    return np.mean([depends_on_order(task, words) for words in texts])


def test_most_pairs_and_turns_have_the_same_bag():
    assert len(PAIRS) == 22 and len(SAME_BAG) == 20
    # Three turns of thirty say only what the thing was not: context, but no twin.
    assert len(SAME_TURN) >= 0.9 * len(dict.fromkeys(_REVIEWS["TURN_P"]))


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("splits", [("train", "validation", "test"), ("train",), ("test",)])
def test_at_least_a_fifth_of_the_labels_depend_on_word_order(task, splits, tables):
    """Not asked of validation alone: 300 texts may fall short by chance."""
    texts = tables[task].query("split in @splits")["words"]
    assert share_by_order(task, texts) >= 0.2


def test_texts_without_pairs_would_fall_short(tables):
    """Planted: the messages that no pair has written hold no label that depends on order."""
    source = ordered("messages")
    texts = [words for words in tables["messages"]["words"] if not source.inside("ORDERED", words)]
    assert len(texts) > 1000
    assert share_by_order("messages", texts) == 0.0


def filled(rule, other, source, chance):
    """Fill two rules of one bag with the same words."""
    choose = re.compile(r"\(([^()]*)\)")
    while choose.search(rule):
        way = chance.below(100)
        pick = lambda m, way=way: (o := m.group(1).split("|"))[way % len(o)]  # noqa: E731
        rule, other = choose.sub(pick, rule, count=1), choose.sub(pick, other, count=1)
    fill = defaultdict(list)
    for slot in re.findall(r"\{(\w+)\}", rule):
        fill[slot].append(" ".join(source.write(slot, chance)))

    def write(pattern):
        left = {slot: list(words) for slot, words in fill.items()}
        return re.sub(r"\{(\w+)\}", lambda m: left[m.group(1)].pop(0), pattern).replace("#", "7")

    return write(rule), write(other)


@pytest.mark.parametrize(
    ("task", "rules", "labels"),
    [
        ("messages", SAME_BAG, ("spam", "ham")),
        ("reviews", SAME_TURN, ("positive", "negative")),
    ],
)
def test_the_same_words_in_another_order_have_the_other_label(task, rules, labels):
    chance, source = Chance(11), grammar(task)
    for rule, other in rules:
        one, two = filled(rule, other, source, chance)
        assert sorted(re.findall(r"[\w']+", one)) == sorted(re.findall(r"[\w']+", two))
        for text, label in ((one, labels[0]), (two, labels[1])):
            assert posterior(task, text)[label] > 0.9, text


# --- noise and the best possible score


def test_the_label_noise_is_known(tables, noise):
    """The wrong labels are known one by one, and their share is the one that was asked for."""
    for task, frame in tables.items():
        stored = dict(zip(frame["id"], frame["label"], strict=True))
        wrong = {name: label for name, label in noise.items() if name in stored}
        assert all(stored[name] != label for name, label in wrong.items())
        exposed = len(frame) - (generate.REPEATS if task == "messages" else 0)
        expected = NOISE[task] * exposed
        assert abs(len(wrong) - expected) < 4 * np.sqrt(expected)


@pytest.mark.parametrize("task", TASKS)
def test_with_the_noise_taken_out_only_ambiguous_texts_are_missed(task, tables, posteriors, noise):
    rows = zip(tables[task]["id"], tables[task]["label"], posteriors[task], strict=True)
    missed = 0
    for name, label, chances in rows:
        meant = noise.get(name, label)
        assert chances[meant] > 0.01, name
        missed += max(chances, key=lambda label, chances=chances: chances[label]) != meant
    assert missed < 0.06 * len(tables[task])


def f1(task):
    """Return the score of a task, of 100."""
    settings = {"pos_label": "spam"} if task == "messages" else {"average": "macro"}
    return lambda labels, guesses: 100 * f1_score(labels, guesses, **settings)


@pytest.mark.parametrize("task", TASKS)
def test_the_best_bag_of_words_stays_clearly_below_the_oracle(task, tables, best_bag_of_words):
    frame = tables[task]
    train, test = frame.query("split == 'train'"), frame.query("split == 'test'")
    best = best_possible_score(task, list(test["text"]), list(test["label"]))
    assert 91.0 < best < 98.0
    assert best - best_bag_of_words(train, test, f1(task)) > 12.0


def test_where_a_word_leaks_the_bag_of_words_is_not_below(tables, best_bag_of_words):
    """Planted: a word in every spam. The test above would turn red."""
    frame = tables["messages"].copy()
    leak = frame["label"].map({"spam": " zebra", "ham": ""})
    frame["text"] = frame["text"] + leak
    train, test = frame.query("split == 'train'"), frame.query("split == 'test'")
    honest = tables["messages"].query("split == 'test'")
    best = best_possible_score("messages", list(honest["text"]), list(honest["label"]))
    assert best - best_bag_of_words(train, test, f1("messages")) < 12.0
