"""The stored files are the generator's, their licence and their card are with them, none leaks."""

import re
from collections import Counter

import pytest

from nlputils import data
from nlputils.data import commands
from nlputils.data.cards import card
from nlputils.data.pocket import generate
from nlputils.data.pocket import lexicon_names as names
from nlputils.data.pocket.oracle import thumbs
from nlputils.data.splits import normalise
from nlputils.errors import CourseError

FILES = ("messages.csv", "reviews.csv", "entities.conll", "text.txt")
SETS = ("pocket_messages", "pocket_reviews", "pocket_entities", "pocket_text")
HELD = ("validation", "test")


def test_the_generator_reproduces_the_stored_bytes(pocket, tmp_path):
    lines: list[str] = []
    generate.main(["--output", str(tmp_path)], lines.append)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (pocket / name).read_bytes(), name
    # The lines that it says are those of the registry.
    registry = (pocket.parent / "datasets.toml").read_text(encoding="utf-8")
    assert len(lines) == 4 and all(line in registry.split("\n") for line in lines)


def test_another_seed_makes_another_world(pocket):
    changed = generate._numbered("messages", generate.SEED + 1, set())
    stored = (pocket / "messages.csv").read_text(encoding="utf-8")
    kept = sum(row.text in stored for row in changed.values())
    assert kept < 0.02 * len(changed)


@pytest.mark.parametrize(("name", "file"), list(zip(SETS, FILES, strict=True)))
def test_each_file_has_its_pin_and_verify_knows_it(name, file, pocket):
    pin, content = card(name).pins[0], (pocket / file).read_bytes()
    assert (pin.path, pin.bytes) == (f"data/pocket/{file}", len(content))
    assert data.verify([name]).loc[name, ["files", "whole", "damaged"]].to_list() == [1, 1, 0]


@pytest.fixture
def copied(project_root, pocket, tmp_path, monkeypatch):
    """A course folder with the registry and a copy of one stored file, to be damaged."""
    course = tmp_path / "course"
    (course / "data" / "pocket").mkdir(parents=True)
    registry = (project_root / "data" / "datasets.toml").read_text(encoding="utf-8")
    (course / "data" / "datasets.toml").write_text(registry, encoding="utf-8")
    file = course / "data" / "pocket" / "reviews.csv"
    file.write_bytes((pocket / "reviews.csv").read_bytes())
    monkeypatch.setenv("NLPUTILS_ROOT", str(course))
    return file


def test_a_changed_file_is_found_and_not_read(copied, capsys):
    assert len(data.load("pocket_reviews").test) == 1000
    assert commands.verify_command(_names("pocket_reviews")) == 0
    copied.write_bytes(copied.read_bytes().replace(b"lovely", b"LOVELY", 1))
    assert commands.verify_command(_names("pocket_reviews")) == 1
    assert f"damaged: {copied}" in capsys.readouterr().out
    with pytest.raises(CourseError, match=r"reviews\.csv is not the file .*git checkout.*README"):
        data.load("pocket_reviews")
    copied.unlink()
    assert data.verify(["pocket_reviews"]).loc["pocket_reviews", "absent"] == 1


def _names(*names):
    """The parsed command line of `nlputils data verify NAMES`."""
    return type("Arguments", (), {"names": list(names)})()


def test_the_licence_is_cc0(pocket):
    assert "CC0 1.0 Universal" in (pocket / "LICENSE").read_text(encoding="utf-8")
    assert all(card(name).licence == "CC0 1.0" for name in SETS)
    assert "CC0 1.0" in (pocket / "README.md").read_text(encoding="utf-8")


# --- sizes, and what the card says of them


def counted(tables, sentences, paragraphs):
    """Return the rows of the card's tables of counts, as the card writes them."""
    rows = []
    for task, frame in tables.items():
        for split in ("train", "validation", "test"):
            part = frame[frame["split"] == split]
            labels = Counter(part["label"])
            told = ", ".join(f"{labels[label]:,} {label}" for label in sorted(labels))
            rows.append(f"| `{task}.csv` | {split} | {len(part):,} | {told} |")
    for split in ("train", "validation", "test"):
        part = [s for s in sentences if s.split == split]
        tags = Counter(tag[2:] for s in part for tag in s.tags if tag[0] == "B")
        told = ", ".join(f"{tags[tag]:,} {tag}" for tag in ("PER", "LOC", "ORG"))
        rows.append(f"| `entities.conll` | {split} | {len(part):,} | {told} |")
    words = sum(len(p.split()) for p in paragraphs)
    rows.append(f"| `text.txt` | - | {len(paragraphs):,} | {words:,} words |")
    return rows


def test_the_card_counts_what_is_there(pocket, tables, sentences, paragraphs, noise):
    told = (pocket / "README.md").read_text(encoding="utf-8").split("\n")
    rows = counted(tables, sentences, paragraphs)
    assert [row for row in rows if row not in told] == []
    # Beside them, no row of these files stands in the card.
    files = tuple(f"| `{file}` | " for file in FILES)
    assert [r for r in told if r.startswith(files) and r.count("|") == 5 and r not in rows] == []
    for task, frame in tables.items():
        wrong = [noise.get(name) is not None for name in frame["id"]]
        for split in ("train", "validation", "test"):
            count = sum(w and s == split for w, s in zip(wrong, frame["split"], strict=True))
            assert f"| {task} | {split} | {count} |" in told


