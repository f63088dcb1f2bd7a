"""Write the small world: `python -m nlputils.data.pocket.generate --output DIR`.

Four files from one seed, always the same bytes: messages.csv, reviews.csv, entities.conll and
text.txt. What they are is told in data/pocket/README.md.
"""

import argparse
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nlputils.data.files import sha256_file, write_atomic
from nlputils.data.pocket.chance import Chance
from nlputils.data.pocket.grammar import Grammar
from nlputils.data.pocket.grammar_entities import ROLES, entity_rules
from nlputils.data.pocket.grammar_text import text_rules
from nlputils.data.pocket.lexicon_names import MEN, WOMEN, name_rules, pool
from nlputils.data.pocket.oracle import NOISE, PRIORS, grammar, thumbs
from nlputils.data.pocket.surface import digits, join
from nlputils.data.splits import normalise

SEED = 20180907
SIZES = {
    "messages": {"test": 1000, "validation": 300, "train": 1800},
    "reviews": {"test": 1000, "validation": 300, "train": 1800},
    "entities": {"test": 600, "validation": 200, "train": 1200},
}
TEXT_BYTES = 2_050_000
# In train, so many rows of the messages repeat a campaign or a forwarded note: their twins differ
# in digits and punctuation only. The shares are those of spam and ham among the campaigns.
REPEATS = 200
REPEATS_SPAM = 0.8


@dataclass
class Row:
    """One labelled text.

    Attributes:
        split: "train", "validation" or "test".
        text: as typed.
        meant: the label that the text was written for.
        label: the label as stored: noise included.
    """

    split: str
    text: str
    meant: str
    label: str


def _draw(chance: Chance, shares: dict[str, float]) -> str:
    """Draw a label by its prior."""
    running, total = [], 0.0
    for share in shares.values():
        total += share
        running.append(total)
    return list(shares)[chance.weighted(running)]


def _shares(task: str, size: int, repeats: int) -> dict[str, float]:
    """Return the label shares of the single rows, so that the whole split keeps the priors."""
    if not repeats:
        return PRIORS[task]
    spam = (PRIORS[task]["spam"] * size - REPEATS_SPAM * repeats) / (size - repeats)
    return {"ham": 1.0 - spam, "spam": spam}


def _flip(chance: Chance, label: str, labels: list[str], rate: float) -> str:
    """Return the label, or at the given rate another one: the label noise."""
    if not chance.true(rate):
        return label
    return chance.one([other for other in labels if other != label])


def _labelled(task: str, chance: Chance, seen: set[str]) -> Iterator[Row]:
    """Yield the rows of a task, none a near-duplicate of another: test first, then the rest."""
    labels = list(PRIORS[task])
    for split, size in SIZES[task].items():
        source = grammar(task, split)
        repeats = REPEATS if task == "messages" and split == "train" else 0
        made = 0
        while made < size - repeats:
            label = _draw(chance, _shares(task, size, repeats))
            text = _typed(task, source, label, chance)
            key = normalise(text)
            if key in seen:
                continue
            seen.add(key)
            made += 1
            yield Row(split, text, label, _flip(chance, label, labels, NOISE[task]))
        yield from _campaigns(source, chance, seen, repeats)


def _campaigns(source: Grammar, chance: Chance, seen: set[str], rows: int) -> Iterator[Row]:
    """Yield near-duplicates in groups of two to six: one note, other digits and other marks."""
    while rows > 0:
        label = "spam" if chance.true(REPEATS_SPAM) else "ham"
        tokens = source.write(label.upper(), chance)
        text = join(tokens)
        key = normalise(text)
        if "#" not in text or key in seen:
            continue
        seen.add(key)
        texts: list[str] = []
        for _ in range(min(rows, 2 + chance.below(5))):
            twin = re.sub(r"[.!]", lambda m: chance.one((m.group(), "!", ".", "!!")), text)
            texts.append(" ".join(digits(twin.split(" "), chance)))
        for twin in dict.fromkeys(texts):
            rows -= 1
            yield Row("train", twin, label, label)


def _typed(task: str, source: Grammar, label: str, chance: Chance) -> str:
    """Draw a text of a label, as typed."""
    tokens = source.write(label.upper(), chance)
    return thumbs(task).type(join(digits(tokens, chance)), chance)


def _apart(task: str, rows: list[Row], chance: Chance, seen: set[str]) -> None:
    """Write rows anew that say what a row of an earlier split says, only with other slips."""
    said: dict[tuple[str, ...], str] = {}
    for row in rows:
        while said.setdefault(tuple(thumbs(task).read(row.text)), row.split) != row.split:
            text = _typed(task, grammar(task, row.split), row.meant, chance)
            if normalise(text) not in seen:
                row.text = text
        seen.add(normalise(row.text))


