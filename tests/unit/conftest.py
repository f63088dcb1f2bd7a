"""What the tests of single parts share."""

import sys

import pytest


@pytest.fixture(autouse=True)
def no_training_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling with XLA takes longer than the few steps of a test; tests of it ask for it."""
    for place in ("train.pretraining", "shipping.trials"):
        # What no test of this process has imported is not imported for this.
        if f"nlputils.{place}" in sys.modules:
            monkeypatch.setattr(f"nlputils.{place}.LONG", 10**6)
