"""Bounds of any profile: derived from runs, proven by planted errors, and judged without running.

The runs are made up here. What `bounds.toml` holds of laptop and gpu is proven as well: by the
planted errors' values, which `derive.py` wrote beside the bounds.
"""

import copy
import json
import re
import tomllib

import derive
import gates
import numpy as np
import plants
import pytest

from nlputils import evaluate
from nlputils.course.lessons import notebooks_folder, read_lessons
from nlputils.course.recorded import read_run
from nlputils.errors import CourseError

PROFILES = gates.all_bounds()


@pytest.mark.parametrize("profile", PROFILES)
def test_no_planted_error_passes_the_bounds_it_stands_beside(profile):
    bounds = gates.read_bounds(profile)
    errors = {lesson: table.get("planted", {}) for lesson, table in bounds.items()}
    assert gates.blind(errors, bounds) == []


@pytest.mark.parametrize("profile", PROFILES)
def test_bounds_that_no_test_run_proves_hold_all_their_planted_errors(profile):
    # A pocket run is made by the tests, and test_pocket_quality.py plants every error in it.
    assert profile == "pocket" or gates.unproven(gates.read_bounds(profile)) == []


@pytest.mark.parametrize("profile", PROFILES)
def test_every_bound_has_a_planted_error(profile):
    assert ungated(PROFILES[profile]) == []


def test_every_planted_error_has_a_bound_that_it_can_turn_red():
    bounded = {
        (lesson, name)
        for bounds in PROFILES.values()
        for lesson, table in bounds.items()
        for name in table
    }
    assert set(plants.GATES) <= bounded


def test_a_bound_without_a_planted_error_is_found():
    bounds = copy.deepcopy(PROFILES["pocket"])
    bounds["01"]["new_one"] = [0.1, 0.2]
    assert ungated(bounds) == ["lesson 01, new_one"]


def ungated(bounds):
    """The bounds for which `plants.py` names no error."""
    return [
        f"lesson {lesson}, {name}"
        for lesson, table in bounds.items()
        for name in table
        if name not in gates.ABOUT and (lesson, name) not in plants.GATES
    ]


SEEDED = [
    number
    for number, lesson in read_lessons(notebooks_folder()).items()
    if derive.SEED in lesson.parameters
]


def overstated(bounds):
    """A sentence for each table, not marked provisional, that comes from fewer runs than needed."""
    found = []
    for profile, tables in bounds.items():
        for lesson, table in tables.items():
            if gates.is_provisional(table):
                continue
            runs, needed = table["runs"], derive.NEEDED[profile] if lesson in SEEDED else 1
            if runs < needed or profile == "gpu":
                found.append(f"{profile}.{lesson}: {runs} of {needed} runs, not marked provisional")
            narrow = [n for n, ends in table.items() if n not in gates.ABOUT and is_narrow(*ends)]
            found += [f"{profile}.{lesson}: {name} was not derived from runs" for name in narrow]
    return found


def is_narrow(low, high):
    """Whether a bound is narrower than any that `derive.py` writes: half of it may be cut off."""
    middle = (low + high) / 2
    least = max(derive.LEAST[0] * abs(middle), derive.LEAST[1] if abs(middle) <= 1 else 0.0)
    return high - low < 0.99 * least


def test_the_tables_say_from_how_many_runs_they_come():
    assert SEEDED == ["03", "05", "07"]
    assert overstated(PROFILES) == []


@pytest.mark.parametrize(
    ("profile", "lesson", "change", "words"),
    [
        ("pocket", "05", {"runs": 4}, "4 of 5 runs"),
        ("laptop", "07", {"runs": 2}, "2 of 3 runs"),
        ("gpu", "03", {"runs": 3, "provisional": False}, "3 of 1 runs"),
        ("laptop", "01", {"runs": 0}, "0 of 1 runs"),
        ("pocket", "03", {"port_spam_f1": [0.5, 0.505]}, "port_spam_f1 was not derived"),
        ("laptop", "05", {"training_pieces": [2e6, 2e6]}, "training_pieces was not derived"),
    ],
)
def test_a_table_that_claims_too_much_is_found(profile, lesson, change, words):
    bounds = copy.deepcopy(PROFILES)
    bounds[profile][lesson].update(change)
    (line,) = overstated(bounds)
    assert re.match(f"{profile}.{lesson}: {words}", line)
    bounds[profile][lesson]["provisional"] = True
    assert overstated(bounds) == []


def test_only_open_effects_stand_outside_of_the_gates():
    for profile, bounds in PROFILES.items():
        free = {
            (profile, lesson, name)
            for lesson, table in bounds.items()
            for name in table.get("free", [])
        }
        gated = {(profile, *gate) for gate in plants.GATES}
        assert free & gated == {place for place in plants.OPEN if place[0] == profile}
    assert derive.is_free("laptop", "07", "few_gain")
    assert not derive.is_free("pocket", "07", "few_gain")


