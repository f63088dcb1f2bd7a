"""BERT-style encoders in named sizes, and the two tasks the course puts on top of them.

The encoders are KerasHub's ``BertBackbone``. A task is built for packaging (it saves as a KerasHub
preset); what is trained is `trainable(task)`, a plain Keras model that shares the task's weights
and takes arrays and data sets on every backend.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import keras
import keras_hub
import numpy as np

from nlputils.errors import CourseError
from nlputils.models.pooling import MeanPoolingClassifier
from nlputils.precision import check_dtype
from nlputils.randomness import set_seeds
from nlputils.text import WordPiece

Pooling = Literal["cls", "mean"]


class EncoderSize(NamedTuple):
    """The numbers that make an encoder large or small.

    Attributes:
        num_layers: Transformer blocks.
        hidden_dim: size of a piece's vector.
        num_heads: attention heads in a block.
    """

    num_layers: int
    hidden_dim: int
    num_heads: int


# Names and sizes of Turc et al. (2019), "Well-Read Students Learn Better", table 1: heads of 64,
# and a feed-forward layer four times as wide as the vectors.
ENCODER_SIZES: dict[str, EncoderSize] = {
    "tiny": EncoderSize(2, 128, 2),
    "mini": EncoderSize(4, 256, 4),
    "small": EncoderSize(4, 512, 8),
    "medium": EncoderSize(8, 512, 8),
    "base": EncoderSize(12, 768, 12),
}


def encoder_size(size: str) -> EncoderSize:
    """Return the numbers behind a size's name.

    Args:
        size: a name of `ENCODER_SIZES`, or layers x width with a width that heads of 64 fill:
            ``3x256`` is 3 blocks, vectors of 256 numbers, 4 heads.

    Returns:
        The numbers.

    Raises:
        CourseError: it is neither.
    """
    if size in ENCODER_SIZES:
        return ENCODER_SIZES[size]
    layers, _, width = size.partition("x")
    if layers.isdecimal() and width.isdecimal() and int(layers) > 0 < int(width):
        heads, rest = divmod(int(width), 64)
        if not rest:
            return EncoderSize(int(layers), int(width), heads)
    raise CourseError(
        f"size={size!r}: choose one of {list(ENCODER_SIZES)}, or layers x width with a width "
        "that 64 divides, such as 3x256."
    )


def encoder(
    size: str,
    vocabulary_size: int,
    length: int,
    *,
    dropout: float = 0.0,
    seed: int = 0,
) -> keras_hub.models.BertBackbone:
    """Build a BERT encoder with random weights (Devlin et al. 2019, section 3).

    Args:
        size: a name of `ENCODER_SIZES`, or layers x width, such as ``3x256`` (see
            `encoder_size`).
        vocabulary_size: number of pieces.
        length: the longest row it can read, in pieces; it cannot be enlarged later.
        dropout: share of values hidden in training. Pretraining goes without: the text is not
            seen often enough to be learned by heart, and on a CPU dropout costs much time.
        seed: decides the random weights, and nothing else does.

    Returns:
        A model from ``token_ids``, ``segment_ids``, ``padding_mask`` (each int32 [batch, length])
        to ``sequence_output`` [batch, length, hidden] and ``pooled_output`` [batch, hidden].

    Raises:
        CourseError: there is no such size.
    """
    shape = encoder_size(size)
    set_seeds(seed)
    backbone = keras_hub.models.BertBackbone(
        vocabulary_size=vocabulary_size,
        num_layers=shape.num_layers,
        num_heads=shape.num_heads,
        hidden_dim=shape.hidden_dim,
        intermediate_dim=4 * shape.hidden_dim,
        dropout=dropout,
        max_sequence_length=length,
    )
    _spread(backbone)
    return backbone


# Found by trial on the pocket text: with 1.5 the network begins to use its neighbours later, with
# 4 it did not begin at all.
_HEARING = 2.5


def _spread(backbone: keras_hub.models.BertBackbone) -> None:
    """Give the matrices of a narrow encoder random weights as spread out as it needs.

    BERT draws them with a standard deviation of 0.02, whatever the width. A matrix then keeps
    ``width * 0.02 ** 2`` of its input's variance: 0.31 in BERT-base, but a sixth of that at a
    width of 128. So little comes through that the places of a row hardly hear of each other, and
    the masked LM rests at mere frequencies for a long time. Here every width keeps what base
    keeps (the rule of Glorot & Bengio 2010: spread by one over the root of the width).

    Attention then takes a mean over all places of the row, and a mean of n vectors keeps an n-th
    of their variance. So the two matrices it goes through, value and output, are spread out
    `_HEARING` times more: of a row of 64 places about a thirtieth of the variance comes through.
    """
    factor = (ENCODER_SIZES["base"].hidden_dim / backbone.hidden_dim) ** 0.5
    for weight in backbone.trainable_variables:
        if weight.path.endswith(("value/kernel", "attention_output/kernel")):
            weight.assign(weight * factor * _HEARING)
        elif weight.path.endswith("kernel"):
            weight.assign(weight * factor)


def masked_lm(
    backbone: keras_hub.models.BertBackbone, *, seed: int = 0
) -> keras_hub.models.BertMaskedLM:
    """Put the masked-LM head on an encoder; its output matrix is the embedding, tied.

    Args:
        backbone: the encoder; its weights are shared, not copied.
        seed: decides the head's random weights.

    Returns:
        A task whose `trainable` model takes the encoder's inputs and ``mask_positions`` int32
        [batch, k], and gives logits over the vocabulary, [batch, k, vocabulary].
    """
    set_seeds(seed)
    # Else the largest product of the step would be made in float32 under a mixed policy, and only
    # its result rounded.
    backbone.token_embedding.reverse_dtype = backbone.token_embedding.compute_dtype
    return keras_hub.models.BertMaskedLM(backbone=backbone, preprocessor=None)


def twin(task: keras_hub.models.BertMaskedLM, dtype: str) -> keras_hub.models.BertMaskedLM:
    """Build a second masked LM of the same form and weights that computes in another dtype.

    Args:
        task: from `masked_lm`; nothing of it is shared.
        dtype: how the twin computes, ``float32`` or ``mixed_bfloat16``; its weights are float32.

    Returns:
        The twin.

    Raises:
        CourseError: there is no such dtype.
    """
    check_dtype(dtype)
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)
    try:
        like = {**task.backbone.get_config(), "dtype": dtype}
        second = masked_lm(type(task.backbone).from_config(like))
    finally:
        keras.config.set_dtype_policy(usual)
    second.set_weights(task.get_weights())
    return second


def masked_lm_with_next(task: keras_hub.models.BertMaskedLM, *, seed: int = 0) -> keras.Model:
    """Let a masked LM also say whether segment B follows segment A (Devlin et al. 2019, sec. 3.1).

    Args:
        task: from `masked_lm`; all its weights are shared.
        seed: decides the new head's random weights.

    Returns:
        A plain model from the task's inputs to ``masked``, the task's logits, and ``next``, one
        logit for each row [batch, 1], read off the pooled vector of ``[CLS]``.
    """
    set_seeds(seed)
    encoder = task.backbone
    vectors = encoder(encoder.input)
    masked = task.masked_lm_head(vectors["sequence_output"], task.input["mask_positions"])
    head = keras.layers.Dense(
        1, kernel_initializer=keras.initializers.TruncatedNormal(stddev=0.02), name="next_sentence"
    )
    outputs = {"masked": masked, "next": head(vectors["pooled_output"])}
    return keras.Model(task.input, outputs, name=f"{task.name}_with_next")


def set_output_bias(task: keras_hub.models.BertMaskedLM, counts: np.ndarray) -> None:
    """Let a masked LM know from the start how frequent each piece is.

    The head adds one number to the logit of each piece. Where that number is the logarithm of the
    piece's frequency and all else is about 0, the softmax gives the frequencies. Training need
    not spend its first steps on them (the rule of Lin et al. 2017, "Focal Loss for Dense Object
    Detection", section 3.3, for more than two classes).

    Args:
        task: from `masked_lm`; its head is changed.
        counts: how often each piece stands in the text, float or int [vocabulary]; a piece that
            never does counts as a hundredth.

    Raises:
        CourseError: there is not one count for each piece, or one is below zero.
    """
    head = task.get_layer("mlm_head")
    (bias,) = [weight for weight in head.weights if weight.name == "output_bias"]
    counts = np.asarray(counts, dtype=np.float64)
    if counts.shape != tuple(bias.shape) or (counts < 0).any():
        raise CourseError(
            f"counts has shape {counts.shape} and a lowest value of {counts.min(initial=0):g}: "
            f"one count of at least 0 was expected for each of {bias.shape[0]} pieces."
        )
    bias.assign(np.log(np.maximum(counts, 0.01) / counts.sum()).astype(np.float32))


def set_token_vectors(
    backbone: keras_hub.models.BertBackbone, vectors: np.ndarray, *, spread: float = 0.1
) -> None:
    """Start an encoder from vectors that are known already.

    The embedding is also the output matrix of the masked LM. With vectors that hold which pieces
    stand near each other, the mean of the neighbours' vectors says something of a hidden piece
    before any training. The network need not find out first that neighbours matter at all.

    Args:
        backbone: an encoder; its token embedding is changed.
        vectors: float [vocabulary, hidden], e.g. from `nlputils.text.count_vectors`; where a row is
            all zeros the random one stays.
        spread: the standard deviation to bring the numbers to. Found by trial with two blocks of
            256: after two minutes on Wikipedia, 0.05 and 0.2 had the higher loss.

    Raises:
        CourseError: the vectors have another shape than the embedding, or are all the same.
    """
    embedding = backbone.token_embedding.embeddings
    known = np.any(vectors != 0, axis=-1)
    scale = float(vectors[known].std()) if known.any() else 0.0
    if vectors.shape != tuple(embedding.shape) or not scale:
        raise CourseError(
            f"vectors have shape {vectors.shape}, {known.sum()} of them not zero: the embedding "
            f"takes {tuple(embedding.shape)}, and numbers that differ."
        )
    table = np.array(embedding)
    table[known] = vectors[known] * (spread / scale)
    embedding.assign(table)


def classifier(
    backbone: keras_hub.models.BertBackbone,
    num_classes: int,
    *,
    pooling: Pooling = "cls",
    dropout: float = 0.1,
    seed: int = 0,
    tokenizer: WordPiece | None = None,
    length: int | None = None,
) -> keras_hub.models.Task:
    """Put a classification head on an encoder: one dense layer on one vector for the text.

    Args:
        backbone: the encoder; its weights are shared, not copied.
        num_classes: number of classes.
        pooling: ``"cls"`` takes the vector of ``[CLS]`` through BERT's pooling layer (Devlin et
            al. 2019, section 4.1), ``"mean"`` the mean of all pieces (`MeanPoolingClassifier`).
        dropout: on the pooled vector, in training.
        seed: decides the head's random weights and its dropout.
        tokenizer: give it to make the task take raw strings and save its vocabulary.
        length: pieces in a row, with ``tokenizer``; the encoder's own length by default.

    Returns:
        A task whose `trainable` model gives logits [batch, num_classes].

    Raises:
        CourseError: ``pooling`` is neither of the two.
    """
    if pooling not in ("cls", "mean"):
        raise CourseError(f"pooling={pooling!r}: choose 'cls' or 'mean'.")
    set_seeds(seed)
    preprocessor = None
    if tokenizer is not None:
        preprocessor = keras_hub.models.BertTextClassifierPreprocessor(
            tokenizer.to_keras_hub(), sequence_length=length or backbone.max_sequence_length
        )
    head = MeanPoolingClassifier if pooling == "mean" else keras_hub.models.BertTextClassifier
    return head(
        backbone=backbone, num_classes=num_classes, dropout=dropout, preprocessor=preprocessor
    )


def trainable(task: Any) -> keras.Model:
    """Return the plain Keras model inside a KerasHub task; the weights are shared.

    A task's own ``fit`` never shuffles arrays and refuses data sets. Train this model, and save
    the task.
    """
    return keras.Model(task.input, task.output, name=f"trainable_{task.name}")
