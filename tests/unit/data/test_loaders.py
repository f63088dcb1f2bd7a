"""The loaders on small sets planted in a course folder of our own."""

import html

import pytest

from nlputils import data
from nlputils.data import parsers
from nlputils.errors import CourseError

HEAD = """
description = "planted"
licence = "CC0"
homepage = "none"
citation = "none"
"""
TOML = f"""
[messages]
task = "classification"
labels = ["ham", "spam"]
parser = "pocket_table"
split = "all"
embedded = ["messages.csv"]
{HEAD}
[drawn]
task = "classification"
labels = ["ham", "spam"]
parser = "pocket_table"
split = "none"
embedded = ["messages.csv"]
{HEAD}
[tested]
task = "classification"
labels = ["ham", "spam"]
parser = "pocket_table"
split = "test"
embedded = ["tested.csv"]
{HEAD}
[entities]
task = "tokens"
labels = ["PER", "LOC"]
parser = "pocket_conll"
split = "all"
embedded = ["entities.conll"]
{HEAD}
[corpus]
task = "text"
labels = []
parser = "pocket_text"
split = "none"
embedded = ["text.txt"]
{HEAD}
"""
CONLL = """# id = e1
# split = train
Ada\tB-PER\tA0
sleeps\tO\t_

# id = e2
# split = validation
#\tO\t_
Rome\tB-LOC\tA1

# id = e3
# split = test
Ben\tB-PER\tA0
Lee\tI-PER\tA0
left\tO\t_
"""


def table(rows):
    return "id,split,text,label\n" + "".join(f'{a},{b},"{c}",{d}\n' for a, b, c, d in rows)


def letters(number):
    return "".join(chr(97 + int(digit)) for digit in f"{number:04d}")


@pytest.fixture(autouse=True)
def course(tmp_path, monkeypatch):
    monkeypatch.setenv("NLPUTILS_ROOT", str(tmp_path))
    pocket = tmp_path / "data" / "pocket"
    pocket.mkdir(parents=True)
    (tmp_path / "data" / "datasets.toml").write_text(TOML)
    rows = [
        (f"m{n}", "train" if n < 60 else "validation" if n < 80 else "test", letters(n), label)
        for n in range(100)
        for label in ["spam" if n % 5 == 0 else "ham"]
    ]
    # Four near-duplicates of one spam text, and a test text that is in train and validation too.
    rows += [(f"d{n}", "train", f"Win {n} now!", "spam") for n in range(4)]
    rows += [(f"l{n}", part, "Seen, before", "ham") for n, part in enumerate(["test", "train"])]
    rows += [("l2", "validation", "seen before 2", "ham"), ("v", "train", letters(70) + "!", "ham")]
    (pocket / "messages.csv").write_text(table(rows))
    rows = [(n, part if part == "test" else "train", text, label) for n, part, text, label in rows]
    (pocket / "tested.csv").write_text(table([*rows, ("again", "train", "aaaa", "spam")]))
    (pocket / "entities.conll").write_text(CONLL)
    (pocket / "text.txt").write_text(
        "one paragraph\n\nand another\u2028with a strange mark\nthird\n"
    )
    return pocket


def ids(frame):
    return set(frame["id"])


def parts(split):
    return split.train, split.validation, split.test


def test_a_stored_split_is_kept_and_test_rows_leave_train_and_validation():
    split = data.load("messages")
    assert ids(split.test) == {f"m{n}" for n in range(80, 100)} | {"l0"}
    assert ids(split.validation) == {f"m{n}" for n in range(60, 80)}
    assert ids(split.train) == {f"m{n}" for n in range(60)} | {f"d{n}" for n in range(4)}
    assert list(split.train) == ["id", "text", "label", "group"]
    assert split.provenance.source == "embedded" and len(split.provenance.sha256) == 64


def test_without_deduplication_a_stored_split_is_as_stored():
    split = data.load("messages", deduplicate=False)
    assert {"l1", "v"} <= ids(split.train) and "l2" in ids(split.validation)
    assert sum(map(len, parts(split))) == 108


def test_the_seed_only_shuffles_the_train_rows_of_a_stored_split():
    first, second, again = (data.load("messages", seed=seed) for seed in (0, 1, 0))
    assert first.train["id"].tolist() == again.train["id"].tolist()
    assert first.train["id"].tolist() != second.train["id"].tolist()
    assert ids(first.train) == ids(second.train)
    assert first.test.equals(second.test) and first.validation.equals(second.validation)


def test_a_set_with_a_test_set_gets_validation_from_train_by_the_seed():
    first, second = (data.load("tested", seed=seed) for seed in (0, 1))
    assert first.test.equals(second.test)
    assert ids(first.test) == {f"m{n}" for n in range(80, 100)} | {"l0"}
    assert ids(first.validation) != ids(second.validation)
    assert ids(first.train) | ids(first.validation) == ids(second.train) | ids(second.validation)
    # 80 + 4 + 1 (v): the repeat of a test text and of a train text are gone.
    assert len(first.train) + len(first.validation) == 85
    assert abs(len(first.validation) - 8.5) <= 2
    assert not set(first.train["group"]) & set(first.validation["group"])


