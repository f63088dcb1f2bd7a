"""Recurrent classifiers: the model of 2018 as it was, and its sound modern form."""

from __future__ import annotations

from typing import Literal

import keras

from nlputils.errors import CourseError
from nlputils.randomness import set_seeds

Cell = Literal["simple_rnn", "gru", "lstm"]

_CELLS = {"simple_rnn": keras.layers.SimpleRNN, "gru": keras.layers.GRU, "lstm": keras.layers.LSTM}


def seed_lstm(
    vocabulary_size: int, *, mask_zero: bool = False, seed: int | None = None
) -> keras.Model:
    """Build the spam classifier this course grew from, as it was written in 2018.

    ``Embedding(64) -> LSTM(64) -> Dense(1, sigmoid)``. It ignores padding only with
    ``mask_zero=True``, which it did not have: the code of its time padded on the left, so that the
    last step was always a word. Without a mask, dozens of padding steps on the right leave it
    nothing to learn from, because its state decays at each of them; lesson 03 measures that.

    Args:
        vocabulary_size: number of word ids, padding and unknown included.
        mask_zero: let the LSTM skip the steps with id 0.
        seed: decides the random weights; None draws them from Keras' generator as it stands.

    Returns:
        A model from int32 [batch, length] to the probability of class 1, float32 [batch, 1].
    """
    if seed is not None:
        set_seeds(seed)
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(vocabulary_size, 64, mask_zero=mask_zero),
            keras.layers.LSTM(64),
            keras.layers.Dense(1, activation="sigmoid"),
        ],
        name="seed_lstm",
    )


def recurrent_classifier(
    vocabulary_size: int,
    *,
    cell: Cell = "lstm",
    bidirectional: bool = False,
    mask_zero: bool = True,
    units: int = 64,
    embedding_dim: int = 64,
    dropout: float = 0.3,
    num_classes: int = 2,
    seed: int | None = None,
) -> keras.Model:
    """Build a recurrent text classifier that reads padding as what it is: nothing.

    Args:
        vocabulary_size: number of word ids, padding and unknown included.
        cell: ``"simple_rnn"`` (Elman 1990), ``"gru"`` (Cho et al. 2014) or ``"lstm"``
            (Hochreiter & Schmidhuber 1997).
        bidirectional: read the text in both directions (Schuster & Paliwal 1997).
        mask_zero: skip the steps with id 0.
        units: size of the state.
        embedding_dim: size of a word's vector.
        dropout: share of the word vectors' and the state's values hidden in training.
        num_classes: number of classes.
        seed: decides the random weights; None draws them from Keras' generator as it stands.

    Returns:
        A model from int32 [batch, length] to logits, float32 [batch, num_classes].

    Raises:
        CourseError: ``cell`` is not one of the three.
    """
    if cell not in _CELLS:
        raise CourseError(f"cell={cell!r}: choose one of {sorted(_CELLS)}.")
    if seed is not None:
        set_seeds(seed)
    recurrent = _CELLS[cell](units)
    if bidirectional:
        recurrent = keras.layers.Bidirectional(recurrent)
    return keras.Sequential(
        [
            keras.Input((None,), dtype="int32"),
            keras.layers.Embedding(vocabulary_size, embedding_dim, mask_zero=mask_zero),
            keras.layers.Dropout(dropout),
            recurrent,
            keras.layers.Dropout(dropout),
            keras.layers.Dense(num_classes),
        ],
        name=f"{'bi_' if bidirectional else ''}{cell}",
    )
