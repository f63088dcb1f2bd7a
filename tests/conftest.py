"""What all tests share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the tests to two processes: those on one run of the course to one, file by file.

    The run of the course takes as long as half of all other tests, so it comes first.
    """

    def on_a_run(item: pytest.Item) -> bool:
        return "pocket_run" in getattr(item, "fixturenames", ())

    for item in items:
        item.add_marker(pytest.mark.xdist_group("run" if on_a_run(item) else item.path.name))
    items.sort(key=on_a_run, reverse=True)


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


@pytest.fixture(scope="session")
def program() -> str:
    """The command `nlputils` of the environment that runs the tests."""
    return str(Path(sys.executable).with_name("nlputils"))


@pytest.fixture(scope="session")
def pocket_run(tmp_path_factory, program) -> Path:
    """The folder of one run of the pocket course, fresh; all tests that look at a run share it."""
    output = tmp_path_factory.mktemp("pocket")
    command = [program, "run", "--fresh", "--profile", "pocket", "--output", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1100)
    assert done.returncode == 0, done.stdout + done.stderr
    return (output / "latest").resolve()