@pytest.fixture
def made_up(tmp_path):
    """Write runs of the lessons 01 and 05; each seed gives a little other answers and losses."""

    def write(seed, profile="laptop", status="done", key=None, only=(), **metrics):
        folder = tmp_path / f"{profile}-{seed}"
        rng = np.random.default_rng(seed)
        true = (rng.random(400) < 0.25).astype(int)
        found = []
        for split in range(3):
            pred = np.where(rng.random(400) < 0.02, 1 - true, true)
            found.append(evaluate.Predicted(true, pred, split, n_train=1000))
        path = folder / "artefacts" / "01" / "baselines" / "runs.json"
        evaluate.save_runs(path, {"char SVM": found})
        score = evaluate.score("spam_f1", found, "splits")
        losses = {
            "uniform_loss": 8.7,
            "frequency_loss": 6.0,
            "copy_loss": 5.5,
            "held_out_loss": 3.0 + seed / 100,
        }
        rows = {
            "01": {"char_svm_spam_f1": {"kind": "score", **score.to_dict(), "text": score.text}},
            "05": {name: number(value) for name, value in {**losses, **metrics}.items()},
        }
        rows["05"]["pretraining_seconds"] = number(100.0 * seed)
        kept = {lesson: row for lesson, row in rows.items() if lesson in (only or rows)}
        lessons = {
            lesson: {
                "status": "done",
                "key": "same" if lesson == "01" else key or f"key-{seed}",
                "parameters": {} if lesson == "01" else {"training_seed": seed},
            }
            for lesson in kept
        }
        about = {"name": folder.name, "profile": profile, "status": status, "only": list(only)}
        (folder / "run.json").write_text(json.dumps(about | {"lessons": lessons}))
        (folder / "metrics.json").write_text(json.dumps(kept))
        (folder / "claims.json").write_text("{}")
        return folder

    return write


def number(value):
    return {"kind": "number", "unit": "nats", "value": value, "text": f"{value}"}


@pytest.fixture
def bounds_file(tmp_path):
    """A table of bounds of another profile, with its comment."""
    path = tmp_path / "bounds.toml"
    path.write_text(
        "# Set by hand.\n\n[pocket.01]\nchar_svm_spam_f1 = [0.6, 0.8]\nfree = [\n"
        '    "seconds",\n]\n\n[laptop.03]\nlstm_spam_f1 = [0.8, 0.95]\n\n'
        "[laptop.05]\nold = [0.0, 1.0]\n\n[laptop.05.planted]\nold = { leak = 2 }\n"
    )
    return path


def test_the_tables_of_the_runs_are_written_and_all_others_stay(made_up, bounds_file):
    derive.main([made_up(seed) for seed in (1, 2, 3)], bounds_file)
    text = bounds_file.read_text()
    found = tomllib.loads(text)
    assert text.startswith("# Set by hand.\n\n[pocket.01]")
    assert found["pocket"] == {"01": {"char_svm_spam_f1": [0.6, 0.8], "free": ["seconds"]}}
    assert list(found["laptop"]) == ["01", "03", "05"]
    assert found["laptop"]["03"] == {"lstm_spam_f1": [0.8, 0.95]}
    assert "old" not in found["laptop"]["05"] and "old" not in found["laptop"]["05"]["planted"]
    low, high = found["laptop"]["05"]["held_out_loss"]
    assert low < 3.01 and 3.03 < high < 5.5
    assert found["laptop"]["05"]["free"] == ["pretraining_seconds"]
    again = text
    derive.main([made_up(seed) for seed in (1, 2, 3)], bounds_file)
    assert bounds_file.read_text() == again


def test_a_table_that_was_set_by_hand_stays(made_up, bounds_file):
    text = bounds_file.read_text()
    bounds_file.write_text(text.replace("[laptop.05]\n", "[laptop.05]\nby_hand = true\n"))
    derive.main([made_up(seed) for seed in (1, 2, 3)], bounds_file)
    found = tomllib.loads(bounds_file.read_text())["laptop"]
    assert found["05"] == {"by_hand": True, "old": [0.0, 1.0], "planted": {"old": {"leak": 2}}}
    assert "char_svm_spam_f1" in found["01"]


def test_derived_bounds_accept_their_runs_and_refuse_every_planted_error(made_up, bounds_file):
    folders = [made_up(seed) for seed in (1, 2, 3)]
    derive.main(folders, bounds_file)
    bounds = gates.read_bounds("laptop", bounds_file)
    bounds.pop("03")
    assert gates.unproven(bounds) == []
    for folder in folders:
        run = read_run(folder)
        errors = plants.planted(run)
        assert set(errors["01"]["char_svm_spam_f1"]) == set(plants.ERRORS)
        assert len(errors["05"]["held_out_loss"]) == 2
        assert gates.complaints(run.metrics, bounds) == []
        assert gates.blind(errors, bounds) == []


