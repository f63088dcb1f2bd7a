"""The live line of a run and the table at its end, against texts laid out by hand."""

import sys

import pytest

from nlputils import cli
from nlputils.course.display import Line, clock, table

BACK = "\r\x1b[2K"
LABEL = "03 The LSTM baseline"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (5.4, "0:05"), (59.6, "1:00"), (65, "1:05"), (3725, "62:05")]
)
def test_seconds_are_written_as_minutes_and_seconds(seconds, text):
    assert clock(seconds) == text


def test_in_a_terminal_one_line_is_rewritten_in_place(capsys):
    line = Line(LABEL, 106, live=True)
    line.tell(0.2, "starting the kernel")
    line.tell(0.4, "starting the kernel")
    line.tell(65.4, "The LSTM step")
    line.end("done in 1:46")
    assert capsys.readouterr().out == (
        f"{BACK}03 The LSTM baseline  0:00 of about 1:46  starting the kernel"
        f"{BACK}03 The LSTM baseline  0:00 of about 1:46  starting the kernel"
        f"{BACK}03 The LSTM baseline  1:05 of about 1:46  The LSTM step"
        f"{BACK}03 The LSTM baseline  done in 1:46\n"
    )


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_in_a_terminal_a_long_section_is_cut_so_that_no_line_breaks(capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    Line("03", None, live=True).tell(5, 200 * "x")
    assert capsys.readouterr().out == f"{BACK}03  0:05  {'x' * (columns - 1 - 10)}"


def test_in_a_pipe_a_line_tells_each_new_section_and_each_minute_of_a_long_one(capsys):
    line = Line(LABEL, 106, live=False)
    told = [(0, "a"), (1, "a"), (2, "b"), (62, "b"), (63, "b"), (123, "b"), (124, "b"), (125, "c")]
    for elapsed, section in told:
        line.tell(elapsed, section)
    line.end("failed in 2:05")
    assert capsys.readouterr().out.splitlines() == [
        f"{LABEL}  0:00 of about 1:46  a",
        f"{LABEL}  0:02 of about 1:46  b",
        f"{LABEL}  1:03 of about 1:46  b",
        f"{LABEL}  2:04 of about 1:46  b",
        f"{LABEL}  2:05 of about 1:46  c",
        f"{LABEL}  failed in 2:05",
    ]


@pytest.mark.parametrize("terminal", [True, False])
def test_the_line_finds_out_whether_it_is_in_a_terminal(capsys, monkeypatch, terminal):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    Line(LABEL, None).tell(5, "The LSTM step")
    told = f"{LABEL}  0:05  The LSTM step"
    assert capsys.readouterr().out == (f"{BACK}{told}" if terminal else f"{told}\n")


def row(number, title, status, *, seconds=None, peak_mb=None, scores=(), claims=(0, 0)):
    numbers = {"seconds": seconds, "peak_mb": peak_mb, "scores": list(scores), "claims": claims}
    return {"number": number, "title": title, "status": status, **numbers}


def test_the_table_holds_status_time_memory_claims_and_main_scores():
    scores = ["svm: 90.1 [88.0, 92.0]", "leak: 2.0 points"]
    rows = [
        row("01", "Text", "unchanged", seconds=38.4, peak_mb=385.2, scores=scores, claims=(7, 7)),
        row("03", "The LSTM", "failed", seconds=3725, peak_mb=12345.6, claims=(4, 5)),
        row("05", "BERT", "skipped"),
    ]
    assert table(rows).splitlines() == [
        "lesson       status       time  peak MB   claims  main scores",
        "-------------------------------------------------------------",
        "01 Text      unchanged    0:38      385   7 of 7  svm: 90.1 [88.0, 92.0]",
        "                                                  leak: 2.0 points",
        "03 The LSTM  failed      62:05   12,346   4 of 5",
        "05 BERT      skipped         -        -        -",
    ]


def test_a_run_shows_the_line_and_then_the_table(tmp_path, toy, toy_source, no_kernel, capsys):
    expected = "[lessons.01.pocket]\nseconds = 130"
    toy(tmp_path / "notebooks", {"01": toy_source("01", "1")}, expected)
    score = {"kind": "score", "name": "spam_f1", "text": "90.0 [88.0, 92.0]", "main": True}
    other = {"kind": "score", "name": "accuracy", "text": "95.0 [94.0, 96.0]", "main": False}
    held = [{"sentence": f"Claim {n}.", "held": n < 2} for n in range(3)]
    no_kernel.records = {"metrics": [score, other], "claims": held}
    folders = ["--notebooks", str(tmp_path / "notebooks"), "--output", str(tmp_path / "runs")]
    assert cli.main(["run", *folders, "--name", "shown"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[:9] == [
        "Run shown: profile pocket, toy",
        "01 Toy 01  1:05 of about 2:10  The work",
        "01 Toy 01  done in 1:05",
        "",
        "lesson     status       time  peak MB   claims  main scores",
        "-----------------------------------------------------------",
        "01 Toy 01  done         1:05    1,234   2 of 3  spam_f1: 90.0 [88.0, 92.0]",
        "",
        f"The run is in {tmp_path / 'runs' / 'shown'}, 0:00 in all.",
    ]
