"""The report: all of a run on one page, which fetches nothing and says nothing by colour alone."""

import json
import re
from html.parser import HTMLParser
from typing import get_args

import nbformat
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from nlputils import cli
from nlputils.course import report
from nlputils.course.plan import Order
from nlputils.course.report import write_report
from nlputils.course.report.formulas import formula
from nlputils.course.report.intervals import axis, interval_plots
from nlputils.course.report.notebooks import notebook_fragments
from nlputils.course.runner import run
from nlputils.data.provenance import Source
from nlputils.errors import CourseError
from nlputils.evaluate import Comparison, Score

FETCHING = {"src", "srcset", "poster", "data", "background", "xlink:href", "action", "formaction"}
RUNNING = {"script", "link", "iframe", "object", "embed", "base", "form", "frame", "applet"}


class Outside(HTMLParser):
    """Collects whatever would make a browser fetch something or run something."""

    def __init__(self):
        super().__init__()
        self.found, self.in_style = [], False

    def handle_starttag(self, tag, attrs):
        self.in_style = tag == "style"
        if tag in RUNNING and dict(attrs) != {"rel": "icon", "href": "data:,"}:
            self.found.append(tag)
        for name, value in attrs:
            value = value or ""
            if name in FETCHING and not value.startswith(("data:", "#")):
                self.found.append(f"{tag} {name}")
            if name.startswith("on"):
                self.found.append(f"{tag} {name}")
            if name == "style":
                self.css(value)
            if tag not in ("a", "link") and name == "href" and not value.startswith("#"):
                self.found.append(f"{tag} href")

    def handle_data(self, data):
        if self.in_style:
            self.css(data)

    def handle_endtag(self, tag):
        self.in_style = False

    def css(self, text):
        self.found += re.findall(r"@import|url\(\s*['\"]?(?!data:|#)", text)


def outside(page):
    parser = Outside()
    parser.feed(page)
    return parser.found


PLANTED = [
    '<script src="https://cdn.example.org/require.js"></script>',
    "<script>fetch('https://example.org')</script>",
    '<link rel="stylesheet" href="https://example.org/a.css">',
    '<img src="https://example.org/a.png">',
    '<img src="figures/a.png">',
    '<img srcset="https://example.org/a.png 2x">',
    '<video poster="//example.org/a.png"></video>',
    '<p onclick="alert(1)">x</p>',
    '<p style="background: url(https://example.org/a.png)">x</p>',
    '<style>@import "https://example.org/a.css";</style>',
    "<style>p { background: url('http://example.org/a.png') }</style>",
    '<iframe src="https://example.org"></iframe>',
    '<object data="https://example.org/a.svg"></object>',
    '<form action="https://example.org"><p>x</p></form>',
    '<svg><image href="https://example.org/a.png"></image></svg>',
]
TEXT = r"""# 01 Toy

See [the paper](https://example.org/paper), [the end](#The-end), [lesson 02](02_next.ipynb#Start)
and [lesson 09](09_absent.ipynb). We need $n^2$ steps, and $$\frac{a}{b}$$

## The end

<details><summary>Solutions</summary>

1. Inside.

</details>
"""


def estimate(value, low, high, metric="spam_f1", values=(0.9,), **more):
    found = Score(metric, value, low, high, 500, tuple(range(len(values))), tuple(values))
    return {"kind": "score", "unit": "", **found.to_dict(), "text": found.text, **more}


def paired(difference, low, high):
    values = (0.9, 0.9 - difference)
    found = Comparison("spam_f1", ("bert", "svm"), difference, low, high, values, 500, (1, 2))
    return {"kind": "comparison", "unit": "", **found.to_dict(), "text": found.text}


def notebook(number, *cells):
    content = new_notebook(cells=list(cells))
    content.metadata["nlputils"] = {"number": number}
    content.metadata["language_info"] = {"name": "python"}
    return content


