import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlputils.errors import CourseError
from nlputils.text import BPE_SPECIAL_TOKENS, ByteBPE, train_byte_bpe

TEXTS = [
    "The ferry leaves the harbour at noon.",
    "The harbour is full of ferries and fishermen!",
    "A fisherman's café sells naïve pies (3 for 2)...",
] * 4


@pytest.fixture(scope="module")
def tokenizer():
    return train_byte_bpe(TEXTS, 300)


@given(st.text(max_size=40))
@settings(deadline=None)
def test_every_text_comes_back_whole_and_nothing_is_unknown(tokenizer, text):
    ids = tokenizer.ids(text)
    assert tokenizer.decode(ids) == text
    assert tokenizer.unk_id not in ids


def test_the_first_merge_is_the_most_frequent_pair_worked_by_hand():
    # "ab" stands 5 times, "bc" 3 times, and no other pair more than once.
    tokenizer = train_byte_bpe(["ab", "ab", "abc", "abc", "abc"], 263)
    assert tokenizer.merges == ("a b", "ab c")
    assert tokenizer.tokens("abcb") == ["abc", "b"]


def test_the_special_tokens_come_first_and_the_pieces_are_cased(tokenizer):
    assert tokenizer.vocabulary[:5] == BPE_SPECIAL_TOKENS and tokenizer.pad_id == 0
    row = tokenizer.encode(["The ferry"], 12)[0]
    assert row[0] == tokenizer.cls_id and tokenizer.sep_id in row and row[-1] == 0
    assert tokenizer.ids("The") != tokenizer.ids("the")


def test_the_pieces_are_the_same_in_another_process_and_from_a_file(tokenizer, tmp_path):
    code = (
        "import sys; from nlputils.text import train_byte_bpe; "
        "sys.stdout.buffer.write('|'.join(train_byte_bpe(eval(sys.stdin.read()), 300).merges)"
        ".encode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=repr(TEXTS).encode(), capture_output=True, check=True
    )
    assert done.stdout.decode().split("|") == list(tokenizer.merges)
    again = ByteBPE.load(tokenizer.save(tmp_path / "bpe.json"))
    assert again.ids_batch(TEXTS) == tokenizer.ids_batch(TEXTS)


def test_equal_to_keras_hub(tokenizer):
    pytest.importorskip("keras_hub")
    theirs = tokenizer.to_keras_hub()
    for text in [*TEXTS[:3], "Zürich, 20 € (or so)", "two  spaces"]:
        assert list(map(int, theirs(text))) == tokenizer.ids(text)


def test_what_is_no_vocabulary_is_refused(tmp_path):
    with pytest.raises(CourseError, match=r"lacks \['<mask>'\]"):
        ByteBPE({"<pad>": 0, "<unk>": 1, "<s>": 2, "</s>": 3}, [])
    five = {token: i for i, token in enumerate(BPE_SPECIAL_TOKENS)}
    with pytest.raises(CourseError, match="ids must be 0 to 5"):
        ByteBPE({**five, "a": 9}, [])
    with pytest.raises(CourseError, match="<pad> has id 1"):
        ByteBPE({**five, "<pad>": 1, "<unk>": 0}, [])
    with pytest.raises(CourseError, match="ask for at least 261 pieces"):
        train_byte_bpe(TEXTS, 100)
    with pytest.raises(CourseError, match="texts are empty"):
        train_byte_bpe([" "], 300)
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(CourseError, match=r"broken.json is no vocabulary of byte-level BPE"):
        ByteBPE.load(tmp_path / "broken.json")
    with pytest.raises(CourseError, match="No vocabulary at"):
        ByteBPE.load(tmp_path / "none.json")
