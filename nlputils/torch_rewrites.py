"""On PyTorch's compiler, on a CPU: fast operations in the place of slow ones.

Each gives the numbers of the operation whose place it takes, up to rounding. Shares of a step that
they save were measured with three layers, vectors of 256 numbers and batches of 32 rows of 64
pieces in bfloat16, on two cores with PyTorch 2.14.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


def rewrites() -> dict[Any, Callable[..., Any]]:
    """Return what ``make_fx`` is to put in the place of which operation (a decomposition table).

    - The gradient of an embedding: PyTorch's compiler lets all threads add up the rows at once.
      They wait for each other where many pieces are the same, as segments are, and the sum
      depends on who comes first: a training did not repeat bit for bit. PyTorch's own operation
      adds them up in their order (saves a tenth).
    - GELU with tanh, and its gradient: the same function by the logistic one (an eighth).
    - The product of two stacks of one matrix each, which Keras' ``EinsumDense`` makes: as the
      product of two matrices it needs no copy of a transposed one (a thirtieth).
    """
    import torch

    aten = torch.ops.aten
    return {
        aten.embedding_dense_backward.default: _embedding_gradient(),
        aten.gelu.default: gelu,
        aten.gelu_backward.default: gelu_gradient,
        aten.bmm.default: product,
    }


@cache
def _embedding_gradient() -> Any:
    """Wrap PyTorch's operation in one into which its compiler does not look."""
    import torch

    def added_up(gradient: Any, ids: Any, size: int, padding: int, by_frequency: bool) -> Any:
        return torch.ops.aten.embedding_dense_backward(gradient, ids, size, padding, by_frequency)

    def shape(gradient: Any, ids: Any, size: int, padding: int, by_frequency: bool) -> Any:
        return gradient.new_empty(size, gradient.shape[-1])

    taken = "Tensor gradient, Tensor ids, SymInt size, SymInt padding, bool by_frequency"
    operation = torch.library.custom_op(
        "nlputils::embedding_gradient", added_up, mutates_args=(), schema=f"({taken}) -> Tensor"
    )
    operation.register_fake(shape)
    return operation


# GELU with tanh (Hendrycks & Gimpel 2016, section 2) is x (1 + tanh(u)) / 2 with
# u = sqrt(2 / pi) (x + 0.044715 x ** 3), and (1 + tanh(u)) / 2 is the logistic function of 2 u.
_TWICE = 2 * math.sqrt(2 / math.pi)
_CUBE = 0.044715


def _let_through(x: Any) -> tuple[Any, Any]:
    """Return x, in float32 at least, and the share of it that GELU lets through."""
    import torch

    wide = x.to(torch.promote_types(x.dtype, torch.float32))
    return wide, torch.sigmoid(_TWICE * wide * (1 + _CUBE * wide * wide))


def gelu(x: Any, *, approximate: str = "none") -> Any:
    """Return GELU of a tensor; the exact one, without tanh, is left to PyTorch."""
    if approximate != "tanh":
        return NotImplemented
    wide, share = _let_through(x)
    return (wide * share).to(x.dtype)


def gelu_gradient(gradient: Any, x: Any, *, approximate: str = "none") -> Any:
    """Return the gradient of GELU's input from that of its output."""
    if approximate != "tanh":
        return NotImplemented
    wide, share = _let_through(x)
    slope = share * (1 - share) * _TWICE * (1 + 3 * _CUBE * wide * wide)
    return (gradient * (share + wide * slope)).to(x.dtype)


def product(a: Any, b: Any) -> Any:
    """Return the products of two stacks of one matrix each; larger stacks are left to PyTorch."""
    import torch

    return torch.mm(a[0], b[0])[None] if a.shape[0] == 1 else NotImplemented


@contextmanager
def plain_attention() -> Iterator[None]:
    """Let attention be made of plain products, in bfloat16 where its input is.

    In bfloat16 on a CPU, the gradient of PyTorch's fused attention took a quarter of a step with
    rows of 64 pieces, and the plain products a tenth. By themselves, these would be in float32.
    In float32 the fused attention was the faster one.
    """
    import torch
    from torch.nn.attention import SDPBackend, sdpa_kernel

    before = torch.backends.cuda.fp16_bf16_reduction_math_sdp_allowed()
    torch.backends.cuda.allow_fp16_bf16_reduction_math_sdp(True)  # not only for CUDA
    try:
        with sdpa_kernel([SDPBackend.MATH]):
            yield
    finally:
        torch.backends.cuda.allow_fp16_bf16_reduction_math_sdp(before)