@pytest.mark.parametrize("name", ["drawn", "messages"])
def test_a_drawn_split_keeps_one_row_of_each_group(name):
    resplit = {"resplit": True} if name == "messages" else {}
    split = data.load(name, seed=3, **resplit)
    assert [len(frame) for frame in parts(split)] == pytest.approx([73.4, 8.2, 20.4], abs=1.5)
    everything = [group for frame in parts(split) for group in frame["group"]]
    assert len(everything) == len(set(everything)) == 102
    assert data.leak_rate(split)["in_train"].sum() == 0
    assert ids(split.test) != ids(data.load(name, seed=4, **resplit).test)
    assert split.test.equals(data.load(name, seed=3, **resplit).test)


def test_resplit_of_a_set_without_a_split_changes_nothing():
    assert data.load("drawn", 5).test.equals(data.load("drawn", 5, resplit=True).test)


def test_the_leak_of_a_naive_split_is_counted():
    seeds = [data.load("drawn", seed, deduplicate=False) for seed in range(8)]
    for split in seeds:
        leak = data.leak_rate(split)
        train = set(map(data.normalise, split.train["text"]))
        by_hand = [data.normalise(text) in train for text in split.test["text"]]
        assert leak.loc["all", "in_train"] == sum(by_hand)
        assert leak.loc["all", "share"] == sum(by_hand) / len(by_hand)
        assert leak.loc[["ham", "spam"], "in_train"].sum() == leak.loc["all", "in_train"]
        assert sum(map(len, parts(split))) == 108
    assert sum(data.leak_rate(split).loc["all", "in_train"] for split in seeds) > 0
    assert (
        data.leak_rate(seeds[0], by="text")["in_train"] <= data.leak_rate(seeds[0])["in_train"]
    ).all()


def test_limit_keeps_proportions_and_nests():
    few, more = (data.load("drawn", seed=2, limit=limit) for limit in (10, 30))
    full = data.load("drawn", seed=2)
    assert len(few.train) == 10 and len(more.train) == 30
    assert ids(few.train) < ids(more.train) < ids(full.train)
    assert few.test.equals(full.test) and few.validation.equals(full.validation)
    share = (full.train["label"] == "spam").mean()
    assert abs((more.train["label"] == "spam").sum() - 30 * share) <= 1


def test_y_follows_the_order_of_the_labels():
    split = data.load("messages")
    assert split.labels == ("ham", "spam")
    y = split.y(split.test)
    assert y.dtype.kind == "i"
    assert y.tolist() == [int(label == "spam") for label in split.test["label"]]
    with pytest.raises(CourseError, match="'eggs'"):
        split.y(split.test.assign(label="eggs"))


def test_describe_counts():
    counts = data.load("messages").describe()
    assert counts.loc["test"].to_dict() == {"rows": 21, "ham": 17, "spam": 4}
    counts = data.load("entities").describe()
    assert counts.loc["test"].to_dict() == {"rows": 1, "tokens": 3, "PER": 1, "LOC": 0}
    assert counts.loc["train"].to_dict() == {"rows": 1, "tokens": 2, "PER": 1, "LOC": 0}


def test_token_frames():
    split = data.load("entities")
    assert split.task == "tokens"
    assert split.labels == ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
    assert split.test.loc[0, "tokens"] == ["Ben", "Lee", "left"]
    assert split.test.loc[0, "tags"] == ["B-PER", "I-PER", "O"]
    assert split.test.loc[0, "roles"] == ["A0", "A0", "_"]
    assert split.validation.loc[0, "tokens"] == ["#", "Rome"]
    with pytest.raises(CourseError, match="use its `tags`"):
        split.y(split.test)
    with pytest.raises(CourseError, match="no labels for whole rows"):
        data.leak_rate(split)


def test_a_column_too_few_is_named(course):
    (course / "entities.conll").write_text(CONLL.replace("Lee\tI-PER\tA0", "Lee\tI-PER"))
    with pytest.raises(CourseError, match="entities.conll, line 14: expected 3 columns"):
        data.load("entities")


def test_read_texts_and_its_limit():
    texts = list(data.read_texts("corpus"))
    assert texts == ["one paragraph", "and another\u2028with a strange mark", "third"]
    assert list(data.read_texts("corpus", limit_characters=13)) == texts[:1]
    assert list(data.read_texts("corpus", limit_characters=14)) == texts[:2]
    assert list(data.read_texts("corpus", limit_characters=0)) == []


def test_labels_and_texts_are_not_mixed_up():
    with pytest.raises(CourseError, match=r"text without labels.*read_texts\('corpus'\)"):
        data.load("corpus")
    with pytest.raises(CourseError, match=r"has labels.*load\('messages'\)"):
        data.read_texts("messages")


