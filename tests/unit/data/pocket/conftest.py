"""The stored files of the small world, read once, and what several tests measure on them."""

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import LinearSVC

from nlputils.data.pocket import generate, oracle
from nlputils.data.pocket.chance import Chance
from nlputils.data.pocket.oracle import PRIORS, thumbs


@pytest.fixture(scope="session", autouse=True)
def remembered() -> Iterator[None]:
    """Let the oracle compute its odds of a text once: only task and text decide them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(oracle, "posterior", functools.cache(oracle.posterior))
        yield


@pytest.fixture(scope="session")
def pocket(project_root: Path) -> Path:
    """The folder of the stored files."""
    return project_root / "data" / "pocket"


@pytest.fixture(scope="session")
def tables(pocket) -> dict[str, pd.DataFrame]:
    """Both tables as stored, with the words of each text, slips undone."""
    frames = {}
    for task in PRIORS:
        frame = pd.read_csv(pocket / f"{task}.csv", keep_default_na=False, dtype=str)
        frame["words"] = [tuple(thumbs(task).read(text)) for text in frame["text"]]
        frames[task] = frame
    return frames


@pytest.fixture(scope="session")
def sentences(pocket) -> list[SimpleNamespace]:
    """The labelled sentences: id, split, tokens, tags, roles."""
    found = []
    for block in (pocket / "entities.conll").read_text(encoding="utf-8").strip().split("\n\n"):
        name, split, *lines = block.split("\n")
        tokens, tags, roles = zip(*(line.split("\t") for line in lines), strict=True)
        found.append(
            SimpleNamespace(
                id=name.removeprefix("# id = "),
                split=split.removeprefix("# split = "),
                tokens=tokens,
                tags=tags,
                roles=roles,
            )
        )
    return found


@pytest.fixture(scope="session")
def paragraphs(pocket) -> list[str]:
    """The paragraphs of the unlabelled text."""
    return (pocket / "text.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="session")
def read_paragraphs(paragraphs) -> list[list[str]]:
    """The words of each paragraph, slips undone."""
    return [thumbs("messages").read(text) for text in paragraphs]


@pytest.fixture(scope="session")
def posteriors(tables) -> dict[str, list[dict[str, float]]]:
    """What the oracle says of every stored text, by task, in the order of the file."""
    return {
        task: [oracle.posterior(task, text) for text in frame["text"]]
        for task, frame in tables.items()
    }


@pytest.fixture(scope="session")
def noise() -> dict[str, str]:
    """The ids of the texts with a wrong label, and the label that was meant."""
    return generate.label_noise()


@pytest.fixture(scope="session")
def fresh() -> Callable[[str, int], pd.DataFrame]:
    """Texts that were never stored, with the labels they were written for: `fresh(task, n)`."""

    def draw(task: str, size: int) -> pd.DataFrame:
        chance = Chance(20260607)
        rows = []
        source = generate.grammar(task, "all")
        for _ in range(size):
            label = generate._draw(chance, PRIORS[task])
            rows.append((generate._typed(task, source, label, chance), label))
        return pd.DataFrame(rows, columns=["text", "label"])

    return draw


def _bags(texts: Sequence[str], others: Sequence[str], ngrams: int):
    """Turn two lists of texts into weighted counts of words, pairs and triples of words."""
    vectorizer = TfidfVectorizer(ngram_range=(1, ngrams), token_pattern=r"\w+", sublinear_tf=True)
    return vectorizer.fit_transform(texts), vectorizer.transform(others)


@pytest.fixture(scope="session")
def best_bag_of_words() -> Callable[..., float]:
    """The best score that models of word counts reach: `best(train, test, score)`.

    Each is fitted on train. The best is chosen on test itself, which flatters it: what must stay
    below the oracle is more than an honest choice would reach.
    """

    def best(
        train: pd.DataFrame,
        test: pd.DataFrame,
        score: Callable[[Iterable[str], Iterable[str]], float],
    ) -> float:
        scores = []
        for ngrams in (1, 2, 3):
            seen, unseen = _bags(list(train["text"]), list(test["text"]), ngrams)
            for model in (
                MultinomialNB(alpha=0.1),
                MultinomialNB(alpha=1.0),
                LogisticRegression(C=10.0, solver="newton-cg"),
                LinearSVC(C=0.1),
                LinearSVC(C=1.0),
                LinearSVC(C=10.0),
            ):
                model.fit(seen, train["label"])
                scores.append(score(list(test["label"]), list(model.predict(unseen))))
        return max(scores)

    return best
