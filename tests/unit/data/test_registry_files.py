import hashlib
import os

import pytest

from nlputils.data.files import folder_atomic, read_object, sha256_file, write_atomic
from nlputils.errors import CourseError


def test_writes_whole_and_makes_folders(tmp_path):
    path = write_atomic(tmp_path / "a" / "b.txt", "ä\nb\n")
    assert path.read_bytes() == "ä\nb\n".encode()
    assert [entry.name for entry in path.parent.iterdir()] == ["b.txt"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = write_atomic(tmp_path / "b.txt", b"old")

    def fail(*_):
        raise OSError("planted")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="planted"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["b.txt"]


def test_mode_is_that_of_an_ordinary_file_and_is_kept(tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    path = write_atomic(tmp_path / "b.txt", b"x")
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o640)
    assert write_atomic(path, b"y").stat().st_mode & 0o777 == 0o640


def test_hash_of_a_file_longer_than_one_block(tmp_path):
    content = os.urandom((1 << 20) + 17)
    path = write_atomic(tmp_path / "big", content)
    assert sha256_file(path) == hashlib.sha256(content).hexdigest()


def test_a_folder_is_replaced_whole(tmp_path):
    for content in ("old", "new"):
        with folder_atomic(tmp_path / "a" / "f") as staging:
            (staging / f"{content}.txt").write_text(content)
    assert [path.name for path in (tmp_path / "a" / "f").iterdir()] == ["new.txt"]
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["f"]
    plain = tmp_path / "plain"
    plain.mkdir()
    assert (tmp_path / "a" / "f").stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("when", ["while it is filled", "when it takes its place"])
def test_a_folder_that_fails_leaves_the_old_one_and_nothing_else(tmp_path, monkeypatch, when):
    target = tmp_path / "f"
    with folder_atomic(target) as staging:
        (staging / "old.txt").write_text("old")
    replace = os.replace

    def fail(source, to):
        if to == target and (source / "new.txt").exists():
            raise OSError("planted")
        replace(source, to)

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="planted"), folder_atomic(target) as staging:
        (staging / "new.txt").write_text("new")
        if when == "while it is filled":
            raise OSError("planted")
    assert [path.name for path in target.iterdir()] == ["old.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "is missing"), ('{"a": 1', "is damaged: not JSON"), ("[1]", "holds a list")],
)
def test_a_file_of_settings_that_cannot_be_read_is_named(tmp_path, content, words):
    path = tmp_path / "settings.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CourseError, match=f"settings.json {words}"):
        read_object(path)
    with pytest.raises(CourseError, match=f"settings.json {words}.* Ask for it."):
        read_object(path, "Ask for it.")
    path.write_text('{"a": 1}')
    assert read_object(path) == {"a": 1}
