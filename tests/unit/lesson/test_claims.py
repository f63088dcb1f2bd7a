"""Claims: they hold, they fail, and they must be able to fail."""

import numpy as np
import pytest

from nlputils import lesson
from nlputils.errors import CourseError
from nlputils.lesson.records import read


def above_half(value: float) -> bool:
    return value > 0.5


def test_a_claim_that_holds_is_printed_and_recorded(headless, capsys):
    session = headless()
    lesson.claim("It is above a half.", above_half, 0.75, planted=0.25)
    assert capsys.readouterr().out == (
        "Claim held, and its planted error was refused: It is above a half.\n"
    )
    (entry,) = read(session, "claims")
    assert entry == {
        "sentence": "It is above a half.",
        "held": True,
        "enforced": True,
        "value": "0.75",
        "planted": "0.25",
    }


def test_a_claim_that_fails_ends_a_headless_lesson_and_is_recorded(headless):
    session = headless()
    with pytest.raises(lesson.ClaimFailed, match=r"It is above a half.*the run gave 0\.4"):
        lesson.claim("It is above a half.", above_half, 0.4, planted=0.25)
    assert [entry["held"] for entry in read(session, "claims")] == [False]


def test_with_overridden_parameters_a_failing_claim_is_reported(headless, capsys):
    session = headless(reason="parameters were overridden: epochs=1")
    lesson.claim("It is above a half.", above_half, 0.4, planted=0.25)
    shown = capsys.readouterr().out
    assert "did not hold (reported, not enforced, because parameters were overridden" in shown
    assert [(e["held"], e["enforced"]) for e in read(session, "claims")] == [(False, False)]


def test_in_lab_a_failing_claim_is_reported(in_lab, capsys):
    in_lab()
    lesson.claim("It is above a half.", above_half, 0.4, planted=0.25)
    assert "not enforced, because this is a working copy" in capsys.readouterr().out


@pytest.mark.parametrize("mode", ["headless", "reported", "lab"])
def test_a_check_that_accepts_its_planted_error_is_refused_in_every_mode(mode, headless, in_lab):
    session = in_lab() if mode == "lab" else headless("changed" if mode == "reported" else "")
    with pytest.raises(lesson.ClaimCannotFail, match=r"planted error 0\.9"):
        lesson.claim("It is above a half.", above_half, 0.75, planted=0.9)
    assert read(session, "claims") == []


def test_only_yes_or_no_counts_as_an_answer(headless):
    headless()
    with pytest.raises(CourseError, match="a float. It must return True or False"):
        lesson.claim("Truthy.", lambda value: value, 0.75, planted=0.25)
    lesson.claim("NumPy's.", lambda value: np.float64(value) > 0.5, 0.75, planted=0.25)


def test_not_a_number_does_not_hold(headless):
    headless()
    with pytest.raises(lesson.ClaimFailed):
        lesson.claim("It is above a half.", above_half, float("nan"), planted=0.25)


def test_a_claim_before_the_start_says_what_to_do(runs):
    with pytest.raises(CourseError, match=r"lesson\.start"):
        lesson.claim("It is above a half.", above_half, 0.75, planted=0.25)
