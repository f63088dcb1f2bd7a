"""pyproject.toml, the two locks and environment.yml must tell one story."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

NAMED = [
    "jupyterlab",
    "tensorflow",
    "keras-nlp",
    "tensorflow-text",
    "pandas",
    "seaborn",
    "papermill",
]


@pytest.fixture(scope="module")
def project(project_root):
    return tomllib.loads((project_root / "pyproject.toml").read_text())


LOCKS = ["requirements.lock", "tests/requirements.lock"]


def read_lock(path):
    """Return each package's versions in a lock."""
    versions = {}
    for line in path.read_text().splitlines():
        if found := re.match(r"([A-Za-z0-9_.-]+)==([^ ;\\]+)", line):
            versions.setdefault(found[1].lower(), []).append(found[2])
    return versions


@pytest.fixture(scope="module")
def locked(project_root):
    """Return the versions that learners install."""
    return read_lock(project_root / LOCKS[0])


@pytest.fixture(scope="module")
def locked_for_tests(project_root):
    """Return the versions that only `make test` installs."""
    return read_lock(project_root / LOCKS[1])


def outside(requirements, locked):
    """Return the requirements that the lock does not meet."""
    wanted = [Requirement(r) for r in requirements]
    return [
        str(r)
        for r in wanted
        if not locked.get(r.name.lower())
        or any(Version(v) not in r.specifier for v in locked[r.name.lower()])
    ]


def test_locks_meet_every_range(project, locked, locked_for_tests):
    assert not outside(project["project"]["dependencies"], locked)
    assert not outside(project["dependency-groups"]["dev"], locked_for_tests)


def test_what_only_tests_need_is_spared_the_learner(project, locked):
    only_tests = {Requirement(r).name for r in project["dependency-groups"]["dev"]}
    assert not only_tests & set(locked)


def test_the_locks_agree_on_what_both_hold(locked, locked_for_tests):
    shared = set(locked) & set(locked_for_tests)
    assert {n: locked_for_tests[n] for n in shared} == {n: locked[n] for n in shared}


def test_a_range_the_lock_misses_is_seen(locked):
    assert outside(["tensorflow>=3"], locked) == ["tensorflow>=3"]
    assert outside(["no-such-package"], locked) == ["no-such-package"]


def test_packages_are_declared_by_name(project):
    declared = {Requirement(r).name for r in project["project"]["dependencies"]}
    assert not set(NAMED) - declared


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_hashed_and_names_no_host(project_root, lock):
    text = (project_root / lock).read_text()
    assert "://" not in text and "--index-url" not in text
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert all("--hash=sha256:" in block for block in blocks)


def test_conda_takes_the_same_pins(project_root):
    conda = yaml.safe_load((project_root / "environment.yml").read_text())
    assert "python=3.11" in conda["dependencies"]
    pip = next(d["pip"] for d in conda["dependencies"] if isinstance(d, dict))
    assert pip == ["--require-hashes", "-r requirements.lock"]


def required(project, name, extra=None):
    """Return what the project, or an extra of it, asks of a package."""
    extras = project["project"]["optional-dependencies"]
    wanted = extras[extra] if extra else project["project"]["dependencies"]
    (found,) = [r for r in map(Requirement, wanted) if r.name == name]
    return found


def test_the_extras_for_a_gpu_and_for_comparing_are_there(project):
    on_a_gpu = required(project, "tensorflow", "gpu")
    assert on_a_gpu.extras == {"and-cuda"}
    assert on_a_gpu.specifier == required(project, "tensorflow").specifier
    assert required(project, "torch", "bench") and required(project, "transformers", "bench")


def test_tensorflow_text_is_spared_windows_alone(project, project_root):
    text = required(project, "tensorflow-text")
    assert text.specifier == SpecifierSet(">=2.21.1,<2.22")
    lock = (project_root / LOCKS[0]).read_text()
    locked = Requirement(re.search(r"^(tensorflow-text==.*?) \\$", lock, re.M)[1])
    systems = {"Windows": "win32", "Linux": "linux", "Darwin": "darwin"}
    for name, short in systems.items():
        surroundings = {"platform_system": name, "sys_platform": short}
        asked = [r.marker.evaluate(surroundings) for r in (text, locked)]
        assert (name, asked) == (name, [name != "Windows"] * 2)


def imported(folder):
    """Return the packages that the code of a folder imports, its own and Python's left out."""
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {folder.name}


def undeclared(names, project):
    """Return those of the packages that no requirement of the project names."""
    extras = project["project"]["optional-dependencies"].values()
    lines = [*project["project"]["dependencies"], *(line for extra in extras for line in extra)]
    declared = {Requirement(line).name.lower() for line in lines}
    # What an extra brings is not installed here; its package and its module bear one name.
    makers = packages_distributions()
    return {
        name
        for name in names
        if not declared & {maker.lower().replace("_", "-") for maker in makers.get(name, [name])}
    }


def test_what_the_course_imports_it_declares_by_name(project, project_root):
    names = imported(project_root / "nlputils")
    assert {"keras", "torch", "sklearn"} <= names
    assert not undeclared(names, project)
    assert undeclared({"yaml", "pandas"}, project) == {"yaml"}
