"""Working copies: made with the profile's parameters, and never taken from a learner."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pytest

from nlputils.course.lab import free_port, lab_command, lab_environment, prepare
from nlputils.course.lessons import read_lessons
from nlputils.course.profiles import read_profiles
from nlputils.errors import CourseError

TABLE = "[lessons.01.pocket.parameters]\nepochs = 1\n"


@pytest.fixture
def course(tmp_path, toy, toy_source):
    """Prepare the copies of a two-lesson course, again and again."""

    class Course:
        folder = tmp_path / "notebooks"
        place = tmp_path / "lab" / "pocket"
        copy = place / "01_toy.ipynb"

        def publish(self, code: str = "print(epochs)") -> None:
            sources = {"01": toy_source("01", code, "epochs = 3"), "02": toy_source("02", "2")}
            toy(self.folder, sources, TABLE)

        def prepare(self, *reset: str) -> list[str]:
            table = read_profiles(self.folder / "profiles.toml")
            return prepare(read_lessons(self.folder), table, "pocket", self.place, reset)

        def edit(self, old: str, new: str) -> None:
            self.copy.write_text(self.copy.read_text().replace(old, new))

    made = Course()
    made.publish()
    return made


def test_copies_hold_the_parameters_of_the_profile_in_their_own_cell(course):
    assert course.prepare() == []
    cells = nbformat.read(course.copy, as_version=4).cells
    tagged = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", ())]
    assert tagged == ['profile = "pocket"\nepochs = 1']
    assert "injected-parameters" not in course.copy.read_text()
    assert course.prepare() == []


def test_an_edited_copy_is_kept_and_a_reset_keeps_a_backup(course):
    course.prepare()
    course.edit("print(epochs)", "print(epochs, 42)")
    mine = course.copy.read_text()
    assert course.prepare() == [
        "01_toy.ipynb keeps your edits. To begin it anew: --reset 01 renews it."
    ]
    course.publish("print(epochs, 'new')")
    (said,) = course.prepare()
    assert "has changed since" in said
    assert course.copy.read_text() == mine
    (said,) = course.prepare("1")
    assert "is new again" in said
    assert "'new'" in course.copy.read_text()
    (backup,) = (course.place / "backups").iterdir()
    assert backup.read_text() == mine


def test_a_copy_that_was_only_run_follows_the_new_version(course):
    course.prepare()
    notebook = nbformat.read(course.copy, as_version=4)
    notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", text="3\n")]
    nbformat.write(notebook, course.copy)
    assert course.prepare() == []
    assert "3\\n" in course.copy.read_text()
    course.publish("print(epochs, 'new')")
    assert course.prepare() == ["01_toy.ipynb follows the course's new version."]
    assert "'new'" in course.copy.read_text()


def test_a_copy_that_cannot_be_read_is_kept(course):
    course.prepare()
    course.copy.write_text("half a noteb")
    (said,) = course.prepare()
    assert "keeps your edits" in said
    assert course.copy.read_text() == "half a noteb"


@pytest.mark.parametrize("content", ["", '{"01_toy.ipynb": "3f', "[]"])
def test_a_damaged_list_of_copies_takes_no_edit_away(course, content):
    course.prepare()
    course.edit("print(epochs)", "print(epochs, 42)")
    mine, state = course.copy.read_text(), course.place / ".prepared.json"
    state.write_text(content)
    damage, kept = course.prepare()
    assert damage.startswith(f"{state} ") and "--reset NUMBER renews one" in damage
    assert kept == "01_toy.ipynb keeps your edits. To begin it anew: --reset 01 renews it."
    assert course.prepare() == [kept], "the file is whole again"
    course.publish("print(epochs, 'new')")
    assert course.prepare() == [kept]
    assert course.copy.read_text() == mine
    course.prepare("1")
    assert [path.read_text() for path in (course.place / "backups").iterdir()] == [mine]
    course.publish("print(epochs, 'newer')")
    assert course.prepare() == ["01_toy.ipynb follows the course's new version."]


def test_a_copy_of_an_older_version_is_kept_where_nothing_tells_that_it_was_not_edited(course):
    course.prepare()
    older = course.copy.read_text()
    (course.place / ".prepared.json").write_text("half")
    course.publish("print(epochs, 'new')")
    assert len(course.prepare()) == 2
    assert course.copy.read_text() == older


def test_a_reset_of_no_lesson_is_refused(course):
    with pytest.raises(CourseError, match=r"no lesson 09. There are: 01, 02"):
        course.prepare("09")


def test_a_taken_port_is_refused():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CourseError, match=f"Port {port} cannot be used"):
            free_port(port)
    assert free_port(None) > 0


def get(port: int, path: str, token: str) -> dict:
    address = f"http://127.0.0.1:{port}{path}"
    request = urllib.request.Request(address, headers={"Authorization": f"token {token}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


@pytest.mark.slow
def test_the_server_serves_the_copies_to_the_bearer_of_its_token_only(course, tmp_path):
    course.prepare()
    port, settings = free_port(None), tmp_path / "settings"
    environment = lab_environment(settings, "secret-token")
    command = lab_command(course.place, port, browser=False)
    assert not any("secret-token" in word for word in command)
    log = open(tmp_path / "log.txt", "w")  # noqa: SIM115
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_until_up(server, port)
        names = {item["name"] for item in get(port, "/api/contents", "secret-token")["content"]}
        assert {"01_toy.ipynb", "02_toy.ipynb"} <= names
        news = "/lab/api/settings/@jupyterlab/apputils-extension:notification"
        assert '"fetchNews": "false"' in get(port, news, "secret-token")["raw"]
        with pytest.raises(urllib.error.HTTPError, match="403"):
            get(port, "/api/contents", "wrong")
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def wait_until_up(server: subprocess.Popen, port: int) -> None:
    for _ in range(300):
        assert server.poll() is None
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not come up in 30 s")


def test_lab_leaves_the_settings_of_the_person_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "own"))
    environment = lab_environment(tmp_path / "private", "t")
    private = [v for k, v in environment.items() if k.startswith("JUPYTER") and k.endswith("DIR")]
    assert len(private) >= 5
    assert all(value.startswith(str(tmp_path / "private") + os.sep) for value in private)
    assert sys.executable == lab_command(tmp_path, 1, browser=True)[0]