@pytest.fixture
def reported(tmp_path, write_recorded):
    """Write a run by hand, with notebooks, and give its report as parsed HTML."""

    def make(metrics=None, claims=None, notebooks=(), **about):
        folder = write_recorded(tmp_path / "toy", metrics, claims, **about)
        for content in notebooks:
            place = folder / "notebooks" / f"{content.metadata['nlputils']['number']}_toy.ipynb"
            place.parent.mkdir(exist_ok=True)
            nbformat.write(content, place)
        return BeautifulSoup(write_report(folder).read_text(encoding="utf-8"), "html.parser")

    return make


# Nothing from outside


@pytest.mark.parametrize("planted", PLANTED)
def test_the_search_for_requests_finds_a_planted_one(planted):
    assert outside(f"<html><body>{planted}</body></html>")


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("place", ["text", "output"])
def test_what_a_notebook_holds_never_leaves_the_page(reported, planted, place):
    cells = {
        "text": new_markdown_cell(f"# Toy\n\n{planted}\n\nafter"),
        "output": new_code_cell(
            "1", outputs=[new_output("display_data", data={"text/html": planted})]
        ),
    }
    page = reported(notebooks=[notebook("01", cells[place], new_markdown_cell("The end."))])
    assert outside(str(page)) == []
    assert "The end." in page.text


def test_the_browser_is_told_to_fetch_and_run_nothing(reported):
    policy = reported().find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy
    assert "http" not in policy


def test_a_picture_from_elsewhere_is_missed_in_words(reported):
    text = "![a map of it](https://example.org/map.png)"
    page = reported(notebooks=[notebook("01", new_markdown_cell(text))])
    missing = page.select_one(".missing").text
    assert missing == "[not part of this page: https://example.org/map.png, a map of it]"


def test_what_needs_a_script_is_shown_as_text(reported):
    data = {"application/javascript": "alert(1)", "text/plain": "ten of ten"}
    widget = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "100 %"}
    outputs = [new_output("display_data", data=row) for row in (data, widget)]
    page = reported(notebooks=[notebook("01", new_code_cell("1", outputs=outputs))])
    assert "ten of ten" in page.text
    assert "100 %" in page.text
    assert "alert" not in page.text


# The notebooks


def test_links_and_anchors_fit_a_page_of_several_notebooks(reported):
    books = [notebook("01", new_markdown_cell(TEXT)), notebook("02", new_markdown_cell(TEXT))]
    page = reported({"01": {}, "02": {}}, notebooks=books)
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    links = {a.text: a.get("href") for a in page.select("#lesson-01 a")}
    assert links == {
        "the paper": "https://example.org/paper",
        "the end": "#n01-The-end",
        "lesson 02": "#lesson-02",
        "lesson 09": None,
    }
    targets = [a["href"][1:] for a in page.find_all("a", href=re.compile("^#"))]
    assert set(targets) <= set(ids)
    assert {"lessons", "scores", "claims", "costs", "data", "versions", "notebooks"} <= {*targets}


def test_headings_go_down_step_by_step(reported):
    page = reported({"01": {"n": number(3)}}, notebooks=[notebook("01", new_markdown_cell(TEXT))])
    levels = [int(tag.name[1]) for tag in page.find_all(re.compile("^h[1-6]$"))]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_solutions_stay_folded(reported):
    page = reported(notebooks=[notebook("01", new_markdown_cell(TEXT))])
    inner = page.select_one("#lesson-01 details")
    assert inner.summary.text == "Solutions"
    assert "Inside." in inner.text
    assert not page.select("details[open]")


def test_a_style_sheet_of_an_output_still_reaches_its_table(reported):
    styled = '<style>#T_1 td { color: red }</style><table id="T_1"><tr><td>1</td></tr></table>'
    output = new_output("display_data", data={"text/html": styled})
    page = reported(notebooks=[notebook("01", new_code_cell("1", outputs=[output]))])
    assert page.find(id="T_1").name == "table"
    assert "#T_1 td { color: red }" in str(page)


def test_a_damaged_notebook_is_named(reported, tmp_path):
    reported(notebooks=[notebook("01", new_markdown_cell("x"))])
    path = tmp_path / "toy" / "notebooks" / "01_toy.ipynb"
    path.write_text("{")
    with pytest.raises(CourseError, match=f"{path} is damaged"):
        write_report(tmp_path / "toy")


# Formulas


