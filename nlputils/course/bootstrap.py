"""Set the course up: a virtual environment with the locked packages, and nlputils in it.

Standard library only, and plain syntax: any Python 3 must be able to read this file far enough to
say that it is too old. Run again at any time; where nothing has changed it returns at once.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from typing import Any

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "nlputils-set-up.txt")
OLDEST, NEWEST = (3, 11), (3, 13)
NEEDED_GB = 5


def fail(sentence: str) -> None:
    """Say what is wrong in one sentence, and stop."""
    sys.stderr.write("nlputils: " + sentence + "\n")
    sys.exit(1)


def wanted_stamp() -> str:
    """Return what the stamp holds when the set-up fits the files as they are now."""
    digest = hashlib.sha256()
    for name in ("requirements.lock", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as stream:
            digest.update(stream.read())
    # An environment does not survive being moved, so its place belongs to the stamp.
    digest.update(ROOT.encode("utf-8"))
    return digest.hexdigest()


def is_set_up() -> bool:
    """Tell whether the environment is whole and made from the files as they are now."""
    if not os.path.isfile(STAMP) or not os.path.isfile(venv_python()):
        return False
    with open(STAMP) as stream:
        return stream.read() == wanted_stamp()


def venv_python() -> str:
    """Return the path of the environment's Python."""
    if os.name == "nt":
        return os.path.join(VENV, "Scripts", "python.exe")
    return os.path.join(VENV, "bin", "python")


def version_of(command: str) -> Any:
    """Return (major, minor) of a Python command, or None where it does not run."""
    code = "import sys; print(sys.version_info[0], sys.version_info[1])"
    try:
        done = subprocess.run([command, "-c", code], capture_output=True)
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


def check_disk() -> None:
    """Stop when the packages would not fit."""
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < NEEDED_GB:
        fail(
            f"{free:.1f} GB are free where the course lies, and {NEEDED_GB} GB are needed for "
            f"its packages; "
            "free some space, or move the folder to a larger disk."
        )


def pip(*arguments: str) -> None:
    """Run the environment's pip, showing only what a person wants to see."""
    command = [venv_python(), "-m", "pip", "install", "--disable-pip-version-check"]
    process = subprocess.Popen(
        command + list(arguments), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    tail: Any = []
    for raw in process.stdout or ():
        line = raw.decode("utf-8", "replace").rstrip()
        tail = (tail + [line])[-15:]
        if line.startswith(("Collecting ", "Installing collected", "Building ")):
            sys.stdout.write("  " + line[:100] + "\n")
            sys.stdout.flush()
    if process.wait() != 0:
        sys.stderr.write("\n".join(tail) + "\n")
        fail("pip could not install the packages (its last lines are above); run this again.")


def main() -> None:
    """Set up, or return at once where everything is in place."""
    if is_set_up():
        return
    python = find_python()
    check_disk()
    sys.stdout.write(f"Setting up .venv with {python}: about 2 GB, some minutes, once.\n")
    sys.stdout.flush()
    made = subprocess.run([python, "-m", "venv", "--clear", VENV])
    if made.returncode != 0:
        fail(
            f"{python} cannot make a virtual environment; install its venv module "
            "(Debian, Ubuntu: apt install python3-venv) and run this again."
        )
    pip("--require-hashes", "-r", "requirements.lock")
    pip("--no-deps", "--no-build-isolation", "-e", ".")
    with open(STAMP + ".tmp", "w") as stream:
        stream.write(wanted_stamp())
    os.replace(STAMP + ".tmp", STAMP)
    sys.stdout.write("Set-up done.\n")


if __name__ == "__main__":
    main()
