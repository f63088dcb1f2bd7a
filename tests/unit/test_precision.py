import os
import subprocess
import sys

import keras
import pytest

from nlputils.precision import full_float32

IN_JAX = """
import jax
import jax.numpy as jnp
from nlputils.precision import full_float32

def product():
    return str(jax.make_jaxpr(jnp.dot)(jnp.ones((2, 2)), jnp.ones((2, 2))))

before = product()
full_float32()
assert "HIGHEST" not in before.upper() and "HIGHEST" in product().upper(), product()
"""


def test_tensorflow_multiplies_with_all_bits():
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the switch of TensorFlow")
    import tensorflow as tf

    switch = tf.config.experimental
    before = switch.tensor_float_32_execution_enabled()
    try:
        switch.enable_tensor_float_32_execution(True)
        assert switch.tensor_float_32_execution_enabled()  # planted: the switch is seen
        full_float32()
        assert not switch.tensor_float_32_execution_enabled()
    finally:
        switch.enable_tensor_float_32_execution(before)


def test_jax_multiplies_with_all_bits():
    pytest.importorskip("jax")
    told = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", IN_JAX], env=told, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
