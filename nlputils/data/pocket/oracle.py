"""The best possible reader: it knows the grammar, and weighs every way a text can have arisen.

For a text the oracle undoes shorthand and slips, then computes with the inside algorithm how
likely the grammar of each label is to write exactly these words. By Bayes' rule the label with
the largest prior times likelihood is the best guess there is; no classifier beats it on average.
What it still gets wrong is what nobody can know: flipped labels and truly ambiguous texts.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from nlputils.data.loading import load
from nlputils.data.pocket.grammar import Grammar
from nlputils.data.pocket.grammar_messages import message_rules
from nlputils.data.pocket.grammar_reviews import review_rules
from nlputils.data.pocket.lexicon_names import name_rules
from nlputils.data.pocket.surface import Thumbs

PRIORS = {
    "messages": {"ham": 0.7, "spam": 0.3},
    "reviews": {"negative": 0.345, "neutral": 0.31, "positive": 0.345},
}
NOISE = {"messages": 0.02, "reviews": 0.025}


@lru_cache(maxsize=8)
def grammar(task: str, names: str = "all") -> Grammar:
    """Return the grammar of a task.

    Args:
        task: "messages" or "reviews".
        names: the pool of names that it writes with: "train", "validation", "test" or "all".

    Raises:
        KeyError: when there is no such task or pool.
    """
    rules = {"messages": message_rules, "reviews": review_rules}[task]()
    return Grammar({**rules, **name_rules(names)})


@lru_cache(maxsize=2)
def thumbs(task: str) -> Thumbs:
    """Return the typist of a task, who knows all its words.

    Args:
        task: "messages" or "reviews".

    Raises:
        KeyError: when there is no such task.
    """
    return Thumbs(grammar(task).words())


def posterior(task: str, text: str) -> dict[str, float]:
    """Return the probability of each true label, before any label is flipped by noise.

    Args:
        task: "messages" or "reviews".
        text: a text as stored.

    Returns:
        Label to probability, summing to 1.

    Raises:
        ValueError: when the grammar cannot have written the text.
    """
    read = thumbs(task).read(text)
    joint = {
        label: prior * grammar(task).inside(label.upper(), read)
        for label, prior in PRIORS[task].items()
    }
    total = sum(joint.values())
    if total == 0.0:
        raise ValueError(
            f"the grammar of the {task} cannot have written {text!r} (read as {' '.join(read)!r}); "
            "the oracle knows stored texts only"
        )
    return {label: value / total for label, value in joint.items()}


def oracle(task: str, text: str) -> str:
    """Return the most probable label of a text: the Bayes decision.

    Args:
        task: "messages" or "reviews".
        text: a text as stored.

    Raises:
        ValueError: when the grammar cannot have written the text.
    """
    chances = posterior(task, text)
    return max(chances, key=lambda label: chances[label])


def best_possible_score(task: str, texts: Sequence[str], labels: Sequence[str]) -> float:
    """Return the oracle's score against stored labels, between 0 and 100.

    Args:
        task: "messages" (F1 of spam) or "reviews" (macro-F1).
        texts: the texts of an evaluation set.
        labels: their stored labels, noise included.

    Returns:
        The F1 in per cent. It is an estimate with the size of the set: another set drawn from
        the same grammar has another best score.

    Raises:
        ValueError: when the grammar cannot have written one of the texts.
    """
    guesses = [oracle(task, text) for text in texts]
    asked = ["spam"] if task == "messages" else sorted(PRIORS[task])
    scores = []
    for label in asked:
        both = sum(g == label == y for g, y in zip(guesses, labels, strict=True))
        either = sum((g == label) + (y == label) for g, y in zip(guesses, labels, strict=True))
        scores.append(200.0 * both / either if either else 0.0)
    return sum(scores) / len(scores)


def main(say: Callable[[str], None] = print) -> None:
    """Say the best possible score on validation and test: `python -m nlputils.data.pocket.oracle`.

    Args:
        say: where the lines go: one for each evaluation set.
    """
    for task in PRIORS:
        split = load(f"pocket_{task}")
        for part in ("validation", "test"):
            frame = getattr(split, part)
            score = best_possible_score(task, list(frame["text"]), list(frame["label"]))
            say(f"pocket_{task}, {part}: {score:.1f} of 100 (n = {len(frame)})")


if __name__ == "__main__":
    main()
