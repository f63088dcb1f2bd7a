"""The small world reads like language: many constructions, many words, slips, stories that hold."""

import re
from collections import Counter

import numpy as np
import pytest

from nlputils.data.pocket import lexicon_names as names
from nlputils.data.pocket.chance import Chance
from nlputils.data.pocket.grammar import plain
from nlputils.data.pocket.oracle import PRIORS, thumbs
from nlputils.data.pocket.surface import SHORTHAND

NAMES = {
    name.lower()
    for group in (names.WOMEN, names.MEN, names.ROOTS)
    for name in names.pool(group, "all")
}
# The words that hold an English sentence together. All others are content: they become one dot.
GLUE = set(
    "a an the and or but so if when while after before because as than that this these those who"  # noqa: SIM905
    " what which how where i you we they he she it me us them him her my your our their his its"
    " is are was were be been am has have had do does did can could will would shall should must"
    " may not no never nor neither to of in on at by for from with about over under until since"
    " there here too only just then now yes whether though although rather instead up out off down"
    " one some any all both each every nobody somebody nothing something such own same"
    " other".split()
)


def skeleton(words):
    """Reduce a text to its glue: content words become dots, neighbouring dots one."""
    shape = " ".join(w if w in GLUE else "." for w in words)
    return re.sub(r"\.( \.)+", ".", shape)


def variety(texts):
    """Return the number of different skeletons for 1,000 texts, and the share of the commonest."""
    found = Counter(skeleton(words) for words in texts)
    return 1000 * len(found) / len(texts), found.most_common(1)[0][1] / len(texts)


@pytest.mark.parametrize("task", list(PRIORS))
def test_the_constructions_are_varied(task, tables):
    different, commonest = variety(list(tables[task]["words"]))
    assert different > 550
    assert commonest < 0.02


def test_the_sentences_with_names_are_varied(sentences):
    texts = [tuple(map(plain, s.tokens)) for s in sentences]
    different, commonest = variety(texts)
    assert different > 250
    assert commonest < 0.06


def test_texts_from_five_patterns_would_not_pass(tables):
    words = list(tables["reviews"]["words"])[:5]
    different, commonest = variety(words * 200)
    assert different <= 5
    assert commonest >= 0.2


