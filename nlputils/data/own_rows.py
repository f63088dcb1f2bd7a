"""The rows of a file of one's own, one at a time, each checked where it stands."""

import csv
import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from nlputils.errors import CourseError

TEXT, LABEL = "text", "label"
_LONGEST_LINE = 1_000_000
_LONGEST_FIELD = 131_072  # the csv module's own bound
_LONGEST_SENTENCE = 10_000
# Bytes that Python needs beside the characters: for a row with its id and group, for a string.
_ROW, _STRING = 300, 60


class Row(NamedTuple):
    """One row, or one sentence.

    Attributes:
        place: where it stands, for an error: ``row 3``, counted as a spreadsheet does.
        name: its id.
        content: the text, or the list of tokens.
        answer: the label, or the list of tags.
        labels: the labels in it; for a sentence its entity types.
        size: bytes it takes in memory, about.
    """

    place: str
    name: str
    content: Any
    answer: Any
    labels: tuple[str, ...]
    size: int


def table(path: Path, encoding: str) -> Iterator[Row]:
    """Read a table with the columns ``text`` and ``label``; others are passed over.

    The separator of a ``.csv`` is the comma, or the semicolon or tab if its first line shows it.
    A ``.tsv`` has tabs and no quotation marks of its own (text/tab-separated-values, IANA).

    Args:
        path: The file.
        encoding: How its bytes spell characters.

    Yields:
        Its rows, with white space folded in the texts.

    Raises:
        CourseError: The file, the row and the remedy.
    """
    with _opened(path, encoding) as stream:
        lines = _lines(stream, path, encoding)
        header, separator = _header(path, next(lines, ""))
        reader = csv.reader(lines, delimiter=separator, strict=True)
        if path.suffix.lower() == ".tsv":
            reader = csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
        text, label = header.index(TEXT), header.index(LABEL)
        number, ended = 1, 1
        while True:
            number, place = number + 1, _place(number + 1, ended + 1)
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise _not_a_row(path, place, error) from error
            ended = reader.line_num + 1  # the reader has not seen the header
            if fields:
                _require_width(path, place, fields, header)
                yield _row(path, place, number, fields[text], fields[label])


def sentences(path: Path, encoding: str, tag_column: int | None) -> Iterator[Row]:
    """Read sentences in CoNLL form: a token a line, its tag in a column, an empty line after each.

    Columns are separated by tabs, or by spaces in a line without a tab. Remarks (``# ...`` before
    a sentence) and ``-DOCSTART-`` lines are passed over.

    Args:
        path: The file.
        encoding: How its bytes spell characters.
        tag_column: The column of the tags, counted from 1; None where there are two columns.

    Yields:
        Its sentences, with IOB2 tags.

    Raises:
        CourseError: The file, the line and the remedy.
    """
    tokens: list[str] = []
    tags: list[str] = []
    begun = width = 0
    with _opened(path, encoding) as stream:
        for number, line in enumerate(_lines(stream, path, encoding), start=1):
            if not line.strip() or line.startswith("-DOCSTART-"):
                if tokens:
                    yield _sentence(begun, tokens, tags)
                tokens, tags = [], []
            elif tokens or not _is_remark(line):
                fields = line.rstrip("\r\n").split("\t") if "\t" in line else line.split()
                width = width or len(fields)
                begun = begun if tokens else number
                token, tag = _token(path, number, fields, width, tag_column)
                _require_iob2(path, number, tag, tags[-1] if tags else "O")
                tokens.append(token)
                tags.append(tag)
                if len(tokens) > _LONGEST_SENTENCE:
                    raise CourseError(
                        f"{path}, line {begun}: a sentence of more than {_LONGEST_SENTENCE:,} "
                        "tokens begins. Put an empty line after each sentence."
                    )
        if tokens:
            yield _sentence(begun, tokens, tags)


def _opened(path: Path, encoding: str) -> IO[str]:
    """Open a file of text, or say what else it is."""
    if path.stat().st_size == 0:
        raise CourseError(
            f"{path} is empty. A table begins with the line `{TEXT},{LABEL}`; sentences have a "
            "token, a tab and its tag in each line."
        )
    with open(path, "rb") as stream:
        begin = stream.read(4)
    if begin.startswith(b"PK\x03\x04"):
        raise CourseError(
            f"{path} is a spreadsheet or an archive, not text. In the spreadsheet program, save "
            "it as CSV with the encoding UTF-8."
        )
    if begin[:2] in (b"\xff\xfe", b"\xfe\xff") and encoding == "utf-8":
        raise _encoding_error(path, "its first bytes are those of UTF-16", encoding)
    try:
        return open(path, encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="")
    except LookupError as error:
        raise CourseError(f"There is no encoding {encoding!r}: try utf-8 or cp1252.") from error


def _lines(stream: IO[str], path: Path, encoding: str) -> Iterator[str]:
    """Yield lines of bounded length; say where the bytes are not of the encoding."""
    number = 0
    try:
        while line := stream.readline(_LONGEST_LINE):
            number += 1
            if len(line) == _LONGEST_LINE:
                raise CourseError(
                    f"{path}, line {number} has more than {_LONGEST_LINE:,} characters: this is "
                    "not a table with a row a line. Save it again as CSV, UTF-8."
                )
            yield line
    except UnicodeDecodeError as error:
        raise _encoding_error(path, _undecodable(path, error, encoding), encoding) from error


