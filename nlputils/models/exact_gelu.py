"""BERT with the activation that Hugging Face means by "gelu"."""

from __future__ import annotations

from typing import Any

import keras
import keras_hub


@keras.saving.register_keras_serializable(package="nlputils")
class ExactGeluBertBackbone(keras_hub.models.BertBackbone):
    """KerasHub's BERT with exact gelu in its blocks.

    Gelu is ``x * P(X <= x)`` for a standard normal X (Hendrycks & Gimpel (2016), "Gaussian Error
    Linear Units", section 2). KerasHub's BERT always takes the approximation by tanh that the
    same section gives. Google's BERT code began with the exact form and later took that one.
    Hugging Face takes the exact form unless the configuration says otherwise. Weights trained
    with one give slightly other vectors with the other.

    It saves as a KerasHub preset, which loads where this module is imported.

    Args:
        **kwargs: what ``keras_hub.models.BertBackbone`` takes.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for layer in self.transformer_layers:
            # The class has no argument for it. Both places, or the layer's config would lie.
            layer.activation = keras.activations.gelu
            layer._feedforward_intermediate_dense.activation = keras.activations.gelu
