"""Models: the recurrent family, encoders from KerasHub parts, and the heads on top of them."""

from nlputils.models.attention import avoid_fused_attention
from nlputils.models.encoders import (
    ENCODER_SIZES,
    EncoderSize,
    classifier,
    encoder,
    encoder_size,
    masked_lm,
    masked_lm_with_next,
    set_output_bias,
    set_token_vectors,
    trainable,
    twin,
)
from nlputils.models.exact_gelu import ExactGeluBertBackbone
from nlputils.models.exporting import export_hugging_face
from nlputils.models.features import mean_pooled
from nlputils.models.hugging_face import read_tensors
from nlputils.models.loading import encoder_folder, load_encoder
from nlputils.models.miniature import miniature_config, write_miniature
from nlputils.models.names import with_bert_names
from nlputils.models.pooling import MeanPoolingClassifier
from nlputils.models.recurrent import recurrent_classifier, seed_lstm
from nlputils.models.storage import Encoder, rounded, save_encoder
from nlputils.precision import full_float32

avoid_fused_attention()

__all__ = [
    "ENCODER_SIZES",
    "Encoder",
    "EncoderSize",
    "ExactGeluBertBackbone",
    "MeanPoolingClassifier",
    "classifier",
    "encoder",
    "encoder_folder",
    "encoder_size",
    "export_hugging_face",
    "full_float32",
    "load_encoder",
    "masked_lm",
    "masked_lm_with_next",
    "mean_pooled",
    "miniature_config",
    "read_tensors",
    "recurrent_classifier",
    "rounded",
    "save_encoder",
    "seed_lstm",
    "set_output_bias",
    "set_token_vectors",
    "trainable",
    "twin",
    "with_bert_names",
    "write_miniature",
]
