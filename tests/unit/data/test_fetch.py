"""Fetching against a server of our own on the loopback, with every failure planted."""

import errno
import hashlib
import http.server
import re
import shutil
import threading

import pytest

from nlputils import data
from nlputils.data import commands, download, progress
from nlputils.errors import CourseError

COMMIT = "0" * 40
PLACE = f"owner/repo/{COMMIT}/messages.tsv"
ROWS = b"".join(
    b"%s\tmessage %c\n" % (b"spam" if n % 3 == 0 else b"ham", 97 + n) for n in range(26)
)

CARD = """
[tiny]
description = "A planted set"
task = "classification"
labels = ["ham", "spam"]
parser = "sms"
split = "none"
licence = "CC0"
homepage = "none"
citation = "none"
[[tiny.sources]]
base = "http://127.0.0.1:{port}/owner/repo/{commit}"
files = [["all", "messages.tsv", {size}, "{sha}"]]
"""


class Server(http.server.ThreadingHTTPServer):
    """Serves ROWS; ``plan`` holds what to do with the next requests instead."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.plan: list[str] = []
        self.asked: list[str] = []


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self):
        self.server.asked.append(self.path)
        act = self.server.plan.pop(0) if self.server.plan else "serve"
        if act == "503":
            self.send_error(503)
            return
        body = {"serve": ROWS, "cut": ROWS[:40], "wrong": ROWS[:-2] + b"Z\n", "short": ROWS[:40]}[
            act
        ]
        self.send_response(200)
        self.send_header("Content-Length", str(len(ROWS) if act == "cut" else len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path, server, monkeypatch):
    """A course of one small set, an empty cache, no mirror, no waiting between retries."""
    monkeypatch.setenv("NLPUTILS_ROOT", str(tmp_path / "course"))
    monkeypatch.setenv("NLPUTILS_DATA", str(tmp_path / "cache"))
    monkeypatch.delenv("NLPUTILS_MIRROR", raising=False)
    monkeypatch.setattr("pooch.core.time.sleep", lambda _: None)
    (tmp_path / "course" / "data").mkdir(parents=True)
    sha = hashlib.sha256(ROWS).hexdigest()
    card = CARD.format(port=server.server_port, commit=COMMIT, size=len(ROWS), sha=sha)
    (tmp_path / "course" / "data" / "datasets.toml").write_text(card)
    return tmp_path / "cache"


def kept(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_downloads_once_then_reads_the_cache(cache, server, capsys):
    assert data.provenance("tiny").source == "download"
    split = data.load("tiny")
    assert split.provenance.source == "download"
    assert split.provenance.sha256 == hashlib.sha256(ROWS).hexdigest()
    assert split.provenance.files == (PLACE,)
    assert len(split.train) + len(split.validation) + len(split.test) == 26
    assert "tiny: fetching 1 file(s)" in capsys.readouterr().err
    assert data.load("tiny").provenance.source == "cache"
    assert server.asked == [f"/{PLACE}"]
    assert kept(cache) == [cache / PLACE]
    assert capsys.readouterr().err == ""


@pytest.fixture
def large(monkeypatch):
    """Let the server serve a file of many chunks."""
    monkeypatch.setattr(f"{__name__}.ROWS", ROWS * 1000)
    return ROWS


def test_the_bytes_of_a_large_file_are_told_while_they_come(large, cache, monkeypatch, capsys):
    monkeypatch.setattr(progress, "_LINE_EVERY_SECONDS", 0.0)
    data.fetch("tiny")
    first, *lines = capsys.readouterr().err.splitlines()
    assert first.startswith("tiny: fetching 1 file(s), 0.4 MB")
    told = [re.fullmatch(r"tiny: (0\.\d) of 0\.4 MB", line) for line in lines]
    assert all(told)
    shown = [float(found[1]) for found in told]
    assert shown == sorted(shown) and {0.1, 0.2, 0.3, 0.4} == set(shown)


class Bar:
    """Stands for tqdm: it keeps what it was told."""

    def __init__(self, total, initial, **_):
        self.total, self.n, self.seen = total, initial, []
        bars.append(self)

    def update(self, size):
        self.n += size
        self.seen.append(self.n)

    def close(self):
        self.seen.append("closed")


bars: list[Bar] = []


def test_the_bar_of_a_terminal_goes_back_when_a_file_is_asked_for_again(
    large, cache, server, monkeypatch
):
    bars.clear()
    server.plan = ["wrong"]
    monkeypatch.setattr(progress, "tqdm", Bar)
    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: True, raising=False)
    data.fetch("tiny")
    (bar,) = bars
    *seen, last = bar.seen
    assert (bar.total, last) == (len(ROWS), "closed")
    assert max(seen) == seen[-1] == len(ROWS), "never more than there is"
    backwards = [at for at in range(1, len(seen)) if seen[at] < seen[at - 1]]
    assert len(backwards) == 1 and seen[backwards[0] - 1] == len(ROWS)
    assert backwards[0] > 5, "it moved while the first attempt was under way"


def test_a_busy_server_is_asked_again(cache, server):
    server.plan = ["503", "503"]
    assert data.fetch("tiny")[0].read_bytes() == ROWS
    assert len(server.asked) == 3


@pytest.mark.parametrize("fault", ["cut", "short", "wrong"])
def test_a_bad_answer_is_repaired_by_asking_again(cache, server, fault):
    server.plan = [fault]
    assert data.fetch("tiny")[0].read_bytes() == ROWS
    assert len(server.asked) == 2


@pytest.mark.parametrize("fault", ["short", "wrong"])
def test_a_wrong_file_is_refused_and_not_kept(cache, server, fault):
    server.plan = [fault] * 10
    with pytest.raises(CourseError, match="does not serve the file the registry names") as caught:
        data.fetch("tiny")
    assert hashlib.sha256(ROWS).hexdigest() in str(caught.value)
    assert kept(cache) == []


@pytest.mark.parametrize(("fault", "words"), [("503", "HTTP status 503"), ("cut", "")])
def test_a_server_that_stays_broken_is_named(cache, server, fault, words):
    server.plan = [fault] * 10
    with pytest.raises(CourseError, match=f"{PLACE}.*could not be downloaded.*{words}"):
        data.fetch("tiny")
    assert kept(cache) == []
    assert len(server.asked) == 1 + download.RETRIES


def test_without_a_network_the_message_names_url_cache_and_ways_out(cache, server):
    server.shutdown()
    server.server_close()
    with pytest.raises(CourseError, match="no connection") as caught:
        data.load("tiny")
    for words in (f":{server.server_port}/{PLACE}", str(cache), "NLPUTILS_MIRROR", "data fetch"):
        assert words in str(caught.value)


def test_a_damaged_cache_file_is_fetched_again(cache, server):
    path = data.fetch("tiny")[0]
    path.write_bytes(ROWS[:-1])
    assert data.verify().loc["tiny", ["whole", "damaged"]].to_list() == [0, 1]
    assert data.fetch("tiny")[0].read_bytes() == ROWS
    assert data.verify().loc["tiny", ["whole", "damaged"]].to_list() == [1, 0]


def test_a_damaged_cache_file_offline_is_named(cache, server):
    path = data.fetch("tiny")[0]
    path.write_bytes(b"x" * len(ROWS))
    server.shutdown()
    server.server_close()
    with pytest.raises(CourseError, match=re.escape(str(path)) + " is damaged.*no connection"):
        data.load("tiny")


def test_a_cache_made_elsewhere_works_offline(cache, server, tmp_path, monkeypatch):
    data.fetch("tiny")
    server.shutdown()
    server.server_close()
    monkeypatch.setenv("NLPUTILS_DATA", str(shutil.copytree(cache, tmp_path / "copied")))
    assert data.load("tiny").provenance.source == "cache"


def test_a_mirror_folder_is_read_in_place(cache, server, tmp_path, monkeypatch):
    folder = tmp_path / "mirror"
    (folder / PLACE).parent.mkdir(parents=True)
    (folder / PLACE).write_bytes(ROWS)
    monkeypatch.setenv("NLPUTILS_MIRROR", str(folder))
    assert data.fetch("tiny") == (folder / PLACE,)
    assert data.load("tiny").provenance.source == "mirror"
    assert server.asked == [] and not cache.exists()


def test_a_mirror_folder_is_hashed_once_until_a_file_changes(cache, tmp_path, monkeypatch):
    path = tmp_path / "mirror" / PLACE
    path.parent.mkdir(parents=True)
    path.write_bytes(ROWS)
    monkeypatch.setenv("NLPUTILS_MIRROR", str(tmp_path / "mirror"))
    hashed = []
    real = download.sha256_file
    monkeypatch.setattr(download, "sha256_file", lambda p: hashed.append(p) or real(p))
    data.fetch("tiny")
    data.fetch("tiny")
    assert hashed == [path]
    path.write_bytes(ROWS[:-2] + b"Z\n")
    with pytest.raises(CourseError, match=re.escape(str(path)) + " in the mirror is not.*sha256"):
        data.fetch("tiny")
    path.write_bytes(ROWS[:-2])
    with pytest.raises(CourseError, match=f"it has {len(ROWS) - 2} bytes, expected {len(ROWS)}"):
        data.fetch("tiny")


def test_a_mirror_folder_without_the_file_asks_no_network(cache, server, tmp_path, monkeypatch):
    (tmp_path / "mirror").mkdir()
    monkeypatch.setenv("NLPUTILS_MIRROR", str(tmp_path / "mirror"))
    with pytest.raises(CourseError, match=f"does not hold {PLACE} of tiny.*unset NLPUTILS_MIRROR"):
        data.fetch("tiny")
    assert server.asked == []


def test_a_mirror_that_is_nothing_is_refused(cache, monkeypatch):
    monkeypatch.setenv("NLPUTILS_MIRROR", "/nowhere/at/all")
    with pytest.raises(CourseError, match="neither a folder nor an http address"):
        data.fetch("tiny")


def test_a_mirror_address_is_asked_instead_of_the_source(cache, server, tmp_path, monkeypatch):
    toml = tmp_path / "course" / "data" / "datasets.toml"
    toml.write_text(toml.read_text().replace(f"127.0.0.1:{server.server_port}", "source.invalid"))
    monkeypatch.setenv("NLPUTILS_MIRROR", f"http://127.0.0.1:{server.server_port}/")
    assert data.provenance("tiny").source == "mirror"
    assert data.fetch("tiny")[0].read_bytes() == ROWS
    assert server.asked == [f"/{PLACE}"]


def test_a_full_disk_is_named_before_the_download(cache, server, monkeypatch):
    usage = shutil.disk_usage("/")._replace(free=3)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(CourseError, match=f"disk of {re.escape(str(cache))} is full"):
        data.fetch("tiny")
    assert server.asked == []


def test_a_disk_that_fills_up_during_the_download_is_named(cache, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pooch.core.stream_download", full)
    with pytest.raises(CourseError, match="is full: messages.tsv needs"):
        data.fetch("tiny")


def test_a_cache_folder_that_is_a_file_is_named(cache):
    cache.write_text("not a folder")
    with pytest.raises(CourseError, match="cannot be written.*Set NLPUTILS_DATA"):
        data.fetch("tiny")


def command(**arguments):
    return commands.argparse.Namespace(**arguments)


def test_commands_report_and_their_exit_codes_tell(cache, server, capsys):
    assert commands.list_command(command()) == 0
    listed = capsys.readouterr().out
    assert re.search(r"^tiny +- ", listed, re.MULTILINE) and str(cache) in listed
    assert commands.fetch_command(command(names=["all"])) == 0
    assert "tiny: 1 file(s) whole (cache)" in capsys.readouterr().out
    assert commands.verify_command(command(names=[])) == 0
    (cache / PLACE).write_bytes(b"")
    assert commands.verify_command(command(names=["tiny"])) == 1
    assert f"damaged: {cache / PLACE}" in capsys.readouterr().out


def test_fetch_goes_on_after_a_name_that_fails(cache, capsys):
    assert commands.fetch_command(command(names=["tinny", "tiny"])) == 1
    captured = capsys.readouterr()
    assert "Did you mean tiny" in captured.err and "tiny: 1 file(s) whole" in captured.out
    with pytest.raises(CourseError, match="needs names"):
        commands.fetch_command(command(names=[]))
