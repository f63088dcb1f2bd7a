"""The card of a shipped encoder: the same facts for programs (JSON) and for people (Markdown)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from nlputils.train import History


def card_of(
    recipe: Mapping[str, Any], text: Mapping[str, Any], history: History, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Put together what a later reader must know of an encoder.

    Args:
        recipe: the settings.
        text: what was counted in the text.
        history: of the pretraining.
        facts: device, backend, held-out losses, number of parameters, the command.

    Returns:
        Plain values: ``corpus``, ``size``, ``pieces_read``, ``held_out_loss`` as in lesson 05's
        card, ``minutes_in_all`` and ``pieces_read_in_all`` with the trainings before this one,
        and the rest.
    """
    earlier = facts.get("earlier", [])
    minutes, pieces = (sum(told[name] for told in earlier) for name in ("minutes", "pieces_read"))
    return {
        "corpus": " + ".join(recipe["corpora"]),
        "size": recipe["size"],
        "pieces_read": history.tokens,
        "pieces_read_in_all": pieces + history.tokens,
        "minutes": history.seconds / 60,
        "minutes_in_all": minutes + history.seconds / 60,
        "pieces_per_second": history.tokens_per_second,
        "perplexity": math.exp(facts["held_out_loss"]),
        "recipe": {name: _plain(value) for name, value in recipe.items()},
        "text": dict(text),
        "curve": history.frame.to_dict(orient="records"),
        **facts,
    }


def _plain(value: Any) -> Any:
    """Turn a tuple into what JSON gives back."""
    return list(value) if isinstance(value, tuple) else value


_STARTS = {"counts": "from counts of neighbours in the text", "random": "random"}


def _beginning(card: Mapping[str, Any]) -> str:
    """Tell where the weights came from: the first rows of the table."""
    earlier, start = card.get("earlier", []), card["recipe"]["start"]
    if not earlier:
        return f"| vectors of the pieces, at first | {_STARTS[start]} |"
    rows = [
        f"| training {i}, of `{told['name']}` | {told['minutes']:.1f} minutes, "
        f"{told['pieces_read']:,} pieces of {told['corpus']}, {told['device']} |"
        for i, told in enumerate(earlier, start=1)
    ]
    rows.append(
        f"| all trainings | {card['minutes_in_all']:.1f} minutes, "
        f"{card['pieces_read_in_all']:,} pieces |"
    )
    rows.append(f"| this training began with | the weights and the vocabulary of `{start}` |")
    return "\n".join(rows)


def _repeated(times: int) -> str:
    return f"; one pass reads it {times} times, and its pieces are counted as often" * (times > 1)


def _rows(recipe: Mapping[str, Any]) -> str:
    first, last = recipe["first_length"], recipe["row_length"]
    if first == last:
        return f"{last} pieces"
    return f"{first} pieces for half of the time, then longer, up to {last}"


def readme_of(name: str, card: Mapping[str, Any], licences: Mapping[str, str]) -> str:
    """Write the card for people.

    Args:
        name: of the encoder.
        card: from `card_of`.
        licences: the licence of each corpus, by its name.

    Returns:
        Markdown.
    """
    recipe, text = card["recipe"], card["text"]
    curve = card["curve"]
    shown = [curve[round(i * (len(curve) - 1) / 9)] for i in range(10)] if curve else []
    levels = "\n".join(
        f"| {row['seconds'] / 60:.1f} | {int(row['step']):,} | {row['val_loss']:.3f} |"
        for row in {row["step"]: row for row in shown}.values()
    )
    repeats = dict(zip(recipe["corpora"], recipe.get("repeats", ()), strict=False))
    sources = "\n".join(
        f"- `{corpus}`: {licence}" + _repeated(repeats.get(corpus, 1))
        for corpus, licence in licences.items()
    )
    note = ""
    if recipe["first_length"] < recipe["row_length"]:
        note = """

All of these are losses on rows of full length. While the training reads shorter rows, most places
of a full row are new to the network."""
    commands = "\n".join(told["command"] for told in [*card.get("earlier", []), card])
    rounding = card["held_out_loss"] - card["held_out_loss_float32"]
    return f"""# {name}

A BERT encoder ({recipe["size"]}, {card["parameters"]:,} parameters, {recipe["vocabulary_size"]:,} \
lower-case word pieces, rows of up to {recipe["row_length"]} pieces), pretrained for this course \
by masked language modelling. `nlputils.models.load_encoder` reads it.

## How it was made

| | |
|---|---|
{_beginning(card)}
| rows | {_rows(recipe)} |
| pieces read | {card["pieces_read"]:,} |
| training time | {card["minutes"]:.1f} minutes |
| device | {card["device"]} |
| backend | {card["backend"]} |
| speed | {card["pieces_per_second"]:,.0f} pieces a second |
| held-out loss | {card["held_out_loss"]:.3f} (perplexity {card["perplexity"]:.1f}, \
{card["scored_rate"]:.0%} hidden) |
| stored as | {recipe["precision"]}; rounding changed the held-out loss by {rounding:+.5f} |

```
{commands}
```

## The text

{sources}

{text["tokens_train"]:,} pieces to learn from, {text["tokens_held_out"]:,} held out in whole \
stretches. Of {text["texts"]["read"]:,} texts, {text["texts"]["repeats"]:,} were repeats and \
{text["texts"]["evaluation"]:,} held a text of a labelled data set of this course; they were taken \
out. The weights are derived from these texts, and are given under CC BY-SA 4.0.

## The loss on held-out text

| minutes | steps | loss |
|---|---|---|
{levels}{note}

## What it is not for

It is small, and it saw little text. It repeats the prejudices of its sources. Use it to learn how \
pretraining and fine-tuning work.
"""
