"""A run whose lesson left half of a line in its records."""

import json

import pytest

from nlputils.course.plan import Order
from nlputils.course.runner import run

WHOLE = {"name": "count", "kind": "number", "value": 3, "text": "3 items", "main": True}
HALF = '{"name": "loss", "ki'


@pytest.fixture
def ended(tmp_path, toy, toy_source, no_kernel):
    """Run lessons 01 and 02; the first ends as it is told, with half of a line in its records."""

    def begin(status: str, kind: str = "metrics", half: str = HALF) -> tuple[int, dict, dict]:
        no_kernel.records = {"metrics": [WHOLE]}
        no_kernel.ends, no_kernel.halves = {"01": status}, {"01": (kind, half)}
        sources = {number: toy_source(number, "1") for number in ("01", "02")}
        toy(tmp_path / "notebooks", sources)
        runs = tmp_path / "runs"
        code = run(Order("pocket", tmp_path / "notebooks", runs, name="one"))
        read = [json.loads((runs / "one" / f"{n}.json").read_text()) for n in ("run", "metrics")]
        return code, *read

    return begin


@pytest.mark.parametrize("status", ["done", "failed", "killed", "timeout"])
def test_the_run_ends_with_its_table_and_names_file_and_line(ended, capsys, status):
    code, about, metrics = ended(status)
    assert code == 1 and about["status"] == "failed"
    lesson = about["lessons"]["01"]
    assert lesson["status"] == ("failed" if status == "done" else status)
    for words in ("records/metrics.jsonl, line 2, is damaged: not JSON", "same command again"):
        assert words in lesson["message"]
    assert [metrics[number]["count"]["value"] for number in ("01", "02")] == [3, 3]
    assert about["lessons"]["02"]["status"] == "done"
    shown = capsys.readouterr()
    assert "metrics.jsonl, line 2, is damaged" in shown.err
    table = shown.out.partition("main scores\n")[2]
    assert table.count("count: 3 items\n") == 2


def test_a_lesson_that_lost_a_claim_is_not_done_and_the_next_run_does_it_again(ended):
    _, about, _ = ended("done", "claims")
    assert "claims.jsonl, line 1, is damaged" in about["lessons"]["01"]["message"]
    code, about, _ = ended("done", "claims", half="")
    statuses = {number: row["status"] for number, row in about["lessons"].items()}
    assert (code, statuses) == (0, {"01": "done", "02": "unchanged"})