def test_a_formula_is_drawn_and_can_be_heard():
    drawn = BeautifulSoup(formula(r"x_i < \frac{1}{2}"), "html.parser").svg
    assert drawn["aria-label"] == r"x_i < \frac{1}{2}"
    assert drawn["role"] == "img"
    assert len(drawn.path["d"]) > 100


@pytest.mark.parametrize(
    "tex",
    [
        r"h_t = \tanh(W x_t + U h_{t-1} + b)",
        r"\mathrm{softmax}\left(\frac{QK^\top}{\sqrt{d_k}}\right)V",
        r"-\sum_{i=1}^n \log p(x_i \mid x_{<i})",
        r"\lVert x \rVert_2 \le 1, \dots",
        r"\text{loss} = \operatorname{mean}(\hat{y})",
        r"\operatorname*{argmax}_x \displaystyle\sum\limits_{i \ge 0} \bigl( \tfrac{1}{2} \bigr)",
    ],
)
def test_what_lessons_write_is_drawn(tex):
    assert formula(tex).startswith("<svg")


def test_what_cannot_be_drawn_stays_readable():
    assert formula(r"\begin{pmatrix} a & b \end{pmatrix}") == (
        r'<code class="tex">\begin{pmatrix} a &amp; b \end{pmatrix}</code>'
    )


def test_lines_of_an_environment_stand_below_each_other():
    shown = BeautifulSoup(
        formula(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", True), "html.parser"
    )
    assert [svg["aria-label"] for svg in shown.find_all("svg")] == ["a = b", "c = d"]


def test_a_larger_formula_takes_more_room():
    def size(tex):
        style = BeautifulSoup(formula(tex), "html.parser").svg["style"]
        return [float(x) for x in re.findall(r"(?:width|height):([\d.]+)em", style)]

    (narrow, low), (wide, high) = size("x"), size(r"\frac{x + y + z}{2}")
    assert wide > 3 * narrow
    assert high > low


def read_aloud(page):
    """The text of a page, its formulas in angle brackets."""
    for drawing in page.select("svg.tex"):
        drawing.replace_with(f"<{drawing['aria-label']}>")
    return page.get_text().strip()


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("so $n^2$ steps", "so <n^2> steps"),
        ("$x_i$, *$y$* and ($z$)", "<x_i>, <y> and (<z>)"),
        ("over\n$x +\ny$ lines", "over\n<x + y> lines"),
        ("$$h_t = x$$", "<h_t = x>"),
        ("It costs $5.", "It costs $5."),
        ("From $5 to $10.", "From $5 to $10."),
        ("US$5/US$6, or $7, and $n$", "US$5/US$6, or $7, and <n>"),
        ("$n$ for $5", "<n> for $5"),
        (r"\$5 and \$6", "$5 and $6"),
        ("run `echo $HOME $PATH` now", "run echo $HOME $PATH now"),
        ("```\necho $A $B\n```", "echo $A $B"),
    ],
)
def test_formulas_are_drawn_and_other_dollars_stay(reported, text, heard):
    page = reported(notebooks=[notebook("01", new_markdown_cell(text))])
    assert read_aloud(page.find(id="lesson-01")) == heard


def test_dollars_of_code_and_of_outputs_stay(reported):
    output = new_output("stream", text="Win $100 or $200 now\n")
    page = reported(notebooks=[notebook("01", new_code_cell("a = '$x$'", outputs=[output]))])
    assert page.select("svg.tex") == []
    assert "a = '$x$'" in page.text
    assert "Win $100 or $200 now" in page.text


def test_every_formula_of_the_lessons_is_drawn(project_root):
    found = notebook_fragments(project_root / "notebooks")
    pages = {number: BeautifulSoup(text, "html.parser") for number, text in found.items()}
    assert sum(len(page.select("svg.tex")) for page in pages.values()) > 50
    for number, page in pages.items():
        assert (number, page.select("code.tex")) == (number, [])
        for code in page.select("code, pre"):
            code.decompose()
        assert (number, re.findall(r".*[$].*", page.text)) == (number, [])


# Scores


def places(page, name):
    """The percentages at which a row's bar and point are drawn."""
    row = next(li for li in page.select(".forest li") if li.select_one(".name").text == name)
    line, point = row.select_one(".range"), row.select_one(".point")
    return [float(x.rstrip("%")) for x in (line["x1"], point["cx"], line["x2"])]


