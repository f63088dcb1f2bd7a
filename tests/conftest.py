"""What all tests share."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder that holds the real data sets, or a skip that says what is missing."""
    value = os.environ.get("NLPUTILS_MIRROR", "")
    if not value or not Path(value).is_dir():
        pytest.skip("NLPUTILS_MIRROR does not name a folder: tests on the real data are skipped")
    return Path(value).resolve()


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder of the course: the one that holds ``notebooks/`` and ``data/``."""
    return Path(__file__).resolve().parents[1]
