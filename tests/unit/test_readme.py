"""README.md and CITATION.cff: what they name is there."""

import re
import tomllib

import pytest
import yaml

from nlputils.course.lessons import read_lessons


@pytest.fixture(scope="module")
def readme(project_root):
    return (project_root / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def titles(project_root):
    return {n: lesson.title for n, lesson in read_lessons(project_root / "notebooks").items()}


def dead_links(text, folder):
    """Return the pictures, links and named files of a text that are not in the folder."""
    linked = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    named = re.findall(r"`((?:[\w-]+/)*(?:LICENSE|[\w-]+\.(?:md|toml|yml|html)))`", text)
    relative = [link for link in linked if link and "://" not in link]
    made_by_a_run = [name for name in named if name.startswith("runs/")]
    wanted = [*relative, *(name for name in named if name not in made_by_a_run)]
    return [link for link in wanted if not (folder / link).exists()]


def planned(text):
    """Return the numbers of the lessons that a text calls planned."""
    found = re.search(r"^Lessons? ([\d, toand]+) (?:is|are) still being written\.$", text, re.M)
    numbers = set()
    for word in re.findall(r"\d\d(?: to \d\d)?", found[1] if found else ""):
        first, _, last = word.partition(" to ")
        numbers |= {f"{number:02}" for number in range(int(first), int(last or first) + 1)}
    return numbers


def wrong_lessons(text, titles):
    """Return the numbers of the lessons of which a text says something else than there is."""
    told = dict(re.findall(r"^\| (\d\d) (.+?) \|", text, re.M))
    later = planned(text)
    wrong = {n for n in titles if told.get(n) != titles[n]} | (later & set(titles))
    return sorted(wrong | (set(told) - set(titles) - later))


def test_pictures_and_links_are_there(readme, project_root):
    assert re.search(r"!\[[^\]]+\]\([^)]+\.png\)", readme)
    assert dead_links(readme, project_root) == []


@pytest.mark.parametrize(
    "words",
    ["![A table.](images/none.png)", "[card](data/none/README.md#one)", "in `data/NONE.md`"],
)
def test_a_dead_link_is_found(words, project_root):
    text = f"[a](README.md) and [b](https://example.org/c.md) and {words}, see [here](#there)"
    assert len(dead_links(text, project_root)) == 1


def test_the_table_names_each_lesson_that_is_there_and_no_other(readme, titles):
    assert wrong_lessons(readme, titles) == []


TABLE = """\
| lesson | what you do there |
|---|---|
| 00 Start | the map |
| 01 Text | data |

Lessons 02, 04 to 06 and 15 are still being written.
"""


def test_lessons_that_are_missing_too_many_or_misnamed_are_found():
    there = {"00": "Start", "01": "Text"}
    assert planned(TABLE) == {"02", "04", "05", "06", "15"}
    assert wrong_lessons(TABLE, there) == []
    assert wrong_lessons(TABLE, {**there, "03": "The LSTM"}) == ["03"]
    assert wrong_lessons(TABLE, {**there, "05": "BERT"}) == ["05"]
    assert wrong_lessons(TABLE, {"00": "Start"}) == ["01"]
    assert wrong_lessons(TABLE, {**there, "01": "Texts"}) == ["01"]
    soon = TABLE.replace("| 01", "| 02 Soon | later |\n| 01")
    assert wrong_lessons(soon, there) == []


def test_the_citation_names_title_authors_and_licence(project_root):
    citation = yaml.safe_load((project_root / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((project_root / "pyproject.toml").read_text())["project"]
    assert citation["cff-version"] == "1.2.0" and citation["message"]
    assert citation["title"].startswith(project["name"])
    assert all(author.get("name") or author.get("family-names") for author in citation["authors"])
    assert len(citation["authors"]) >= 1
    assert citation["license"] == project["license"]
    assert citation["version"] == project["version"]