def _undecodable(path: Path, error: UnicodeDecodeError, encoding: str) -> str:
    """Find the line that cannot be decoded: the text was read ahead in blocks."""
    if not encoding.lower().startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        with open(path, "rb") as stream:
            number = 0
            while 0 < len(line := stream.readline(_LONGEST_LINE)) < _LONGEST_LINE:
                number += 1
                try:
                    line.decode(encoding)
                except UnicodeDecodeError as found:
                    return f"row {number} holds the byte 0x{line[found.start]:02X}"
    return str(error.reason)


def _encoding_error(path: Path, what: str, encoding: str) -> CourseError:
    return CourseError(
        f"{path} is not {encoding.upper()}: {what}. Save it as UTF-8 (in a spreadsheet program: "
        "CSV UTF-8), or give its encoding: load_file(..., encoding='cp1252') for files of older "
        "Windows programs, 'utf-16' for its Unicode text."
    )


def _header(path: Path, line: str) -> tuple[list[str], str]:
    """Find the separator that shows both columns in the first line."""
    separators = "\t" if path.suffix.lower() == ".tsv" else ",;\t"
    found: list[list[str]] = []
    for separator in separators:
        fields = next(csv.reader([line], delimiter=separator), [])
        names = [name.strip() for name in fields]
        if names.count(TEXT) == 1 and names.count(LABEL) == 1:
            return names, separator
        found.append(names)
    names = max(found, key=len)
    missing = [name for name in (TEXT, LABEL) if name not in names]
    twice = [name for name in (TEXT, LABEL) if names.count(name) > 1]
    if twice:
        raise CourseError(f"{path}, row 1: the column {twice[0]!r} stands twice. Rename one.")
    folded = {name.lower(): name for name in names}
    close = [
        folded[match]
        for name in missing
        for match in difflib.get_close_matches(name, folded, n=1, cutoff=0.8)
    ]
    hint = f" Rename {close[0]!r}." if close else ""
    raise CourseError(
        f"{path}, row 1: there is no column {missing[0]!r}; the first line has "
        f"{[name[:40] for name in names[:8]]}. It must name the columns, {TEXT!r} and {LABEL!r} "
        f"among them.{hint}"
    )


def _require_width(path: Path, place: str, fields: list[str], header: list[str]) -> None:
    if len(fields) != len(header):
        raise CourseError(
            f"{path}, {place}: {len(fields)} fields, but the first row names {len(header)} "
            "columns. A text that holds the separator must stand in quotation marks; most programs "
            "do that when they save as CSV."
        )


def _row(path: Path, place: str, number: int, text: str, label: str) -> Row:
    text, label = " ".join(text.split()), label.strip()
    for column, value in ((TEXT, text), (LABEL, label)):
        if not value:
            raise CourseError(
                f"{path}, {place}: the column {column!r} is empty. Fill it, or remove the row."
            )
    return Row(place, f"row-{number:06d}", text, label, (label,), _ROW + _memory(text))


def _not_a_row(path: Path, place: str, error: csv.Error) -> CourseError:
    if "field larger" in str(error):
        what = f"a field has more than {_LONGEST_FIELD:,} characters"
    elif "unexpected end" in str(error):
        what = "a quotation mark is opened and never closed"
    else:
        what = f"it cannot be read ({error})"
    return CourseError(
        f"{path}, {place}: {what}. A text that holds quotation marks stands in quotation marks as "
        'a whole, and those in it are doubled: "She said ""yes""".'
    )


def _place(row: int, line: int) -> str:
    """Name a row as a spreadsheet does, and its line where line breaks inside texts shift it."""
    return f"row {row}" if row == line else f"row {row} (line {line})"


def _is_remark(line: str) -> bool:
    """Tell a remark from the token ``#``, which has a tag behind it."""
    tag = line.split()[-1]
    tagged = len(line.split()) == 2 and (tag == "O" or tag[:2] in ("B-", "I-"))
    return line.startswith("# ") and "\t" not in line and not tagged


def _token(
    path: Path, number: int, fields: list[str], width: int, tag_column: int | None
) -> tuple[str, str]:
    place = f"{path}, line {number}"
    if len(fields) != width or width < 2:
        raise CourseError(
            f"{place}: {len(fields)} columns, expected {max(width, 2)}: a token, a tab and its tag."
        )
    if width > 2 and tag_column is None:
        raise CourseError(
            f"{place}: {width} columns. Say which holds the tags, such as the last: "
            f"load_file(..., tag_column={width})."
        )
    column = tag_column or 2
    if not 2 <= column <= width:
        raise CourseError(f"{place}: there is no tag column {column}; the line has {width}.")
    token, tag = fields[0].strip(), fields[column - 1].strip()
    if not token:
        raise CourseError(f"{place}: there is a tag without a token.")
    return token, tag


def _require_iob2(path: Path, number: int, tag: str, before: str) -> None:
    kind = tag[2:]
    if tag != "O" and (tag[:2] not in ("B-", "I-") or not kind):
        raise CourseError(
            f"{path}, line {number}: {tag!r} is not an IOB2 tag. These are O, B-TYPE (an entity "
            "begins) and I-TYPE (it goes on)."
        )
    if tag.startswith("I-") and before[2:] != kind:
        raise CourseError(
            f"{path}, line {number}: {tag} follows {before}, so an entity goes on that has not "
            f"begun. In IOB2 its first tag is B-{kind}; convert the file."
        )


def _sentence(begun: int, tokens: list[str], tags: list[str]) -> Row:
    kinds = tuple(sorted({tag[2:] for tag in tags if tag != "O"}))
    size = _ROW + sum(_STRING + _memory(token) for token in tokens)
    return Row(f"line {begun}", f"line-{begun:06d}", tokens, tags, kinds, size)


def _memory(text: str) -> int:
    return len(text) * (1 if text.isascii() else 2)
