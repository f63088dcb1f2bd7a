"""From corpora to a pretrained encoder in a folder: ``nlputils pretrain-encoder``.

Each stage leaves its result in the work folder and is taken from there the next time, so that the
same command goes on after an interruption.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

import keras
import numpy as np
import psutil

from nlputils import models, train
from nlputils.data import Corpus, pretraining_corpus, registry, write_atomic
from nlputils.data.files import read_npy, read_object, write_npy
from nlputils.errors import CourseError
from nlputils.lesson.machine import device
from nlputils.precision import check_dtype
from nlputils.shipping.card import card_of, readme_of
from nlputils.shipping.going_on import Earlier, earlier_encoder
from nlputils.text import (
    SPECIAL_TOKENS,
    ByteBPE,
    MaskedBatches,
    Tokenizer,
    WordPiece,
    count_neighbours,
    count_vectors,
    pack,
    positive_information,
    train_byte_bpe,
    train_wordpiece,
)
from nlputils.train.fingerprints import fingerprint

Pieces = Literal["word pieces", "byte pairs"]
Start = Literal["counts", "random"]

# More batches than any time suffices for: the budget ends the training.
_ENOUGH = 10**9
# Held-out batches that each report scores, and that the card's perplexity rests on.
_WATCHED, _FINAL = 20, 400
# About so many reports, but at least so many seconds apart, and at most a minute.
_REPORTS, _SHORT = 30, 5.0
# Held-out text is scored with BERT's own share of hidden pieces, whatever the training hides: with
# more pieces hidden each is harder to guess, and two recipes could not be compared.
_SCORED_RATE = 0.15
# A character enters the alphabet when it is one in so many. Each costs two pieces, and Wikipedia
# has 1,261 that stand there three times or more: a third of 8,000 pieces would be spent on them.
_RARE = 200_000
# Raise this when other rows, or other vectors from counting, would come out of the same recipe:
# prepared text is then made anew.
_TEXT_VERSION = 3


@dataclass(frozen=True)
class Recipe:
    """All that decides an encoder, but for the speed of the machine.

    Attributes:
        corpora: data sets of task ``text``.
        repeats: how often one pass reads each corpus; once, where none are given
            (`nlputils.data.pretraining_corpus`).
        texts: the most texts to learn from, drawn by the seed; 0 for all.
        vocabulary_size: pieces.
        size: see `models.encoder_size`.
        row_length: pieces in a row.
        first_length: pieces in a row at first. They double, stage by stage, up to ``row_length``.
            The first stage takes half of the time, the others share the rest.
        mask_rate: share of the pieces to hide.
        batch_size: rows of the full length in a batch; of shorter rows there are more, with as
            many pieces.
        learning_rate: the highest rate.
        warmup: share of the time in which it rises.
        dropout: in pretraining.
        start: where the vectors of the pieces come from: from ``counts`` of neighbours
            (`nlputils.text.count_vectors`), or ``random`` as all other weights. Or the folder of
            an encoder to go on from (Gururangan et al. 2020, "Don't Stop Pretraining"): all
            weights, ``vocabulary_size`` and ``size`` are its own then. Its layer that names the
            hidden pieces was not kept, and is learned anew.
        budget_minutes: training time.
        held_out: share of the text that only measures.
        seed: of all that is random.
        precision: how the weights are stored, ``float32`` or ``float16``.
        dtype: how the training computes, a Keras dtype policy: ``float32``, or ``mixed_bfloat16``
            (bfloat16 inside the network, weights in float32). NVIDIA GPUs have fast units for it
            since the Ampere generation of 2020, and some processors have them.
        jit_compile: on PyTorch, compile the training step as a whole (`nlputils.train.pretrain`).
            Other backends compile it without being asked.
    """

    corpora: tuple[str, ...] = ("enwiki_2015_wikiextractor", "tweets_tweeteval_emoji")
    repeats: tuple[int, ...] = ()
    texts: int = 0
    vocabulary_size: int = 8000
    size: str = "3x256"
    row_length: int = 64
    first_length: int = 16
    mask_rate: float = 0.3
    batch_size: int = 32
    learning_rate: float = 1e-3
    warmup: float = 0.05
    dropout: float = 0.0
    start: str = "counts"
    budget_minutes: float = 100.0
    held_out: float = 0.005
    seed: int = 0
    precision: models.storage.Precision = "float16"
    dtype: str = "float32"
    jit_compile: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether ``start`` names an encoder."""
        return self.start not in get_args(Start)

    def text_key(self, known: Tokenizer | None = None) -> str:
        """Name the prepared text: equal for recipes that read the same rows.

        Args:
            known: a vocabulary that is not made from this text.
        """
        fields = ("corpora", "texts", "vocabulary_size", "row_length", "held_out", "seed")
        more = [self.repeats, known.vocabulary if known is not None else ()]
        return fingerprint([_TEXT_VERSION, *(getattr(self, name) for name in fields), *more])


