"""A lesson as the runner starts it, and as JupyterLab does."""

import json
from pathlib import Path

import pytest

from nlputils.lesson import session


@pytest.fixture
def runs(tmp_path, monkeypatch) -> Path:
    """An empty folder of runs, and no lesson under way."""
    for name in ("RECORDS", "LESSON", "PROFILE", "CLAIMS", "CLAIMS_REASON", "NEEDED"):
        monkeypatch.delenv(f"NLPUTILS_{name}", raising=False)
    monkeypatch.setenv("NLPUTILS_RUNS", str(tmp_path))
    monkeypatch.setattr(session, "_sessions", [])
    return tmp_path


@pytest.fixture
def headless(runs, monkeypatch):
    """Begin lesson 03 as the runner does; a reason means that claims are only reported."""

    def begin(reason: str = "", needed: dict[str, str] | None = None) -> session.Session:
        monkeypatch.setenv("NLPUTILS_LESSON", "03")
        monkeypatch.setenv("NLPUTILS_PROFILE", "pocket")
        for name in ("RECORDS", "ARTEFACTS", "CHECKPOINTS"):
            monkeypatch.setenv(f"NLPUTILS_{name}", str(runs / name.lower()))
        monkeypatch.setenv("NLPUTILS_CLAIMS", "report" if reason else "enforce")
        monkeypatch.setenv("NLPUTILS_CLAIMS_REASON", reason)
        monkeypatch.setenv("NLPUTILS_NEEDED", json.dumps(needed or {}))
        return session.begin("03", "pocket")

    return begin


@pytest.fixture
def in_lab(runs):
    """Begin lesson 03 as a notebook in JupyterLab does."""

    def begin(number: str = "03", profile: str = "pocket") -> session.Session:
        return session.begin(number, profile)

    return begin