def test_points_and_bars_stand_where_the_numbers_say(reported):
    """On an axis from 80 to 100, widened by 6 % of 20 on both sides."""
    rows = {"a": estimate(0.90, 0.80, 1.00), "b": estimate(0.85, 0.80, 0.95)}
    page = reported({"01": rows})
    left, wide = 80 - 1.2, 22.4
    for name, ends in (("a", (80, 90, 100)), ("b", (80, 85, 95))):
        expected = [100 * (x - left) / wide for x in ends]
        assert places(page, name) == pytest.approx(expected, abs=0.01)


def test_the_best_stands_first_and_each_metric_apart(reported):
    rows = {
        "low": estimate(0.7, 0.6, 0.8),
        "top": estimate(0.9, 0.8, 1.0),
        "few": estimate(0.01, 0.0, 0.02, metric="ham_fpr"),
        "many": estimate(0.2, 0.1, 0.3, metric="ham_fpr"),
        "other": estimate(0.7, 0.6, 0.8, metric="mcc") | {"metric": "own", "text": "own 0.7"},
    }
    figures = reported({"01": rows}).select(".forest")
    names = [[tag.text for tag in figure.select(".name")] for figure in figures]
    assert names == [["top", "low"], ["few", "many"], ["other"]]
    assert "higher is better" in figures[0].figcaption.text
    assert "lower is better" in figures[1].figcaption.text


def test_each_drawing_has_its_numbers_as_text(reported):
    page = reported({"01": {"bert": estimate(0.931, 0.910, 0.950)}})
    label = page.select_one(".forest svg")["aria-label"]
    assert label.startswith("bert: spam-F1 93.1 [91.0, 95.0] (n = 500, 1 seed).")
    assert page.select_one(".forest .text").text == "93.1 [91.0, 95.0] (n = 500, 1 seed)"
    assert all(svg.get("aria-label") for svg in page.find_all("svg"))


def test_single_seeds_are_drawn_where_there_are_several(reported):
    rows = {
        "five": estimate(0.9, 0.8, 1.0, values=(0.85, 0.9, 0.95)),
        "one": estimate(0.9, 0.8, 1.0),
    }
    counts = [len(li.select(".single")) for li in reported({"01": rows}).select(".forest li")]
    assert counts == [3, 0]


def test_a_comparison_shows_zero_and_a_hollow_point_where_it_cannot_tell(reported):
    page = reported({"01": {"yes": paired(0.05, 0.02, 0.08), "no": paired(0.01, -0.02, 0.04)}})
    points = [" ".join(tag["class"]) for tag in page.select(".point")]
    zeros = [float(line["x1"].rstrip("%")) for line in page.select(".zero")]
    assert points == ["point", "point open"]
    assert zeros == pytest.approx([100 * (2 + 0.6) / 11.2] * 2, abs=0.01)
    assert "bert and svm are not distinguishable" in page.select(".forest .text")[1].text


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9))
def test_an_axis_holds_its_values_and_its_round_ticks(values):
    scale = axis(values)
    assert all(0 <= scale.place(value) <= 100 for value in values)
    assert all(-1e-6 <= scale.place(tick) <= 100 + 1e-6 for tick in scale.ticks)
    assert 2 <= len(scale.ticks) <= 6


def test_ticks_by_hand():
    assert axis([80.0, 100.0]).ticks == (80, 85, 90, 95, 100)
    assert axis([0.0, 1.0]).ticks == (0, 0.5, 1)


def test_numbers_are_no_plots():
    assert interval_plots({"t": number(3)}) == ""


def number(value):
    return {"kind": "number", "unit": "seconds", "value": value, "text": f"{value} seconds"}


# The rest of the page


def rows_of(page, caption):
    table = page.find("div", attrs={"aria-label": caption}).table
    return [[cell.text for cell in row.find_all(["th", "td"])] for row in table.tbody("tr")]


