"""Attention on JAX without the kernel that refuses BERT's padding mask."""

from __future__ import annotations

import keras


def avoid_fused_attention() -> None:
    """Keep Keras from trying cuDNN's fused attention on JAX.

    BERT's padding mask has one row for all queries of a text. cuDNN wants one for each query and
    refuses. Keras 3.15 then takes the plain way, which is right, but prints the refusal as an
    error for each layer and each compilation (seen on one H200 with JAX 0.11). It holds for the
    whole process. Other backends are left alone.
    """
    if keras.backend.backend() == "jax":
        keras.config.disable_flash_attention()
