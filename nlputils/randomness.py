"""The generators of random numbers, set without losing what TensorFlow has compiled."""

from __future__ import annotations

import random

import keras
import numpy as np


def set_seeds(seed: int) -> None:
    """Set the generators that decide random weights and dropout.

    `keras.utils.set_random_seed` does this and more: it sets TensorFlow's own generator, and
    TensorFlow then throws its compiled kernels away. To make them again takes about a second, as
    long as a training on few labels. On TensorFlow, Keras' layers never draw from that generator:
    an initializer and a dropout layer draw their seeds from Python's, once, when they are made.
    So on TensorFlow only Python's and NumPy's are set here. On JAX and torch this is Keras' own
    function.

    One thing does draw from TensorFlow's: `keras.Model.fit` deals out the rows of arrays by it.
    `nlputils.train` deals out its rows itself. Who calls `fit` on arrays wants Keras' function.

    Args:
        seed: the number they are set to.
    """
    if keras.backend.backend() == "tensorflow":
        random.seed(seed)
        np.random.seed(seed)
    else:
        keras.utils.set_random_seed(seed)
