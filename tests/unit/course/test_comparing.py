"""Two runs compared: what is beyond its interval is found, what is not is left in peace."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlputils import cli
from nlputils.course.comparing import compare_runs, difference_interval
from nlputils.course.comparing_text import comparison_text
from nlputils.course.plan import Order
from nlputils.course.recorded import find_run, read_run
from nlputils.course.runner import run
from nlputils.errors import CourseError
from nlputils.evaluate import Comparison, Score

HALF = 0.03


def score(value, half=HALF, metric="spam_f1", seeds=(1, 2, 3)):
    """A recorded score with a symmetric interval."""
    values = (value,) * len(seeds)
    found = Score(metric, value, value - half, value + half, 500, tuple(seeds), values)
    return {"kind": "score", "unit": "", "main": False, **found.to_dict(), "text": found.text}


def paired(difference, half=HALF, names=("bert", "svm")):
    """A recorded comparison."""
    ends = (difference - half, difference + half)
    found = Comparison("spam_f1", names, difference, *ends, (0.9, 0.9 - difference), 500, (1, 2))
    return {"kind": "comparison", "unit": "", **found.to_dict(), "text": found.text}


def number(value, unit="seconds"):
    return {"kind": "number", "unit": unit, "value": value, "text": f"{value} {unit}"}


def said(sentence, held=True):
    return {"sentence": sentence, "held": held, "value": "1", "planted": "0"}


@pytest.fixture
def compared(tmp_path, write_recorded):
    """Compare two runs written by hand."""

    def compare(a, b, claims_a=None, claims_b=None, about_a=None, about_b=None):
        first = write_recorded(tmp_path / "a", a, claims_a, **(about_a or {}))
        second = write_recorded(tmp_path / "b", b, claims_b, **(about_b or {}))
        return compare_runs(read_run(first), read_run(second))

    return compare


# The rule


def test_the_interval_of_a_difference_by_hand():
    """Half-widths of 3 and 4 give one of 5; unequal ones are paired crosswise."""
    a, b = {"value": 90, "low": 87, "high": 93}, {"value": 80, "low": 76, "high": 84}
    assert difference_interval(a, b) == (-10, -15, -5)
    a, b = {"value": 90, "low": 82, "high": 93}, {"value": 95, "low": 91, "high": 97}
    assert difference_interval(a, b) == pytest.approx((5, 5 - 5, 5 + np.hypot(2, 8)))


@given(st.floats(-1, 1), st.floats(-1, 1), st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_going_back_is_the_same_way_in_reverse(x, y, halves):
    a = {"value": x, "low": x - halves[0], "high": x + halves[1]}
    b = {"value": y, "low": y - halves[2], "high": y + halves[3]}
    d, low, high = difference_interval(a, b)
    assert difference_interval(b, a) == (-d, -high, -low)
    assert low <= d <= high


def test_of_equal_systems_one_pair_in_twenty_lies_beyond():
    """Simulated: the rule keeps its 5 %; asking whether the intervals overlap would not."""
    rng = np.random.default_rng(0)
    sizes = np.array([1.0, 2.0])
    drawn = rng.normal(0, sizes, size=(20_000, 2))
    halves = 1.96 * sizes
    beyond = apart = 0
    for x, y in drawn:
        a = {"value": x, "low": x - halves[0], "high": x + halves[0]}
        b = {"value": y, "low": y - halves[1], "high": y + halves[1]}
        _, low, high = difference_interval(a, b)
        beyond += not low <= 0 <= high
        apart += a["low"] > b["high"] or b["low"] > a["high"]
    assert beyond / len(drawn) == pytest.approx(0.05, abs=0.006)
    assert apart / len(drawn) < 0.02


@pytest.mark.parametrize(
    ("after", "beyond"),
    [(0.90, False), (0.86, False), (0.857, True), (0.94, False), (0.943, True)],
)
def test_a_score_is_changed_from_the_root_of_the_squared_half_widths_on(compared, after, beyond):
    """Twice 3 points give 4.24 points: 4 are within, 4.3 beyond, upwards and downwards."""
    found = compared({"01": {"f1": score(0.90)}}, {"01": {"f1": score(after)}})
    assert [change.beyond for change in found.results] == [beyond]
    assert found.changed is beyond


def test_without_width_only_rounding_is_forgiven(compared):
    """Scores of 100 % have intervals of no width: equal is equal, whatever the last digit says."""
    perfect, rounded, worse = (score(value, 0.0) for value in (1.0, 1.0 - 1e-13, 0.999))
    assert not compared({"01": {"f1": perfect}}, {"01": {"f1": rounded}}).changed
    assert compared({"01": {"f1": perfect}}, {"01": {"f1": worse}}).changed


@pytest.mark.parametrize(("after", "beyond"), [(-0.01, False), (-0.03, True)])
def test_a_recorded_comparison_is_compared_by_its_difference(compared, after, beyond):
    found = compared({"01": {"d": paired(0.02)}}, {"01": {"d": paired(after)}})
    assert found.changed is beyond


def test_a_flipped_conclusion_within_the_interval_is_shown_and_not_counted(compared):
    found = compared({"01": {"d": paired(0.04)}}, {"01": {"d": paired(0.02)}})
    assert found.results[0].conclusions == ("bert", None)
    assert not found.changed
    assert "01 d: bert ahead -> undecided, yet" in comparison_text(found)


# What is listed


def test_what_appeared_and_vanished(compared):
    a = {"01": {"old": score(0.9), "kept": score(0.9), "t": number(1)}, "02": {}}
    b = {"01": {"new": score(0.9), "kept": score(0.9)}, "03": {}}
    found = compared(a, b, {"01": [said("Old.")]}, {"01": [said("New.")]})
    vanished = [(item.lesson, item.kind, item.name) for item in found.vanished]
    appeared = [(item.lesson, item.kind, item.name) for item in found.appeared]
    assert vanished == [
        ("01", "score", "old"),
        ("01", "number", "t"),
        ("01", "claim", "Old."),
        ("02", "lesson", "Toy"),
    ]
    assert appeared == [("01", "score", "new"), ("01", "claim", "New."), ("03", "lesson", "Toy")]
    assert found.changed
    assert found.lost == 3


def test_what_is_new_is_no_change_and_neither_is_a_lost_number(compared):
    a = {"01": {"t": number(1)}}
    found = compared(a, {"01": {"new": score(0.9)}, "02": {}}, None, {"01": [said("New.")]})
    assert (len(found.appeared), len(found.vanished), found.changed) == (3, 1, False)


def test_a_lesson_nobody_asked_for_has_not_vanished(compared):
    both = {"01": {"f1": score(0.9)}, "02": {"f1": score(0.9)}}
    found = compared(both, {"01": both["01"]}, about_b={"only": ["1"]})
    assert found.left_out == ("02",)
    assert not found.vanished
    assert not found.changed


def test_a_claim_that_changed_its_verdict(compared):
    before = {"01": [said("A."), said("B."), said("A.")]}
    after = {"01": [said("A."), said("B.", False), said("A.", False)]}
    found = compared({"01": {}}, {"01": {}}, before, after)
    assert [(v.name, v.before, v.after) for v in found.verdicts] == [
        ("B.", "held", "did not hold"),
        ("A.", "held", "did not hold"),
    ]
    assert found.changed


def test_a_lesson_that_fails_now_is_a_change(compared):
    failed = {"01": {"title": "Toy", "status": "failed", "seconds": None, "peak_mb": None}}
    found = compared({"01": {}}, {"01": {}}, about_b={"lessons": failed})
    assert [(v.kind, v.before, v.after) for v in found.verdicts] == [("lesson", "done", "failed")]
    assert found.changed


@pytest.mark.parametrize(
    "other",
    [score(0.9, metric="mcc"), number(0.9), paired(0.9)],
    ids=["another metric", "a number", "a comparison"],
)
def test_another_measure_of_the_same_name_is_not_compared(compared, other):
    found = compared({"01": {"f1": score(0.9)}}, {"01": {"f1": other}})
    assert not found.results
    assert [verdict.kind for verdict in found.verdicts] == ["measure"]
    assert found.changed


def test_numbers_are_listed_with_their_ratio_and_not_judged(compared):
    a = {"01": {"t": number(10), "same": number(3), "zero": number(0), "loss": number(2, "nats")}}
    b = {"01": {"t": number(25), "same": number(3), "zero": number(1), "loss": number(-1, "nats")}}
    found = compared(a, b)
    assert [(n.name, n.ratio) for n in found.numbers] == [
        ("t", 2.5),
        ("zero", None),
        ("loss", None),
    ]
    assert found.equal_numbers == 1
    assert not found.changed
    assert "01 t: 10 -> 25 seconds (x 2.50)" in comparison_text(found)


def test_costs_are_summed_where_both_runs_have_them(compared):
    def lesson(seconds, peak):
        return {"title": "Toy", "status": "done", "seconds": seconds, "peak_mb": peak}

    a = {"01": lesson(10.0, 100), "02": lesson(20.0, 300), "03": lesson(5.0, 900)}
    b = {"01": lesson(15.0, 200), "02": lesson(45.0, 250), "03": lesson(None, None)}
    none = {number: {} for number in a}
    found = compared(none, none, about_a={"lessons": a}, about_b={"lessons": b})
    assert found.total.seconds == (30, 60)
    assert found.total.peak_mb == (300, 250)
    text = comparison_text(found)
    row = next(line for line in text.splitlines() if "in all" in line)
    assert row.split() == ["in", "all", "0:30", "1:00", "2.00", "300", "250", "0.83"]


def test_what_was_different_about_the_runs_is_said(compared):
    one = {"01": {"title": "Toy", "status": "done", "parameters": {"epochs": 3, "profile": "x"}}}
    two = {"01": {"title": "Toy", "status": "done", "parameters": {"epochs": 4, "profile": "y"}}}
    about_a = {
        "lessons": one,
        "commit": "a" * 40,
        "backend": "tensorflow",
        "versions": {"keras": "3.15", "tensorflow": "2.21"},
        "hashes": {"data": 1},
    }
    about_b = {
        "lessons": two,
        "commit": f"{'b' * 40}-dirty",
        "backend": "jax",
        "versions": {"keras": "3.16", "jax": "0.11"},
    }
    found = compared({"01": {}}, {"01": {}}, about_a=about_a, about_b=about_b)
    assert found.settings == (
        "backend: tensorflow -> jax",
        "commit: aaaaaaaaaa -> bbbbbbbbbb-dirty",
        "the embedded data",
        "keras: 3.15 -> 3.16",
        "tensorflow: 2.21 -> none",
        "jax: none -> 0.11",
        "01.epochs: 3 -> 4",
    )


def test_one_execution_in_both_runs_is_named(compared):
    lesson = {"title": "Toy", "status": "unchanged", "key": "k", "executed_in": "first"}
    about = {"lessons": {"01": lesson | {"seconds": 1.0, "peak_mb": 5}}}
    assert compared({"01": {}}, {"01": {}}, about_a=about, about_b=about).same == ("01",)
    other = {"lessons": {"01": lesson | {"seconds": 1.1, "peak_mb": 5}}}
    assert compared({"01": {}}, {"01": {}}, about_a=about, about_b=other).same == ()


@pytest.mark.parametrize("peak", [None, 0])
def test_an_execution_too_short_to_be_measured_is_named_too(compared, peak):
    lesson = {"title": "Toy", "status": "unchanged", "key": "k", "executed_in": "first"}
    about = {"lessons": {"01": lesson | {"seconds": 0.0, "peak_mb": peak}}}
    assert compared({"01": {}}, {"01": {}}, about_a=about, about_b=about).same == ("01",)
    unnamed = {"lessons": {"01": about["lessons"]["01"] | {"key": None}}}
    assert compared({"01": {}}, {"01": {}}, about_a=unnamed, about_b=unnamed).same == ()


# What is said


def test_other_profiles_are_said_first_and_the_comparison_goes_on(compared):
    a, b = {"01": {"f1": score(0.9)}}, {"01": {"f1": score(0.5)}}
    text = comparison_text(compared(a, b, about_b={"profile": "laptop"}))
    assert text.startswith("The profiles differ: A ran pocket, B ran laptop.")
    assert "1 of 1" in text


@pytest.mark.parametrize(
    ("metric", "before", "after", "words"),
    [
        ("spam_f1", 0.90, 0.80, "B minus A -10.0 points [-14.2, -5.8], worse"),
        ("spam_f1", 0.80, 0.90, "B minus A +10.0 points [+5.8, +14.2], better"),
        ("ham_fpr", 0.80, 0.90, "B minus A +10.0 points [+5.8, +14.2], worse"),
        ("mcc", 0.80, 0.90, "B minus A +0.100 [+0.058, +0.142], better"),
        ("unheard_of", 0.80, 0.90, "B minus A +0.100 [+0.058, +0.142]\n"),
    ],
)
def test_a_change_is_said_with_its_interval_and_direction(compared, metric, before, after, words):
    a, b = (score(value) | {"metric": metric} for value in (before, after))
    assert words in comparison_text(compared({"01": {"f1": a}}, {"01": {"f1": b}})) + "\n"


def test_a_small_change_does_not_read_as_none(compared):
    a, b = score(0.9, 0.0), score(0.9002, 0.0)
    text = comparison_text(compared({"01": {"f1": a}}, {"01": {"f1": b}}))
    assert "B minus A +0.02 points [+0.02, +0.02], better" in text


def test_one_seed_is_a_warning(compared):
    a, b = score(0.9, seeds=(1,)), score(0.5)
    words = "do not cover what another seed would give"
    assert words in comparison_text(compared({"01": {"f1": a}}, {"01": {"f1": b}}))
    assert words not in comparison_text(compared({"01": {"f1": b}}, {"01": {"f1": score(0.9)}}))


# The command


@pytest.fixture
def command(tmp_path, write_recorded, monkeypatch, capsys):
    """Call ``nlputils compare`` on runs under ``runs/``: exit code, output, complaint."""
    monkeypatch.setenv("NLPUTILS_RUNS", str(tmp_path / "runs"))
    monkeypatch.chdir(tmp_path)
    for name, value in (("a", 0.9), ("same", 0.91), ("worse", 0.8)):
        write_recorded(tmp_path / "runs" / name, {"01": {"f1": score(value)}})

    def call(*words):
        code = cli.main(["compare", *words])
        return code, *capsys.readouterr()

    return call


def test_the_exit_code_says_whether_something_changed(command):
    assert command("a", "same")[0] == 0
    assert command("a", "worse")[0] == 1
    assert command("a", "nothing")[0] == 2
    with pytest.raises(SystemExit) as ended:
        command("a")
    assert ended.value.code == 2


def test_json_is_for_a_program(command):
    code, shown, _ = command("a", "worse", "--json")
    found = json.loads(shown)
    assert code == 1
    assert found["changed"] is True
    assert found["names"] == ["a", "worse"]
    assert found["results"][0]["beyond"] is True
    assert found["results"][0]["difference"] == pytest.approx(-0.1)


def test_a_run_is_named_linked_or_a_folder(command, tmp_path):
    (tmp_path / "runs" / "latest").symlink_to("worse", target_is_directory=True)
    for word in ("worse", "latest", str(tmp_path / "runs" / "worse"), "runs/worse"):
        assert command("a", word)[1].splitlines()[1] == "B  worse (pocket)"


def test_without_links_the_latest_is_the_last_good_one(tmp_path, write_recorded):
    for name, status, finished in (("x", "done", "2"), ("y", "done", "3"), ("z", "failed", "4")):
        write_recorded(tmp_path / name, status=status, finished=finished)
    assert find_run("latest", tmp_path).name == "y"


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("nothing", ["no run 'nothing'", "There are: ", "worse"]),
        ("store", ["is not a run: it holds no run.json", "There are: "]),
        ("runs", ["is not a run"]),
    ],
)
def test_what_is_no_run_is_said_with_what_there_is(command, tmp_path, word, words):
    (tmp_path / "runs" / "store").mkdir()
    code, _, complaint = command("a", word)
    assert code == 2
    assert [part for part in words if part not in complaint] == []
    assert complaint.count("\n") == 1


def test_before_the_first_run_there_is_a_way_out(tmp_path):
    for word in ("latest", "any"):
        with pytest.raises(CourseError, match="`nlputils run`"):
            find_run(word, tmp_path)


def test_runs_without_a_common_lesson_cannot_be_compared(command, tmp_path, write_recorded):
    write_recorded(tmp_path / "runs" / "other", {"02": {}})
    code, _, complaint = command("a", "other")
    assert code == 2
    assert "no lesson in common: 01 and 02" in complaint


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("run", "{", "run.json is damaged: it is not JSON"),
        ("run", "[]", "expected an object, found a list"),
        ("run", '{"name": "b"}', "'profile' is missing"),
        ("run", b"\xff\xfe", "not JSON"),
        ("metrics", None, "metrics.json is missing"),
        ("metrics", '{"01": []}', "lesson 01 holds a list"),
        ("metrics", '{"01": {"f1": {"low": 1, "high": 2}}}', "'f1': value is None"),
        (
            "metrics",
            '{"01": {"f1": {"value": NaN, "text": ""}}}',
            "value is nan; expected a finite number",
        ),
        ("metrics", '{"01": {"f1": {"value": true, "text": ""}}}', "value is True"),
        ("metrics", '{"01": {"f1": {"value": 1, "kind": "number"}}}', "its text is missing"),
        ("claims", '{"01": {}}', "lesson 01 holds an object; expected a list"),
        ("claims", '{"01": [{"sentence": "A."}]}', "claim 1: expected a sentence and held"),
    ],
)
def test_a_damaged_file_is_named_with_the_place(command, tmp_path, file, content, words):
    path = tmp_path / "runs" / "same" / f"{file}.json"
    path.unlink() if content is None else path.write_bytes(
        content if isinstance(content, bytes) else content.encode()
    )
    code, _, complaint = command("a", "same")
    assert code == 2
    assert words in complaint
    assert str(path) in complaint
    assert "--name" in complaint


# A run of the course itself

SCORED = """
import numpy as np
from nlputils.evaluate import Predicted, score
true = np.arange(200) % 2
runs = [Predicted(true, np.where(np.arange(200) < right, true, 1 - true), seed=s) for s in (0, 1)]
lesson.record("f1", score("spam_f1", runs))
lesson.claim("Most are right.", lambda n: n > 150, right, planted=3)
"""


@pytest.mark.notebook
def test_two_real_runs(tmp_path, toy, toy_source):
    """A parameter worsens one lesson by far; the other is taken from the first run."""
    sources = {
        "01": toy_source("01", SCORED, parameters="right = 180"),
        "02": toy_source("02", 'lesson.record("n", 1, "items")'),
    }
    toy(tmp_path / "notebooks", sources)
    for name, changes in (("a", {}), ("b", {"01": {"right": 120}})):
        order = Order(
            "pocket", tmp_path / "notebooks", tmp_path / "runs", name=name, overrides=changes
        )
        assert run(order) == 0
    found = compare_runs(*[read_run(tmp_path / "runs" / name) for name in "ab"])
    assert [(change.lesson, change.name) for change in found.beyond] == [("01", "f1")]
    assert found.beyond[0].difference == pytest.approx(-0.3)
    assert [(v.name, v.after) for v in found.verdicts] == [("Most are right.", "did not hold")]
    assert found.same == ("02",)
    assert "01.right: 180 -> 120" in found.settings
    assert not found.appeared + found.vanished
