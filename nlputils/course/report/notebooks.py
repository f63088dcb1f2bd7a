"""An executed notebook as a piece of a page: nothing in it runs, nothing is loaded from outside."""

import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from bs4 import BeautifulSoup, Tag
from bs4.element import Stylesheet
from jinja2 import pass_context
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import (
    IPythonRenderer,
    MarkdownWithMath,
    MathInlineParser,
)
from traitlets.config import Config

from nlputils.course.report.formulas import formula
from nlputils.errors import CourseError

# What a page may show without running or loading anything, the richest first.
_KINDS = (
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/latex",
    "text/plain",
)
_REMOVED = "script, link, meta, base, iframe, frame, object, embed, applet, form, a.anchor-link"
_LOADING = ("src", "srcset", "poster", "data", "background", "xlink:href")
_OUTSIDE = re.compile(r"@import[^;]*;?|url\(\s*['\"]?(?!data:|#)[^)]*\)", re.I)
_NOTEBOOK = re.compile(r"(\d\d)_[^/]*\.ipynb")
# As pandoc has it: dollar signs touch their formula, and no digit follows the second one.
_FORMULA = r"(?s:(?<![$\\])\$(?!\s)(?P<math_inline_tex>(?:\\.|[^$\\])+?)(?<!\s)\$(?!\d))"
_DEEPER = 2
_DEEPEST = 6


class _Renderer(IPythonRenderer):
    """Markdown whose formulas are drawn here and not by a script in the browser."""

    def inline_math(self, body: str) -> str:
        return formula(body)

    def block_math(self, body: str) -> str:
        return formula(body, block=True)

    def latex_environment(self, name: str, body: str) -> str:
        return formula(rf"\begin{{{name}}}{body}\end{{{name}}}", block=True)


class _Inline(MathInlineParser):
    """Words, links, formulas. "From $5 to $10" holds none, though it has two dollar signs."""

    SPECIFICATION = {**MathInlineParser.SPECIFICATION, "inline_math_tex": _FORMULA}


class _Exporter(HTMLExporter):
    """nbconvert's page without its frame and without what it loads from elsewhere."""

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """Leave coloured code as it is: its text is escaped, and `close_off` sees the page."""
        yield from super().default_filters()
        yield "clean_html", lambda html: html

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        cell = context.get("cell", {})
        renderer = _Renderer(escape=False, attachments=cell.get("attachments", {}))
        return MarkdownWithMath(renderer, inline=_Inline(hard_wrap=False)).render(source)


def notebook_fragments(folder: Path) -> dict[str, str]:
    """Turn executed notebooks into pieces of one page.

    Args:
        folder: Where the notebooks lie.

    Returns:
        For each lesson HTML without scripts and without anything that a browser would fetch.
        Links that a reader may follow stay; those to another notebook stay on the page.

    Raises:
        CourseError: When a file is no notebook.
    """
    found = {path: _read(path) for path in sorted(folder.glob("*.ipynb"))}
    lessons = {
        str(content.metadata.get("nlputils", {}).get("number", path.stem[:2])): path
        for path, content in found.items()
    }
    return {number: _fragment(path, number, lessons) for number, path in lessons.items()}


def _read(path: Path) -> nbformat.NotebookNode:
    try:
        return _parsed(path.read_bytes())
    except (OSError, ValueError, AttributeError, nbformat.ValidationError) as error:
        raise CourseError(
            f"{path} is damaged: it is no notebook ({error}). Run the lesson again."
        ) from error


@cache
def _parsed(content: bytes) -> nbformat.NotebookNode:
    return nbformat.reads(content.decode(), as_version=4)


@cache
def rendered(content: bytes) -> str:
    """Turn an executed notebook into HTML as nbconvert has it: most of a report's time.

    Args:
        content: The notebook's file.

    Returns:
        The page without its frame.
    """
    page, _ = _exporter().from_notebook_node(_parsed(content))
    return str(page)


def _fragment(path: Path, number: str, lessons: Collection[str]) -> str:
    soup = BeautifulSoup(rendered(path.read_bytes()), features="html.parser")
    close_off(soup)
    _fit_in(soup, number, lessons)
    return str(soup)


def close_off(soup: BeautifulSoup) -> None:
    """Take out whatever would run or be fetched; say in its place what is missing.

    Args:
        soup: The piece of a page, changed in place.
    """
    for tag in soup.select(_REMOVED):
        tag.decompose()
    for style in soup.find_all("style"):
        style.string = Stylesheet(_OUTSIDE.sub("", style.get_text()))
    for tag in soup.find_all(True):
        for name in [name for name in tag.attrs if name.lower().startswith("on")]:
            del tag[name]
        if "style" in tag.attrs:
            tag["style"] = _OUTSIDE.sub("", str(tag["style"]))
        # A link waits for its reader; what any other element refers to is fetched at once.
        names = _LOADING if tag.name == "a" else (*_LOADING, "href")
        loaded = [name for name in names if name in tag.attrs and _is_outside(str(tag[name]))]
        if loaded:
            _say_missing(soup, tag, str(tag[loaded[0]]))


def _is_outside(address: str) -> bool:
    return not address.strip().lower().startswith(("data:", "#"))


def _say_missing(soup: BeautifulSoup, tag: Tag, address: str) -> None:
    """Put a sentence where something from outside would have been shown."""
    note = soup.new_tag("span", attrs={"class": "missing"})
    described = f", {tag['alt']}" if tag.get("alt") else ""
    note.string = f"[not part of this page: {address}{described}]"
    tag.replace_with(note)


def _fit_in(soup: BeautifulSoup, number: str, lessons: Collection[str]) -> None:
    """Make headings, anchors and links fit a page that holds several notebooks."""
    for tag in soup.find_all(re.compile(r"^h[1-6]$")):
        tag.name = f"h{min(int(tag.name[1]) + _DEEPER, _DEEPEST)}"
    styled = " ".join(style.get_text() for style in soup.find_all("style"))
    for tag in soup.find_all(id=True):
        # A name that a style sheet of the notebook uses has to stay, and is unique by itself.
        if f"#{tag['id']}" not in styled:
            tag["id"] = f"n{number}-{tag['id']}"
    for link in soup.find_all("a", href=True):
        address = str(link["href"])
        found = _NOTEBOOK.fullmatch(urlsplit(address).path.rpartition("/")[2])
        if address.startswith("#"):
            link["href"] = f"#n{number}-{address[1:]}"
        elif found and not urlsplit(address).scheme:
            if found[1] in lessons:
                link["href"] = f"#lesson-{found[1]}"
            else:
                del link["href"]


@cache
def _exporter() -> _Exporter:
    settings = Config({"NbConvertBase": {"display_data_priority": list(_KINDS)}})
    return _Exporter(
        config=settings,
        template_name="basic",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
