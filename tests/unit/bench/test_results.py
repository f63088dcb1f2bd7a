"""From seconds to the table, by hand; and the command line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nlputils.bench import Setup, processes, setup_of, step_flops
from nlputils.bench.lineup import Block
from nlputils.bench.results import Measured, instructions, machine, processor, results_of, spread
from nlputils.bench.table import heading, table
from nlputils.cli import main
from nlputils.errors import CourseError
from nlputils.lesson.machine import cores

SETUP = Setup(
    layers=1, width=64, heads=1, batch_size=4, length=16, vocabulary_size=60, mask_rate=0.3
)
FACTS = {"device": "cpu", "dtype": "float32", "scored": SETUP.scored}


def measured(*seconds, others=0.0, **facts):
    blocks = [Block(each, 4.0) for each in seconds]
    return Measured("x", FACTS | facts, blocks, [others] * len(blocks))


def peak(*rates, device="cpu"):
    return Measured("p", {"device": device, "library": "P"}, [Block(peak=r) for r in rates], [0.0])


def results(contestants, rate=1e12, bfloat16=4e12):
    peaks = {
        "p": peak({"float32": rate / 2, "bfloat16": bfloat16}, {"float32": rate, "bfloat16": 1})
    }
    return results_of(SETUP, contestants, peaks, steps=10)


def test_pieces_per_second_and_shares_by_hand():
    found = results({"nlputils": measured(2.0, 4.0, 1.0), "b": measured(1.0, 1.0, 1.0)})
    ours, other = found["contestants"]["nlputils"], found["contestants"]["b"]
    # Ten steps of 64 pieces in two seconds, in four, in one.
    assert ours["pieces_per_second"] == {
        "median": 320.0,
        "low": 160.0,
        "high": 640.0,
        "rounds": [320.0, 160.0, 640.0],
    }
    assert ours["flops_per_second"] == pytest.approx(10 * step_flops(SETUP) / 2.0)
    assert ours["share"] == {"float32": pytest.approx(10 * step_flops(SETUP) / 2.0 / 1e12)}
    # Compared within each round, not between medians.
    assert other["against"]["rounds"] == [2.0, 4.0, 1.0] and other["against"]["median"] == 2.0
    assert found["best_peaks"] == {"cpu": {"float32": 1e12, "bfloat16": 4e12}}
    json.dumps(found)


def test_bfloat16_is_set_against_both_peaks_and_a_gpu_against_its_own():
    found = results({"b": measured(1.0, dtype="bfloat16"), "g": measured(1.0, device="gpu")})
    share = found["contestants"]["b"]["share"]
    assert share["float32"] == pytest.approx(4 * share["bfloat16"])
    assert found["contestants"]["g"]["share"] == {}


def test_more_logits_are_more_work_in_the_same_time():
    found = results({"few": measured(1.0), "all": measured(1.0, scored=SETUP.length)})
    few, whole = (found["contestants"][n]["flops_per_second"] for n in ("few", "all"))
    assert whole / few == step_flops(SETUP, SETUP.length) / step_flops(SETUP)


def test_a_contestant_that_stopped_halfway_has_no_speed():
    halfway = replace(measured(1.0), failed="it died")
    found = results({"nlputils": halfway, "b": measured(1.0, 1.0)})
    assert "pieces_per_second" not in found["contestants"]["nlputils"]
    assert "against" not in found["contestants"]["b"]


def test_the_table_says_what_casts_doubt_on_it():
    quiet = table(results({"nlputils": measured(2.0)}))
    assert "Not alone" not in quiet and "No peak" not in quiet
    assert "Not alone: other processes used up to 1.5 cores" in table(
        results({"nlputils": measured(2.0, others=1.5)})
    )
    assert "No peak: x" in table(results({"nlputils": measured(2.0)}, rate=1.0))
    # A row in bfloat16 may pass the peak of float32, but not its own.
    short = {"nlputils": measured(2.0, dtype="bfloat16")}
    assert "No peak" not in table(results(short, rate=1.0))
    assert "No peak: x" in table(results(short, bfloat16=1.0))
    assert "320" in quiet and "P: 1,000.0 in float32" in quiet


def test_the_heading_names_size_and_formula():
    text = " ".join(heading(SETUP).split())
    assert "4 rows of 16 pieces, 4 of them scored" in text and "matrix products only" in text


def test_the_middle_of_two_rounds():
    assert spread([1.0, 3.0]) == {"median": 2.0, "low": 1.0, "high": 3.0, "rounds": [1.0, 3.0]}


def test_the_processor_is_read_from_its_file(tmp_path):
    file = tmp_path / "cpuinfo"
    file.write_text(
        "processor : 0\nmodel name\t: Planted 9\nflags\t: fpu avx2 avx512f avx512_bf16x\n"
    )
    assert processor(file) == "Planted 9" and instructions(file) == ["avx2", "avx512f"]
    file.write_text("Features : fp asimd sve\n")
    assert instructions(file) == ["asimd", "sve"]
    assert processor(tmp_path / "none") and instructions(tmp_path / "none") == []
    assert machine()["packages"]["numpy"] and machine()["cores"] == cores()


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"batch_size": 0}, "batch_size=0: at least 1"),
        ({"length": 2}, "length=2: at least 3"),
        ({"vocabulary_size": 5}, "vocabulary_size=5: at least 6"),
        ({"threads": 0}, "threads=0: at least 1"),
        ({"threads": 10**6}, "threads=1000000: this process may use"),
        ({"mask_rate": 1.0}, "mask_rate=1.0"),
        ({"dropout": 1.0}, "dropout=1.0"),
        ({"dtype": "float64"}, "dtype='float64': choose one of"),
    ],
)
def test_numbers_out_of_range_are_named(numbers, message):
    with pytest.raises(CourseError, match=message):
        setup_of("tiny", **numbers)


def test_a_size_has_the_course_names():
    assert setup_of("tiny", threads=1) == Setup(layers=2, width=128, heads=2)
    assert setup_of("3x256").threads == cores()
    with pytest.raises(CourseError, match="size='huge'"):
        setup_of("huge")


def test_the_command_hands_its_words_over(monkeypatch, tmp_path):
    given = {}
    row = {"failed": ""}

    def fake(setup, effort, *, output):
        given.update(setup=setup, effort=effort, output=output)
        return {"contestants": {"a": row}, "peaks": {}}

    monkeypatch.setattr("nlputils.bench.bench_pretrain", fake)
    words = ["bench", "pretrain", "--size", "1x64", "--batch-size", "4", "--length", "16"]
    words += ["--vocabulary-size", "60", "--threads", "1", "--rounds", "2", "--only", "nlputils"]
    assert main([*words, "--output", str(tmp_path / "o.json")]) == 0
    assert given["setup"] == SETUP
    assert (given["effort"].rounds, given["effort"].steps) == (2, 20)
    assert given["effort"].only == ("nlputils",) and given["output"] == tmp_path / "o.json"
    row["failed"] = "planted"
    assert main(words) == 1


def test_an_interrupted_bench_promises_nothing(monkeypatch, capsys):
    def fake(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("nlputils.bench.bench_pretrain", fake)
    assert main(["bench", "pretrain", "--size", "tiny"]) == 130
    assert "Nothing was kept" in capsys.readouterr().out


@pytest.mark.slow
def test_the_course_is_measured_from_the_command_line_to_the_file(tmp_path, capsys, monkeypatch):
    # The real worker; only its peaks multiply small matrices, where a minute went.
    worker = Path(__file__).with_name("small_peaks.py")
    monkeypatch.setattr(processes, "WORKER", (str(worker),))
    words = ["bench", "pretrain", "--size", "1x64", "--batch-size", "4", "--length", "16"]
    words += ["--vocabulary-size", "60", "--threads", "1", "--rounds", "2", "--steps", "2"]
    assert main([*words, "--only", "nlputils", "--output", str(tmp_path / "o.json")]) == 0
    found = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))
    row = found["contestants"]["nlputils"]
    assert len(row["pieces_per_second"]["rounds"]) == 2 and row["against"]["median"] == 1.0
    assert set(found["peaks"]) == {"peak-numpy", "peak-keras"}
    assert row["share"]["float32"] > 0
    assert "Fastest matrix products" in capsys.readouterr().out
