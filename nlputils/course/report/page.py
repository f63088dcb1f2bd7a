"""The page of a run: its sections, from what the run recorded."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nlputils import __version__
from nlputils.course.display import clock
from nlputils.course.recorded import GOOD, Recorded, shape
from nlputils.course.report.intervals import interval_plots, name_code
from nlputils.course.report.style import STYLE
from nlputils.course.results import main_results
from nlputils.data import SOURCE_WORDS

_WIDE = 4
_CODE = re.compile(r"`([^`]+)`")
# The browser itself is told to run nothing and to fetch nothing, whatever a notebook holds.
_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)
_HASHES = {
    "nlputils": "code of nlputils",
    "requirements.lock": "locked packages",
    "data": "embedded data",
}


def page(run: Recorded, notebooks: Mapping[str, str]) -> str:
    """Write the page.

    Args:
        run: The run.
        notebooks: For each lesson its executed notebook as HTML.

    Returns:
        One HTML document that needs nothing else.
    """
    sections = {
        "lessons": ("Lessons", _lessons(run, notebooks)),
        "scores": ("Scores and numbers", _scores(run)),
        "claims": ("Claims", _claims(run)),
        "costs": ("Costs", _costs(run)),
        "data": ("Data", _data(run)),
        "versions": ("Versions", _versions(run)),
        "notebooks": ("Executed notebooks", _notebooks(run, notebooks)),
    }
    links = "".join(
        f'<li><a href="#{key}">{title}</a></li>' for key, (title, _) in sections.items()
    )
    body = "".join(
        f'<section aria-labelledby="{key}"><h2 id="{key}">{title}</h2>{content}</section>'
        for key, (title, content) in sections.items()
    )
    name = html.escape(run.name)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>Run {name}</title><link rel="icon" href="data:,"><style>{STYLE}</style></head>'
        f'<body><a class="skip" href="#main">Skip to the results</a>{_header(run)}'
        f'<nav aria-label="Sections"><ul>{links}</ul></nav><main id="main">{body}</main>'
        f"<footer>Written by nlputils {__version__}. This page runs no script and loads nothing "
        "from elsewhere.</footer></body></html>\n"
    )


def _header(run: Recorded) -> str:
    rows = run.lessons.values()
    good = sum(row["status"] in GOOD for row in rows)
    claims = [row for lines in run.claims.values() for row in lines]
    held = sum(row["held"] for row in claims)
    facts = [
        f"profile <strong>{html.escape(run.profile)}</strong>",
        f"<strong>{good} of {len(rows)}</strong> lessons done",
        f"<strong>{held} of {len(claims)}</strong> claims held",
    ]
    if run.about.get("seconds") is not None:
        facts.append(f"<strong>{clock(run.about['seconds'])}</strong> in all (minutes:seconds)")
    begun = str(run.about.get("started", "")).replace("T", " ").replace("+00:00", " UTC")
    command = " ".join(map(str, run.about.get("command", [])))
    asked = f"<code>{html.escape(command)}</code>" if command else ""
    listed = "".join(f"<li>{fact}</li>" for fact in facts)
    return (
        f"<header><h1>Run {html.escape(run.name)}</h1><ul>{listed}</ul>"
        f"<p>{html.escape(begun)} {asked}</p></header>"
    )


def _lessons(run: Recorded, notebooks: Mapping[str, str]) -> str:
    rows = []
    for number, about in run.lessons.items():
        name = _named(run, number)
        if number in notebooks:
            name = f'<a href="#lesson-{number}">{name}</a>'
        claims = run.claims.get(number, [])
        held = f"{sum(row['held'] for row in claims)} of {len(claims)}" if claims else "-"
        metrics = [{"name": key, **row} for key, row in run.metrics.get(number, {}).items()]
        scores = "<br>".join(
            f"{name_code(row['name'])} {html.escape(row['text'])}" for row in main_results(metrics)
        )
        cost = [_time(about.get("seconds")), _peak(about.get("peak_mb"))]
        status = _status(about) + _changed(about)
        rows.append([name, status, *cost, held, scores or "-"])
    heads = ["lesson", "status", "time", "peak MB", "claims held", "main scores"]
    return _table("Lessons of this run", heads, rows, numeric=(2, 3, 4))


def _status(about: Mapping[str, Any]) -> str:
    status = str(about["status"])
    good = status in GOOD
    mark = f'<span class="{"good" if good else "bad"}">{"✓" if good else "✗"} '
    message = str(about.get("message") or "")
    note = f'<div class="note">{html.escape(message)}</div>' if message else ""
    return f"{mark}{html.escape(status)}</span>{note}"


def _changed(about: Mapping[str, Any]) -> str:
    given = about.get("overridden") or {}
    if not given:
        return ""
    listed = ", ".join(f"{name} = {value!r}" for name, value in given.items())
    return f'<div class="note">changed by hand: {html.escape(listed)}</div>'


def _scores(run: Recorded) -> str:
    parts = []
    for number, rows in run.metrics.items():
        numbers = [
            [name_code(name), html.escape(row["text"])]
            for name, row in rows.items()
            if shape(row) == "number"
        ]
        content = interval_plots(rows)
        if numbers:
            title = f"Numbers of lesson {number}"
            content += _table(title, ["number", "measured"], numbers)
        if content:
            parts.append(f"<h3>{_named(run, number)}</h3>{content}")
    if not parts:
        return "<p>No lesson of this run recorded a score or a number.</p>"
    drawn = any(shape(row) != "number" for rows in run.metrics.values() for row in rows.values())
    return (_READING if drawn else "") + "".join(parts)


_READING = (
    '<p class="lead">A large point is the estimate, the bar its 95 % interval, and the small '
    "rings are single seeds or splits. Bars of two systems that overlap do not settle which one is "
    "ahead: a comparison does, as it looks at the same texts pair by pair. In a comparison the "
    "dashed line marks no difference, and a hollow point says that the two cannot be told apart."
    "</p>"
)


def _claims(run: Recorded) -> str:
    parts = []
    for number, claims in run.claims.items():
        if claims:
            rows = [_claim(row) for row in claims]
            table = _table(f"Claims of lesson {number}", ["verdict", "claim"], rows)
            parts.append(f"<h3>{_named(run, number)}</h3>{table}")
    if not parts:
        return "<p>No lesson of this run made a claim.</p>"
    return (
        '<p class="lead">A claim is a sentence of the lesson that the run checked. The planted '
        "error is a wrong value which the same check had to refuse.</p>" + "".join(parts)
    )


def _claim(row: Mapping[str, Any]) -> list[str]:
    good = row["held"]
    verdict = f'<span class="{"good" if good else "bad"}">{"✓ held" if good else "✗ did not hold"}'
    loose = "" if row.get("enforced", True) else '<div class="note">reported, not enforced</div>'
    sentence = _CODE.sub(r"<code>\1</code>", html.escape(row["sentence"]))
    values = "".join(
        f"<dt>{words}</dt><dd><code>{html.escape(str(row[key]))}</code></dd>"
        for key, words in (("value", "This run gave"), ("planted", "Planted error, refused"))
        if key in row
    )
    more = f"<details><summary>values</summary><dl>{values}</dl></details>" if values else ""
    return [f"{verdict}</span>{loose}", sentence + more]


def _costs(run: Recorded) -> str:
    times = {n: row.get("seconds") for n, row in run.lessons.items()}
    total = sum(seconds for seconds in times.values() if seconds is not None)
    longest = max((seconds for seconds in times.values() if seconds is not None), default=0)
    rows = []
    for number, about in run.lessons.items():
        seconds = times[number]
        share = 100 * (seconds or 0) / longest if longest else 0
        bar = f'<div class="bar" style="width:{share:.1f}%"></div>'
        source = about.get("executed_in") if about["status"] == "unchanged" else run.name
        executed = html.escape(str(source)) if seconds is not None else "not executed"
        cost = [_time(seconds), bar, _peak(about.get("peak_mb"))]
        rows.append([_named(run, number), *cost, executed])
    peaks = [row["peak_mb"] for row in run.lessons.values() if row.get("peak_mb") is not None]
    rows.append(["<strong>in all</strong>", _time(total), "", _peak(max(peaks, default=None)), ""])
    heads = ["lesson", "time", "share of the longest", "peak MB", "executed in the run"]
    return (
        f'<p class="lead">Each time and each peak was measured once, on '
        f"{html.escape(str(run.about.get('device', 'a machine without a description')))}. "
        "The peak is the memory of the lesson's kernel; in all, the largest of them.</p>"
        + _table("Costs of the lessons", heads, rows, numeric=(1, 3))
    )


def _data(run: Recorded) -> str:
    rows = []
    for name, row in run.about.get("data", {}).items():
        source = str(row.get("source", ""))
        files = "<br>".join(
            f"<code>{html.escape(str(file))}</code>" for file in row.get("files", [])
        )
        digest = f"<code>{html.escape(str(row.get('sha256', '')))}</code>"
        rows.append(
            [
                name_code(name),
                html.escape(SOURCE_WORDS.get(source, source)),
                html.escape(str(row.get("licence", ""))),
                html.escape(str(row.get("citation", ""))),
                f"<details><summary>files and sha256</summary>{files}<br>{digest}</details>",
            ]
        )
    if not rows:
        return "<p>The lessons of this run read no data set.</p>"
    heads = ["data set", "where it came from", "licence", "cite", "bytes"]
    return _table("Data sets of this run", heads, rows)


def _versions(run: Recorded) -> str:
    about = run.about
    names = ("device", "platform", "machine", "backend", "commit")
    facts = {name: about.get(name) for name in names}
    facts |= about.get("versions", {})
    facts |= {f"sha256 of the {_HASHES.get(k, k)}": v for k, v in about.get("hashes", {}).items()}
    rows = [
        [html.escape(name), f"<code>{html.escape(str(value or 'unknown'))}</code>"]
        for name, value in facts.items()
    ]
    return _table("Machine and versions", ["what", "in this run"], rows)


def _notebooks(run: Recorded, notebooks: Mapping[str, str]) -> str:
    if not notebooks:
        return "<p>This run holds no executed notebook.</p>"
    parts = [
        f'<details class="notebook"><summary>{_named(run, number)}</summary>'
        f'<article id="lesson-{number}" aria-label="Notebook of lesson {number}">{content}'
        "</article></details>"
        for number, content in notebooks.items()
    ]
    return '<p class="lead">Each opens with a click or the Enter key.</p>' + "".join(parts)


def _named(run: Recorded, number: str) -> str:
    title = str(run.lessons.get(number, {}).get("title", ""))
    return html.escape(f"{number} {title}".strip())


def _time(seconds: float | None) -> str:
    return "-" if seconds is None else clock(seconds)


def _peak(peak: float | None) -> str:
    return "-" if peak is None else f"{peak:,.0f}"


def _table(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    numeric: Sequence[int] = (),
) -> str:
    """Lay out a table that a keyboard can scroll where it is wider than the screen."""
    kinds = [' class="number"' if place in numeric else "" for place in range(len(heads))]
    head = "".join(
        f'<th scope="col"{kind}>{name}</th>' for name, kind in zip(heads, kinds, strict=True)
    )
    lines = []
    for first, *rest in rows:
        cells = "".join(
            f"<td{kind}>{cell}</td>" for cell, kind in zip(rest, kinds[1:], strict=True)
        )
        lines.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    label = html.escape(caption, quote=True)
    wide = " wide" if len(heads) >= _WIDE else ""
    return (
        f'<div class="scroll{wide}" role="region" aria-label="{label}" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )
