"""Sentences of the text that the run itself checks."""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from nlputils.errors import CourseError
from nlputils.lesson.records import Recordable, append
from nlputils.lesson.session import current
from nlputils.wrapping import wrapped

T = TypeVar("T")
_SHOWN = 300


class ClaimFailed(CourseError):
    """A sentence of the lesson did not hold in this run."""


class ClaimCannotFail(CourseError):
    """The check of a claim accepts even its planted error, so it checks nothing."""


def claim(sentence: str, check: Callable[[T], bool], value: T, planted: T) -> None:
    """Check a conclusion of the lesson against what was measured.

    The check sees two values: what this run measured, and a planted error, a value for which the
    sentence is false. It must accept the one and refuse the other. A check that accepts its
    planted error could never fail, and that is an error in every mode.

    Args:
        sentence: The conclusion, as the text states it.
        check: A function of one value that returns True or False.
        value: What this run measured.
        planted: A value for which the sentence does not hold.

    Raises:
        ClaimCannotFail: When the check accepts the planted error.
        ClaimFailed: When the check refuses the measured value and claims are enforced (headless,
            with the parameters of the profile). In JupyterLab and with overridden parameters the
            failure is printed and recorded instead.
        CourseError: When the check returns something else than True or False.
    """
    session = current()
    if _verdict(sentence, check, planted):
        raise ClaimCannotFail(
            f'The claim "{sentence}" cannot fail: its check also accepts the planted error '
            f"{_shown(planted)}. Sharpen the check, or plant a value that contradicts the sentence."
        )
    held = _verdict(sentence, check, value)
    entry = {"sentence": sentence, "held": held, "enforced": session.enforced}
    append(session, "claims", {**entry, "value": _shown(value), "planted": _shown(planted)})
    if held:
        print(wrapped(f"Claim held, and its planted error was refused: {sentence}"))
    elif session.enforced:
        raise ClaimFailed(f'The claim "{sentence}" did not hold: the run gave {_shown(value)}.')
    else:
        why = f"reported, not enforced, because {session.reason}"
        print(wrapped(f"Claim did not hold ({why}): {sentence}"))
        print(wrapped(f"  The run gave {_shown(value)}."))


def _verdict(sentence: str, check: Callable[[T], bool], value: T) -> bool:
    answer = check(value)
    # A score or a non-empty list is truthy whatever it says, so only a real yes or no counts.
    if not isinstance(answer, bool | np.bool_):
        raise CourseError(
            f'The check of the claim "{sentence}" returned {_shown(answer)}, a '
            f"{type(answer).__name__}. It must return True or False."
        )
    return bool(answer)


def _shown(value: Any) -> str:
    text = value.text if isinstance(value, Recordable) else str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
