"""On PyTorch: a training step that is compiled as a whole.

Keras makes the operations of a step one by one on PyTorch, and its optimizer reads and writes the
weights many times. Its own ``jit_compile`` lets PyTorch's compiler read Keras' Python code, which
breaks the step into many pieces (Keras 3.15, PyTorch 2.14). Here the step is written down first:
Keras' stateless functions, the same that it uses on JAX, make one graph of PyTorch's operations
from it, with the gradient and the optimizer. The graph is then compiled by ``torch.compile``
(Ansel et al. 2024, "PyTorch 2").
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import keras
from keras import tree

from nlputils.errors import CourseError


def compile_whole_step(model: keras.Model) -> None:
    """Let a compiled model's ``fit`` train with a step that PyTorch has compiled as a whole.

    The first batch of each shape pays for it: half a minute to a minute on two cores. Does
    nothing on other backends, which compile the step in a way of their own (see
    `nlputils.train.reuse.jit`).

    Args:
        model: built and compiled, with one loss, no other metric, and an optimizer that changes
            each weight once a step.
    """
    if keras.backend.backend() == "torch":
        model.train_function = _WholeStep(model)


class _WholeStep:
    """What Keras calls with each batch; it keeps a compiled step for each shape of batch."""

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._compiled: dict[str, _Graphs] = {}

    def __call__(self, data: Any) -> dict[str, Any]:
        """Train on one batch.

        Args:
            data: Keras' list of one batch, of tensors.

        Returns:
            The mean loss since the epoch began, as Keras' own step gives it.

        Raises:
            CourseError: PyTorch cannot compile here.
        """
        import torch

        model, batch = self._model, keras.utils.unpack_x_y_sample_weight(data[0])
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        shapes = str(tree.map_structure(lambda a: (tuple(a.shape), a.dtype, a.device), batch))
        with torch.no_grad():
            if shapes not in self._compiled:
                self._compiled[shapes] = _Graphs(model, batch)
            loss = self._compiled[shapes].made(batch)
        rows = tree.flatten(batch[0])[0].shape[0]
        model.metrics[0].update_state(loss, sample_weight=rows)
        results: dict[str, Any] = model.get_metrics_result()
        return results


class _Graphs:
    """A step for batches of one shape: the gradient's graph, and the optimizer's.

    As one graph they were no faster.

    Args:
        model: built and compiled.
        batch: inputs, answers and weights.
    """

    def __init__(self, model: keras.Model, batch: Any) -> None:
        import torch
        from torch.fx.experimental.proxy_tensor import make_fx

        from nlputils.torch_rewrites import plain_attention, rewrites

        self._model = model
        # Places of the learned weights that the loss depends on.
        self._read: list[int] = []
        learned, others, moments = tree.map_structure(torch.clone, self._numbers())
        on_cpu = learned[0].device.type == "cpu"
        plain = on_cpu and _in_bfloat16(model)
        # What is drawn here counts for nothing: a training that goes on must draw the same again.
        with torch.random.fork_rng(), plain_attention() if plain else nullcontext():
            written = make_fx(
                lambda *given: self._gradient(*given),
                decomposition_table=rewrites() if on_cpu else None,
            )
            gradient = written(learned, others, batch)
            # New arrays: one that is given twice would count as one.
            like_gradients = [torch.zeros_like(learned[place]) for place in self._read]
            update = make_fx(lambda *given: self._update(*given))(learned, moments, like_gradients)
        self._compiled = torch.compile(gradient), torch.compile(update)

    def made(self, batch: Any) -> Any:
        """Change the model's and the optimizer's numbers in place; return the loss."""
        import torch

        learned, others, moments = self._numbers()
        gradient, update = self._compiled
        try:
            gradients, loss = gradient(learned, others, batch)
            update(learned, moments, gradients)
        except torch._dynamo.exc.BackendCompilerFailed as error:
            why = str(error).strip().splitlines()[0]
            raise CourseError(
                f"PyTorch could not compile the training step ({why}). On a CPU it needs a C++ "
                "compiler and Python's headers (Debian: apt install g++ python3-dev). Install "
                "them, or train without: jit_compile=False, on the command line no --jit-compile."
            ) from error
        return loss

    def _numbers(self) -> tuple[list[Any], ...]:
        """Return what a step changes: learned weights, layers' other numbers, the optimizer's."""
        model = self._model
        groups = model.trainable_variables, model.non_trainable_variables, model.optimizer.variables
        return tuple([variable.value.detach() for variable in group] for group in groups)

    def _gradient(self, learned: list[Any], others: list[Any], batch: Any) -> tuple[list[Any], Any]:
        import torch

        model, (x, y, weight) = self._model, batch
        with torch.enable_grad():
            weights = [array.detach().requires_grad_() for array in learned]
            answers, changed = model.stateless_call(weights, others, x, training=True)
            loss = model.compute_loss(x=x, y=y, y_pred=answers, sample_weight=weight)
            gradients = torch.autograd.grad(loss, weights, allow_unused=True)
        _put(others, changed)
        self._read = [place for place, found in enumerate(gradients) if found is not None]
        return [gradients[place] for place in self._read], loss.detach()

    def _update(self, learned: list[Any], moments: list[Any], gradients: list[Any]) -> None:
        # As in Keras' own step, weights that the loss does not depend on stay as they are.
        given: list[Any] = [None] * len(learned)
        for place, gradient in zip(self._read, gradients, strict=True):
            given[place] = gradient
        changed, new_moments = self._model.optimizer.stateless_apply(moments, given, learned)
        _put(learned + moments, changed + new_moments)


def _in_bfloat16(model: keras.Model) -> bool:
    """Tell whether a layer computes in bfloat16; the model around it may say float32."""
    return any(layer.compute_dtype == "bfloat16" for layer in model._flatten_layers())


def _put(arrays: list[Any], changed: list[Any]) -> None:
    for array, value in zip(arrays, changed, strict=True):
        array.copy_(value)