def test_a_gate_that_lets_a_planted_error_pass_is_found(made_up, bounds_file):
    derive.main([made_up(seed) for seed in (1, 2, 3)], bounds_file)
    bounds = gates.read_bounds("laptop", bounds_file)
    bounds["01"]["char_svm_spam_f1"] = [0.5, 1.0]
    bounds["05"]["held_out_loss"] = [2.0, 5.6]
    errors = {lesson: table.get("planted", {}) for lesson, table in bounds.items()}
    found = gates.blind(errors, bounds)
    assert [line.split("error ")[1].split(",")[0] for line in found] == [
        "'leak'",
        "'frequencies and copying'",
    ]
    del bounds["05"]["planted"]["held_out_loss"]["untrained"]
    (line,) = gates.unproven({"05": bounds["05"]})
    assert "held_out_loss: no value of the planted error 'untrained'" in line


def test_a_run_of_another_profile_is_judged_without_running_it(made_up, bounds_file):
    derive.main([made_up(seed) for seed in (1, 2, 3)], bounds_file)
    text = bounds_file.read_text().replace("[laptop.03]\nlstm_spam_f1 = [0.8, 0.95]\n\n", "")
    bounds_file.write_text(text)
    assert gates.judge(read_run(made_up(4)), bounds_file) == []
    assert gates.judge(read_run(made_up(4, only=["05"])), bounds_file) == []
    (line,) = gates.judge(read_run(made_up(4, held_out_loss=5.6)), bounds_file)
    assert line.startswith("lesson 05, held_out_loss: 5.6 lies outside [")
    (line,) = gates.judge(read_run(made_up(4, extra=1.0)), bounds_file)
    assert "extra: is recorded, and has no bound" in line
    with pytest.raises(CourseError, match=r"no bounds for the profile 'gpu'.*derive\.py"):
        gates.judge(read_run(made_up(4, profile="gpu")), bounds_file)


@pytest.mark.parametrize(
    ("profile", "seeds", "provisional"),
    [("laptop", 2, True), ("laptop", 3, False), ("gpu", 1, True), ("gpu", 2, True)],
)
def test_bounds_of_too_few_seeds_are_marked(made_up, bounds_file, profile, seeds, provisional):
    derive.main([made_up(seed, profile) for seed in range(seeds)], bounds_file)
    bounds = gates.read_bounds(profile, bounds_file)
    assert bounds["05"]["runs"] == seeds
    assert gates.is_provisional(bounds["05"]) == provisional
    # Lesson 01 has no seed: its runs are one execution, and one is all there can be.
    marked = profile == "gpu"
    assert (bounds["01"]["runs"], gates.is_provisional(bounds["01"])) == (1, marked)
    assert gates.is_provisional({"set_by_hand": [0.0, 1.0]})
    wrong = {"05": {"held_out_loss": {"value": 9.0}}}
    (line,) = gates.complaints(wrong, {"05": {"held_out_loss": [2, 3], "provisional": provisional}})
    assert line.endswith("(provisional)") == provisional


def test_the_same_execution_counts_once(made_up, bounds_file):
    derive.main([made_up(seed, key="reused") for seed in (1, 2, 3)], bounds_file)
    assert gates.read_bounds("laptop", bounds_file)["05"]["runs"] == 1


def test_one_run_alone_is_judged_by_its_own_interval_or_a_share():
    assert derive.bound([0.9], (0, 1), alone=0.03) == (0.87, 0.93)
    assert derive.spread_alone({"value": 0.9, "low": 0.88, "high": 0.91}) == pytest.approx(0.02)
    assert derive.spread_alone({"value": -3.0}) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "failed"}, "laptop-2 did not end well"),
        ({"extra": 1.0}, r"did not record the same names \(extra in one"),
        ({"held_out_loss": 6.0}, "'frequencies and copying' gives 5.5, and sound runs give from"),
    ],
)
def test_runs_that_cannot_give_bounds_are_refused(made_up, bounds_file, change, words):
    before = bounds_file.read_text()
    folders = [made_up(1), made_up(2, **change)]
    with pytest.raises(CourseError, match=words):
        derive.main(folders, bounds_file)
    assert bounds_file.read_text() == before


def test_a_system_that_left_no_answers_is_named(made_up):
    folder = made_up(1)
    path = folder / "artefacts" / "01" / "baselines" / "runs.json"
    evaluate.save_runs(path, {"other": evaluate.load_runs(path)["char SVM"]})
    with pytest.raises(CourseError, match="no answers of 'char SVM'.*It holds other"):
        plants.planted(read_run(folder))
