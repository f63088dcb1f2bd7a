"""Read each data set's files into rows, cleaned as its caveats ask.

A parser gets ``(role, path)`` pairs and yields or returns rows. Tables have the columns ``part``
(``train``, ``validation``, ``test`` or ``""`` where the set has no split of its own), ``id``, and
``text`` and ``label``, or ``tokens`` and ``tags``. A column ``family`` names rows that stay
together when parts are drawn. Rows keep the order of the files.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pandas as pd

from nlputils.data.splits import phrase_families
from nlputils.errors import CourseError

Files = Iterable[tuple[str, Path]]
_DOCUMENT = re.compile(r"<doc [^>]*>\n(.*?)\n?</doc>", re.DOTALL)
_EMOJI_MARKS = re.compile(r"[\ufe0f\u200d]")
_MARKUP = re.compile(r"<[^<>]{1,200}>")
# WikiExtractor leaves section titles and bits of lists as lines of their own. The bounds were
# chosen by looking at the text: a line under 60 characters is rarely a paragraph, an article
# under 300 characters is a stub.
_PARAGRAPH_CHARACTERS = 60
_STUB_CHARACTERS = 300
_BLANK_LINES = re.compile(r"\n[ \t]*\n")
_SENTENCE_END = re.compile(r"(?<=[.!?][\"'\u201d\u2019]) |(?<=[.!?]) ")
# Speech is short, so the bound that keeps headings out is low. A printed line has about 75
# characters.
_SPEECH_CHARACTERS = 20
_PRINTED_LINE = 200
_PASSAGE_CHARACTERS = 1000


def _lines(path: Path) -> list[str]:
    """Split at LF and CR LF only: ``splitlines`` would cut texts at rarer characters as well."""
    text = path.read_text(encoding="utf-8-sig")  # universal newlines make CR LF one LF
    return [line for line in text.split("\n") if line.strip()]


def _fold(text: str) -> str:
    return " ".join(text.split())


def sms(files: Files) -> pd.DataFrame:
    """Read the SMS Spam Collection: ``label TAB text``, with HTML entities unescaped."""
    rows = []
    for _, path in files:
        for number, line in enumerate(_lines(path), start=1):
            label, separator, text = line.partition("\t")
            if not separator or label not in ("ham", "spam"):
                raise _malformed(path, number, "`ham` or `spam`, a tab, a text")
            rows.append(("", f"sms-{number:04d}", _fold(html.unescape(text)), label))
    return _table(rows)


def tweet_sentiment(files: Files) -> pd.DataFrame:
    """Read the tweets, with apostrophes for their back-ticks.

    The first line of the train file names two of its four columns only, so it is skipped and the
    columns are named here. ``selected_text``, the words that gave the label away, is never read.
    """
    tables = []
    for part, path in files:
        if part == "train":
            table = pd.read_csv(
                path,
                skiprows=1,
                names=["id", "text", "selected_text", "label"],
                usecols=["id", "text", "label"],
                keep_default_na=False,
                dtype=str,
            )
        else:
            table = pd.read_csv(path, keep_default_na=False, dtype=str)
            table = table.rename(columns={"textID": "id", "sentiment": "label"})
        table.insert(0, "part", part)
        tables.append(table[["part", "id", "text", "label"]])
    frame = pd.concat(tables, ignore_index=True)
    frame["text"] = frame["text"].str.replace("`", "'", regex=False).map(_fold)
    return frame[frame["text"] != ""].reset_index(drop=True)


def rotten_tomatoes(files: Files) -> pd.DataFrame:
    """Read the two files of film review sentences; the file is the label."""
    rows = []
    for label, path in files:
        for number, line in enumerate(_lines(path), start=1):
            rows.append(("", f"{label}-{number:04d}", _fold(line), label))
    return _table(rows)


def sst2(files: Files) -> pd.DataFrame:
    """Read SST-2 in its GLUE form: ``sentence TAB label`` below a header, quotes are literal.

    Train holds the phrases of its sentences, each with its own label, and does not say which
    phrase is of which sentence. The column ``family`` does, so that validation can be whole
    sentences with their phrases.
    """
    rows = []
    for part, path in files:
        for number, line in enumerate(_lines(path)[1:], start=1):
            text, separator, label = line.rpartition("\t")
            if not separator or label not in ("0", "1"):
                raise _malformed(path, number + 1, "a sentence, a tab, 0 or 1")
            name = "positive" if label == "1" else "negative"
            rows.append((part, f"{part}-{number:05d}", _fold(text), name))
    frame = _table(rows)
    return frame.assign(family=phrase_families(frame["text"]))


def broad_twitter(files: Files) -> pd.DataFrame:
    """Read the Broad Twitter Corpus, with mentions merged, in the split of its README.

    Test is section f, validation the second half of section h, train the rest.
    """
    rows = []
    for section, path in files:
        sentences = list(_conll(path))
        for number, (_, lines) in enumerate(sentences):
            half = "validation" if number >= len(sentences) / 2 else "train"
            part = {"f": "test", "h": half}.get(section, "train")
            tokens, tags = merge_mentions([line[0] for line in lines], [line[1] for line in lines])
            rows.append((part, f"{section}-{number + 1:04d}", tokens, tags))
    return pd.DataFrame(rows, columns=["part", "id", "tokens", "tags"])


def merge_mentions(tokens: list[str], tags: list[str]) -> tuple[list[str], list[str]]:
    """Join an ``@`` and the user name after it where both carry the tag of one entity.

    The corpus splits ``@name`` into two tokens and begins an entity at each: left so, every
    mention would count as two entities, and the ``@`` would be an easy hit.

    Args:
        tokens: The tokens of a tweet.
        tags: Their IOB2 tags.

    Returns:
        Tokens and tags, shorter by one for each mention. An ``@`` tagged ``O`` stays alone: it
        may mean "at".
    """
    merged: tuple[list[str], list[str]] = ([], [])
    position = 0
    while position < len(tokens):
        token, tag = tokens[position], tags[position]
        follows = tags[position + 1] if position + 1 < len(tags) else "O"
        if token == "@" and tag != "O" and follows[1:] == tag[1:]:
            position += 1
            token += tokens[position]
        merged[0].append(token)
        merged[1].append(tag)
        position += 1
    return merged


def pocket_table(files: Files) -> pd.DataFrame:
    """Read an embedded table: CSV with the columns ``id, split, text, label``."""
    tables = [pd.read_csv(path, keep_default_na=False, dtype=str) for _, path in files]
    frame = pd.concat(tables, ignore_index=True).rename(columns={"split": "part"})
    return frame[["part", "id", "text", "label"]]


def pocket_conll(files: Files) -> pd.DataFrame:
    """Read embedded sentences: ``token TAB tag TAB role`` below ``# id =`` and ``# split =``."""
    rows = []
    for _, path in files:
        for comments, lines in _conll(path):
            columns = [list(column) for column in zip(*lines, strict=True)]
            rows.append((comments["split"], comments["id"], *columns))
    return pd.DataFrame(rows, columns=["part", "id", "tokens", "tags", "roles"])


