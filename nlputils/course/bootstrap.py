"""Set the course up: a virtual environment with the locked packages, and nlputils in it.

With `--tests`, also the packages that only the tests need: a learner is spared their download.
Standard library only, and plain syntax: any Python 3 must be able to read this file far enough to
say that it is too old. Run again at any time; where nothing has changed it returns at once.
"""

# ruff: noqa: UP022, UP031
# Whatever is newer than Python 3.5 would end in a syntax error instead of the sentence.

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from typing import Any, Iterator  # noqa: UP035

try:
    import fcntl
except ImportError:  # Windows has none; two set-ups at once are then not held apart
    fcntl = None  # type: ignore[assignment]

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
LOCK, TESTS_LOCK = "requirements.lock", "tests/requirements.lock"
STAMP = os.path.join(VENV, "nlputils-set-up.txt")
TESTS_STAMP = os.path.join(VENV, "nlputils-set-up-tests.txt")
OLDEST, NEWEST = (3, 11), (3, 13)
# For everything, and for what the tests add to an environment that is there: downloads included.
NEEDED_GB, TESTS_NEEDED_GB = 5, 2


def fail(sentence: str) -> None:
    """Say what is wrong in one sentence, and stop."""
    sys.stderr.write("nlputils: " + sentence + "\n")
    sys.exit(1)


def wanted_stamp(*more: str) -> str:
    """Return what a stamp holds when the set-up fits the files as they are now."""
    digest = hashlib.sha256()
    for name in (LOCK, "pyproject.toml") + more:
        with open(os.path.join(ROOT, name), "rb") as stream:
            digest.update(stream.read())
    # An environment does not survive being moved, so its place belongs to the stamp.
    digest.update(ROOT.encode("utf-8"))
    return digest.hexdigest()


def is_set_up(tests: bool = False) -> bool:
    """Tell whether the environment is whole and made from the files as they are now."""
    if not os.path.isfile(venv_python()) or not holds(STAMP, wanted_stamp()):
        return False
    return not tests or holds(TESTS_STAMP, wanted_stamp(TESTS_LOCK))


def holds(stamp: str, wanted: str) -> bool:
    """Tell whether a stamp is there and says what is wanted."""
    if not os.path.isfile(stamp):
        return False
    with open(stamp) as stream:
        return stream.read() == wanted


def write_stamp(stamp: str, content: str) -> None:
    """Leave a stamp, whole or not at all."""
    with open(stamp + ".tmp", "w") as stream:
        stream.write(content)
    os.replace(stamp + ".tmp", stamp)


def venv_python() -> str:
    """Return the path of the environment's Python."""
    if os.name == "nt":
        return os.path.join(VENV, "Scripts", "python.exe")
    return os.path.join(VENV, "bin", "python")


def version_of(command: str) -> Any:
    """Return (major, minor) of a Python command, or None where it does not run."""
    code = "import sys; print(sys.version_info[0], sys.version_info[1])"
    try:
        done = subprocess.run([command, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError:
        return None
    words = done.stdout.split()
    return (int(words[0]), int(words[1])) if done.returncode == 0 and len(words) == 2 else None


def find_python() -> Any:
    """Return the first Python in range; a name on the PATH may exist and still not run."""
    asked = os.environ.get("PYTHON")
    names = [asked] if asked else ["python3.11", "python3.12", "python3.13", "python3", "python"]
    seen = []
    for name in names + ([] if asked else [sys.executable]):
        version = version_of(name)
        if version is not None and OLDEST <= version <= NEWEST:
            return name
        if version is not None:
            seen.append("{} is {}.{}".format(name, *version))
    fail(
        "Python 3.11, 3.12 or 3.13 is needed, and none was found ({}); install one, or name it: "
        "make run PYTHON=/path/to/python3.11".format("; ".join(seen) or "no Python on the PATH")
    )


def check_disk(needed: int) -> None:
    """Stop when packages that need so many GB would not fit."""
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < needed:
        fail(
            "%.1f GB are free where the course lies, and %d GB are needed for its packages; free "
            "some space, or move the folder to a larger disk." % (free, needed)
        )


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Wait while another set-up of this folder is under way."""
    name = "nlputils-" + hashlib.sha256(ROOT.encode("utf-8")).hexdigest()[:16] + ".lock"
    with open(os.path.join(tempfile.gettempdir(), name), "w") as stream:
        if fcntl is not None:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                say("Another set-up of this folder is under way: waiting for it.")
                fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def say(sentence: str) -> None:
    """Print a line at once."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def pip(*arguments: str) -> None:
    """Run the environment's pip, showing only what a person wants to see."""
    command = [venv_python(), "-m", "pip", "install", "--disable-pip-version-check", "--no-compile"]
    process = subprocess.Popen(
        command + list(arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    tail = []  # type: Any
    for raw in process.stdout or ():
        line = raw.decode("utf-8", "replace").rstrip()
        tail = (tail + [line])[-15:]
        if line.startswith(("Collecting ", "Installing collected", "Building ")):
            say("  " + line[:100])
    if process.wait() != 0:
        sys.stderr.write("\n".join(tail) + "\n")
        fail("pip could not install the packages (its last lines are above); run this again.")


def compile_packages() -> None:
    """Compile the installed packages on all cores; pip would take one."""
    say("Compiling the packages.")
    code = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    found = subprocess.run([venv_python(), "-c", code], stdout=subprocess.PIPE)
    folder = found.stdout.decode("utf-8").strip()
    # Some packages carry files for other Pythons, which do not compile. Pip passes over them, too.
    subprocess.run([venv_python(), "-m", "compileall", "-j", "0", "-qq", folder])


def make_venv(python: str) -> None:
    """Make the environment, or keep one that was whole and only needs other packages."""
    if os.path.isfile(STAMP) and version_of(venv_python()) is not None:
        os.remove(STAMP)
        say("The list of packages has changed: bringing .venv up to date.")
        return
    say("Setting up .venv with %s: about 2 GB, some minutes, once." % python)
    made = subprocess.run(
        [python, "-m", "venv", "--clear", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if made.returncode != 0:
        sys.stderr.write(made.stdout.decode("utf-8", "replace"))
        fail(
            "%s cannot make a virtual environment; install its venv module "
            "(Debian, Ubuntu: apt install python3-venv) and run this again." % python
        )


def main(tests: bool = False) -> None:
    """Set up, or return at once where everything is in place."""
    if is_set_up(tests):
        return
    python = find_python()
    check_disk(TESTS_NEEDED_GB if is_set_up() else NEEDED_GB)
    with alone():
        if not is_set_up():
            make_venv(python)
            pip("--require-hashes", "-r", LOCK)
            pip("--no-deps", "--no-build-isolation", "-e", ".")
            compile_packages()
            write_stamp(STAMP, wanted_stamp())
        if not is_set_up(tests):
            say("Adding the packages that the tests need.")
            pip("--require-hashes", "-r", TESTS_LOCK)
            compile_packages()
            write_stamp(TESTS_STAMP, wanted_stamp(TESTS_LOCK))
    say("Set-up done.")


if __name__ == "__main__":
    main("--tests" in sys.argv[1:])
