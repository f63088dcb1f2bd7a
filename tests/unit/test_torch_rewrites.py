"""What takes an operation's place gives its numbers, and leaves alone what it does not replace."""

import pytest

torch = pytest.importorskip("torch", reason="torch is optional: the extra `bench`")

from torch.fx.experimental.proxy_tensor import make_fx  # noqa: E402
from torch.nn.attention import SDPBackend, sdpa_kernel  # noqa: E402

from nlputils.torch_rewrites import plain_attention, rewrites  # noqa: E402

# bfloat16 has 8 bits: two neighbours differ by a 256th. Its rounding may end on either side.
TOLERANCE = {torch.float64: 1e-12, torch.float32: 2e-6, torch.bfloat16: 2**-7}


def written(function, *given):
    """Write a function down with the other operations; return its graph and their names."""
    graph = make_fx(lambda *given: function(*given), decomposition_table=rewrites())(*given)
    return graph, {str(node.target) for node in graph.graph.nodes if node.op == "call_function"}


def both_ways(function, *given):
    """Return what a function gives, and what its written graph gives."""
    return function(*given), written(function, *given)[0](*given)


def numbers(*shape, dtype=torch.float32, seed=0):
    made = torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (3 * made).to(dtype)


def gelu_and_gradient(x, approximate="tanh"):
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        y = torch.nn.functional.gelu(x, approximate=approximate)
        (gradient,) = torch.autograd.grad((y * y).sum(), x)
    return torch.stack([y.detach(), gradient])


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_gelu_and_its_gradient_are_those_of_pytorch(dtype):
    x = torch.cat([numbers(500, dtype=dtype), torch.tensor([0, 30, -30], dtype=dtype)])
    expected, found = both_ways(gelu_and_gradient, x)
    assert found.dtype == dtype
    torch.testing.assert_close(found, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])
    assert not any("gelu" in name for name in written(gelu_and_gradient, x)[1])


def test_the_exact_gelu_stays():
    def exact(x):
        return gelu_and_gradient(x, "none")

    expected, found = both_ways(exact, numbers(100))
    assert torch.equal(found, expected)
    assert not torch.allclose(found, gelu_and_gradient(numbers(100)), atol=1e-5)


@pytest.mark.parametrize("stack", [1, 3])
def test_a_product_of_stacks_is_the_same(stack):
    a, b = numbers(stack, 5, 4), numbers(stack, 4, 6, seed=1)
    expected, found = both_ways(torch.bmm, a, b)
    torch.testing.assert_close(found, expected)
    assert ("aten.bmm.default" in written(torch.bmm, a, b)[1]) == (stack > 1)


@pytest.mark.parametrize("padding", [-1, 3])
def test_an_embeddings_gradient_is_added_up_by_pytorchs_own_operation(padding):
    ids = torch.tensor([[0, 3, 3], [1, 3, 0]])
    gradient = torch.arange(12.0).reshape(2, 3, 2)

    def added(gradient, ids):
        return torch.ops.aten.embedding_dense_backward(gradient, ids, 5, padding, False)

    by_hand = torch.zeros(5, 2)
    by_hand[0], by_hand[1] = torch.tensor([10.0, 12.0]), torch.tensor([6.0, 7.0])
    by_hand[3] = torch.tensor([14.0, 17.0]) if padding != 3 else 0.0
    graph, names = written(added, gradient, ids)
    assert torch.equal(graph(gradient, ids), by_hand)
    assert torch.equal(torch.compile(graph)(gradient, ids), by_hand)
    assert names == {"nlputils.embedding_gradient.default"}


def test_plain_attention_is_in_the_numbers_of_its_input():
    given = [numbers(2, 1, 4, 8, dtype=torch.bfloat16, seed=seed) for seed in range(3)]

    def dtypes():
        graph = make_fx(torch.nn.functional.scaled_dot_product_attention)(*given)
        values = [node.meta["val"] for node in graph.graph.nodes if "val" in node.meta]
        return {value.dtype for value in values if isinstance(value, torch.Tensor)}

    with sdpa_kernel([SDPBackend.MATH]):
        assert torch.float32 in dtypes()
    before = torch.backends.cuda.fp16_bf16_reduction_math_sdp_allowed()
    with plain_attention():
        assert dtypes() == {torch.bfloat16}
        plain = torch.nn.functional.scaled_dot_product_attention(*given)
    assert torch.backends.cuda.fp16_bf16_reduction_math_sdp_allowed() == before
    expected = torch.nn.functional.scaled_dot_product_attention(*[a.double() for a in given])
    torch.testing.assert_close(plain.double(), expected, rtol=0.05, atol=0.05)