def pocket_text(files: Files) -> Iterator[str]:
    """Read embedded text: one paragraph a line."""
    for _, path in files:
        yield from _lines(path)


def tweet_lines(files: Files) -> Iterator[str]:
    """Read tweets, one a line, each text once, with HTML entities unescaped.

    The emoji were taken out of these tweets because they were the labels; the invisible marks that
    followed them (variation selector, joiner) are taken out here.
    """
    seen: set[str] = set()
    for _, path in files:
        for line in _lines(path):
            text = _fold(_EMOJI_MARKS.sub("", html.unescape(line)))
            if text and text not in seen:
                seen.add(text)
                yield text


def wikiextractor(files: Files) -> Iterator[str]:
    """Read WikiExtractor output: the paragraphs of each article that is more than a stub."""
    for _, path in files:
        for match in _DOCUMENT.finditer(path.read_text(encoding="utf-8")):
            if len(match[1]) >= _STUB_CHARACTERS:
                yield from _paragraphs(match[1])


def _paragraphs(article: str) -> Iterator[str]:
    for line in article.split("\n")[1:]:  # the first line repeats the title
        text = _fold(_MARKUP.sub("", html.unescape(line)).replace('""', '"'))
        if len(text) >= _PARAGRAPH_CHARACTERS:
            yield text


def novels(files: Files) -> Iterator[str]:
    """Read novels: their paragraphs, without headings; long ones are cut after a sentence.

    A blank line ends a paragraph. In files that hardly have any, each line is a paragraph; or,
    where all lines are short, they were broken to fit a page, and the whole file is one paragraph.
    """
    for _, path in files:
        text = path.read_text(encoding="utf-8-sig")
        lines, parts = text.split("\n"), _BLANK_LINES.split(text)
        if len(parts) < len(lines) / 20:
            parts = lines if max(map(len, lines)) > _PRINTED_LINE else [text]
        for part in parts:
            for passage in _passages(_fold(part.replace("_", ""))):
                if len(passage) >= _SPEECH_CHARACTERS:
                    yield passage


def _passages(paragraph: str) -> Iterator[str]:
    """Cut a paragraph after the first sentence that ends beyond a length, again and again."""
    while len(paragraph) > _PASSAGE_CHARACTERS:
        end = _SENTENCE_END.search(paragraph, _PASSAGE_CHARACTERS)
        if end is None:
            break
        yield paragraph[: end.start()]
        paragraph = paragraph[end.end() :]
    yield paragraph


def _conll(path: Path) -> Iterator[tuple[dict[str, str], list[list[str]]]]:
    """Yield the comments and the lines of each sentence of a CoNLL file."""
    comments: dict[str, str] = {}
    lines: list[list[str]] = []
    width = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        fields = line.split("\t")
        if not line.strip():
            if lines:
                yield comments, lines
            comments, lines = {}, []
        elif len(fields) == 1 and line.startswith("# "):
            key, _, value = line[2:].partition("=")
            comments[key.strip()] = value.strip()
        else:
            width = width or len(fields)
            if len(fields) != width or width < 2:
                raise _malformed(path, number, f"{max(width, 2)} columns separated by tabs")
            lines.append(fields)
    if lines:
        yield comments, lines


def _malformed(path: Path, number: int, expected: str) -> CourseError:
    return CourseError(f"{path}, line {number}: expected {expected}.")


def _table(rows: list[tuple[str, str, str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["part", "id", "text", "label"])


TABLES: dict[str, Callable[[Files], pd.DataFrame]] = {
    "sms": sms,
    "tweet_sentiment": tweet_sentiment,
    "rotten_tomatoes": rotten_tomatoes,
    "sst2": sst2,
    "broad_twitter": broad_twitter,
    "pocket_table": pocket_table,
    "pocket_conll": pocket_conll,
}
TEXTS: dict[str, Callable[[Files], Iterator[str]]] = {
    "pocket_text": pocket_text,
    "tweet_lines": tweet_lines,
    "wikiextractor": wikiextractor,
    "novels": novels,
}
