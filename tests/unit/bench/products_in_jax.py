"""Count the matrix products in the graph of Keras contestants' steps, on the JAX backend.

    KERAS_BACKEND=jax python products_in_jax.py course,guide,products SETUP

SETUP is a `nlputils.bench.Setup` in JSON. Prints the operations of the way forward and of a step,
by name.
"""

import json
import math
import sys

import jax
import keras
import numpy as np
from jax.interpreters import partial_eval

from nlputils.bench import Setup, contestants
from nlputils.bench.products import products_model
from nlputils.models import trainable


def products(jaxpr) -> int:
    """Return the operations of every matrix product of a graph, those inside its parts too."""
    total = 0
    for equation in jaxpr.eqns:
        if equation.primitive.name == "dot_general":
            (left_dims, _), _ = equation.params["dimension_numbers"]
            left = equation.invars[0].aval.shape
            terms = math.prod(left[i] for i in left_dims)
            total += 2 * terms * math.prod(equation.outvars[0].aval.shape)
        for inner in jax.tree.leaves(
            list(equation.params.values()), is_leaf=lambda x: hasattr(x, "eqns")
        ):
            inner = getattr(inner, "jaxpr", inner)
            total += products(inner) if hasattr(inner, "eqns") else 0
    return total


def needed(jaxpr):
    """Leave out what no result needs, as every compiler does: BERT's pooler, in a masked LM."""
    return partial_eval.dce_jaxpr(jaxpr, [True] * len(jaxpr.outvars))[0]


def trained_on_pieces(model: keras.Model, setup: Setup):
    """Return a model with a batch of pieces, whatever else it calls its inputs."""
    rows = np.ones((setup.batch_size, setup.length), dtype=np.int32)
    named = dict.fromkeys(("token_ids", "segment_ids", "padding_mask"), rows)
    inputs = {name: named[name] for name in model.input if name in named}
    inputs["mask_positions"] = np.ones((setup.batch_size, setup.scored), dtype=np.int32)
    return model, inputs


MADE = {
    "course": lambda setup: trained_on_pieces(trainable(contestants.course_task(setup)), setup),
    "guide": lambda setup: trained_on_pieces(contestants.guide_model(setup), setup),
    "products": lambda setup: (
        products_model(setup),
        np.ones((setup.batch_size, setup.length, setup.width), dtype=np.float32),
    ),
}


def counted(name: str, setup: Setup) -> dict[str, int]:
    """Return the operations of one contestant."""
    model, inputs = MADE[name](setup)
    weights = [variable.value for variable in model.trainable_variables]
    rest = [variable.value for variable in model.non_trainable_variables]

    def loss(weights):
        logits, _ = model.stateless_call(weights, rest, inputs, training=True)
        return keras.ops.mean(keras.ops.log(keras.ops.sum(keras.ops.exp(logits), -1)))

    forward = products(needed(jax.make_jaxpr(loss)(weights).jaxpr))
    step = products(needed(jax.make_jaxpr(jax.grad(loss))(weights).jaxpr))
    return {"forward": forward, "step": step}


def main() -> None:
    setup = Setup(**json.loads(sys.argv[2]))
    print(json.dumps({name: counted(name, setup) for name in sys.argv[1].split(",")}))


if __name__ == "__main__":
    main()
