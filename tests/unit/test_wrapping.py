"""What the course prints fits the page, and what it records stays in one line."""

from nlputils import evaluate, lesson
from nlputils.lesson.records import read
from nlputils.wrapping import WIDTH, wrapped

LONG = "the port that forgets less and reads its padding all the same"


def comparison():
    runs = [evaluate.Predicted([0, 1] * 20, [0, 1] * 20), evaluate.Predicted([0, 1] * 20, [1] * 40)]
    return evaluate.compare("accuracy", *runs, (LONG, "the port that forgets what it has read"))


def fits(text: str) -> bool:
    return all(len(line) <= WIDTH for line in text.split("\n"))


def test_lines_break_between_words_and_go_on_under_an_indent():
    text = "Data  " + "some words and 3.1 [1.2, 5.0] points " * 6
    first, *rest = wrapped(text, 6).split("\n")
    assert first.startswith("Data  some") and len(rest) > 1
    assert all(line.startswith(" " * 6) and line[6] != " " for line in rest)
    assert fits(wrapped(text)) and wrapped(text).split() == text.split()


def test_what_fits_stays_as_it_is():
    text = "a  table   of\n  short lines \n\nx" + "y" * (WIDTH - 1)
    assert wrapped(text) == text
    assert wrapped("z" * 200) == "z" * 200


def test_a_comparison_is_printed_to_fit_and_kept_in_one_line():
    found = comparison()
    assert len(found.text) > WIDTH and "\n" not in found.text
    assert fits(str(found)) and str(found).split() == found.text.split()
    assert "\n" not in found._repr_html_()


def test_records_and_claims_keep_one_line_and_print_several(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NLPUTILS_RUNS", str(tmp_path))
    monkeypatch.delenv("NLPUTILS_RECORDS", raising=False)
    monkeypatch.setattr(lesson.session, "_sessions", [])
    lesson.start("03", profile="pocket", data=["pocket_messages"])
    found = comparison()
    lesson.record("gain", found)
    lesson.claim(f"With few labels, {LONG} is ahead.", lambda c: c is found, found, planted=None)
    lesson.claim(f"With few labels, {LONG} is ahead.", lambda c: c is None, found, planted=1)
    shown = capsys.readouterr().out
    assert fits(shown) and " ".join(shown.split()).count(found.text) == 2
    session = lesson.session.current()
    assert [row["text"] for row in read(session, "metrics")] == [found.text]
    assert [row["value"] for row in read(session, "claims")] == [found.text] * 2
    assert read(session, "claims")[0]["sentence"] == f"With few labels, {LONG} is ahead."


def test_an_interval_stays_in_one_piece():
    words = "x" * 80 + " points [1.2, 5.0] (n = 300, 2 seeds)"
    assert [line.strip() for line in wrapped(words).split("\n")] == [
        "x" * 80 + " points",
        "[1.2, 5.0] (n = 300, 2 seeds)",
    ]
