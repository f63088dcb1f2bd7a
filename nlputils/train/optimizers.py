"""Adam, AdamW and Lion that compute the same update on every backend.

An embedding's gradient has one row for each time a piece was read. JAX and torch add the rows of
one piece up before the optimizer sees them. TensorFlow hands them over one by one, and Keras 3.15
squares them before it adds them up: Adam's second moment then is the sum of the squares, not the
square of the sum (Kingma & Ba 2015, algorithm 1). A piece that is read often then moves too far
where its rows agree, and too little where they do not. Here the rows are added up first.
`tests/unit/train/test_optimizers.py` holds the update to one worked by hand, and says when Keras
no longer needs this.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from nlputils.train.schedules import WarmupDecay


class _SummedGradients:
    """Add up the rows of each embedding's gradient, then go on as the optimizer does."""

    def build(self, variables: Any) -> None:
        """Make the moments; see `keras.optimizers.Optimizer.build`.

        A schedule's numbers become variables of the optimizer. JAX would build them into the
        compiled step otherwise, and each training would have to be compiled anew.
        """
        if self.built:  # type: ignore[attr-defined]
            return
        super().build(variables)  # type: ignore[misc]
        if isinstance(self._learning_rate, WarmupDecay):  # type: ignore[attr-defined]
            for variable in self._learning_rate.variables:  # type: ignore[attr-defined]
                self._track_variable(variable)  # type: ignore[attr-defined]

    def apply(self, grads: Any, trainable_variables: Any = None) -> None:
        """Update the variables; see `keras.optimizers.Optimizer.apply`."""
        super().apply([_summed(grad) for grad in grads], trainable_variables)  # type: ignore[misc]


def _summed(gradient: Any) -> Any:
    """Return a plain tensor: only TensorFlow's gradient of a look-up has ``dense_shape``."""
    if getattr(gradient, "dense_shape", None) is None:
        return gradient
    return ops.add(gradient, ops.zeros(tuple(gradient.shape), dtype=gradient.dtype))


@keras.saving.register_keras_serializable(package="nlputils")
class Adam(_SummedGradients, keras.optimizers.Adam):
    """Keras' Adam (Kingma & Ba 2015) with the gradients of embeddings added up first."""


@keras.saving.register_keras_serializable(package="nlputils")
class AdamW(_SummedGradients, keras.optimizers.AdamW):
    """Keras' AdamW (Loshchilov & Hutter 2019) with the gradients of embeddings added up first."""


@keras.saving.register_keras_serializable(package="nlputils")
class Lion(_SummedGradients, keras.optimizers.Lion):
    """Keras' Lion (Chen et al. 2023) with the gradients of embeddings added up first."""
