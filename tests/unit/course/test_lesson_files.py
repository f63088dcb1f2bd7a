"""Lessons as files: order, parameters written in place, keys, profiles."""

import pytest

from nlputils.course import keys
from nlputils.course.keys import content_hashes, lesson_key
from nlputils.course.lessons import read_lessons, unread_parameters, with_parameters
from nlputils.course.plan import parse_overrides
from nlputils.course.profiles import read_profiles
from nlputils.errors import CourseError

CELL = """\
epochs = 3  # rounds über data
rate = 0.5
name = "sms"; deep = True
sizes = [
    1,
    2,
]"""


@pytest.fixture
def one(tmp_path, toy, toy_source):
    """A folder with one lesson that has parameters of every type."""

    def make(code="print(epochs, rate, name, deep, sizes)", cell=CELL, table=""):
        return toy(tmp_path, {"01": toy_source("01", code, parameters=cell)}, table)

    return make


def parameter_cell(notebook) -> str:
    return next(c.source for c in notebook.cells if "parameters" in c.metadata.get("tags", ()))


def test_values_are_written_into_the_cell_and_nothing_else_changes(one):
    lesson = read_lessons(one())["01"]
    values = {"epochs": 12, "name": 'a "b"', "deep": False, "sizes": [3], "rate": 2}
    cell = parameter_cell(with_parameters(lesson, values))
    assert cell == (
        'profile = "laptop"\nepochs = 12  # rounds über data\nrate = 2\n'
        'name = "a \\"b\\""; deep = False\nsizes = [3]'
    )
    assert parameter_cell(lesson.notebook) == f'profile = "laptop"\n{CELL}'
    assert lesson.parameters["sizes"] == [1, 2]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"epoch": 3}, "no parameter 'epoch'.*profile, epochs, rate, name, deep, sizes"),
        ({"epochs": "three"}, "type int"),
        ({"epochs": True}, "type int"),
        ({"epochs": 1.5}, "type int"),
        ({"name": 3}, "type str"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(one, values, words):
    with pytest.raises(CourseError, match=words):
        with_parameters(read_lessons(one())["01"], values)


def test_a_parameter_must_be_a_plain_value(one):
    lesson = read_lessons(one(cell="epochs = 2 * 3\nhalf = epochs / 2"))["01"]
    with pytest.raises(CourseError, match="must be a plain value"):
        _ = lesson.parameters


def test_a_parameter_that_is_declared_and_never_read_is_found(one):
    code = "%matplotlib inline\nprint(epochs, rate)\nname = 3\nsizes, deep"
    assert unread_parameters(read_lessons(one(code))["01"]) == ["name"]


def test_lessons_come_after_those_they_need_and_else_by_number(tmp_path, toy, toy_source):
    needs = {"01": ("04",), "02": (), "03": ("01",), "04": ()}
    toy(tmp_path, {number: toy_source(number, "1", needs=n) for number, n in needs.items()})
    assert list(read_lessons(tmp_path)) == ["02", "04", "01", "03"]


@pytest.mark.parametrize(
    ("needs", "words"),
    [
        ({"01": ("02",), "02": ("01",)}, "in a circle: 0. -> 0. -> 0."),
        ({"01": ("05",)}, "needs lesson 05, which does not exist"),
    ],
)
def test_needs_that_cannot_be_met_are_refused(tmp_path, toy, toy_source, needs, words):
    toy(tmp_path, {number: toy_source(number, "1", needs=n) for number, n in needs.items()})
    with pytest.raises(CourseError, match=words):
        read_lessons(tmp_path)


def test_two_lessons_of_one_number_are_refused(tmp_path, toy, toy_source):
    toy(tmp_path, {"01": toy_source("01", "1"), "02": toy_source("01", "2")})
    with pytest.raises(CourseError, match="both have the number 01"):
        read_lessons(tmp_path)


def test_the_key_changes_with_what_can_change_the_result_and_with_nothing_else(
    tmp_path, toy, toy_source
):
    def key(code="print(epochs)", title="", shared="a", upstream="b", **parameters):
        folder = toy(tmp_path, {"01": toy_source("01", code, "epochs = 3", title=title)})
        lesson = read_lessons(folder)["01"]
        values = {**lesson.parameters, **parameters}
        return lesson_key(lesson, values, {"00": upstream}, {"nlputils": shared})

    same = key()
    assert key(title="Another text between the cells") == same
    assert key(epochs=3) == same
    changes = [key("print(epochs, 1)"), key(epochs=4), key(shared="c"), key(upstream="c")]
    assert len({same, *changes}) == 5


def test_a_folder_that_a_parameter_names_counts_with_its_files(one, tmp_path, monkeypatch):
    lesson = read_lessons(one())["01"]
    monkeypatch.setenv("NLPUTILS_FROM", str(tmp_path))
    encoder = tmp_path / "my" / "encoder"
    (encoder / "assets").mkdir(parents=True)
    weights, vocabulary = encoder / "weights.h5", encoder / "assets" / "vocabulary.txt"

    def key(name):
        return lesson_key(lesson, {**lesson.parameters, "name": name}, {}, {})

    for name in (str(encoder), "my/encoder"):
        weights.write_text("1")
        vocabulary.write_text("1")
        found = [key(name)]
        weights.write_text("2")
        assert key(name) not in found, "made anew, in the same place"
        weights.write_text("1")
        assert key(name) == found[0], "the same content, at another time"
        vocabulary.write_text("2")
        found.append(key(name))
        vocabulary.rename(encoder / "assets" / "words.txt")
        found.append(key(name))
        (encoder / "assets" / "words.txt").unlink()
        found.append(key(name))
        weights.unlink()
        assert len({*found, key(name)}) == 5
    # What is no data set and no folder counts as well, and a place where nothing is does no harm.
    weights.write_text("1")
    before = key(str(weights))
    weights.write_text("2")
    assert key(str(weights)) != before
    assert key(str(tmp_path / "nowhere")) == key(str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("wrapping.py", True),
        ("models/encoders.py", True),
        ("models/course.py", True),
        ("lesson/course/records.py", True),
        ("cli.py", False),
        ("course/runner.py", False),
        ("course/report/page.py", False),
    ],
)
def test_a_module_counts_unless_it_only_runs_the_notebooks(tmp_path, monkeypatch, name, counts):
    package = tmp_path / "nlputils"
    monkeypatch.setattr(keys, "__file__", str(package / "course" / "keys.py"))
    module = package / name
    module.parent.mkdir(parents=True)
    states = [content_hashes(tmp_path)]
    for text in ("x = 1\n", "x = 2\n"):
        module.write_text(text)
        states.append(content_hashes(tmp_path))
    module.rename(module.with_name("renamed.py"))
    # The command line is known by its name; what bears another one computes.
    states += [content_hashes(tmp_path)] if name != "cli.py" else []
    assert len({state["nlputils"] for state in states}) == (4 if counts else 1)
    assert len({state["data"] for state in states}) == 1


