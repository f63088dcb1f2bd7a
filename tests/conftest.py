"""What all tests share."""

import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# The networks of the tests are compiled and then hardly run, so XLA compiles them without care.
# They are small, and three processes test at once, so each gets one thread: more would only wait
# for each other. It has to stand here before anything imports a framework. Processes that tests
# start inherit it; the lessons do not (see `as_a_learner`). What somebody has set already stays.
QUICK = {
    "XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
for name, value in QUICK.items():
    os.environ.setdefault(name, value)
from nlputils.lesson.quiet import quiet_tensorflow  # noqa: E402  NumPy reads the numbers above

# Where PyTorch is installed too, it also sees to the order in which the two may be loaded.
quiet_tensorflow()

# The folders whose tests look at one run of the course, which takes minutes.
ON_THE_RUN = ("tests/notebooks/", "tests/browser/", "tests/quality/")
# Runs of the course of their own, beside that one.
OTHER_RUN = "tests/quality/test_other_backends.py"
# Files of minutes: begun last, one of them would run alone while the other processes wait.
LONG = (
    "tests/unit/train/",
    "tests/unit/shipping/",
    "tests/unit/bench/",
    "tests/unit/course/test_resume.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal the tests to the processes file by file, and those on the run of the course as one.

    The option ``--dist loadgroup`` would do it, but pytest-xdist 3.8 forgets all groups under
    pytest 9.2, silently (pytest-xdist issue 1386): the course ran twice.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            of_the_run = nodeid.startswith(ON_THE_RUN) and not nodeid.startswith(OTHER_RUN)
            return "run" if of_the_run else nodeid.partition("::")[0]

    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the run of the course first: it takes as long as half of all other tests.

    The long files follow, then all others.
    """
    items.sort(
        key=lambda item: (
            not item.nodeid.startswith(ON_THE_RUN),
            not item.nodeid.startswith(LONG),
        )
    )
    for item in items:
        if "pocket_run" in getattr(item, "fixturenames", ()):
            assert item.nodeid.startswith(ON_THE_RUN), f"{item.nodeid}: move it to {ON_THE_RUN}"


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
def as_a_learner() -> dict[str, str]:
    """The environment of a learner's machine: without what only the tests have set."""
    return {name: value for name, value in os.environ.items() if QUICK.get(name) != value}


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


@pytest.fixture(scope="session")
def pocket_run(tmp_path_factory, program, as_a_learner) -> Path:
    """The folder of one run of the pocket course, fresh; all tests that look at a run share it."""
    output = tmp_path_factory.mktemp("pocket")
    command = [program, "run", "--fresh", "--profile", "pocket", "--output", str(output)]
    done = subprocess.run(command, env=as_a_learner, capture_output=True, text=True, timeout=2400)
    assert done.returncode == 0, done.stdout + done.stderr
    return (output / "latest").resolve()
