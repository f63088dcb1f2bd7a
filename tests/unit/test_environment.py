"""pyproject.toml, requirements.lock and environment.yml must tell one story."""

import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
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


@pytest.fixture(scope="module")
def locked(project_root):
    """Return each package's versions in the lock."""
    versions = {}
    for line in (project_root / "requirements.lock").read_text().splitlines():
        if found := re.match(r"([A-Za-z0-9_.-]+)==([^ ;\\]+)", line):
            versions.setdefault(found[1].lower(), []).append(found[2])
    return versions


def outside(requirements, locked):
    """Return the requirements that the lock does not meet."""
    wanted = [Requirement(r) for r in requirements]
    return [
        str(r)
        for r in wanted
        if not locked.get(r.name.lower())
        or any(Version(v) not in r.specifier for v in locked[r.name.lower()])
    ]


def test_lock_meets_every_range(project, locked):
    assert not outside(project["project"]["dependencies"], locked)
    assert not outside(project["dependency-groups"]["dev"], locked)


def test_a_range_the_lock_misses_is_seen(locked):
    assert outside(["tensorflow>=3"], locked) == ["tensorflow>=3"]
    assert outside(["no-such-package"], locked) == ["no-such-package"]


def test_packages_are_declared_by_name(project):
    declared = {Requirement(r).name for r in project["project"]["dependencies"]}
    assert not set(NAMED) - declared


def test_lock_is_hashed_and_names_no_host(project_root):
    text = (project_root / "requirements.lock").read_text()
    assert "://" not in text and "--index-url" not in text
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert all("--hash=sha256:" in block for block in blocks)


def test_conda_takes_the_same_pins(project_root):
    conda = yaml.safe_load((project_root / "environment.yml").read_text())
    assert "python=3.11" in conda["dependencies"]
    pip = next(d["pip"] for d in conda["dependencies"] if isinstance(d, dict))
    assert pip == ["--require-hashes", "-r requirements.lock"]