def test_a_missing_embedded_file_is_named(course):
    (course / "messages.csv").unlink()
    with pytest.raises(CourseError, match="messages.csv is missing.*git checkout"):
        data.load("messages")


@pytest.mark.parametrize(
    ("tokens", "tags", "merged"),
    [
        (["@", "ann", "hi"], ["B-PER", "B-PER", "O"], (["@ann", "hi"], ["B-PER", "O"])),
        (["at", "@", "Home"], ["O", "O", "B-LOC"], (["at", "@", "Home"], ["O", "O", "B-LOC"])),
        (["Ed", "@", "ed"], ["B-PER", "I-PER", "I-PER"], (["Ed", "@ed"], ["B-PER", "I-PER"])),
        (["@", "x"], ["B-PER", "B-LOC"], (["@", "x"], ["B-PER", "B-LOC"])),
        (["hi", "@"], ["O", "B-PER"], (["hi", "@"], ["O", "B-PER"])),
    ],
)
def test_merge_mentions(tokens, tags, merged):
    assert parsers.merge_mentions(tokens, tags) == merged


def test_sms_unescapes_entities_and_names_a_bad_line(tmp_path):
    path = tmp_path / "sms.tsv"
    path.write_text('ham\tMeet at &lt;#&gt; "ok\nspam\tWin  &amp; call\n')
    rows = parsers.sms([("all", path)])
    assert rows["text"].tolist() == ['Meet at <#> "ok', "Win & call"]
    path.write_text("ham\tfine\nhamm\tnot\n")
    with pytest.raises(CourseError, match="line 2: expected `ham` or `spam`"):
        parsers.sms([("all", path)])


def test_tweets_skip_the_wrong_header_and_the_words_that_give_the_label_away(tmp_path):
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    train.write_text('textID,tweet\na1," I`d go, yes",secret,positive\na2,,,neutral\n')
    test.write_bytes(b"textID,text,sentiment\r\nb1,NA,negative\r\n")
    rows = parsers.tweet_sentiment([("train", train), ("test", test)])
    assert rows["text"].tolist() == ["I'd go, yes", "NA"]
    assert rows["part"].tolist() == ["train", "test"]
    assert rows["label"].tolist() == ["positive", "negative"]
    assert "secret" not in rows.to_csv()


def test_wikipedia_gives_paragraphs_without_titles_stubs_and_markup(tmp_path):
    path = tmp_path / "wiki_00"
    long = "This sentence is said again and again until it fills a paragraph. " * 5
    quoted = 'He said ""no"" &amp; left <br>' + long
    path.write_text(
        f'<doc id="1" url="u" title="T">\nT\n\nHistory.\n{long}\n{quoted}\n</doc>\n'
        f'<doc id="2" url="u" title="S">\nS\n\n{long[:120]}\n</doc>\n'
    )
    texts = list(parsers.wikiextractor([("text", path)]))
    assert texts == [long.strip(), f'He said "no" & left {long.strip()}']


def test_novels_give_paragraphs_whatever_way_their_lines_are_broken(tmp_path):
    asked = "'Why not?' she asked him."
    told = "She _never_ came back to the old house by the river"
    ways = {
        "blank lines": f"\ufeffCHAPTER I\r\n\r\n{told},\r\nhe said.\r\n\r\n{asked}\r\n",
        "long lines": f"CHAPTER I\n{told}, {'and so on, ' * 20}he said.\n" + f"{asked}\n" * 30,
        "printed lines": f"{told},\nhe said.\n" * 40,
    }
    found = {}
    for way, text in ways.items():
        path = tmp_path / f"{way}.txt"
        path.write_text(text, encoding="utf-8", newline="")
        found[way] = list(parsers.novels([("text", path)]))
    plain = told.replace("_", "")
    assert found["blank lines"] == [f"{plain}, he said.", asked]
    long, *others = found["long lines"]
    assert long.startswith(f"{plain}, and so") and others == [asked] * 30
    # Printed lines are joined, and the whole is cut after sentences: nothing is lost.
    first, *rest = found["printed lines"]
    assert rest and 1000 < len(first) < 1100 and first.endswith("he said.")
    assert " ".join(found["printed lines"]) == " ".join([f"{plain}, he said."] * 40)


def test_a_passage_ends_after_its_quotation_mark():
    text = "a" * 1000 + ' "Go!" He went. ' + "b" * 50
    assert list(parsers._passages(text)) == ["a" * 1000 + ' "Go!"', "He went. " + "b" * 50]
    assert list(parsers._passages("a" * 3000)) == ["a" * 3000]


def test_tweet_lines_are_unique_and_clean(tmp_path):
    path = tmp_path / "tweets.txt"
    line = "Sun &amp; sea \ufe0f @user"
    path.write_text(f"{line}\n{line} \nother\u2028one\n", encoding="utf-8")
    assert list(parsers.tweet_lines([("train", path)])) == [
        html.unescape("Sun &amp; sea @user"),
        "other one",
    ]
