"""One way in: whatever kind of encoder it is, and wherever it lies."""

from __future__ import annotations

from pathlib import Path

import keras_hub
import numpy as np

from nlputils.data.files import CHECKSUMS, read_object, with_checksums
from nlputils.data.root import course_root
from nlputils.errors import CourseError
from nlputils.models.exact_gelu import ExactGeluBertBackbone
from nlputils.models.hugging_face import CONFIG, load_hugging_face
from nlputils.models.storage import Encoder, load_course_encoder
from nlputils.text import WordPiece

# The classes of KerasHub whose presets this module takes.
_KINDS = (
    keras_hub.models.BertBackbone,
    keras_hub.models.DistilBertBackbone,
    keras_hub.models.RobertaBackbone,
)
_HUGGING_FACE = "hf://"
_WANTED = ("*.json", "*.txt", "*.safetensors", "*.h5", "assets/*")


def load_encoder(source: str | Path | None = None) -> Encoder:
    """Load a pretrained encoder.

    Args:
        source: what to load:

            - nothing: the encoder that is shipped with the course, or its name where there are
              several;
            - the folder of a course encoder, from lesson 05 or ``nlputils pretrain-encoder``;
              each file is checked against its sha256;
            - the folder of a KerasHub preset of your own, saved with its tokenizer;
            - the folder of a Hugging Face BERT, DistilBERT or RoBERTa (`load_hugging_face`);
            - the name of a KerasHub preset, such as ``"bert_tiny_en_uncased"``, or a repository
              of Hugging Face, such as ``"hf://owner/name"``. These two need a network.

    Returns:
        The encoder with float32 weights, its tokenizer and its card. All but a RoBERTa are
        ``BertBackbone``s with a `WordPiece` tokenizer, which every lesson takes.

    Raises:
        CourseError: there is no such encoder, a file of it is missing or damaged, it would come
            out wrong, or there is no network.
    """
    folder = _on_disk(source)
    if folder.is_dir():
        return _from_folder(folder)
    name = str(source)
    if "://" in name or any(name in kind.presets for kind in _KINDS):
        return _from_hub(name)
    raise CourseError(
        f"No encoder at {folder}: run lesson 05, or name a folder that has one. (It is no name of "
        "a KerasHub preset either; keras_hub.models.BertBackbone.presets lists them.)"
    )


def encoder_folder(source: str | Path | None = None) -> Path:
    """Find the folder of an encoder on this disk, by the same names as `load_encoder`.

    Args:
        source: a folder, the name of an encoder that is shipped with the course, or nothing for
            the shipped one.

    Returns:
        The folder.

    Raises:
        CourseError: there is no such folder.
    """
    folder = _on_disk(source)
    if not folder.is_dir():
        raise CourseError(
            f"No encoder at {folder}: run lesson 05, name a folder that has one, or one of "
            f"{', '.join(found.name for found in with_checksums(_shelf())) or 'none yet'}, which "
            "came with the course."
        )
    return folder


def _on_disk(source: str | Path | None) -> Path:
    if source is None:
        return _shipped()
    folder = Path(source)
    return _shelf() / folder if not folder.is_dir() and (_shelf() / folder).is_dir() else folder


def _shelf() -> Path:
    return course_root() / "data" / "encoders"


def _shipped() -> Path:
    """Find the one encoder that came with the course."""
    shelf = _shelf()
    found = with_checksums(shelf)
    if not found:
        raise CourseError(
            f"No encoder came with this course: {shelf} holds none. Make one with "
            "`nlputils pretrain-encoder FOLDER --minutes 60`, or run lesson 05, and name its "
            "folder: load_encoder(FOLDER)."
        )
    if len(found) > 1:
        names = ", ".join(repr(path.name) for path in found)
        raise CourseError(
            f"{shelf} holds several encoders: {names}. Name one: load_encoder({found[0].name!r})."
        )
    return found[0]


