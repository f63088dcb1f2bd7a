"""One's own files: what loads, and what each thing that can be wrong with one is told."""

import csv
import hashlib
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlputils import data
from nlputils.data import own
from nlputils.errors import CourseError


def word(number: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(number))


def rows(ham: int = 80, spam: int = 20) -> list[tuple[str, str]]:
    found = [(f"ham {word(n)} text, with a comma", "ham") for n in range(ham)]
    return found + [(f"spam {word(n)} text", "spam") for n in range(spam)]


def written(path: Path, content, header=("text", "label"), **dialect) -> Path:
    stream = io.StringIO()
    csv.writer(stream, **dialect).writerows([header, *content])
    path.write_bytes(stream.getvalue().encode())
    return path


def parts(split):
    return split.train, split.validation, split.test


def test_a_csv_loads_like_a_registered_set(tmp_path):
    path = written(tmp_path / "messages.csv", rows())
    split = data.load(path)
    assert split.labels == ("ham", "spam") and split.task == "classification"
    assert [list(frame) for frame in parts(split)] == [["id", "text", "label", "group"]] * 3
    assert [len(frame) for frame in parts(split)] == [72, 8, 20]
    assert [int((f["label"] == "spam").sum()) for f in parts(split)] == [14, 2, 4]
    origin = split.provenance
    assert origin == data.provenance(str(path))
    assert origin.source == "own" and origin.files == (str(path),)
    assert origin.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    # An id leads back to the row of the file, counted as a spreadsheet counts.
    lines = path.read_text().splitlines()
    for _, row in split.test.iterrows():
        assert row["text"] in lines[int(row["id"].removeprefix("row-")) - 1]
    assert split.y(split.test).tolist() == (split.test["label"] == "spam").astype(int).tolist()


