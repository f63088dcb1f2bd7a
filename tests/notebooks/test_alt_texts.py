"""Every picture that a lesson shows is also told in words."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook, new_output

pytestmark = pytest.mark.notebook


def alt_texts(notebook):
    """Return the text of each picture among the outputs, empty where it has none."""
    texts = []
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for output in (output for cell in cells for output in cell.outputs):
        for kind, content in output.get("data", {}).items():
            if kind.startswith("image/"):
                texts.append(output.metadata.get(kind, {}).get("alt", ""))
            if kind == "text/markdown":
                texts += re.findall(r"!\[(.*?)\]\(", content, re.S)
            if kind in ("text/html", "text/markdown"):
                page = BeautifulSoup(content, "html.parser")
                texts += [image.get("alt", "") for image in page.find_all("img")]
                texts += [drawing.get("aria-label", "") for drawing in page.find_all("svg")]
    return [text.strip() for text in texts]


def test_every_picture_of_the_course_has_its_text(pocket_run):
    paths = sorted((pocket_run / "notebooks").glob("*.ipynb"))
    found = {path.name: alt_texts(nbformat.read(path, as_version=4)) for path in paths}
    assert found and [name for name, texts in found.items() if not texts] == []
    assert [name for name, texts in found.items() if "" in texts] == []


@pytest.mark.parametrize(
    "data",
    [
        {"image/png": "iVBORw0KGgo="},
        {"image/svg+xml": "<svg></svg>"},
        {"text/html": '<p>A figure:</p><img src="a.png">'},
        {"text/html": '<img alt="" src="a.png">'},
        {"text/html": '<img alt=" \n" src="a.png">'},
        {"text/html": '<svg viewBox="0 0 9 9"></svg>'},
        {"text/html": '<img alt="Two points." src="a.png"><img src="b.png">'},
        {"text/markdown": "![](a.png)"},
        {"image/png": "iVBORw0KGgo=", "text/html": '<img alt="Two points." src="a.png">'},
    ],
)
@pytest.mark.parametrize("kind", ["display_data", "execute_result"])
def test_a_picture_without_text_is_seen(data, kind):
    output = new_output(kind, data={"text/plain": "<Figure>", **data})
    assert "" in alt_texts(new_notebook(cells=[new_code_cell("1", outputs=[output])]))
    told = {"text/html": '<table></table><img alt="Two points." src="a.png">'}
    output = new_output(kind, data=told)
    assert alt_texts(new_notebook(cells=[new_code_cell("1", outputs=[output])])) == ["Two points."]
