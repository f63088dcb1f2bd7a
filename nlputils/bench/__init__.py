"""How fast pretraining is: this course's code, the public Keras guide's, and Hugging Face's BERT.

All train the same network on the same rows, one at a time and in turns, and are set against the
fastest matrix product that the machine was seen to make.
"""

from nlputils.bench.flops import FORMULA, step_flops
from nlputils.bench.lineup import CONTESTANTS
from nlputils.bench.pretrain import Effort, bench_pretrain
from nlputils.bench.setup import Setup, setup_of

__all__ = [
    "CONTESTANTS",
    "FORMULA",
    "Effort",
    "Setup",
    "bench_pretrain",
    "setup_of",
    "step_flops",
]