def _numbered(task: str, seed: int, seen: set[str]) -> dict[str, Row]:
    """Draw the rows of a table, shuffled within their split, under ids that tell nothing."""
    chance = Chance(seed)
    rows = list(_labelled(task, chance, seen))
    # A source of its own: a row written anew leaves all the others as they are.
    _apart(task, rows, Chance(seed + 10), seen)
    numbered: dict[str, Row] = {}
    for split in ("train", "validation", "test"):
        part = chance.shuffled([row for row in rows if row.split == split])
        numbered.update({f"{task[0]}-{split}-{i:04d}": row for i, row in enumerate(part)})
    return numbered


def _tables(seed: int, seen: set[str]) -> dict[str, dict[str, Row]]:
    """Draw the rows of both tables."""
    return {task: _numbered(task, seed + i, seen) for i, task in enumerate(PRIORS)}


def _csv(rows: dict[str, Row]) -> str:
    """Return numbered rows as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", "split", "text", "label"])
    writer.writerows([name, row.split, row.text, row.label] for name, row in rows.items())
    return out.getvalue()


def _tagged(tokens: list[str]) -> list[tuple[str, str, str]]:
    """Turn tokens with marks into (token, tag, role) lines in IOB2."""
    lines: list[tuple[str, str, str]] = []
    tag, role, new_tag, new_role = "O", "O", False, False
    for token in tokens:
        if token.startswith("@"):
            tag, new_tag = token[1:] or "O", True
        elif token.endswith("[") and token[:-1] in ROLES:
            role, new_role = token[:-1], True
        elif token == "]":
            role = "O"
        else:
            name = tag if tag == "O" else ("B-" if new_tag else "I-") + tag
            part = role if role == "O" else ("B-" if new_role else "I-") + role
            lines.append((token, name, part))
            new_tag = new_role = False
    return lines


def _sentence(source: Grammar, chance: Chance) -> list[tuple[str, str, str]]:
    """Draw one labelled sentence and give it its capital and its quotation marks."""
    tokens = digits(source.write("SENTENCE", chance), chance)
    lines: list[tuple[str, str, str]] = []
    for token, tag, role in _tagged(tokens):
        previous = lines[-1][0] if lines else "."
        if previous in {".", "?", "!", '"'} and (not lines or previous != '"' or len(lines) == 1):
            token = token[0].upper() + token[1:]
        lines.append(('"' if token in {"<<", ">>"} else token, tag, role))
    return lines


def _entities(chance: Chance, seen: set[str]) -> str:
    """Return the labelled sentences in CoNLL form."""
    blocks: dict[str, list[str]] = {}
    for split, size in SIZES["entities"].items():
        source = Grammar({**entity_rules(), **name_rules(split)})
        part: list[str] = []
        while len(part) < size:
            lines = _sentence(source, chance)
            text = " ".join(token for token, _, _ in lines)
            key = normalise(text)
            if key in seen or _TWICE.search(text):
                continue
            seen.add(key)
            head = f"# id = e-{split}-{len(part):04d}\n# split = {split}\n"
            part.append(head + "".join("\t".join(line) + "\n" for line in lines))
        blocks[split] = part
    return "\n".join("\n".join(blocks[split]) for split in ("train", "validation", "test"))


def _cast(source: Grammar, chance: Chance) -> dict[str, str]:
    """Draw who and what a paragraph is about."""
    bound: dict[str, str] = {}
    used: set[str] = set()
    for letter, mark in (("A", ""), ("B", "2"), ("C", "3")):
        woman = chance.true(0.5)
        first = chance.one([n for n in pool(WOMEN if woman else MEN, "train") if n not in used])
        used.add(first)
        surname = source.write("ROOT", chance)[0]
        bound[letter + "1"] = first
        bound[letter] = f"{first} {surname}" if chance.true(0.6) else first
        she = ("she", "her", "her", "herself") if woman else ("he", "his", "him", "himself")
        subject, possessive, object_, self_ = she
        bound.update({"SHE" + mark: subject, "HIS" + mark: possessive, "HERSELF" + mark: self_})
        bound.update({"HER" + mark: object_, "HIM" + mark: object_, "HE" + mark: subject})
    for name, symbol in (
        ("TOWN1", "TOWN"), ("TOWN2", "TOWN"), ("FIRM1", "FIRM"), ("FIRM2", "FIRM"),
        ("THING1", "THING"), ("PARCEL1", "PARCEL"), ("BODY1", "BODY"),
    ):  # fmt: skip
        bound[name] = " ".join(source.write(symbol, chance))
        while bound[name] in used:
            bound[name] = " ".join(source.write(symbol, chance))
        used.add(bound[name])
    # The quotes of a paragraph speak of the same thing as the paragraph.
    bound["THING"] = bound["THING1"]
    return bound


def _paragraphs(chance: Chance, forbidden: set[str]) -> Iterator[str]:
    """Yield paragraphs until there is enough text; none quotes a text of an evaluation set."""
    names = {name: ["-"] for name in _cast_symbols()}
    source = Grammar({**names, **text_rules(), **name_rules("train")})
    typist = thumbs("messages")
    size = 0
    while size < TEXT_BYTES:
        bound = _cast(source, chance)
        text = join(digits(source.write("PARAGRAPH", chance, bound), chance))
        quotes = _QUOTE.findall(text)
        if _TWICE.search(text) or any(normalise(p) in forbidden for p in _parts(text, quotes)):
            continue
        text = _QUOTE.sub(lambda m: f'"{typist.type(m.group(1), chance)}"', text)
        size += len(text.encode()) + 1
        yield text


# "Tea and tea" is no sentence: such a draw is thrown back.
_TWICE = re.compile(r"\b(\w[\w ]*),? (?:(?:and|or|but|&|\w+ and) )?\1\b", re.IGNORECASE)
_QUOTE = re.compile(r'"([^"]*)"')
_END = re.compile(r"(?<=[.?!])\s+|(?<=[.?!]\")\s+")


def _parts(text: str, quotes: list[str]) -> list[str]:
    """Return the pieces of a paragraph that could equal a labelled text."""
    return [text, *quotes, *_END.split(text), *(s for quote in quotes for s in _END.split(quote))]


def _cast_symbols() -> list[str]:
    """Return the symbols that only the cast of a paragraph defines."""
    people = [x for letter in "ABC" for x in (letter, letter + "1")]
    pronouns = [
        p + m for m in ("", "2", "3") for p in ("SHE", "HIS", "HER", "HIM", "HE", "HERSELF")
    ]
    return [*people, *pronouns, "TOWN1", "TOWN2", "FIRM1", "FIRM2", "THING1", "PARCEL1", "BODY1"]


def generate(seed: int = SEED) -> dict[str, str]:
    """Return the stored files as text, by name.

    Args:
        seed: the seed of everything. The stored files were made with the default.

    Returns:
        File name to content. Nothing is written.
    """
    seen: set[str] = set()
    tables = _tables(seed, seen)
    files = {f"{task}.csv": _csv(rows) for task, rows in tables.items()}
    files["entities.conll"] = _entities(Chance(seed + 2), seen)
    held = [
        (task, row.text)
        for task, rows in tables.items()
        for row in rows.values()
        if row.split != "train"
    ]
    held += [("messages", sentence) for sentence in _held_sentences(files["entities.conll"])]
    quoted = _Quoted(tuple(thumbs(task).read(text)) for task, text in held)
    paragraphs = _paragraphs(Chance(seed + 3), {normalise(text) for _, text in held})
    files["text.txt"] = "".join(p + "\n" for p in paragraphs if p not in quoted)
    return files


def label_noise(seed: int = SEED) -> dict[str, str]:
    """Return which stored labels are wrong, and what they should be.

    Args:
        seed: the seed of the files.

    Returns:
        The id of each text whose label was flipped, to the label that it was written for.
    """
    tables = _tables(seed, set())
    numbered = [pair for rows in tables.values() for pair in rows.items()]
    return {name: row.meant for name, row in numbered if row.label != row.meant}


def _held_sentences(conll: str) -> Iterator[str]:
    """Yield the sentences of validation and test."""
    for block in conll.split("\n\n"):
        lines = block.strip().split("\n")
        if "# split = train" not in lines:
            yield " ".join(line.split("\t")[0] for line in lines if not line.startswith("# "))


class _Quoted:
    """What must not be quoted: `paragraph in _Quoted(texts)` looks for a text word by word.

    Args:
        texts: the words of each text, as `Thumbs.read` returns them.
    """

    def __init__(self, texts: Iterable[tuple[str, ...]]) -> None:
        self._by_start: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        for text in texts:
            self._by_start.setdefault(text[:3], []).append(text)

    def __contains__(self, paragraph: str) -> bool:
        words = tuple(thumbs("messages").read(paragraph))
        return any(
            words[i : i + len(text)] == text
            for i in range(len(words))
            for length in (1, 2, 3)
            for text in self._by_start.get(words[i : i + length], ())
        )


def main(arguments: list[str] | None = None, say: Callable[[str], None] = print) -> None:
    """Write the files into a folder, and say how data/datasets.toml pins each of them.

    Args:
        arguments: the command line; that of the process when None.
        say: where the lines go: one for each file.
    """
    parser = argparse.ArgumentParser(description="Write the embedded data of the course.")
    parser.add_argument("--output", type=Path, required=True, help="the folder to write into")
    folder = parser.parse_args(arguments).output
    for name, text in generate().items():
        path = write_atomic(folder / name, text)
        say(f'pins = [["{name}", {path.stat().st_size}, "{sha256_file(path)}"]]')


if __name__ == "__main__":
    main()
