"""JupyterLab on working copies: the sources stay as they are, whatever a learner tries."""

import contextlib
import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from nlputils.course.lessons import Lesson, notebooks_folder, read_lessons, with_parameters
from nlputils.course.profiles import Profiles, read_profiles
from nlputils.course.runner import require_gpu
from nlputils.data import course_root, write_atomic
from nlputils.data.files import read_object
from nlputils.errors import CourseError
from nlputils.lesson.machine import backend
from nlputils.lesson.session import runs_folder
from nlputils.memory import with_huge_pages

_LOOPBACK = "127.0.0.1"
_NEWS = "@jupyterlab/apputils-extension/notification.jupyterlab-settings"


def lab(
    profile: str, port: int | None, browser: bool, reset: tuple[str, ...], prepare_only: bool
) -> int:
    """Prepare the working copies of a profile and open JupyterLab on them.

    Args:
        profile: Whose parameters the copies get.
        port: A port of this machine; a free one where not given.
        browser: Whether to open a browser.
        reset: Lessons whose copies are renewed.
        prepare_only: Whether to stop before JupyterLab starts.

    Returns:
        The exit code of JupyterLab.

    Raises:
        CourseError: When the profile or a lesson does not exist, the port is taken, the backend
            is missing, or the profile needs a GPU that is not there.
    """
    folder = notebooks_folder()
    profiles = read_profiles(folder / "profiles.toml")
    backend()  # raises where it is missing: better now than in the first cell
    if profiles.profile(profile).needs_gpu:
        require_gpu()
    lessons = read_lessons(folder)
    place = runs_folder() / "lab" / profile
    for sentence in prepare(lessons, profiles, profile, place, reset):
        print(sentence)
    print(f"The working copies ({profile}: {profiles.profile(profile).summary}) are in {place}.")
    if prepare_only:
        return 0
    first = next(iter(lessons.values())).path.name
    return _serve(place, first, free_port(port), browser)


def prepare(
    lessons: Mapping[str, Lesson],
    profiles: Profiles,
    profile: str,
    place: Path,
    reset: tuple[str, ...] = (),
) -> list[str]:
    """Make or renew the working copies of a profile.

    A copy the learner has not edited follows the course's version; running its cells is no edit.
    An edited one is never touched, unless ``reset`` names it, and then it is kept as a backup.
    What tells them apart stands in ``.prepared.json``. Where that file is damaged, each copy that
    differs from the course's version counts as edited: nobody's work may be lost with it.

    Args:
        lessons: All lessons.
        profiles: The table of profiles.
        profile: Whose parameters the copies get.
        place: Where the copies lie.
        reset: Lessons to renew.

    Returns:
        A sentence for each copy that was kept, renewed or moved aside, and one for a damaged
        ``.prepared.json``.

    Raises:
        CourseError: When ``reset`` names a lesson that does not exist.
    """
    wanted = {number.zfill(2) for number in reset}
    unknown = sorted(wanted - set(lessons))
    if unknown:
        raise CourseError(f"There is no lesson {unknown[0]}. There are: {', '.join(lessons)}.")
    state_file = place / ".prepared.json"
    state, sentences = _state(state_file)
    for lesson in lessons.values():
        content = with_parameters(lesson, profiles.parameters(lesson, profile))
        sentence = _prepare_one(place / lesson.path.name, content, state, lesson.number in wanted)
        sentences += [sentence] if sentence else []
    write_atomic(state_file, json.dumps(state, indent=1))
    return sentences


def _state(path: Path) -> tuple[dict[str, str], list[str]]:
    """Read which version each copy was made from; say so when the file cannot tell any more."""
    if not path.is_file():
        return {}, []
    try:
        return read_object(path, "It is made anew."), []
    except CourseError as error:
        return {}, [
            f"{error} The file told which copies you have edited. Now each that differs from the "
            "course's version counts as edited, and is kept. --reset NUMBER renews one."
        ]


