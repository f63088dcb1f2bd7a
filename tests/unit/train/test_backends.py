"""The same code, the same saved weights, another backend: the same training."""

import ast
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nlputils

SCRIPT = Path(__file__).with_name("on_a_backend.py")
# float32 carries about 1e-7 of a weight of size 1. Twenty steps on JAX and on torch were seen to
# differ from TensorFlow's by 1.2e-7; a weight that no gradient reaches (the pooler, in pretraining)
# by 2.1e-5, since JAX decays it and TensorFlow leaves it alone. A learning rate of 1.1e-3 in the
# place of 1e-3 differs by 1e-3 and more.
TOLERANCE = 4e-5


def run(backend: str, script: Path, *words: str | Path, **environment: str):
    """Run a script on a backend; return its exit code and what it wrote."""
    given = {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", **environment}
    return subprocess.run(
        [sys.executable, script, *words],
        env=os.environ | given,
        capture_output=True,
        text=True,
        check=False,
    )


def trained(backend: str, folder: Path, *flags: str) -> dict[str, np.ndarray]:
    result = folder / f"{backend}.npz"
    done = run(backend, SCRIPT, folder, result, *flags)
    assert done.returncode == 0, done.stderr[-2000:]
    with np.load(result) as file:
        return dict(file)


def difference(a: dict[str, np.ndarray], b: dict[str, np.ndarray], group: str = "") -> float:
    """The largest difference of any number; ``group`` of a against pretrain of b."""
    names = [n for n in a if n.partition(" ")[0] not in ("about", "planted")]
    if group:
        names = [n for n in names if n.startswith("pretrain ")]
        return max(np.abs(a[n.replace("pretrain", group, 1)] - b[n]).max() for n in names)
    assert set(names) == set(b) - {"about"}
    return max(np.abs(a[n] - b[n]).max() for n in names)


@pytest.fixture(scope="module")
def tensorflow(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backends")
    return folder, trained("tensorflow", folder, "planted")


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_training_agrees_with_tensorflow_where_there_is_none(backend, require_backend, tensorflow):
    require_backend(backend)
    folder, expected = tensorflow
    found = trained(backend, folder, "without-tensorflow")
    about = json.loads(str(found["about"]))
    assert (about["backend"], about["tensorflow"]) == (backend, False)
    assert about["modules"] > 50
    # Compiled steps serve again, at another rate, and the weights are TensorFlow's all the same.
    assert about["reused"] is (backend == "jax")
    # False: switched off. None: left to Keras.
    assert about["fused attention"] is (False if backend == "jax" else None)
    assert difference(expected, found) < TOLERANCE
    assert difference(expected, found, "planted") > 20 * TOLERANCE


@pytest.mark.slow
def test_a_step_that_torch_compiles_as_a_whole_trains_alike(require_backend, tensorflow):
    require_backend("torch")
    folder, expected = tensorflow
    found = trained("torch", folder, "whole")
    assert json.loads(str(found["about"]))["step"] == "_WholeStep"
    assert difference(expected, found) < TOLERANCE
    assert difference(expected, found, "planted") > 20 * TOLERANCE


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_a_compiled_training_on_several_threads_repeats_bit_for_bit(backend, require_backend):
    require_backend(backend)
    done = run(backend, SCRIPT.with_name("repeats.py"))
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) == 0


@pytest.mark.slow
def test_without_a_compiler_torch_says_what_a_whole_step_needs(require_backend, tmp_path):
    require_backend("torch")
    missing = {"CXX": str(tmp_path / "none"), "TORCHINDUCTOR_CACHE_DIR": str(tmp_path / "empty")}
    done = run("torch", SCRIPT, tmp_path, tmp_path / "result.npz", "whole", **missing)
    assert done.returncode == 1
    assert "CourseError: PyTorch could not compile the training step" in done.stderr
    assert "jit_compile=False" in done.stderr


@pytest.mark.parametrize(
    ("backend", "outcome"),
    [
        ("tensorflow", pytest.fail.Exception),
        ("jax", pytest.fail.Exception),
        ("torch", pytest.skip.Exception),
    ],
)
def test_a_backend_of_the_locks_may_not_be_missing(require_backend, monkeypatch, backend, outcome):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(outcome, match=f"{backend} is not installed"):
        require_backend(backend)


FRAMEWORKS = {"tensorflow", "tensorflow_text", "jax", "torch"}


def ties(source: str) -> list[str]:
    """What in a source holds it to one framework: its imports, and the name ``tf``."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append(node.module or "")
        elif isinstance(node, ast.Name) and node.id == "tf":
            found.append("tensorflow")
    return [name for name in found if name.partition(".")[0] in FRAMEWORKS]


@pytest.mark.parametrize("folder", ["text", "models", "train"])
def test_no_framework_is_named_where_models_are_built_and_trained(folder):
    files = sorted((Path(nlputils.__file__).parent / folder).rglob("*.py"))
    assert len(files) > 3
    assert {path.name: ties(path.read_text(encoding="utf-8")) for path in files} == {
        path.name: [] for path in files
    }


@pytest.mark.parametrize(
    "source",
    [
        "import tensorflow as tf",
        "from tensorflow import data",
        "def f():\n    import jax.numpy",
        "x = tf.constant(1)",
        "import torch",
    ],
)
def test_a_planted_framework_is_seen(source):
    assert ties(source)
    assert not ties(f"# {source.splitlines()[0]}\nimport keras")
