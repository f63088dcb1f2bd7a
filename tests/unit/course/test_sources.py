"""Notebooks from their sources: the same bytes each time, drift found."""

import json

import nbformat

from nlputils.course.sources import build, drift, generate


def test_generation_is_byte_identical_and_carries_nothing_of_the_machine(tmp_path, toy, toy_source):
    toy(tmp_path, {"01": toy_source("01", "1")})
    source = tmp_path / "src" / "01_toy.py"
    text = generate(source)
    assert text == generate(source) == (tmp_path / "01_toy.ipynb").read_text()
    notebook = nbformat.reads(text, as_version=4)
    assert set(notebook.metadata) == {"kernelspec", "language_info", "nlputils"}
    assert notebook.metadata.language_info == {"name": "python"}
    assert all(not cell.get("outputs") for cell in notebook.cells)
    assert build(tmp_path) == []


def test_a_changed_cell_changes_one_id_and_equal_cells_have_different_ids(
    tmp_path, toy, toy_source
):
    code = "1\n\n# %%\n1\n\n# %%\n{}"
    toy(tmp_path, {"01": toy_source("01", code.format(2))})
    before = [cell["id"] for cell in json.loads((tmp_path / "01_toy.ipynb").read_text())["cells"]]
    toy(tmp_path, {"01": toy_source("01", code.format(3))})
    after = [cell["id"] for cell in json.loads((tmp_path / "01_toy.ipynb").read_text())["cells"]]
    assert len(set(before)) == len(before)
    assert [old == new for old, new in zip(before, after, strict=True)] == [True] * (
        len(before) - 1
    ) + [False]


def test_drift_names_the_file_and_the_remedy(tmp_path, toy, toy_source):
    toy(tmp_path, {number: toy_source(number, "1") for number in ("01", "02", "03")})
    assert drift(tmp_path) == []
    edited = tmp_path / "01_toy.ipynb"
    edited.write_text(edited.read_text().replace("Toy 01", "Toy one"))
    (tmp_path / "02_toy.ipynb").unlink()
    (tmp_path / "src" / "03_toy.py").unlink()
    first, second, third = drift(tmp_path)
    assert first.startswith("01_toy.ipynb differs from src/01_toy.py")
    assert second.startswith("02_toy.ipynb is missing")
    assert "nlputils notebooks build" in first and "nlputils notebooks build" in second
    assert third.startswith("03_toy.ipynb has no source")
    assert [path.name for path in build(tmp_path)] == ["01_toy.ipynb", "02_toy.ipynb"]