@dataclass(frozen=True)
class Rows:
    """A prepared text.

    Attributes:
        tokenizer: its vocabulary.
        train: int32 [rows, length], mapped from a file.
        held_out: the same for the held-out text.
        about: counts of texts and pieces, seconds and memory.
        folder: where it lies.
    """

    tokenizer: Tokenizer
    train: np.ndarray
    held_out: np.ndarray
    about: dict[str, Any]
    folder: Path


def make_encoder(
    recipe: Recipe,
    folder: str | Path,
    work: str | Path,
    *,
    command: str = "",
    tell: Callable[[str], None] = print,
) -> Path:
    """Pretrain an encoder and write it as a preset with its card.

    Args:
        recipe: what to make.
        folder: where the encoder goes.
        work: where the prepared text and the checkpoints lie; may be removed afterwards.
        command: the command that made it, for the card.
        tell: takes the lines that say how far it has come.

    Returns:
        The encoder's folder.

    Raises:
        CourseError: files cannot be had, a setting is out of range, or the disk is full.
    """
    work = Path(work)
    check(recipe)
    earlier = None
    if recipe.goes_on:
        earlier = earlier_encoder(recipe.start, recipe.row_length, recipe.dropout)
        own = {"size": earlier.card["size"], "vocabulary_size": len(earlier.tokenizer)}
        recipe = replace(recipe, start=earlier.name, **own)
    known = earlier.tokenizer if earlier else None
    rows = prepared(recipe, work / recipe.text_key(known), tell, known=known)
    assert isinstance(rows.tokenizer, WordPiece), "an encoder's folder holds word pieces"
    backbone = earlier.backbone if earlier else _untrained(recipe, len(rows.tokenizer))
    task = models.masked_lm(backbone)
    begin(task, rows, recipe.start, tell)
    *shorter, (_, batches) = stages(recipe, rows)
    history = train.pretrain_minutes(
        task,
        batches,
        before=shorter,
        budget_minutes=recipe.budget_minutes,
        learning_rate=recipe.learning_rate,
        warmup=recipe.warmup,
        validation=held_batches(rows, recipe, _WATCHED),
        report_seconds=min(60.0, max(_SHORT, 60 * recipe.budget_minutes / _REPORTS)),
        jit_compile=recipe.jit_compile or None,
        dtype=recipe.dtype,
        label=f"pretraining {recipe.size}",
        checkpoint=work / f"checkpoints-{_key(recipe, earlier)}",
    )
    before, after = _held_losses(task, rows, recipe)
    facts = {
        "device": device(),
        "backend": f"{keras.backend.backend()}, Keras {keras.__version__}, {recipe.dtype}",
        "held_out_loss": after if recipe.precision == "float16" else before,
        "held_out_loss_float32": before,
        "scored_rate": _SCORED_RATE,
        "parameters": backbone.count_params(),
        "command": command,
        **({"earlier": earlier.told} if earlier else {}),
    }
    card = card_of(asdict(recipe), rows.about, history, facts)
    licences = {name: registry()[name].licence for name in recipe.corpora}
    written = models.save_encoder(
        folder,
        backbone,
        rows.tokenizer,
        card,
        precision=recipe.precision,
        readme=readme_of(Path(folder).name, card, licences),
    )
    megabytes = sum(path.stat().st_size for path in written.rglob("*") if path.is_file()) / 1e6
    tell(f"{written}: {megabytes:.1f} MB, held-out loss {facts['held_out_loss']:.3f}")
    return written