def test_there_are_at_least_1500_word_forms(tables, sentences, read_paragraphs):
    """Counted with the slips undone, without names, and only where they come five times."""
    read = thumbs("messages").read
    texts = [words for frame in tables.values() for words in frame["words"]]
    texts += [read(" ".join(s.tokens)) for s in sentences] + read_paragraphs
    found = Counter(word for words in texts for word in words if word not in NAMES)
    assert sum(count >= 5 for count in found.values()) >= 1500
    # Rare words are frequent, as in language: no tenth of the forms makes less than half the text.
    counts = sorted(found.values(), reverse=True)
    assert sum(counts[: len(counts) // 10]) > 0.5 * sum(counts)


def slips(texts, task):
    """Return the share of texts with shorthand, and the share with another slip."""
    shorts = {plain(short) for short in SHORTHAND.values()}
    short, other = 0, 0
    for text in texts:
        changed = {
            word for word in map(plain, text.split()) if word and thumbs(task).read(word) != [word]
        } - {"an"}
        short += bool(changed & shorts)
        other += bool(changed - shorts)
    return short / len(texts), other / len(texts)


@pytest.mark.parametrize("task", list(PRIORS))
def test_messages_and_reviews_have_shorthand_and_typing_errors(task, tables):
    short, other = slips(tables[task]["text"], task)
    assert 0.1 < short < 0.5
    assert 0.1 < other < 0.5
    assert slips([" ".join(words) for words in tables[task]["words"]], task) == (0.0, 0.0)


# --- stories


WOMEN = {name.lower() for name in names.pool(names.WOMEN, "all")}
MEN = {name.lower() for name in names.pool(names.MEN, "all")}
PRONOUNS = (({"she", "her", "herself"}, WOMEN), ({"he", "his", "him", "himself"}, MEN))


def told(paragraph):
    """Return the words of each sentence of a story, without what is quoted."""
    parts = re.split(r"(?<=[.?!])\s+", re.sub(r'"[^"]*"', " Q.", paragraph))
    return [set(re.findall(r"\w+", part.lower())) for part in parts]


def judged(story):
    """Say whether a story comes back to somebody, and whether a pronoun stands for nobody."""
    known, linked, lost = set(), False, False
    for words in story:
        linked |= bool(words & NAMES & known)
        known |= words & NAMES
        for pronouns, people in PRONOUNS:
            if words & pronouns:
                linked |= bool(known & people)
                lost |= not known & people
    return linked, lost


def test_paragraphs_are_coherent(paragraphs):
    """The cast stays. A sentence comes back to somebody named before, and pronouns fit."""
    assert np.mean([len(re.findall(r"[.?!]", p)) >= 3 for p in paragraphs]) > 0.99
    linked, lost = np.mean([judged(told(p)) for p in paragraphs], axis=0)
    assert linked > 0.8
    assert lost < 0.005


def test_shuffled_sentences_are_not_coherent(paragraphs):
    """Planted: the sentences of all paragraphs, mixed."""
    stories = [told(p) for p in paragraphs]
    mixed = iter(Chance(1).shuffled([part for story in stories for part in story]))
    linked, lost = np.mean([judged([next(mixed) for _ in story]) for story in stories], axis=0)
    assert linked < 0.6
    assert lost > 0.3


def test_coherence_by_hand():
    story = told('Mara met Jonas. "He is late", she said. Then Jonas came.')
    assert story == [{"mara", "met", "jonas"}, {"q", "she", "said"}, {"then", "jonas", "came"}]
    assert judged(story) == (True, False)
    assert judged(told("Mara slept. He was glad.")) == (False, True)
    assert judged(told("Mara slept. Jonas was glad.")) == (False, False)


# --- what no native reader would let pass

FAULTS = {
    "a before a vowel": r"\b[Aa] (?=[aeio])(?!one\b)",
    "an before a consonant": r"\b[Aa]n (?![aeiouAEIOUh0-9])",
    "one of many": r"(?<![\d,])1 (?:crowns|days|hours|minutes|kilos)\b",
    "a plural verb for one": r"\bI (?:were|are|is|has)\b",
    "a small word twice": r"(?i)\b(?!that\b|had\b)(" + "|".join(sorted(GLUE)) + r") \1\b",
    "marks in a row": r"[,;:][,;:.?!]|\.\.|\?\.",
    "a space before a mark": r"\s[,.;:?!](?:\s|$)",
    "a slot left open": r"[{}#@\[\]]|<<|>>",
    "two negations": r"\b(?:not|never) (?:do )?(?:not|never)\b",
}


def faults(texts):
    """Return the faults of each kind: (kind, text)."""
    return [(kind, t) for t in texts for kind, form in FAULTS.items() if re.search(form, t)]


def test_no_text_has_a_fault_that_a_pattern_can_find(tables, paragraphs):
    for task in PRIORS:
        assert faults(tables[task]["text"]) == []
    assert faults(paragraphs) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("a before a vowel", "There is a apple."),
        ("an before a consonant", "It was an sham."),
        ("one of many", "That is 1 crowns."),
        ("a plural verb for one", "I were charged twice."),
        ("a small word twice", "It was was good."),
        ("marks in a row", "Could you come?. Thanks"),
        ("a space before a mark", "Come , now"),
        ("a slot left open", "You won a {PRIZE}"),
        ("two negations", "do not do not miss out"),
    ],
)
def test_planted_faults_are_found(kind, text):
    assert kind in {found for found, _ in faults([text])}


def test_quotes_are_closed_and_paragraphs_end(paragraphs):
    assert all(p.count('"') % 2 == 0 for p in paragraphs)
    assert all(re.match(r"[A-Z\"]", p) and re.search(r"[.?!\"]$", p) for p in paragraphs)


# --- names in context


def test_the_place_in_the_sentence_does_not_give_the_role(sentences):
    first = Counter()
    for s in sentences:
        roles = [role[2:] for role, tag in zip(s.roles, s.tags, strict=True) if tag != "O"]
        first[roles[0] if roles else ""] += 1
    assert first["AGENT"] < 0.6 * first.total()
    assert {"AGENT", "PATIENT", "RECIPIENT", "PLACE"} <= set(first)


def test_a_bare_root_is_a_person_a_place_or_a_firm_by_context(sentences):
    roots = set(names.pool(names.ROOTS, "all"))
    bare = Counter()
    for s in sentences:
        tags = [*s.tags, "O"]
        for i, token in enumerate(s.tokens):
            if token in roots and tags[i][0] == "B" and tags[i + 1][0] != "I":
                bare[tags[i][2:]] += 1
    assert set(bare) == {"PER", "LOC", "ORG"}
    assert max(bare.values()) < 0.6 * bare.total()


def test_tags_and_roles_are_well_formed(sentences):
    for s in sentences:
        for line in (s.tags, s.roles):
            previous = "O"
            for tag in line:
                assert re.fullmatch(r"O|[BI]-[A-Z]+", tag)
                if tag[0] == "I":
                    assert previous[1:] == tag[1:], s.id
                previous = tag
        assert sum(role == "B-V" for role in s.roles) <= 1
        assert {tag[2:] for tag in s.tags if tag != "O"} <= {"PER", "LOC", "ORG"}
    with_verb = np.mean([any(role == "B-V" for role in s.roles) for s in sentences])
    assert with_verb > 0.9
