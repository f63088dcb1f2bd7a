"""JupyterLab in a browser, as `make lab` starts it: a learner runs all of a lesson and saves it."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import nbformat
import pytest

pytestmark = [pytest.mark.notebook, pytest.mark.timeout(2400)]

# Root may not use Chromium's sandbox, and a closed network lets the rest of these wait for answers.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, TALL, PART = 1280, 1000, 4000
# With figures, tables, formulas and claims; it needs what an earlier lesson left.
LESSON = "03_the_lstm_baseline.ipynb"
# What the learner changes before, to save time; with these values all claims hold, too.
CHANGED = {"seeds": [0, 1]}
NUMBER = LESSON[:2]
SECONDS = 900
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
# Below the last cell Lab leaves a page of white; no picture of it is needed.
END_IN_VIEW = """panel => {
    const last = [...document.querySelectorAll(`${panel} .jp-Cell`)].at(-1);
    return last.getBoundingClientRect().bottom <= window.innerHeight;
}"""


@pytest.fixture(scope="session")
def chromium():
    """The browser of this machine, or a skip that says what is missing.

    Of the session, since it has to skip before the course runs for nothing.
    """
    pytest.importorskip("playwright.sync_api", reason="the package playwright is not installed")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("there is no program `chromium`: JupyterLab is not tested in a browser")
    return found


@pytest.fixture
def page(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser.new_page(viewport={"width": WIDE, "height": TALL})
        browser.close()


@pytest.fixture
def lab(chromium, pocket_run, program, as_a_learner, tmp_path):
    """JupyterLab on fresh working copies, beside a run that holds what earlier lessons left."""
    (tmp_path / pocket_run.name).symlink_to(pocket_run)
    with serving(program, tmp_path, as_a_learner) as server:
        yield server


@contextlib.contextmanager
def serving(program, runs, environment):
    """Start `nlputils lab`, read the address from what it prints, and stop it at the end."""
    foreign = ("JUPYTER", "NLPUTILS_REC")
    own = {k: v for k, v in environment.items() if not k.startswith(foreign)}
    command = [program, "lab", "--profile", "pocket", "--no-browser"]
    with open(runs / "log.txt", "w+") as log:
        environment = own | {"NLPUTILS_RUNS": str(runs)}
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=runs)
        try:
            address = address_of(server, runs / "log.txt")
            yield SimpleNamespace(address=address, copies=runs / "lab" / "pocket")
        finally:
            server.terminate()
            server.wait(timeout=60)


def address_of(server, log):
    for _ in range(600):
        found = re.search(r"^JupyterLab: (http://127\.0\.0\.1:\d+/\S+)", log.read_text(), re.M)
        assert server.poll() is None, log.read_text()
        if found:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", urlsplit(found[1]).port)) == 0:
                    return found[1]
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not come up in 60 s: {log.read_text()}")


# What a learner does


def open_lesson(page, lab, name):
    """Open a working copy; wait until its kernel is connected, or Run All Cells would be lost."""
    page.goto(re.sub(r"/lab/tree/[^?]*", f"/lab/tree/{name}", lab.address))
    page.locator(f"{PANEL} .jp-Cell").first.wait_for(timeout=60_000)
    wait_for(lambda: kernel(page, lab)["connections"] >= 1 and is_idle(page, lab), 120, "a kernel")


def change_parameters(path):
    """Write other values below those of the parameter cell."""
    notebook = nbformat.read(path, as_version=4)
    (cell,) = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", ())]
    cell.source += "".join(f"\n{name} = {value}" for name, value in CHANGED.items())
    nbformat.write(notebook, path)


def run_all_cells(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells$")).click()


def save(page):
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Save Notebook")).first.click()


def kernel(page, lab):
    """What the server says of the only kernel. Lab's own word "idle" comes too early."""
    parts = urlsplit(lab.address)
    answer = page.request.get(f"{parts.scheme}://{parts.netloc}/api/sessions?{parts.query}")
    sessions = answer.json()
    return sessions[0]["kernel"] if sessions else {"connections": 0, "execution_state": "none"}


def is_idle(page, lab):
    return kernel(page, lab)["execution_state"] == "idle"


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: not in {seconds} s"
        time.sleep(0.5)


def run_to_the_end(page, lab, path):
    """Run all cells, and save until the file on the disk holds a result of each of them."""

    def is_complete():
        if not is_idle(page, lab):
            return False
        save(page)
        page.wait_for_timeout(1000)
        try:
            cells = code_cells(path)
        except ValueError:
            # The server is still writing the file.
            return False
        assert errors(cells) == []
        return all(cell.execution_count for cell in cells)

    begun = time.monotonic()
    run_all_cells(page)
    wait_for(is_complete, SECONDS, "all cells")
    return time.monotonic() - begun


def code_cells(path):
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code" and cell.source.strip()]


def errors(cells):
    outputs = [output for cell in cells for output in cell.outputs]
    return [f"{o.ename}: {o.evalue}" for o in outputs if o.output_type == "error"]


def printed(cells):
    outputs = [output for cell in cells for output in cell.outputs]
    return "".join(output.text for output in outputs if output.output_type == "stream")


# What a learner sees


def photograph(page, folder):
    """Take pictures of the notebook: at a figure, at a table, and all of it from top to end."""
    notebook = page.locator(f"{PANEL} .jp-WindowedPanel-outer")
    pictures = []

    def take(name):
        # What comes into view is drawn a moment later.
        page.wait_for_timeout(1500)
        pictures.append(folder / f"lab_{name}.png")
        page.screenshot(path=pictures[-1])

    for name, selector in (("figure", "img[alt]"), ("table", "table")):
        found = page.locator(f"{PANEL} .jp-OutputArea-output {selector}").first
        found.evaluate("shown => shown.scrollIntoView({block: 'center'})")
        take(name)
    page.set_viewport_size({"width": WIDE, "height": PART})
    notebook.evaluate("outer => outer.scrollTo(0, 0)")
    for part in range(1, 30):
        take(f"part_{part:02}")
        if page.evaluate(END_IN_VIEW, PANEL):
            break
        notebook.evaluate("outer => outer.scrollBy(0, outer.clientHeight)")
    return pictures


def test_a_learner_runs_all_of_a_lesson_and_saves_it(page, lab, capsys):
    path = lab.copies / LESSON
    asked = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).hostname))
    change_parameters(path)
    open_lesson(page, lab, LESSON)
    seconds = run_to_the_end(page, lab, path)
    cells = code_cells(path)
    assert len(cells) > 20
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    told = " ".join(printed(cells).split())
    assert f"Lesson {NUMBER}, profile pocket, working copy" in told
    records = lab.copies / "records" / NUMBER
    claims = [json.loads(line) for line in (records / "claims.jsonl").open()]
    assert len(claims) > 3
    assert [claim["sentence"] for claim in claims if not claim["held"]] == []
    assert told.count("Claim held, and its planted error was refused:") == len(claims)
    assert asked - {None} == {"127.0.0.1"}
    folder = Path(os.environ.get("NLPUTILS_SCREENSHOTS") or tempfile.mkdtemp(prefix="nlputils-"))
    folder.mkdir(parents=True, exist_ok=True)
    pictures = photograph(page, folder)
    assert all(picture.stat().st_size > 10_000 for picture in pictures)
    with capsys.disabled():
        spent = f"{seconds:.0f} s; {len(pictures)} pictures in {folder}"
        print(f"\nLesson {NUMBER} in JupyterLab: {spent}")
