"""Models: the recurrent family, encoders from KerasHub parts, and the heads on top of them."""

from nlputils.models.encoders import (
    ENCODER_SIZES,
    EncoderSize,
    classifier,
    encoder,
    encoder_size,
    masked_lm,
    masked_lm_with_next,
    set_output_bias,
    trainable,
)
from nlputils.models.features import mean_pooled
from nlputils.models.pooling import MeanPoolingClassifier
from nlputils.models.recurrent import recurrent_classifier, seed_lstm
from nlputils.models.storage import Encoder, load_encoder, rounded, save_encoder

__all__ = [
    "ENCODER_SIZES",
    "Encoder",
    "EncoderSize",
    "MeanPoolingClassifier",
    "classifier",
    "encoder",
    "encoder_size",
    "load_encoder",
    "masked_lm",
    "masked_lm_with_next",
    "mean_pooled",
    "recurrent_classifier",
    "rounded",
    "save_encoder",
    "seed_lstm",
    "set_output_bias",
    "trainable",
]
