"""How exactly numbers are computed: with all bits of float32, or in bfloat16."""

from __future__ import annotations

from nlputils.errors import CourseError

# Keras' policies that a training may compute in. The weights are float32 in both.
DTYPES = ("float32", "mixed_bfloat16")


def check_dtype(dtype: str) -> None:
    """Refuse what no training of the course computes in.

    Raises:
        CourseError: it is none of `DTYPES`.
    """
    if dtype not in DTYPES:
        raise CourseError(f"dtype={dtype!r}: choose one of {', '.join(DTYPES)}.")


def full_float32() -> None:
    """Let the backend multiply float32 matrices with all their bits.

    GPUs from NVIDIA's Ampere on have a faster way, TF32: it reads the numbers of a product with
    10 bits behind the point in the place of 23 (NVIDIA (2020), "A100 Tensor Core GPU
    Architecture"). TensorFlow and JAX take it unless told otherwise, PyTorch does not. It is
    right for training. To tell rounding from an error it is too coarse. On a CPU nothing changes.
    It holds for the whole process, and a second call changes nothing.
    """
    import keras

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_tensor_float_32_execution(False)
    elif backend == "jax":
        import jax

        jax.config.update("jax_default_matmul_precision", "highest")
    elif backend == "torch":
        import torch

        torch.set_float32_matmul_precision("highest")
