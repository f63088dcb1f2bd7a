"""`run.json` of a real run: versions, profile, data and hashes are there, and true."""

import copy
import hashlib
import importlib.metadata
import json
import platform

import pytest

from nlputils.course.keys import content_hashes
from nlputils.course.lessons import read_lessons
from nlputils.data import registry

pytestmark = pytest.mark.notebook
VERSIONS = ("python", "tensorflow", "keras", "nlputils")
# The parameters by which lessons name what they read.
READ = ("dataset", "corpus")


def version(name):
    return platform.python_version() if name == "python" else importlib.metadata.version(name)


def hash_of(root, places):
    """Return the hash of a file, or of the hashes of several."""
    hashes = [hashlib.sha256((root / place).read_bytes()).hexdigest() for place in places]
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest() if hashes[1:] else hashes[0]


def is_true_of_the_data(root, name, row):
    """Compare what a run says of a data set with its card and with the bytes of its files."""
    card = registry()[name]
    told = {part: row[part] for part in ("name", "source", "licence", "citation")}
    wanted = {"name": name, "source": "embedded"}
    wanted |= {"licence": card.licence, "citation": card.citation}
    return told == wanted and row["sha256"] == hash_of(root, row["files"])


def untrue_parts(about, root):
    """Name the parts of a pocket run's `run.json` that are missing or not true here."""
    lessons, data = about["lessons"].values(), about["data"]
    read = {
        row["parameters"][name] for row in lessons for name in READ if name in row["parameters"]
    }
    true = {
        "lessons": list(about["lessons"]) == list(read_lessons(root / "notebooks")),
        "profile": {about["profile"], *(row["parameters"]["profile"] for row in lessons)}
        == {"pocket"},
        "versions": set(VERSIONS) <= set(about["versions"])
        and all(told == version(name) for name, told in about["versions"].items()),
        "hashes": about["hashes"] == content_hashes(root),
        "data": read <= set(data)
        and all(is_true_of_the_data(root, name, row) for name, row in data.items()),
    }
    return [part for part, holds in true.items() if not holds]


@pytest.fixture(scope="module")
def about(pocket_run):
    return json.loads((pocket_run / "run.json").read_text())


def test_a_run_tells_the_truth_about_itself(about, project_root):
    assert untrue_parts(about, project_root) == []


@pytest.mark.parametrize("name", VERSIONS)
def test_a_version_that_is_missing_or_wrong_is_seen(about, project_root, name):
    changed = copy.deepcopy(about)
    changed["versions"][name] = "0.0"
    assert untrue_parts(changed, project_root) == ["versions"]
    del changed["versions"][name]
    assert untrue_parts(changed, project_root) == ["versions"]


@pytest.mark.parametrize("name", ["nlputils", "requirements.lock", "data"])
def test_a_hash_that_is_missing_or_wrong_is_seen(about, project_root, name):
    changed = copy.deepcopy(about)
    changed["hashes"][name] = changed["hashes"][name][::-1]
    assert untrue_parts(changed, project_root) == ["hashes"]
    del changed["hashes"][name]
    assert untrue_parts(changed, project_root) == ["hashes"]


@pytest.mark.parametrize("part", ["source", "licence", "citation", "sha256"])
def test_a_wrong_word_on_the_data_is_seen(about, project_root, part):
    changed = copy.deepcopy(about)
    changed["data"]["pocket_messages"][part] = "another"
    assert untrue_parts(changed, project_root) == ["data"]


def test_data_that_is_not_told_and_another_profile_are_seen(about, project_root):
    for name in ("pocket_messages", "pocket_text"):
        changed = copy.deepcopy(about)
        del changed["data"][name]
        assert untrue_parts(changed, project_root) == ["data"]
    assert untrue_parts({**about, "profile": "laptop"}, project_root) == ["profile"]
    few = {**about, "lessons": dict(list(about["lessons"].items())[:-1])}
    assert "lessons" in untrue_parts(few, project_root)