def test_the_table_of_lessons(reported):
    lessons = {
        "01": {"title": "One", "status": "done", "seconds": 65.0, "peak_mb": 1200},
        "02": {"title": "Two", "status": "failed", "message": "It <broke>."},
    }
    metrics = {
        "01": {"a": estimate(0.9, 0.8, 1.0), "b": estimate(0.8, 0.7, 0.9, main=True)},
        "02": {},
    }
    claims = {"01": [claim(True), claim(False)]}
    page = reported(metrics, claims, [notebook("01", new_markdown_cell("x"))], lessons=lessons)
    one, two = rows_of(page, "Lessons of this run")
    assert one == ["01 One", "✓ done", "1:05", "1,200", "1 of 2", one[5]]
    assert one[5] == "b spam-F1 80.0 [70.0, 90.0] (n = 500, 1 seed)"
    assert two == ["02 Two", "✗ failedIt <broke>.", "-", "-", "-", "-"]
    assert page.select_one('#lessons + div a[href="#lesson-01"]').text == "01 One"
    assert "1 of 2 lessons done" in page.header.text
    assert "1 of 2 claims held" in page.header.text


def claim(held, **more):
    sentence = "`A` < B & <b>C</b>."
    return {"sentence": sentence, "held": held, "value": "<5>", "planted": "0", **more}


def test_verdicts_are_words_and_not_colours_alone(reported):
    claims = {"01": [claim(True), claim(False, enforced=False)]}
    page = reported({"01": {}}, claims)
    held, failed = rows_of(page, "Claims of lesson 01")
    sentence = "A < B & <b>C</b>.valuesThis run gave<5>Planted error, refused0"
    assert held == ["✓ held", sentence]
    assert failed == ["✗ did not holdreported, not enforced", sentence]
    assert page.select_one("#claims ~ .scroll td > code").text == "A"


def test_costs_add_up(reported):
    lessons = {
        "01": {"title": "One", "status": "done", "seconds": 30.0, "peak_mb": 100},
        "02": {
            "title": "Two",
            "status": "unchanged",
            "seconds": 90.0,
            "peak_mb": 300,
            "executed_in": "monday",
        },
        "03": {"title": "Three", "status": "skipped", "seconds": None, "peak_mb": None},
    }
    page = reported({n: {} for n in lessons}, lessons=lessons)
    rows = rows_of(page, "Costs of the lessons")
    assert [row[1] for row in rows] == ["0:30", "1:30", "-", "2:00"]
    assert [row[3] for row in rows] == ["100", "300", "-", "300"]
    assert [row[4] for row in rows] == ["toy", "monday", "not executed", ""]
    assert [bar["style"] for bar in page.select(".bar")][:2] == ["width:33.3%", "width:100.0%"]


def test_data_and_versions_are_told(reported):
    source = {
        "name": "sms",
        "source": "embedded",
        "licence": "CC BY 4.0",
        "citation": "Someone (2011)",
        "sha256": "ab" * 32,
        "files": ["data/pocket/messages.csv"],
    }
    page = reported(
        data={"sms": source},
        backend="jax",
        versions={"keras": "3.15.1"},
        commit="c" * 40,
        hashes={"data": "d"},
    )
    row = rows_of(page, "Data sets of this run")[0]
    assert row[:4] == ["sms", "embedded in the course", "CC BY 4.0", "Someone (2011)"]
    assert "data/pocket/messages.csv" in row[4]
    versions = dict(rows_of(page, "Machine and versions"))
    assert (versions["backend"], versions["keras"]) == ("jax", "3.15.1")
    assert versions["commit"] == "c" * 40
    assert versions["sha256 of the embedded data"] == "d"


def test_every_source_of_data_has_its_words(reported):
    for source in get_args(Source):
        page = reported(data={"mine.csv": {"source": source}})
        told = rows_of(page, "Data sets of this run")[0][1]
        assert told != source
        assert " " in told
    assert told == "your own file"


def test_a_keyboard_reaches_everything(reported):
    page = reported({"01": {"n": number(1)}}, notebooks=[notebook("01", new_markdown_cell("x"))])
    assert page.body.find(True)["href"] == "#main"
    assert all(box["tabindex"] == "0" and box["aria-label"] for box in page.select(".scroll"))
    assert page.select(".scroll")
    assert all(details.find("summary") for details in page.find_all("details"))
    assert page.html["lang"] == "en"


