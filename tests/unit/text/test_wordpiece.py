import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlputils.errors import CourseError
from nlputils.text import SPECIAL_TOKENS, WordPiece, train_wordpiece

TEXTS = [
    "The ferry leaves the harbour at noon.",
    "The harbour is full of ferries and fishermen!",
    "She wasn't late: the ferry was, by 25 minutes.",
    "A fisherman's café sells naïve pies (3 for 2)...",
] * 4


@pytest.fixture(scope="module")
def tokenizer():
    return train_wordpiece(TEXTS, 160, min_character_count=1)


def by_hand(word, vocabulary):
    """Greedy longest match first, as BERT's paper describes it."""
    pieces, rest = [], word
    while rest:
        prefix = "##" if pieces else ""
        cut = next((n for n in range(len(rest), 0, -1) if prefix + rest[:n] in vocabulary), 0)
        if not cut:
            return ["[UNK]"]
        pieces.append(prefix + rest[:cut])
        rest = rest[cut:]
    return pieces


@given(st.text(alphabet="abcdefhilnorstuvxyq", min_size=1, max_size=12))
@settings(deadline=None)
def test_pieces_are_the_longest_match_from_the_left(tokenizer, word):
    assert tokenizer.tokens(word) == by_hand(word, set(tokenizer.vocabulary))


def test_vocabulary_is_the_same_in_another_process(tokenizer):
    code = (
        "import sys; from nlputils.text import train_wordpiece; "
        "print('|'.join(train_wordpiece(eval(sys.stdin.read()), 160, min_character_count=1)"
        ".vocabulary))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=repr(TEXTS), text=True, capture_output=True, check=True
    )
    assert done.stdout.strip().split("|") == list(tokenizer.vocabulary)


def test_equal_to_keras_hub(tokenizer):
    keras_hub = pytest.importorskip("keras_hub")
    assert keras_hub
    theirs = tokenizer.to_keras_hub()
    for text in TEXTS[:4]:
        assert np.array(theirs(text)).tolist() == tokenizer.ids(text)


def test_rows_have_ends_and_padding(tokenizer):
    row = tokenizer.encode(["the ferry"], 6)[0]
    t = tokenizer
    assert row.tolist() == [t.cls_id, t.id_of("the"), t.id_of("ferry"), t.sep_id, 0, 0]
    assert row.dtype == np.int32
    cut = tokenizer.encode(["the the the the the"], 4)[0]
    assert cut.tolist() == [t.cls_id, t.id_of("the"), t.id_of("the"), t.sep_id]


def test_decode_and_save_bring_it_back(tokenizer, tmp_path):
    again = WordPiece.load(tokenizer.save(tmp_path / "v.txt"))
    assert again.vocabulary == tokenizer.vocabulary
    assert again.decode(again.encode(["the ferries"], 12)[0]) == "the ferries"


@pytest.mark.parametrize(
    ("vocabulary", "word"),
    [
        (["[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]"], "put it first"),
        (["[PAD]", "[UNK]"], "lacks"),
        ([*SPECIAL_TOKENS, "a", "a"], "more than once"),
    ],
)
def test_a_broken_vocabulary_is_refused(vocabulary, word):
    with pytest.raises(CourseError, match=word):
        WordPiece(vocabulary)


def test_bad_requests_are_named(tokenizer, tmp_path):
    with pytest.raises(CourseError, match="at least 3"):
        tokenizer.encode(["a"], 2)
    with pytest.raises(CourseError, match="Text 1 is a float"):
        tokenizer.encode(["a", float("nan")], 8)
    with pytest.raises(CourseError, match="smaller than the alphabet"):
        train_wordpiece(TEXTS, 10)
    with pytest.raises(CourseError, match="empty"):
        train_wordpiece([], 100)
    with pytest.raises(CourseError, match="No vocabulary"):
        WordPiece.load(tmp_path / "none.txt")