def _from_folder(folder: Path) -> Encoder:
    """Tell by its files what kind of encoder a folder holds."""
    if (folder / CHECKSUMS).is_file():
        return load_course_encoder(folder)
    if not (folder / CONFIG).is_file():
        raise CourseError(
            f"No encoder at {folder}: it has neither {CHECKSUMS} (a course encoder) nor {CONFIG} "
            "(KerasHub, Hugging Face). Run lesson 05, or name a folder that has one."
        )
    config = read_object(folder / CONFIG)
    if "registered_name" in config:
        return _from_preset(str(folder))
    if "model_type" in config:
        return load_hugging_face(folder)
    raise CourseError(
        f"{folder / CONFIG} is neither of KerasHub, which writes 'registered_name', nor of Hugging "
        "Face, which writes 'model_type'. Name a folder that one of them saved."
    )


def _from_hub(name: str) -> Encoder:
    """Fetch a preset; what comes from Hugging Face goes the way of a folder."""
    # Network libraries raise what they like, from OSError to their own kinds; and KerasHub calls
    # a repository that it cannot reach one without a config.json.
    try:
        if name.startswith(_HUGGING_FACE):
            from huggingface_hub import snapshot_download

            repository = name.removeprefix(_HUGGING_FACE)
            return _from_folder(Path(snapshot_download(repository, allow_patterns=list(_WANTED))))
        return _from_preset(name)
    except CourseError:
        raise
    except Exception as error:
        raise CourseError(
            f"{name} could not be fetched ({type(error).__name__}: {_first_line(error)}). It needs "
            "a network, the right name, and for some models an account. Without a network, name a "
            "folder on this machine."
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:160]


def _from_preset(name: str) -> Encoder:
    """Load a preset of KerasHub with the tokenizer that was saved beside it."""
    try:
        backbone = keras_hub.models.Backbone.from_preset(name, dtype="float32")
        tokenizer = keras_hub.tokenizers.Tokenizer.from_preset(name)
    except (FileNotFoundError, KeyError, ValueError, OSError) as error:
        if not Path(name).is_dir():
            raise
        raise CourseError(
            f"{name} cannot be loaded as a preset of KerasHub: {_first_line(error)}. A file is "
            "missing or damaged. A preset needs its weights and its tokenizer: "
            "backbone.save_to_preset(folder), tokenizer.save_to_preset(folder)."
        ) from error
    if isinstance(backbone, keras_hub.models.DistilBertBackbone):
        backbone = as_bert(backbone)
    if not isinstance(backbone, _KINDS):
        raise CourseError(
            f"{name} holds a {type(backbone).__name__}. Encoders of these classes can be loaded: "
            f"{', '.join(kind.__name__ for kind in _KINDS)}."
        )
    if tokenizer.vocabulary_size() > backbone.vocabulary_size:
        raise CourseError(
            f"{name}: the tokenizer has {tokenizer.vocabulary_size():,} pieces, more than the "
            f"encoder knows ({backbone.vocabulary_size:,}). They do not belong together."
        )
    if isinstance(backbone, keras_hub.models.BertBackbone):
        tokenizer = WordPiece(
            tokenizer.get_vocabulary(),
            lowercase=tokenizer.lowercase,
            strip_accents=tokenizer.strip_accents,
        )
    return Encoder(backbone, tokenizer, {"source": f"KerasHub preset {Path(name).name}"})


def as_bert(backbone: keras_hub.models.DistilBertBackbone) -> ExactGeluBertBackbone:
    """Turn a DistilBERT into the BERT that it is.

    It has exact gelu, no token types and no pooler (Sanh et al. (2019), "DistilBERT", section 3).
    So the token types become zeros; the pooler keeps random weights.

    Args:
        backbone: the DistilBERT; its weights are copied.

    Returns:
        A BERT with the same vectors.
    """
    config = backbone.get_config()
    own = {name: config.pop(name) for name in ("name", "trainable", "dtype") if name in config}
    bert = ExactGeluBertBackbone(**config, dtype=own["dtype"])
    tail = {w.path.removeprefix("token_and_position_embedding/"): w for w in backbone.weights}
    for weight in bert.weights:
        if weight.path.startswith("segment_embedding"):
            weight.assign(np.zeros(weight.shape, np.float32))
        elif "seed_generator" not in weight.path and not weight.path.startswith("pooled"):
            weight.assign(tail[weight.path])
    return bert