def test_seed_limit_labels_and_repeats_mean_what_they_mean_elsewhere(tmp_path):
    content = rows() + [("Ham A text, with a comma!", "ham")]
    path = written(tmp_path / "m.csv", content)
    first, other = data.load(path, seed=0), data.load(path, seed=1, resplit=True)
    assert set(first.test["id"]) != set(other.test["id"])
    assert sum(map(len, parts(first))) == 100, "a near-duplicate is left out"
    assert sum(map(len, parts(data.load(path, deduplicate=False)))) == 101
    ids = [list(data.load(path, limit=k).train["id"]) for k in (10, 30)]
    assert len(ids[0]) == 10 and set(ids[0]) < set(ids[1])
    assert data.load(path, labels=("spam", "ham")).labels == ("spam", "ham")
    with pytest.raises(CourseError, match="`labels` is for your own file"):
        data.load("pocket_messages", labels=("a", "b"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_spreadsheets_write_is_read(delimiter, end, tmp_path):
    content = [
        (n, label, f"{text}\nline; two\tthree", "x") for n, (text, label) in enumerate(rows())
    ]
    header = ("number", " label ", "text", "note")
    path = written(tmp_path / "m.csv", content, header, delimiter=delimiter, lineterminator=end)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    split = data.load(path)
    texts = sorted(text for frame in parts(split) for text in frame["text"])
    assert texts == sorted(f"{text} line; two three" for text, _ in rows())


def test_a_tsv_has_no_quotation_marks_of_its_own(tmp_path):
    lines = ["label\ttext", *(f'{label}\t"{text}' for text, label in rows())]
    (tmp_path / "m.tsv").write_text("\n".join(lines))
    split = data.load(tmp_path / "m.tsv")
    assert split.train["text"].str.startswith('"').all()


TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=30).filter(
    lambda text: text.split()
)


@given(st.lists(st.tuples(TEXTS, st.sampled_from(["a", "b"])), min_size=2, max_size=20))
@settings(max_examples=60, deadline=None)
def test_every_text_comes_back(tmp_path_factory, content):
    content = [("one", "a"), ("two", "b"), *content]
    path = written(tmp_path_factory.mktemp("h") / "m.csv", content)
    frame = own.read(str(path)).frame
    assert frame["text"].tolist() == [" ".join(text.split()) for text, _ in content]
    assert frame["label"].tolist() == [label for _, label in content]


def conll(sentences: int = 40, columns: int = 2) -> str:
    lines = ["-DOCSTART-\tO", ""]
    for n in range(sentences):
        tags = [("Ada", "B-PER"), ("Lee", "I-PER"), ("met", "O"), (word(n), "B-LOC"), ("#", "O")]
        tags = tags[-1:] + tags if n == 39 else tags
        for token, tag in tags:
            lines.append("\t".join([token, *(["X"] * (columns - 2)), tag]))
        lines += ["", "# a remark"] if n % 2 else [""]
    return "\n".join(lines)


def test_a_conll_file_loads_like_a_registered_set(tmp_path):
    path = tmp_path / "names.conll"
    path.write_text(conll())
    split = data.load(path)
    assert split.task == "tokens"
    assert split.labels == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
    assert [list(frame) for frame in parts(split)] == [["id", "tokens", "tags", "group"]] * 3
    assert [len(frame) for frame in parts(split)] == [29, 3, 8]
    lines = path.read_text().splitlines()
    for _, row in split.test.iterrows():
        first = int(row["id"].removeprefix("line-")) - 1
        pairs = [line.split("\t") for line in lines[first : first + len(row["tokens"])]]
        assert pairs == [list(pair) for pair in zip(row["tokens"], row["tags"], strict=True)]
    given = data.load(path, labels=("PER", "LOC"))
    assert given.labels == ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
    (tmp_path / "spaces.conll").write_text(conll().replace("\t", " "))
    spaces, tabs = (own.read(str(tmp_path / f"{name}.conll")) for name in ("spaces", "names"))
    assert spaces.frame.equals(tabs.frame)
    assert spaces.frame["tokens"].iloc[-1] == ["#", "Ada", "Lee", "met", "dj", "#"]


def test_the_column_of_the_tags_is_said_where_there_are_several(tmp_path):
    path = tmp_path / "n.conll"
    path.write_text(conll(columns=4).replace("-DOCSTART-\tO", ""))
    with pytest.raises(CourseError, match="4 columns. Say which .*tag_column=4"):
        data.load(path)
    assert data.load_file(path, tag_column=4).labels[1] == "B-LOC"
    with pytest.raises(CourseError, match="'X' is not an IOB2 tag"):
        data.load_file(path, tag_column=3)
    with pytest.raises(CourseError, match="no tag column 5"):
        data.load_file(path, tag_column=5)


GOOD = b"text,label\n" + b"".join(
    b"t%s,%s\n" % (word(n).encode(), b"ab"[n % 2 :][:1]) for n in range(60)
)
WRONG = {
    "empty": (b"", ["is empty", "`text,label`"]),
    "header only": (b"text,label\n", ["holds no rows"]),
    "blank lines only": (b"text,label\n\n\n", ["holds no rows"]),
    "no label": (b"text,lable\nx,a\n", ["row 1", "no column 'label'", "Rename 'lable'"]),
    "capital": (b"Text,label\nx,a\n", ["row 1", "no column 'text'", "Rename 'Text'"]),
    "no header": (b"hello there,ham\nyou win,spam\n", ["row 1", "hello there", "must name"]),
    "twice": (b"text,label,label\nx,a,b\n", ["'label' stands twice"]),
    "wide": (GOOD + b"hello, you,a\n", ["row 62", "3 fields", "2 columns", "quotation marks"]),
    "narrow": (b"text,label\nx,a\ny\n", ["row 3", "1 fields"]),
    "no text": (b"text,label\nx,a\n  ,b\n", ["row 3", "'text' is empty", "remove"]),
    "no label value": (b"text,label\nx,a\ny,\n", ["row 3", "'label' is empty"]),
    "shifted": (b'text,label\n"x\ny",a\n,b\n', ["row 3 (line 4)", "'text' is empty"]),
    "quote open": (b'text,label\nx,a\n"y,b\nz,a\n', ["row 3", "never closed", "doubled"]),
    "quote inside": (b'text,label\n"x" y,a\n', ["row 2", "doubled"]),
    "latin": (GOOD + "caf\xe9,a\n".encode("cp1252"), ["row 62", "0xE9", "CSV UTF-8", "cp1252"]),
    "late latin": (GOOD * 1 + b"x,a\n" * 9999 + b"\x80,a\n", ["row 10061", "0x80"]),
    "utf-16": ("text,label\n".encode("utf-16"), ["UTF-16", "encoding="]),
    "xlsx": (b"PK\x03\x04rest", ["spreadsheet", "save it as CSV"]),
    "capitals": (
        b"text,label\nx,spam\ny,Spam\n",
        ["row 3", "'Spam'", "'spam' (row 2)", "capitals"],
    ),
    "one label": (b"text,label\nx,a\ny,a\n", ["only label is ['a']", "another"]),
    "not labels": (
        b"text,label\n" + b"".join(b"x,%d\n" % n for n in range(200)),
        ["more than 100 different labels by row 102", "right column"],
    ),
    "few": (GOOD + b"other,c\nother,c\n", ["too few rows", "'c' has 1", "at least 13"]),
    "long": (b"text,label\n" + b"x" * 1_200_000, ["line 2", "1,000,000 characters"]),
    "long and not text": (b"text,label\n\x80" + b"x" * 1_200_000, ["not UTF-8", "invalid start"]),
    "long field": (b'text,label\n"' + b"x y\n" * 40_000, ["row 2", "131,072"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_file_row_and_remedy(case, tmp_path):
    content, words = WRONG[case]
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    with pytest.raises(CourseError) as caught:
        data.load(path)
    missing = [part for part in [str(path), *words] if part not in str(caught.value)]
    assert not missing, str(caught.value)


def test_the_good_file_of_these_cases_is_good(tmp_path):
    (tmp_path / "mine.csv").write_bytes(GOOD)
    assert data.load(tmp_path / "mine.csv").labels == ("a", "b")


def test_a_label_that_is_not_among_those_given_is_told(tmp_path):
    path = written(tmp_path / "m.csv", [*rows(), ("x", "spma")])
    with pytest.raises(
        CourseError, match=r"m.csv, row 102: 'spma' is not a label of \['ham', 'spam'"
    ):
        data.load(path, labels=["ham", "spam"])
    with pytest.raises(CourseError, match="'eggs' has 0"):
        data.load(written(tmp_path / "m.csv", rows()), labels=["ham", "spam", "eggs"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("met\tO", "met"), r"line 5: 1 columns, expected 2"),
        (("Ada\tB-PER", "Ada\tPER"), r"line 3: 'PER' is not an IOB2 tag"),
        (("Ada\tB-PER", "Ada\tI-PER"), r"line 3: I-PER follows O.*its first tag is B-PER"),
        (("Lee\tI-PER", "Lee\tI-LOC"), r"line 4: I-LOC follows B-PER"),
        (("Ada\t", "\t"), r"line 3: there is a tag without a token"),
    ],
)
def test_a_wrong_line_of_conll_is_told(change, words, tmp_path):
    path = tmp_path / "n.conll"
    path.write_text(conll().replace(*change, 1))
    with pytest.raises(CourseError, match=f"n.conll, {words}"):
        data.load(path)


def test_sentences_that_never_end_are_told(tmp_path):
    (tmp_path / "n.conll").write_text("a\tO\n" * 20_000)
    with pytest.raises(CourseError, match="line 1: a sentence of more than 10,000 tokens"):
        data.load(tmp_path / "n.conll")


def test_too_few_sentences_and_unknown_types_are_told(tmp_path):
    path = tmp_path / "n.conll"
    path.write_text(conll(9))
    with pytest.raises(CourseError, match="too few sentences.*'LOC' has 9.*at least 13"):
        data.load(path)
    with pytest.raises(CourseError, match="line 3: 'LOC' is not an entity type"):
        data.load(path, labels=["PER"])


def test_another_encoding_is_read_where_it_is_named(tmp_path):
    text = "text,label\n" + "".join(f"caf\xe9 {word(n)},{'ab'[n % 2]}\n" for n in range(60))
    for encoding in ("cp1252", "utf-16"):
        (tmp_path / "m.csv").write_bytes(text.encode(encoding))
        split = data.load_file(tmp_path / "m.csv", encoding=encoding)
        assert split.train["text"].str.startswith("caf\xe9").all()
    with pytest.raises(CourseError, match="no encoding 'latin-minus-one'"):
        data.load_file(tmp_path / "m.csv", encoding="latin-minus-one")


def test_files_are_found_from_where_the_command_was_given(tmp_path, monkeypatch):
    root, here, other = (tmp_path / name for name in ("root", "here", "other"))
    for folder in (root / "data", here / "my", other):
        folder.mkdir(parents=True)
    (root / "data" / "datasets.toml").write_text("")
    monkeypatch.setenv("NLPUTILS_ROOT", str(root))
    monkeypatch.setenv("NLPUTILS_FROM", str(here))
    monkeypatch.chdir(other)
    written(here / "my" / "m.csv", rows())
    assert data.load("my/m.csv").provenance.files == ("my/m.csv",)
    written(root / "r.csv", rows())
    assert own.find("r.csv") == root / "r.csv"
    with pytest.raises(CourseError, match=f"no file gone.csv: looked for {here}.*{root}"):
        data.load("gone.csv")
    (here / "my" / "m.txt").write_text("x")
    with pytest.raises(CourseError, match=r"cannot be read as data.*\.csv"):
        data.load("my/m.txt")
    with pytest.raises(CourseError, match="There is no data set 'my'"):
        data.load("my")


def large(path: Path, count: int) -> Path:
    """A file sorted by its label, as exports often are: nine in ten rows are ham."""
    with path.open("w") as stream:
        stream.write("text,label\n")
        for n in range(count):
            stream.write(f"{word(n)} {'some words ' * 8},{'ham' if n < 0.9 * count else 'spam'}\n")
    return path


def test_a_file_too_large_is_refused_with_what_fits_or_sampled(tmp_path, monkeypatch):
    path = large(tmp_path / "large.csv", 20_000)
    monkeypatch.setattr(own, "HELD_BYTES", 500_000)
    with pytest.raises(CourseError, match=r"large.csv has 2 MB. 1,\d\d\d of its rows fit.*`limit`"):
        data.load(path)
    with pytest.raises(CourseError, match=r"do not fit.*Lower `limit` to about \d\d\d"):
        data.load(path, limit=5_000)
    split = data.load(path, limit=500)
    assert len(split.train) == 500
    assert 0.05 < (split.train["label"] == "spam").mean() < 0.15
    lines = split.train["id"].str.removeprefix("row-").astype(int)
    assert lines.min() < 2_000 and lines.max() > 18_000, "drawn from the whole file"
    assert data.load(path, limit=500).train.equals(split.train)
    assert not data.load(path, limit=500, seed=1).train.equals(split.train)


def test_the_sample_of_fewer_rows_is_part_of_that_of_more(tmp_path, monkeypatch):
    path = large(tmp_path / "large.csv", 5_000)
    monkeypatch.setattr(own, "HELD_BYTES", 500_000)
    few, more = (set(own.read(str(path), limit=k).frame["id"]) for k in (200, 400))
    assert len(few) == 200 and few < more


def test_memory_does_not_grow_with_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(own, "HELD_BYTES", 400_000)
    peaks = []
    for count in (5_000, 50_000):
        path = large(tmp_path / f"{count}.csv", count)
        tracemalloc.start()
        own.read(str(path), limit=300)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]
    assert peaks[1] < (tmp_path / "50000.csv").stat().st_size / 3


def test_an_error_far_into_a_large_file_is_found(tmp_path, monkeypatch):
    path = large(tmp_path / "large.csv", 20_000)
    path.write_text(path.read_text() + "one,two,three\n")
    monkeypatch.setattr(own, "HELD_BYTES", 500_000)
    with pytest.raises(CourseError, match="row 20002: 3 fields"):
        data.load(path, limit=100)


def test_two_gigabytes_of_nothing_are_refused_at_once(tmp_path):
    path = tmp_path / "sparse.csv"
    path.write_bytes(b"text,label\n")
    with path.open("r+b") as stream:
        stream.truncate(2 * 1024**3)
    with pytest.raises(CourseError, match="sparse.csv, line 2 has more than 1,000,000 characters"):
        data.load(path)
