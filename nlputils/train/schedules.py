"""Learning-rate schedules: up slowly, then down to nothing."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from nlputils.errors import CourseError


@keras.saving.register_keras_serializable(package="nlputils")
class WarmupDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Rise in a straight line from 0 to ``peak``, then fall in a straight line to 0.

    Source: Devlin et al. (2019), appendix A.2 ("warmup over the first 10,000 steps, and linear
    decay of the learning rate").

    Args:
        peak: the highest rate.
        steps: steps in all.
        warmup: steps of the rise.

    Raises:
        CourseError: the rise is longer than the whole.
    """

    def __init__(self, peak: float, steps: int, warmup: int) -> None:
        # Variables, so that compiled steps read the newest values (see `set`).
        names = ("peak", "steps", "warmup")
        self._values = [keras.Variable(0.0, trainable=False, name=name) for name in names]
        self.set(peak, steps, warmup)

    @property
    def variables(self) -> list[keras.Variable]:
        """The variables that hold ``peak``, ``steps`` and ``warmup``."""
        return list(self._values)

    def set(self, peak: float, steps: int, warmup: int) -> None:
        """Begin anew with other values, in steps that are compiled already.

        On JAX that needs an optimizer of `nlputils.train`, which keeps the values among its
        variables. Any other one has them built into its compiled steps.

        It takes what the class takes, and raises what the class raises.
        """
        if not 0 <= warmup < steps:
            raise CourseError(f"warmup={warmup} must be at least 0 and below steps={steps}.")
        self.peak, self.steps, self.warmup = peak, steps, warmup
        for variable, value in zip(self._values, (peak, steps, warmup), strict=True):
            variable.assign(value)

    def __call__(self, step: Any) -> Any:
        """Return the rate of one step, counted from 0; the first step is not idle."""
        step = ops.cast(step, "float32")
        peak, steps, warmup = (ops.convert_to_tensor(value) for value in self._values)
        up = (step + 1.0) / ops.maximum(1.0, warmup)
        down = (steps - step) / (steps - warmup)
        return peak * ops.maximum(0.0, ops.minimum(ops.minimum(up, down), 1.0))

    def get_config(self) -> dict[str, Any]:
        """Return what `__init__` takes."""
        return {"peak": self.peak, "steps": self.steps, "warmup": self.warmup}
