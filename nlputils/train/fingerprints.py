"""Which training is this? A hash of all that decides its result.

A checkpoint may be continued only by the training that wrote it. Two trainings are the same when
their settings, data, model and first weights are: then, and only then, what is continued ends
where an uninterrupted training would have ended.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from nlputils.errors import CourseError

_COUNTER = re.compile(r"_\d+$")
_LENGTH = 24


def fingerprint(value: Any) -> str:
    """Hash data by its content: arrays by their bytes, objects by what they hold.

    Args:
        value: arrays, numbers, strings, lists, dicts, and objects whose public attributes are
            such, as batches and tokenizers.

    Returns:
        24 hexadecimal digits.

    Raises:
        CourseError: it holds something that has no content to hash, such as a function.
    """
    digest = hashlib.sha256()
    _feed(digest, value)
    return digest.hexdigest()[:_LENGTH]


def weights_fingerprint(model: keras.Model) -> str:
    """Hash the values of a model's weights.

    Args:
        model: a built model.

    Returns:
        24 hexadecimal digits.
    """
    return fingerprint([weight.numpy() for weight in model.weights])


def model_fingerprint(model: keras.Model) -> str:
    """Hash what a model is, whatever its weights are and however often it was built before.

    Keras numbers its layers through the life of a process (``dense_3``); the numbers are left out.
    A model that cannot describe itself is known by its class and the shapes of its weights.

    Args:
        model: a built model.

    Returns:
        24 hexadecimal digits.
    """
    shapes = [(tuple(w.shape), str(w.dtype), w.trainable) for w in model.weights]
    try:
        config = model.get_config()
    except NotImplementedError:
        config = {"class": type(model).__name__}
    text = json.dumps(_anonymous(config), sort_keys=True, default=lambda item: type(item).__name__)
    return fingerprint([text, shapes])


def _anonymous(value: Any) -> Any:
    """Take the running numbers off the names, and what an earlier ``compile`` left."""
    if isinstance(value, dict):
        return {str(k): _anonymous(v) for k, v in value.items() if k != "compile_config"}
    if isinstance(value, list | tuple):
        return [_anonymous(item) for item in value]
    return _COUNTER.sub("", value) if isinstance(value, str) else value


def _feed(digest: Any, value: Any) -> None:
    if isinstance(value, np.ndarray) and value.dtype != object:
        digest.update(f"array {value.dtype}{value.shape}".encode())
        # A packed corpus may be a file mapped into memory: row blocks keep it there.
        for start in range(0, max(1, len(value)) if value.ndim else 1, 65536):
            part = value[start : start + 65536] if value.ndim else value
            digest.update(np.ascontiguousarray(part).tobytes())
    elif isinstance(value, np.ndarray):
        _feed(digest, value.tolist())
    elif isinstance(value, Mapping):
        digest.update(f"mapping {len(value)}".encode())
        for key in sorted(value):
            _feed(digest, key)
            _feed(digest, value[key])
    elif isinstance(value, list | tuple):
        digest.update(f"list {len(value)}".encode())
        for item in value:
            _feed(digest, item)
    elif value is None or isinstance(value, str | int | float | np.generic):
        digest.update(f"{type(value).__name__} {value!r}\0".encode())
    else:
        digest.update(type(value).__name__.encode())
        _feed(digest, _public(value))


def _public(value: Any) -> dict[str, Any]:
    names = [name for name in getattr(value, "__dict__", {}) if not name.startswith("_")]
    if not names or callable(value):
        raise CourseError(
            f"A {type(value).__name__} has no content to compare, so a checkpoint could not tell "
            "this training from another. Give arrays, or train without `checkpoint`."
        )
    return {name: getattr(value, name) for name in names}