def _prepare_one(copy: Path, content: Any, state: dict[str, str], renew: bool) -> str:
    """Bring one copy up to date; say what happened, if it is worth saying."""
    new, sentence = _sources_hash(content), ""
    if copy.is_file():
        now, before = _hash_of(copy), state.get(copy.name)
        if renew:
            backup = copy.parent / "backups" / f"{copy.stem}-{time.strftime('%Y%m%d-%H%M%S')}.ipynb"
            backup.parent.mkdir(exist_ok=True)
            os.replace(copy, backup)
            sentence = f"{copy.name} is new again; your version is in backups/{backup.name}."
        elif now == new:
            state[copy.name] = new
            return ""
        elif now != before:
            news = "" if before in (None, new) else " The course's version has changed since:"
            news = news or " To begin it anew:"
            return f"{copy.name} keeps your edits.{news} --reset {copy.name[:2]} renews it."
        else:
            sentence = f"{copy.name} follows the course's new version."
    write_atomic(copy, nbformat.writes(content))
    state[copy.name] = new
    return sentence


def _hash_of(copy: Path) -> str:
    try:
        return _sources_hash(nbformat.read(copy, as_version=4))
    except (OSError, ValueError):
        # What cannot be read may still hold a learner's work: it counts as edited.
        return "unreadable"


def _sources_hash(notebook: Any) -> str:
    """Hash what a person can edit: the kinds and texts of the cells, not their outputs."""
    cells = [(cell.cell_type, cell.source) for cell in notebook.cells]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def free_port(asked: int | None) -> int:
    """Choose a port of this machine for JupyterLab.

    Args:
        asked: The port a person wants, or None.

    Returns:
        A port that was free just now.

    Raises:
        CourseError: When the wanted port is taken or not allowed.
    """
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        try:
            probe.bind((_LOOPBACK, asked or 0))
        except (OSError, OverflowError) as error:
            raise CourseError(
                f"Port {asked} cannot be used ({error}). Choose another --port, or none: a free "
                "one is found by itself."
            ) from error
        return int(probe.getsockname()[1])


def lab_environment(settings: Path, token: str) -> dict[str, str]:
    """Make JupyterLab's environment: private folders, so that nobody's own settings change.

    Args:
        settings: The folder that holds them.
        token: What the address carries, so that only its reader gets in.

    Returns:
        The environment variables of the server.
    """
    news = settings / "settings" / _NEWS
    if not news.is_file():
        write_atomic(news, json.dumps({"fetchNews": "false", "checkForUpdates": False}))
    own = {key: value for key, value in os.environ.items() if not key.startswith("NLPUTILS_REC")}
    return with_huge_pages(own) | {
        "NLPUTILS_ROOT": str(course_root()),
        "NLPUTILS_RUNS": str(runs_folder()),
        "JUPYTER_TOKEN": token,
        "JUPYTER_CONFIG_DIR": str(settings / "config"),
        "JUPYTER_DATA_DIR": str(settings / "data"),
        "JUPYTER_RUNTIME_DIR": str(settings / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(settings / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(settings / "workspaces"),
        "IPYTHONDIR": str(settings / "ipython"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def lab_command(place: Path, port: int, browser: bool) -> list[str]:
    """Write the command line of the server.

    Args:
        place: The folder it shows.
        port: Its port.
        browser: Whether it opens a browser.

    Returns:
        The words. The token is not among them, since command lines can be read by others.
    """
    words = [
        *(sys.executable, "-m", "jupyterlab"),
        f"--ServerApp.ip={_LOOPBACK}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={place}",
        f"--ServerApp.open_browser={browser}",
        "--ServerApp.log_level=WARN",
        "--KernelManager.transport_encryption=auto",
    ]
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*words, "--allow-root"] if root else words


def _serve(place: Path, first: str, port: int, browser: bool) -> int:
    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(16)
    settings = runs_folder() / "lab" / ".jupyter"
    command = [*lab_command(place, port, browser), f"--LabApp.default_url=/lab/tree/{first}"]
    print(f"JupyterLab: http://{_LOOPBACK}:{port}/lab/tree/{first}?token={token}")
    print("Stop it with Ctrl+C in this window.", flush=True)
    environment = lab_environment(settings, token)
    if os.name == "posix":
        # The server takes the place of this process, so that Ctrl+C and signals reach it alone.
        os.execve(command[0], command, environment)
    return subprocess.call(command, env=environment)
