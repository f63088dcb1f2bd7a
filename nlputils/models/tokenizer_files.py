"""The tokenizer of a Hugging Face folder: read from its files, and written to them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nlputils.data.files import read_object, write_atomic
from nlputils.errors import CourseError
from nlputils.text import WordPiece
from nlputils.text.bpe import merges_of

VOCABULARY, WHOLE, OPTIONS = "vocab.txt", "tokenizer.json", "tokenizer_config.json"


def word_pieces(folder: Path, most: int) -> WordPiece:
    """Read the WordPiece tokenizer of a BERT or DistilBERT.

    Args:
        folder: holds ``tokenizer.json`` (what transformers writes today) or ``vocab.txt``, and
            ``tokenizer_config.json`` where the tokenizer keeps capitals.
        most: pieces that the encoder knows; a tokenizer may have fewer, not more.

    Returns:
        The tokenizer.

    Raises:
        CourseError: there is none, it is of another kind, or it has more pieces.
    """
    options = read_object(folder / OPTIONS) if (folder / OPTIONS).is_file() else {}
    lowercase = bool(options.get("do_lower_case", True))
    accents = options.get("strip_accents")
    if (folder / WHOLE).is_file():
        whole = read_object(folder / WHOLE)
        vocabulary = _in_order(_part(whole, "model", "WordPiece", folder)["vocab"])
        normalizer = _part(whole, "normalizer", "BertNormalizer", folder)
        lowercase, accents = normalizer["lowercase"], normalizer.get("strip_accents")
        found = WordPiece(vocabulary, lowercase=lowercase, strip_accents=accents)
    elif (folder / VOCABULARY).is_file():
        found = WordPiece.load(folder / VOCABULARY, lowercase=lowercase, strip_accents=accents)
    else:
        raise CourseError(
            f"{folder} holds neither {WHOLE} nor {VOCABULARY}, so it has no tokenizer. Copy the "
            "folder again, with all its files."
        )
    if len(found) > most:
        raise CourseError(
            f"{folder}: the tokenizer has {len(found):,} pieces, the encoder {most:,}. They do not "
            "belong together."
        )
    return found


def byte_pairs(folder: Path) -> Any:
    """Read the byte-level BPE tokenizer of a RoBERTa (Radford et al. 2019, section 2.2).

    Args:
        folder: holds ``tokenizer.json``, or ``vocab.json`` and ``merges.txt``.

    Returns:
        A ``keras_hub.tokenizers.RobertaTokenizer``.

    Raises:
        CourseError: there is none, or it is of another kind.
    """
    import keras_hub

    if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
        lines = (folder / "merges.txt").read_text(encoding="utf-8").splitlines()
        merges = [line for line in lines if line and not line.startswith("#version")]
        vocabulary = read_object(folder / "vocab.json")
    elif (folder / WHOLE).is_file():
        model = _part(read_object(folder / WHOLE), "model", "BPE", folder)
        merges, vocabulary = merges_of(model), model["vocab"]
    else:
        raise CourseError(
            f"{folder} holds neither {WHOLE} nor vocab.json and merges.txt, so it has no "
            "tokenizer. Copy the folder again, with all its files."
        )
    return keras_hub.tokenizers.RobertaTokenizer(vocabulary=vocabulary, merges=merges)


def write_word_pieces(tokenizer: WordPiece, folder: Path, longest: int) -> None:
    """Write the files from which transformers, and KerasHub, read a WordPiece tokenizer.

    Args:
        tokenizer: the tokenizer.
        folder: where to.
        longest: pieces in the longest row that the encoder reads.
    """
    tokenizer.save(folder / VOCABULARY)
    write_atomic(folder / WHOLE, tokenizer.to_rust().to_str(pretty=True) + "\n")
    options = {
        "tokenizer_class": "BertTokenizer",
        "do_lower_case": tokenizer.lowercase,
        "strip_accents": tokenizer.strip_accents,
        "tokenize_chinese_chars": True,
        "model_max_length": longest,
        **{f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")},
    }
    write_atomic(folder / OPTIONS, json.dumps(options, indent=1) + "\n")


def _part(whole: dict[str, Any], name: str, kind: str, folder: Path) -> dict[str, Any]:
    """Return one part of a tokenizer.json, which must be of the given kind."""
    part = whole.get(name) or {}
    if part.get("type") != kind:
        raise CourseError(
            f"{folder / WHOLE}: its {name} is of the kind {part.get('type')!r}. This type of model "
            f"is read with {kind!r} only; other ids would come out."
        )
    return part


def _in_order(ids: dict[str, int]) -> list[str]:
    return sorted(ids, key=ids.__getitem__)
