import hashlib
import os

import pytest

from nlputils.data.files import sha256_file, write_atomic


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