def test_the_data_readme_leads_to_the_card(pocket):
    assert "(pocket/README.md)" in (pocket.parent / "README.md").read_text(encoding="utf-8")


def test_there_are_about_two_megabytes_of_text(pocket):
    assert 1.9e6 < (pocket / "text.txt").stat().st_size < 2.15e6


def test_every_row_has_its_split_its_label_and_an_id_of_its_own(tables, sentences):
    for task, frame in tables.items():
        assert set(frame["label"]) == set(card(f"pocket_{task}").labels)
        assert frame["split"].value_counts().to_dict() == generate.SIZES[task]
        assert frame["id"].is_unique
        order = frame[frame["split"] == "train"]["label"].to_list()
        # Shuffled: neighbours share a label no more often than strangers.
        shares = frame["label"].value_counts(normalize=True)
        same = sum(a == b for a, b in zip(order, order[1:], strict=False)) / len(order)
        assert abs(same - (shares**2).sum()) < 0.05
    assert Counter(s.split for s in sentences) == generate.SIZES["entities"]
    assert len({s.id for s in sentences}) == len(sentences)


# --- nothing leaks


def texts_of(tables, sentences):
    """Return (split, text, words) of everything with labels."""
    rows = [
        row
        for frame in tables.values()
        for row in frame[["split", "text", "words"]].itertuples(index=False, name=None)
    ]
    read = thumbs("messages").read
    for s in sentences:
        text = " ".join(s.tokens)
        rows.append((s.split, text, tuple(read(text))))
    return rows


def shared(rows):
    """Return the held-out texts that another split has too, spelled the same way or not."""
    where: dict[object, set[str]] = {}
    for split, text, words in rows:
        where.setdefault(normalise(text), set()).add(split)
        where.setdefault(words, set()).add(split)
    return [
        text
        for split, text, words in rows
        if split in HELD and len(where[normalise(text)] | where[words]) > 1
    ]


def test_nothing_of_test_is_in_train(tables, sentences):
    assert shared(texts_of(tables, sentences)) == []


def test_a_planted_row_of_test_in_train_is_found(tables, sentences):
    rows = texts_of(tables, sentences)
    split, text, words = next(row for row in rows if row[0] == "test")
    assert shared([*rows, ("train", text.upper() + "!!", ("other",))]) == [text]
    assert shared([*rows, ("train", "behind other slips", words)]) == [text]


def quoted(rows, paragraphs):
    """Return the held-out texts that stand somewhere in paragraphs, given as lists of words."""
    starts = {tuple(words[i : i + 3]) for words in paragraphs for i in range(len(words))}
    whole = " | ".join(["", *(" ".join(words) for words in paragraphs), ""])
    return [
        text
        for split, text, words in rows
        if split in HELD and (len(words) < 3 or words[:3] in starts)
        if f" {' '.join(words)} " in whole
    ]


def test_nothing_of_test_is_in_the_unlabelled_text(tables, sentences, paragraphs, read_paragraphs):
    """Neither as it is spelled nor as it is meant."""
    rows = texts_of(tables, sentences)
    assert quoted(rows, read_paragraphs) == []
    spelled = [(split, text, tuple(normalise(text).split())) for split, text, _ in rows]
    assert quoted(spelled, [normalise(p).split() for p in paragraphs]) == []


def test_a_planted_quote_of_test_is_found(tables, sentences, paragraphs, read_paragraphs):
    rows = [row for row in texts_of(tables, sentences) if row[0] == "test"][:20]
    planted = thumbs("messages").read(f'{paragraphs[0]} "{rows[7][1]}" And so on.')
    assert quoted(rows, [*read_paragraphs[:50], planted]) == [rows[7][1]]


def foreign_names(texts, split):
    """Return the names kept for other evaluation sets that stand in texts of a split."""
    foreign = {
        name.lower()
        for group in (names.WOMEN, names.MEN, names.ROOTS)
        for pool in HELD
        for name in names.pool(group, pool)
        if pool != split
    }
    return {w for text in texts for w in re.findall(r"\w+", text.lower()) if w in foreign}


def test_test_names_do_not_occur_in_training_text(tables, sentences, paragraphs):
    """Nor in validation; and those of validation in neither of the others."""
    rows = texts_of(tables, sentences)
    for split in names.POOLS:
        assert foreign_names([text for s, text, _ in rows if s == split], split) == set()
    assert foreign_names(paragraphs, "train") == set()


def test_a_planted_test_name_is_found(paragraphs):
    name = names.pool(names.WOMEN, "test")[0]
    assert foreign_names([*paragraphs[:10], f"Then {name} came."], "train") == {name.lower()}


def test_the_pools_share_no_name():
    everybody = [n for group in (names.WOMEN, names.MEN, names.ROOTS) for n in group.split()]
    assert len(everybody) == len(set(everybody))
    for group in (names.WOMEN, names.MEN, names.ROOTS):
        pools = [set(names.pool(group, p)) for p in names.POOLS]
        assert sum(map(len, pools)) == len(set.union(*pools)) == len(names.pool(group, "all"))
