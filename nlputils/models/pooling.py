"""A classifier on the mean of all pieces, where KerasHub's own reads the ``[CLS]`` vector only."""

from __future__ import annotations

from typing import Any

import keras
import keras_hub


@keras.saving.register_keras_serializable(package="nlputils")
class MeanPoolingClassifier(keras_hub.models.Task):
    """One dense layer on the mean of the pieces' last vectors.

    BERT's own classifier reads the vector of ``[CLS]``, which next-sentence prediction had
    trained. A masked language model alone never asks anything of that place, so with few labels
    its vector is a poor start. The mean of all pieces needs no training to say what a text is
    about (Reimers & Gurevych (2019), "Sentence-BERT", section 6, compare the two).

    Args:
        backbone: a KerasHub BERT backbone; its weights are shared, not copied.
        num_classes: number of classes.
        dropout: share of the pooled vector's values hidden in training.
        preprocessor: a KerasHub preprocessor for raw strings, or None.
        **kwargs: what a Keras model takes: ``name``, ``trainable``, ``dtype``.
    """

    backbone_cls = keras_hub.models.BertBackbone

    def __init__(
        self,
        backbone: keras_hub.models.BertBackbone,
        num_classes: int,
        dropout: float = 0.1,
        preprocessor: Any = None,
        **kwargs: Any,
    ) -> None:
        inputs = backbone.input
        pieces = backbone(inputs)["sequence_output"]
        pool = keras.layers.GlobalAveragePooling1D(name="mean_of_pieces")
        pooled = pool(pieces, mask=inputs["padding_mask"])
        pooled = keras.layers.Dropout(dropout, name="classifier_dropout")(pooled)
        logits = keras.layers.Dense(
            num_classes,
            kernel_initializer=keras.initializers.TruncatedNormal(stddev=0.02),
            name="logits",
        )(pooled)
        super().__init__(inputs=inputs, outputs=logits, **kwargs)
        self.backbone, self.preprocessor = backbone, preprocessor
        self.num_classes, self.dropout = num_classes, dropout

    def get_config(self) -> dict[str, Any]:
        """Return what `__init__` takes."""
        config = super().get_config()
        return {**config, "num_classes": self.num_classes, "dropout": self.dropout}