def _untrained(recipe: Recipe, pieces: int) -> Any:
    return models.encoder(
        recipe.size, pieces, recipe.row_length, dropout=recipe.dropout, seed=recipe.seed
    )


def corpus_of(recipe: Recipe, tell: Callable[[str], None]) -> Corpus:
    """Read the texts of a recipe.

    Args:
        recipe: names the corpora, the share that is held out, and how many texts there may be.
        tell: takes progress lines.

    Returns:
        The texts, and what was counted.

    Raises:
        CourseError: files cannot be had, or the text is too small.
    """
    tell(f"reading {', '.join(recipe.corpora)}")
    corpus = pretraining_corpus(
        recipe.corpora, held_out=recipe.held_out, seed=recipe.seed, repeats=recipe.repeats
    )
    if 0 < recipe.texts < len(corpus.train):
        order = np.random.default_rng(recipe.seed).permutation(len(corpus.train))[: recipe.texts]
        corpus = replace(corpus, train=[corpus.train[i] for i in np.sort(order)])
    tell(f"{len(corpus.train):,} texts, {len(corpus.held_out):,} held out; {corpus.counts}")
    return corpus


def prepared(
    recipe: Recipe,
    folder: Path,
    tell: Callable[[str], None],
    read: Callable[[Recipe, Callable[[str], None]], Corpus] = corpus_of,
    pieces: Pieces = "word pieces",
    known: Tokenizer | None = None,
) -> Rows:
    """Prepare the text, or take it from the folder where it was prepared before.

    Args:
        recipe: names corpora, vocabulary and rows.
        folder: of this prepared text.
        tell: takes progress lines.
        read: gives the texts, when they are needed.
        pieces: the kind of vocabulary; each needs a folder of its own.
        known: a vocabulary to use; without it, one is trained on the text.

    Returns:
        The rows.

    Raises:
        CourseError: files cannot be had, the text is too small, or what was prepared before is
            damaged.
    """
    about_path, vocabulary = folder / "about.json", folder / "vocabulary.txt"
    if not about_path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        began = time.perf_counter()
        corpus = read(recipe, tell)
        tokenizer = (
            known if known is not None else _trained(corpus.train, recipe.vocabulary_size, pieces)
        )
        tokenizer.save(vocabulary)
        tokenising = time.perf_counter()
        # A corpus comes file by file; the packed rows keep that order and are shuffled in training.
        rows = pack(corpus.train, tokenizer, recipe.row_length, folder / "train.npy")
        held = pack(corpus.held_out, tokenizer, recipe.row_length, folder / "held_out.npy")
        seconds = time.perf_counter() - tokenising
        about = {
            "texts": corpus.counts,
            "tokens_train": int(rows.size),
            "tokens_held_out": int(held.size),
            "tokens_per_second": (rows.size + held.size) / seconds,
            "seconds": time.perf_counter() - began,
            "peak_mb": _peak_mb(),
        }
        # Written last: where it stands, the rest is whole.
        write_atomic(about_path, json.dumps(about, indent=1) + "\n")
    remedy = f"Remove the folder {folder} and give the same command again: it is made anew."
    about = read_object(about_path, remedy)
    rows, held = (read_npy(folder / f"{name}.npy", remedy) for name in ("train", "held_out"))
    if (rows.size, held.size) != (about.get("tokens_train"), about.get("tokens_held_out")):
        raise CourseError(
            f"{folder} is damaged: its rows hold {rows.size} and {held.size} pieces, and "
            f"{about_path.name} says {about.get('tokens_train')} and "
            f"{about.get('tokens_held_out')}. {remedy}"
        )
    tell(
        f"text: {about['tokens_train']:,} pieces, {about['tokens_held_out']:,} held out; tokenised "
        f"at {about['tokens_per_second']:,.0f} pieces a second, peak memory {about['peak_mb']:,} MB"
    )
    kind = ByteBPE if pieces == "byte pairs" else WordPiece
    return Rows(kind.load(vocabulary), rows, held, about, folder)


