"""What the tests on several backends share."""

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def require_backend(project_root: Path) -> Callable[[str], None]:
    """Skip the tests of a backend that is missing, unless the locks of `make test` hold it."""
    places = (project_root / "requirements.lock", project_root / "tests" / "requirements.lock")
    locked = set(re.findall(r"(?m)^([\w.-]+)==", "".join(place.read_text() for place in places)))

    def require(backend: str) -> None:
        if importlib.util.find_spec(backend) is None:
            if backend in locked:
                pytest.fail(f"{backend} is not installed, and stands in a lock: run `make test`")
            pytest.skip(f"{backend} is not installed: it is not tested")

    return require
