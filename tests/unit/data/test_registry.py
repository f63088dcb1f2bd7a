import re

import pytest

from nlputils import data
from nlputils.data import parsers
from nlputils.data.cards import card
from nlputils.errors import CourseError

CARDS = data.registry()


def test_every_file_is_pinned_to_a_commit_with_size_and_hash():
    files = [file for entry in CARDS.values() for file in entry.files]
    assert len(files) == 214
    for file in files:
        assert re.fullmatch(r"https://[^/]+/[^/]+/[^/]+/[0-9a-f]{40}/.+", file.url), file.url
        assert re.fullmatch(r"[0-9a-f]{64}", file.sha256), file.path
        assert file.bytes > 0
        assert file.url.endswith(file.path)
        assert re.match(r"[^/]+/[^/]+/[0-9a-f]{40}/", file.path)
    assert len({file.path for file in files}) == len(files)


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_complete(name):
    entry = CARDS[name]
    assert entry.licence and entry.citation and entry.homepage and entry.description
    assert "\n" not in entry.description
    assert (entry.parser in parsers.TABLES) != (entry.parser in parsers.TEXTS)
    assert (entry.parser in parsers.TEXTS) == (entry.task == "text")
    assert bool(entry.labels) == (entry.task != "text")
    assert entry.split in ("none", "test", "all")
    assert bool(entry.embedded) != bool(entry.files)
    assert entry.embedded or entry.warning


@pytest.mark.parametrize("name", [name for name, entry in CARDS.items() if entry.files])
def test_the_stand_in_is_embedded_and_has_the_same_task(name):
    stand_in = CARDS[CARDS[name].stand_in]
    assert stand_in.embedded
    assert stand_in.task == CARDS[name].task
    assert set(CARDS[name].labels) <= set(stand_in.labels)


def test_sets_that_share_texts_name_each_other():
    for entry in CARDS.values():
        for other in entry.excludes:
            assert entry.name in CARDS[other].excludes


def test_the_readme_has_a_row_for_each_set_with_its_licence():
    rows = (data.course_root() / "data" / "README.md").read_text(encoding="utf-8").split("\n")
    table = {row.split("|")[1].strip(" `"): row for row in rows if row.startswith("| `")}
    assert list(table) == list(CARDS)
    for name, entry in CARDS.items():
        assert table[name].split("|")[5].strip() == entry.licence
        assert (entry.stand_in or "-") == table[name].split("|")[4].strip(" `")


def test_an_unknown_name_gets_the_nearest_ones():
    with pytest.raises(CourseError, match="Did you mean sms_spam_collection"):
        card("sms_spam")
    with pytest.raises(CourseError, match="'zzz'.*The names are pocket_messages"):
        card("zzz")


def test_a_broken_registry_is_named(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "datasets.toml"
    monkeypatch.setenv("NLPUTILS_ROOT", str(tmp_path))
    with pytest.raises(CourseError, match="does not exist"):
        data.course_root()
    path.write_text("[one]\ndescription = 'no files'\n")
    with pytest.raises(CourseError, match=re.escape(str(path)) + ".*one needs either"):
        data.registry()
    path.write_text("[one\n")
    with pytest.raises(CourseError, match="not a valid registry"):
        data.registry()


def test_sizes_and_hashes_are_those_of_the_mirror(mirror, monkeypatch):
    monkeypatch.setenv("NLPUTILS_MIRROR", str(mirror))
    table = data.verify()
    assert (table["whole"] == table["files"]).all(), table
    # 214 are downloaded, 4 lie in data/pocket.
    assert table["files"].sum() == 214 + 4
