"""TensorFlow's notes stay out of the page, its errors do not."""

import logging
import subprocess
import sys

import pytest

from nlputils.lesson.quiet import quiet_tensorflow

NOISY = """
import os, logging
os.write(2, b"I0000 port.cc: a note from below\\n")
{fails}
"""
USER = """
from nlputils.lesson.quiet import quiet_tensorflow
quiet_tensorflow(); quiet_tensorflow()
import sys, os
import tensorflow
assert tensorflow.__spec__.name == "tensorflow" and tensorflow.__file__
os.write(2, b"after\\n")
from tensorflow import part
print("imported", part.VALUE)
"""


@pytest.fixture
def imported(tmp_path):
    """Import a stand-in for TensorFlow that writes to file descriptor 2, as the real one does."""

    def run(fails=""):
        package = tmp_path / "tensorflow"
        package.mkdir()
        (package / "__init__.py").write_text(NOISY.format(fails=fails))
        (package / "part.py").write_text("VALUE = 5")
        code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{USER}"
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    return run


def test_notes_on_import_are_not_shown_and_what_comes_after_is(imported):
    done = imported()
    assert (done.returncode, done.stdout) == (0, "imported 5\n")
    assert done.stderr == "after\n"


def test_what_may_not_follow_tensorflow_is_loaded_before_it(imported, tmp_path):
    """Triton, which comes with PyTorch for CUDA, ends a process that has TensorFlow already."""
    package = tmp_path / "triton"
    package.mkdir()
    (package / "__init__.py").write_text(
        "import sys\nassert 'tensorflow' not in sys.modules\nprint('triton')"
    )
    done = imported()
    assert (done.returncode, done.stdout) == (0, "triton\nimported 5\n")


def test_an_import_that_fails_shows_everything(imported):
    done = imported(fails="raise ImportError('no such library')")
    assert done.returncode == 1
    assert "a note from below" in done.stderr and "no such library" in done.stderr


def test_only_the_warning_about_tracing_is_dropped(caplog):
    quiet_tensorflow()
    quiet_tensorflow()
    logger = logging.getLogger("tensorflow")
    logger.warning("5 out of the last %d calls triggered tf.function retracing. Tracing is", 9)
    logger.warning("the disk is slow")
    assert caplog.messages == ["the disk is slow"]
    assert len(logger.filters) == 1
