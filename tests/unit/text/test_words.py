import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlputils.errors import CourseError
from nlputils.text import WordIndex

TEXTS = ["Ring now, win!", "ring the harbour office", "the ferry... the ferry? now"]
LENGTH = 5
messages = st.lists(
    st.text(alphabet="abRing nowW!?,.'-£é9 ", max_size=30) | st.sampled_from(TEXTS),
    min_size=1,
    max_size=4,
)


@pytest.fixture(scope="module")
def index():
    return WordIndex(TEXTS, 6)


@pytest.fixture(scope="module")
def vectorizer(index):
    import keras

    return keras.layers.TextVectorization(
        vocabulary=list(index.vocabulary[2:]), output_sequence_length=LENGTH
    )


def test_the_most_frequent_words_come_first_and_ties_by_the_alphabet(index):
    # the 3, ferry 2, now 2, ring 2, then single words that find no room.
    assert index.vocabulary == ("", "[UNK]", "the", "ferry", "now", "ring")
    assert len(index) == 6
    assert len(WordIndex(TEXTS, 1000)) == 9


@given(messages)
@settings(deadline=None, max_examples=50)
def test_the_right_side_is_that_of_text_vectorization(index, vectorizer, texts):
    assert np.array_equal(index.encode(texts, LENGTH), np.asarray(vectorizer(texts)))


@given(messages)
@settings(deadline=None, max_examples=50)
def test_the_left_side_is_that_of_pad_sequences(index, texts):
    import keras

    rows = [[i for i in row if i] for row in index.encode(texts, 40).tolist()]
    expected = keras.utils.pad_sequences(rows, maxlen=LENGTH)
    assert np.array_equal(index.encode(texts, LENGTH, padding="left"), expected)


def test_a_message_without_words_is_all_padding(index):
    for side in ("left", "right"):
        row = index.encode(["...!"], 3, padding=side)
        assert row.tolist() == [[0, 0, 0]] and row.dtype == np.int32


def test_wrong_requests_are_named(index):
    with pytest.raises(CourseError, match="size=2 leaves no room"):
        WordIndex(TEXTS, 2)
    with pytest.raises(CourseError, match="choose 'right' or 'left'"):
        index.encode(TEXTS, 4, padding="centre")