def test_an_empty_run_says_what_is_not_there(reported):
    words = reported().main.text
    for sentence in ("recorded a score", "made a claim", "read no data", "no executed notebook"):
        assert sentence in words


# The commands


def test_the_command_writes_where_it_is_told(tmp_path, write_recorded, monkeypatch, capsys):
    monkeypatch.setenv("NLPUTILS_RUNS", str(tmp_path))
    folder = write_recorded(tmp_path / "toy", {"01": {}})
    assert cli.main(["report", "toy"]) == 0
    assert capsys.readouterr().out == f"The report is {folder / 'report.html'}\n"
    target = tmp_path / "new" / "page.html"
    assert cli.main(["report", str(folder), "--output", str(target)]) == 0
    assert target.read_bytes() == (folder / "report.html").read_bytes()
    assert cli.main(["report", "toy", "--output", str(tmp_path)]) == 1
    assert "is a folder" in capsys.readouterr().err
    assert cli.main(["report", "nothing"]) == 1
    assert "There are: toy." in capsys.readouterr().err


@pytest.mark.parametrize("command", ["compare", "report"])
def test_help_has_examples(command, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert f"\n  nlputils {command} " in shown


# A run of the course itself

WORK = """
from nlputils.evaluate import Predicted, score
import numpy as np
from nlputils import plots
true = np.arange(100) % 2
right = score("spam_f1", Predicted(true, np.where(np.arange(100) < 90, true, 1 - true)))
lesson.record("right", right, main=True)
lesson.claim("Most are right.", lambda x: x > 0.5, right.value, planted=0.1)
plots.show(plots.scores({"toy": right}))
"""
FALSE = 'lesson.claim("One is two.", lambda n: n == 2, 1, planted=3)'


@pytest.fixture(scope="module")
def course(tmp_path_factory, toy, toy_source):
    folder = tmp_path_factory.mktemp("reported")
    toy(folder / "notebooks", {"01": toy_source("01", WORK), "02": toy_source("02", FALSE)})
    return folder


def order(folder, **changes):
    return Order("pocket", folder / "notebooks", folder / "runs", **changes)


@pytest.mark.notebook
def test_a_run_ends_with_its_report_even_when_a_lesson_failed(course, capsys):
    assert run(order(course, name="first")) == 1
    path = course / "runs" / "first" / "report.html"
    assert capsys.readouterr().out.endswith(f"The report is {path}\n")
    text = path.read_text(encoding="utf-8")
    assert outside(text) == []
    page = BeautifulSoup(text, "html.parser")
    one, two = rows_of(page, "Lessons of this run")
    assert one[1:2] + one[4:] == ["✓ done", "1 of 1", f"right {right_text(course)}"]
    assert two[1].startswith("✗ failedLesson 02, section 'The work': ClaimFailed")
    assert rows_of(page, "Claims of lesson 02")[0][0] == "✗ did not hold"
    assert rows_of(page, "Claims of lesson 02")[0][1].startswith("One is two.")
    images = page.select("#lesson-01 img")
    assert len(images) == 1
    assert (
        "Points with 95 % intervals: spam-F1 (%) of 1 system, the best first: toy 90.0"
        in images[0]["alt"]
    )
    assert "ClaimFailed" in page.find(id="lesson-02").text


def right_text(course):
    metrics = json.loads((course / "runs" / "first" / "metrics.json").read_text())
    return metrics["01"]["right"]["text"]


@pytest.mark.notebook
def test_a_report_that_fails_does_not_take_the_run_with_it(course, monkeypatch, capsys):
    def broken(folder):
        raise KeyError("an entry")

    monkeypatch.setattr(report, "write_report", broken)
    assert run(order(course, name="second", only=("01",))) == 0
    folder = course / "runs" / "second"
    said = capsys.readouterr()
    assert "The report could not be written (KeyError: 'an entry')." in said.err
    assert f"`nlputils report {folder}` tries again" in said.err
    assert not (folder / "report.html").exists()
    assert (folder / "run.json").is_file()
    monkeypatch.undo()
    assert write_report(folder).is_file()
