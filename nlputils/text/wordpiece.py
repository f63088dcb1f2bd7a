"""WordPiece: a vocabulary of word pieces, trained once, used everywhere.

The pieces are trained and applied by the Rust ``tokenizers`` library. ``WordPiece.to_keras_hub``
builds the KerasHub tokenizer from the same vocabulary, and a test holds the two equal on the
course's own text.

Source of the method: Schuster & Nakajima (2012), "Japanese and Korean Voice Search"; as used in
Devlin et al. (2019), "BERT", section 4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlputils.data.files import write_atomic
from nlputils.errors import CourseError
from nlputils.text.tokenizer import Tokenizer

if TYPE_CHECKING:
    import keras_hub

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def _normalizer(lowercase: bool = True, strip_accents: bool = True) -> Any:
    from tokenizers import normalizers

    return normalizers.BertNormalizer(lowercase=lowercase, strip_accents=strip_accents)


def _pre_tokenizer() -> Any:
    from tokenizers import pre_tokenizers

    return pre_tokenizers.BertPreTokenizer()


class WordPiece(Tokenizer):
    """A WordPiece tokenizer over a fixed vocabulary.

    Args:
        vocabulary: the pieces; a piece's id is its place in the list. Must hold the five special
            tokens of BERT. ``[PAD]`` must be the first, because Keras masks id 0.
        lowercase: whether capital letters become small ones first. The course's own vocabularies
            are of this kind; some that others have published keep capitals.
        strip_accents: whether accents are dropped first. Without a word on it, they go where
            capitals go, as in BERT's own code.

    Raises:
        CourseError: a special token is missing, a piece stands twice, or ``[PAD]`` is not first.
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        *,
        lowercase: bool = True,
        strip_accents: bool | None = None,
    ) -> None:
        from tokenizers import Tokenizer as Rust
        from tokenizers import decoders, models

        self.vocabulary: tuple[str, ...] = tuple(vocabulary)
        self.lowercase = lowercase
        self.strip_accents = lowercase if strip_accents is None else strip_accents
        ids = {piece: i for i, piece in enumerate(self.vocabulary)}
        missing = [token for token in SPECIAL_TOKENS if token not in ids]
        if missing:
            raise CourseError(f"The vocabulary lacks {missing}; a BERT vocabulary needs all five.")
        if len(ids) != len(self.vocabulary):
            twice = [p for p, n in Counter(self.vocabulary).items() if n > 1][:3]
            raise CourseError(f"The vocabulary holds {twice} more than once; ids must be unique.")
        if ids["[PAD]"] != 0:
            raise CourseError(f"[PAD] has id {ids['[PAD]']}; Keras masks id 0, so put it first.")
        self.pad_id, self.unk_id, self.cls_id, self.sep_id, self.mask_id = (
            ids[token] for token in SPECIAL_TOKENS
        )
        self._rust = Rust(models.WordPiece(ids, unk_token="[UNK]"))
        self._rust.normalizer = _normalizer(self.lowercase, self.strip_accents)
        self._rust.pre_tokenizer = _pre_tokenizer()
        self._rust.decoder = decoders.WordPiece()
        self._ids = ids

    def save(self, path: str | Path) -> Path:
        """Write the vocabulary to ``path``, one piece a line; whole or not at all."""
        return write_atomic(path, "\n".join(self.vocabulary) + "\n")

    @classmethod
    def load(cls, path: str | Path, **options: Any) -> WordPiece:
        """Read a vocabulary written by `save`.

        Args:
            path: the file.
            options: ``lowercase`` and ``strip_accents``, as the class takes them.

        Returns:
            The tokenizer.

        Raises:
            CourseError: there is no such file, or it is not a vocabulary.
        """
        path = Path(path)
        if not path.is_file():
            raise CourseError(f"No vocabulary at {path}: train one, or run lesson 05 first.")
        return cls(path.read_text(encoding="utf-8").rstrip("\n").split("\n"), **options)

    def to_keras_hub(self, **options: Any) -> keras_hub.tokenizers.BertTokenizer:
        """Build the KerasHub tokenizer with the same vocabulary (needs TensorFlow Text)."""
        import keras_hub

        return keras_hub.tokenizers.BertTokenizer(
            vocabulary=list(self.vocabulary),
            lowercase=self.lowercase,
            strip_accents=self.strip_accents,
            **options,
        )

    def to_rust(self) -> Any:
        """Build the whole ``tokenizers.Tokenizer``: it adds the special tokens and knows them.

        Hugging Face's tokenizer files hold this object. Unlike `ids`, it reads ``[MASK]`` in a
        text as the special piece, not as a word in brackets.

        Returns:
            A tokenizer of its own; changing it changes nothing here.
        """
        from tokenizers import Tokenizer as Rust
        from tokenizers import processors

        rust = Rust.from_str(self._rust.to_str())
        rust.add_special_tokens(list(SPECIAL_TOKENS))
        ends = [(token, self.id_of(token)) for token in ("[CLS]", "[SEP]")]
        rust.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
        )
        return rust


def train_wordpiece(
    texts: Iterable[str],
    vocabulary_size: int,
    *,
    min_frequency: int = 2,
    min_character_count: int = 3,
) -> WordPiece:
    """Train a WordPiece vocabulary; the same texts give the same pieces on every machine.

    The Rust trainer numbers the ``##c`` pieces in hash order, which changes from run to run and
    decides its ties. Handing them over as special tokens, in sorted order, removes that freedom.

    Args:
        texts: the training texts (never an evaluation text).
        vocabulary_size: pieces wanted, the five special tokens included.
        min_frequency: a pair of pieces is merged only if it was seen so often.
        min_character_count: rarer characters do not enter the alphabet; words with them
            become ``[UNK]``.

    Returns:
        The tokenizer. It may hold fewer pieces than asked for when the text is small.

    Raises:
        CourseError: there is no text, or the size does not even hold the alphabet.
    """
    from tokenizers import Tokenizer as Rust
    from tokenizers import models, trainers

    texts = list(texts)
    alphabet = _alphabet(texts, min_character_count)
    if not alphabet:
        raise CourseError("No text to train a vocabulary on: the texts are empty.")
    single = [*SPECIAL_TOKENS, *("##" + c for c in alphabet)]
    if vocabulary_size < len(single) + len(alphabet):
        raise CourseError(
            f"vocabulary_size={vocabulary_size} is smaller than the alphabet needs "
            f"({len(single) + len(alphabet)}): ask for more pieces."
        )
    rust = Rust(models.WordPiece(unk_token="[UNK]"))
    rust.normalizer, rust.pre_tokenizer = _normalizer(), _pre_tokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary_size,
        min_frequency=min_frequency,
        special_tokens=single,
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        show_progress=False,
    )
    rust.train_from_iterator(texts, trainer)
    numbered = rust.get_vocab()
    return WordPiece(sorted(numbered, key=numbered.__getitem__))


def _alphabet(texts: Sequence[str], least: int) -> list[str]:
    """Return the sorted characters that stand at least ``least`` times in the texts."""
    normalise, counts = _normalizer().normalize_str, Counter[str]()
    for text in texts:
        counts.update(normalise(text))
    return sorted(c for c, n in counts.items() if n >= least and not c.isspace())
