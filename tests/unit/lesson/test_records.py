"""Records: what is kept of a score, and which numbers are refused."""

from dataclasses import dataclass

import numpy as np
import pytest

from nlputils import lesson
from nlputils.errors import CourseError
from nlputils.lesson.records import append, read, readable_lines


@dataclass
class Score:
    """Stands for a score of the package: it knows its parts and its sentence."""

    value: float

    def to_dict(self) -> dict:
        return {"metric": "accuracy", "value": np.float32(self.value), "values": np.array([1, 2])}

    @property
    def text(self) -> str:
        return "accuracy 50.0 [40.0, 60.0]"


def test_a_score_is_kept_with_its_parts(headless, capsys):
    session = headless()
    lesson.record("lstm", Score(0.5), main=True)
    assert capsys.readouterr().out == "lstm: accuracy 50.0 [40.0, 60.0]\n"
    (entry,) = read(session, "metrics")
    assert entry == {
        "name": "lstm",
        "main": True,
        "kind": "score",
        "unit": "",
        "metric": "accuracy",
        "value": 0.5,
        "values": [1, 2],
        "text": "accuracy 50.0 [40.0, 60.0]",
    }


def test_a_plain_number_needs_a_unit(headless):
    session = headless()
    with pytest.raises(CourseError, match="bare number"):
        lesson.record("time", 3.0)
    lesson.record("time", np.int64(3), "seconds")
    assert [(e["value"], e["unit"]) for e in read(session, "metrics")] == [(3.0, "seconds")]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(headless, value):
    headless()
    with pytest.raises(CourseError, match="not a finite number"):
        lesson.record("loss", value, "nats")


def test_a_name_twice_is_an_error_headless_and_a_correction_in_lab(headless, in_lab, monkeypatch):
    headless()
    lesson.record("time", 3, "seconds")
    with pytest.raises(CourseError, match="twice"):
        lesson.record("time", 4, "seconds")
    monkeypatch.delenv("NLPUTILS_RECORDS")
    session = in_lab()
    lesson.record("time", 3, "seconds")
    lesson.record("time", 4, "seconds")
    assert [entry["value"] for entry in read(session, "metrics")] == [3, 4]


def test_starting_again_empties_the_records(in_lab):
    in_lab()
    lesson.record("time", 3, "seconds")
    assert read(in_lab(), "metrics") == []


@pytest.mark.parametrize(
    ("half", "words"),
    [
        (b'{"name": "ti', "not JSON"),
        ('{"name": "f\u00fc'.encode()[:-1], "not JSON.*utf-8"),
        (b"\0\0\0\0", "not JSON"),
        (b"3", "a int in place of an object"),
    ],
)
def test_half_of_a_line_is_named_and_the_others_are_read(headless, half, words):
    session = headless()
    lesson.record("time", 3, "seconds")
    path = session.records / "metrics.jsonl"
    path.write_bytes(path.read_bytes() + half)
    with pytest.raises(CourseError, match=f"metrics.jsonl, line 2, is damaged: {words}") as caught:
        lesson.record("more", 4, "seconds")
    assert str(caught.value).endswith("Run the lesson again: it begins the file anew.")
    rows, damage = readable_lines(path)
    assert [row["name"] for row in rows] == ["time"] and len(damage) == 1


def test_only_a_newline_ends_a_line(headless):
    session = headless()
    entry = {"value": "one\u2028two\u2029three\x85four\nfive"}
    append(session, "claims", entry)
    append(session, "claims", entry)
    assert read(session, "claims") == [entry, entry]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("naive Bayes", "spam_f1"), "naive_bayes_spam_f1"),
        (("leak_effect", "word SVM", "spam_f1"), "leak_effect_word_svm_spam_f1"),
        (("seconds", "2018, left"), "seconds_2018_left"),
    ],
)
def test_a_name_is_made_of_what_is_shown(words, name):
    assert lesson.record_name(*words) == name


def test_a_name_may_keep_its_capitals_and_is_never_empty():
    assert lesson.record_name("few", "char SVM", lower=False) == "few_char_SVM"
    with pytest.raises(CourseError, match=r"record_name got '\.\.\.'.*Give the words"):
        lesson.record_name("...")
