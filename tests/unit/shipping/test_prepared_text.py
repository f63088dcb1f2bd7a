"""A prepared text that was damaged: what is wrong is named, and how to have it made anew."""

import json

import numpy as np
import pytest

from nlputils import models
from nlputils.errors import CourseError
from nlputils.shipping import Recipe, making
from nlputils.text import SPECIAL_TOKENS, WordPiece

LENGTH = 8
FILES = ("about.json", "train.npy", "held_out.npy")


def nothing_is_read(*_):
    raise AssertionError("the text was prepared already")


@pytest.fixture
def folder(tmp_path):
    """A prepared text of four rows, written by hand."""
    WordPiece([*SPECIAL_TOKENS, *"abcdefgh"]).save(tmp_path / "vocabulary.txt")
    np.save(tmp_path / "train.npy", np.full((3, LENGTH), 5, dtype=np.int32))
    np.save(tmp_path / "held_out.npy", np.full((1, LENGTH), 6, dtype=np.int32))
    counts = {"tokens_train": 3 * LENGTH, "tokens_held_out": LENGTH}
    about = {"texts": {}, **counts, "tokens_per_second": 1.0, "seconds": 1.0, "peak_mb": 1}
    (tmp_path / "about.json").write_text(json.dumps(about))
    return tmp_path


def prepared(folder):
    return making.prepared(Recipe(row_length=LENGTH), folder, str, nothing_is_read)


def cut(path, share=0.5):
    """Keep a part of a file, as a disk that was full does."""
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


@pytest.mark.parametrize("share", [0.0, 0.1, 0.9])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_cut_off_is_named_with_the_way_out(folder, name, share):
    assert prepared(folder).train.shape == (3, LENGTH)
    cut(folder / name, share)
    with pytest.raises(CourseError, match=f"{name} is damaged") as caught:
        prepared(folder)
    assert f"Remove the folder {folder} and give the same command again" in str(caught.value)


@pytest.mark.parametrize("name", FILES[1:])
def test_a_missing_file_and_rows_of_another_text_are_named(folder, name):
    np.save(folder / name, np.full((7, LENGTH), 5, dtype=np.int32))
    with pytest.raises(CourseError, match="its rows hold .* pieces, and about.json says 24 and 8"):
        prepared(folder)
    (folder / name).unlink()
    with pytest.raises(CourseError, match=f"{name} is missing. Remove the folder"):
        prepared(folder)


def test_what_was_made_from_the_rows_is_named_and_made_anew(folder):
    rows = prepared(folder)
    short = np.array(making.shortened(rows, 4))
    cut(folder / "train-4.npy")
    with pytest.raises(CourseError, match="train-4.npy is damaged.*Remove train-4.npy and give"):
        making.shortened(rows, 4)
    (folder / "train-4.npy").unlink()
    assert (making.shortened(rows, 4) == short).all()
    task = models.masked_lm(models.encoder("1x64", len(rows.tokenizer), LENGTH))
    (folder / "vectors-64.npy").write_bytes(b"")
    with pytest.raises(CourseError, match="vectors-64.npy is damaged.*Remove vectors-64.npy"):
        making.begin(task, rows, "counts", str)
