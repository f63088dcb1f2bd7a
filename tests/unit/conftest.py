"""What the tests of single parts share."""

import sys

import pytest


@pytest.fixture(autouse=True)
def no_training_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling with XLA takes longer than the few steps of a test; tests of it ask for it."""
    # What no test of this process has imported is not imported for this.
    if "nlputils.train.pretraining" in sys.modules:
        monkeypatch.setattr("nlputils.train.pretraining.LONG", 10**6)
