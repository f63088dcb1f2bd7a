"""TensorFlow without the lines that say nothing about a lesson.

Two kinds of line would stand in the pages otherwise. On import, TensorFlow's C++ part writes to the
standard error of the process before anything can set its level (`TF_CPP_MIN_LOG_LEVEL` does not
reach them): which optimisations it uses, and that there is no GPU. And a notebook that builds its
fifth model is warned that functions are traced again, which is what building a model means.
"""

import contextlib
import importlib.abc
import importlib.util
import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

_PACKAGE = "tensorflow"
# Comes with PyTorch for CUDA. Loaded after TensorFlow it ends the process with a segmentation fault
# (seen with triton 3.8 and TensorFlow 2.21); loaded before it, both work.
_FIRST = "triton"


def quiet_tensorflow() -> None:
    """Keep TensorFlow's own notes out of the lesson; its errors still show.

    What may not be loaded after TensorFlow is loaded just before it. Call this before TensorFlow is
    imported. A second call changes nothing.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger(_PACKAGE).addFilter(_is_worth_reading)
    waiting = any(isinstance(finder, _QuietFinder) for finder in sys.meta_path)
    if _PACKAGE not in sys.modules and not waiting:
        sys.meta_path.insert(0, _QuietFinder())


def _is_worth_reading(record: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in record.getMessage()


class _QuietFinder(importlib.abc.MetaPathFinder):
    """Find TensorFlow as Python would, once, with a loader that imports it in silence."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != _PACKAGE:
            return None
        sys.meta_path.remove(self)
        if importlib.util.find_spec(_FIRST) is not None:
            importlib.import_module(_FIRST)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _QuietLoader(spec.loader)
        return spec


class _QuietLoader(importlib.abc.Loader):
    """Load a module by its own loader while the process' standard error goes to a file."""

    def __init__(self, loader: importlib.abc.Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        with _standard_error_kept():
            self._loader.exec_module(module)

    def __getattr__(self, name: str) -> object:
        return getattr(self._loader, name)


@contextlib.contextmanager
def _standard_error_kept() -> Iterator[None]:
    """Send file descriptor 2 to a file; write it out after all if the block fails."""
    with tempfile.TemporaryFile() as kept:
        sys.stderr.flush()
        before = os.dup(2)
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(before, 2)
            kept.seek(0)
            os.write(2, kept.read())
            raise
        finally:
            os.dup2(before, 2)
            os.close(before)