def _trained(texts: Sequence[str], size: int, pieces: Pieces) -> Tokenizer:
    if pieces == "byte pairs":
        return train_byte_bpe(texts, size)
    least = max(3, sum(map(len, texts)) // _RARE)
    return train_wordpiece(texts, size, min_character_count=least)


def check(recipe: Recipe) -> None:
    """Refuse a recipe that no training can follow, before any text is read.

    Args:
        recipe: what is to be made.

    Raises:
        CourseError: ``start`` is neither known nor a folder, there is no such ``dtype``, or the
            lengths of the rows do not fit.
    """
    check_dtype(recipe.dtype)
    if recipe.goes_on:
        try:
            models.encoder_folder(recipe.start)
        except CourseError as error:
            raise CourseError(
                f"start={recipe.start!r}: choose one of {', '.join(get_args(Start))}, or name the "
                f"folder of an encoder to go on from. {error}"
            ) from error
    lengths(recipe)


def lengths(recipe: Recipe) -> list[tuple[float, int]]:
    """Return the share of the time and the length of the rows, for each stage of a training.

    Args:
        recipe: gives ``first_length`` and ``row_length``.

    Returns:
        Pairs; the shares add up to 1.

    Raises:
        CourseError: rows of the first length do not double up to the last one.
    """
    first, last = recipe.first_length, recipe.row_length
    doublings = (last // max(1, first)).bit_length() - 1
    if not 3 <= first <= last or first << doublings != last:
        raise CourseError(
            f"first_length={first}, row_length={last}: the second was expected to be the first, or "
            "twice as much, or four times, and so on; a row has at least 3 pieces. Give both "
            "(`--first-length`, `--row-length`), equal ones for rows of one length."
        )
    if not doublings:
        return [(1.0, last)]
    return [(0.5, first), *((0.5 / doublings, first << i) for i in range(1, doublings + 1))]


def shortened(rows: Rows, length: int) -> np.ndarray:
    """Cut the training rows into shorter ones, in a file beside them.

    Args:
        rows: a prepared text with rows of k * length pieces.
        length: pieces in a short row. ``[CLS]`` takes the first place of each, and the piece that
            stood there is lost. Only the last short row of a long one ends with ``[SEP]``.

    Returns:
        int32 [n * k, length], mapped from the file.

    Raises:
        CourseError: the file of an earlier call is damaged.
    """
    if length == rows.train.shape[1]:
        return rows.train
    path = rows.folder / f"train-{length}.npy"
    if not path.is_file():
        short = np.array(rows.train).reshape(-1, length)
        short[:, 0] = rows.tokenizer.cls_id
        write_npy(path, short)
    return read_npy(path, _made_anew(path))


def stages(recipe: Recipe, rows: Rows) -> list[tuple[float, MaskedBatches]]:
    """Return the batches of each stage, with its share of the time.

    Args:
        recipe: gives lengths, batch size, share of hidden pieces and seed.
        rows: a prepared text.

    Returns:
        As many pairs as there are stages; a batch has equally many pieces in all of them.
    """
    found = []
    for share, length in lengths(recipe):
        batches = MaskedBatches(
            shortened(rows, length),
            rows.tokenizer,
            recipe.batch_size * (recipe.row_length // length),
            steps=_ENOUGH,
            seed=recipe.seed,
            rate=recipe.mask_rate,
        )
        found.append((share, batches))
    return found


def begin(task: Any, rows: Rows, start: str, tell: Callable[[str], None] = print) -> None:
    """Give a masked LM what counting can tell it: frequencies, and vectors of the pieces.

    Args:
        task: from `nlputils.models.masked_lm`; its weights are changed.
        rows: a prepared text. The vectors are kept beside it: a training that goes on must begin
            from the same bits.
        start: see `Recipe`. From ``counts``, the first guesses are no longer just the frequencies
            that the bias holds: the known vectors have a say, too.
        tell: takes a progress line.

    Raises:
        CourseError: the text is too small, or the file of the vectors is damaged.
    """
    models.set_output_bias(task, piece_counts(rows))
    if start == "counts":
        width = task.backbone.hidden_dim
        path = rows.folder / f"vectors-{width}.npy"
        if not path.is_file():
            tell(f"counting neighbours for vectors of {width} numbers")
            size = len(rows.tokenizer)
            counts = count_neighbours(rows.train, size, special=len(SPECIAL_TOKENS))
            write_npy(path, count_vectors(positive_information(counts), width))
        models.set_token_vectors(task.backbone, read_npy(path, _made_anew(path)))


def _made_anew(path: Path) -> str:
    """Say what to do about a damaged file that was made from the prepared rows."""
    return f"Remove {path.name} and give the same command again: it is made anew from the rows."


def piece_counts(rows: Rows) -> np.ndarray:
    """Count each piece of the training rows; the ends of rows and texts are never hidden: 0.

    Args:
        rows: a prepared text.

    Returns:
        int64 [vocabulary].
    """
    tokenizer = rows.tokenizer
    counts = np.zeros(len(tokenizer), dtype=np.int64)
    for start in range(0, len(rows.train), 65536):
        block = np.asarray(rows.train[start : start + 65536]).ravel()
        counts += np.bincount(block, minlength=len(counts))
    counts[[tokenizer.pad_id, tokenizer.cls_id, tokenizer.sep_id]] = 0
    return counts


def _peak_mb() -> int:
    """Return the most memory this process has held, in MB (what it holds now, on Windows)."""
    try:
        import resource
    except ImportError:
        return round(psutil.Process().memory_info().rss / 1e6)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)


def _key(recipe: Recipe, earlier: Earlier | None = None) -> str:
    """Name the checkpoints: equal for equal recipes only, and for the same encoder before."""
    decides = asdict(recipe)
    # As it was before there was a choice: older checkpoints still serve.
    for name, usual in (("dtype", "float32"), ("jit_compile", False)):
        if decides[name] == usual:
            del decides[name]
    return fingerprint([decides, earlier.weights if earlier else ""])


def held_batches(rows: Rows, recipe: Recipe, most: int) -> MaskedBatches:
    """Return the first held-out batches in a random order that is always the same.

    Args:
        rows: a prepared text.
        recipe: gives batch size and seed.
        most: how many batches there are at most.

    Returns:
        The batches, with BERT's share of hidden pieces.

    Raises:
        CourseError: the held-out rows fill no batch.
    """
    steps = min(most, len(rows.held_out) // recipe.batch_size)
    if not steps:
        raise CourseError(
            f"{len(rows.held_out)} held-out rows do not fill a batch of {recipe.batch_size}: raise "
            "`held_out`, or lower `batch_size`."
        )
    return MaskedBatches(
        rows.held_out,
        rows.tokenizer,
        recipe.batch_size,
        steps=steps,
        seed=recipe.seed + 1,
        rate=_SCORED_RATE,
    )


def mean_loss(model: keras.Model, batches: MaskedBatches) -> float:
    """Return the mean of a compiled model's losses on batches; its weights stay as they are."""
    return float(np.mean([model.test_on_batch(*batches[i]) for i in range(len(batches))]))


def _held_losses(task: Any, rows: Rows, recipe: Recipe) -> tuple[float, float]:
    """Score the held-out text with the weights as they are, and with the encoder's in float16.

    The encoder's weights stay rounded, when they will be stored so: the card is about these.
    """
    model = train.pretraining.compiled(task, 0.0, 0.0, False)
    batches = held_batches(rows, recipe, _FINAL)
    found = []
    for _ in range(2):
        found.append(mean_loss(model, batches))
        if recipe.precision == "float32":
            return found[0], found[0]
        halves = [weight.astype(np.float16) for weight in task.backbone.get_weights()]
        task.backbone.set_weights([half.astype(np.float32) for half in halves])
    return found[0], found[1]