def test_the_hashes_follow_the_files(tmp_path, monkeypatch):
    files = {
        "requirements.lock": "requirements.lock",
        "data/datasets.toml": "data",
        "data/pocket/messages.csv": "data",
        "data/encoders/small/weights.h5": "data",
    }
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    before = content_hashes(tmp_path)
    for name, part in files.items():
        (tmp_path / name).write_text("2")
        after = content_hashes(tmp_path)
        assert [key for key in after if after[key] != before[key]] == [part]
        before = after
    (tmp_path / "data" / "README.md").write_text("no data")
    assert content_hashes(tmp_path) == before


def test_profiles_override_and_name_themselves(one):
    folder = one(table='[lessons.01.pocket.parameters]\nepochs = 1\nname = "pocket_messages"')
    lesson, table = read_lessons(folder)["01"], read_profiles(folder / "profiles.toml")
    pocket = table.parameters(lesson, "pocket")
    assert (pocket["profile"], pocket["epochs"], pocket["rate"]) == ("pocket", 1, 0.5)
    laptop = table.parameters(lesson, "laptop")
    assert (laptop["profile"], laptop["epochs"], laptop["name"]) == ("laptop", 3, "sms")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("[lessons.01.pocket.parameters]\nepoch = 1", "no such parameter. It has: profile, epochs"),
        ("[lessons.01.pocket]\nepochs = 1", "'epochs' is not a key"),
        ("[lessons.01.pockets]\nseconds = 1", "no profile 'pockets'"),
        ("[lessons.01.laptop.parameters]\nepochs = 1", "parameter cell of the notebook itself"),
        ("[lessons.01", "cannot be used"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(one, table, words):
    folder = one(table=table)
    with pytest.raises(CourseError, match=words):
        read_profiles(folder / "profiles.toml").parameters(read_lessons(folder)["01"], "pocket")


def test_overrides_are_read_as_python_writes_values():
    words = ["7.epochs=3", "07.rate=1e-3", "07.deep=true", "07.name=sms_spam", "03.sizes=[1, 2]"]
    assert parse_overrides(words) == {
        "07": {"epochs": 3, "rate": 1e-3, "deep": True, "name": "sms_spam"},
        "03": {"sizes": [1, 2]},
    }


@pytest.mark.parametrize("word", ["epochs=3", "07.epochs", "x7.epochs=3", "07.=3", "07.a b=3"])
def test_an_override_of_another_form_is_refused(word):
    with pytest.raises(CourseError, match="Write -p"):
        parse_overrides([word])
