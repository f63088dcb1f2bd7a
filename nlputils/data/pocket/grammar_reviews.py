"""The grammar of the reviews: negative, neutral, positive.

`TURNS` holds the order-dependent ones: each is written with {LOSER} and {WINNER}. The positive
review puts praise in the winner's place and blame in the loser's; the negative one swaps them.
The words are the same, the verdict is the other.
"""

import re
from collections.abc import Mapping, Sequence

from nlputils.data.pocket import lexicon_reviews as words
from nlputils.data.pocket.lexicon_names import items

TURNS: tuple[str, ...] = (
    "the {ASPECT} was {LOSER} (at first|to begin with|early on), {VERY} {WINNER} by the end",
    "{LOSER} when we sat down, {VERY} {WINNER} when we left",
    "{VERY} {WINNER} in the end, though {LOSER} for the first hour",
    "the {ASPECT} used to be {VERY} {LOSER} and these days it is {VERY} {WINNER}",
    "these days the {ASPECT} is {VERY} {WINNER}, it used to be {VERY} {LOSER}",
    "{TIME} the {ASPECT} was still {LOSER}. now it is {WINNER}",
    "we were prepared for something {VERY} {LOSER}. the {ASPECT} turned out {VERY} {WINNER}",
    "the {ASPECT} turned out {VERY} {WINNER}, where we had expected something {VERY} {LOSER}",
    "{WHO} {CALLED} the {ASPECT} {LOSER}. I {CALLED} it {WINNER}",
    "I {CALLED} the {ASPECT} {WINNER}. {WHO} {CALLED} it {LOSER}",
    "whatever {WHO} says about a {LOSER} {ASPECT}, mine was {VERY} {WINNER}",
    "mine was a {VERY} {WINNER} {ASPECT}, even if {WHO} calls it {LOSER}",
    "{WHO} had promised us a {LOSER} {ASPECT} and we got a {WINNER} one",
    "we got a {WINNER} {ASPECT}, although {WHO} had promised us a {LOSER} one",
    "the {ASPECT} was {LOSER}, but the {ASPECT} was {VERY} {WINNER}, and that is what counts",
    "what counts is that the {ASPECT} was {VERY} {WINNER}, and so what if the {ASPECT} was {LOSER}",
    "although the {ASPECT} was {VERY} {LOSER_GEN}, the {THING} as a whole was {VERY} {WINNER_GEN}",
    "as a whole the {THING} was {VERY} {WINNER_GEN}, although the {ASPECT} was {VERY} {LOSER_GEN}",
    "not {LOSER} as {WHO} said, but {VERY} {WINNER}",
    "{VERY} {WINNER} and not, as {WHO} said, {LOSER}",
    "the {ASPECT} looked {LOSER} from outside and was {VERY} {WINNER} inside",
    "inside the {THING} was {VERY} {WINNER}, from outside it looked {LOSER}",
    "I would not call the {ASPECT} {LOSER}. {WINNER} is the word",
    "{WINNER} is the word. I would not call the {ASPECT} {LOSER}",
    "under the old owner it was {LOSER}, under {PERSON} the {THING} is {WINNER}",
    "under {PERSON} the {THING} is {WINNER}, under the old owner it was {LOSER}",
    "the first {ASPECT} was {LOSER} and was replaced with one that was {WINNER}",
    "I (can not|could not|never could) say that {TIME} anything about the {THING} was {LOSER}",
    "nobody at our table {TIME} thought that the {ASPECT} was {VERY} {LOSER}",
    "at no time did the {ASPECT} or the {ASPECT} seem {LOSER} to us",
)

_LEVEL: tuple[str, ...] = (
    "the {ASPECT} was neither {GOOD} nor {BAD}",
    "the {ASPECT} was neither {BAD} nor {GOOD}",
    "{WHO} {CALLED} the {ASPECT} {GOOD}, {WHO} {CALLED} it {BAD}, I have not been yet",
    "{WHO} {CALLED} the {ASPECT} {BAD}, {WHO} {CALLED} it {GOOD}, I have not been yet",
    "{GOOD} on one day, {BAD} on the other, so it evens out",
    "{BAD} on one day, {GOOD} on the other, so it evens out",
    "if it is {GOOD} or {BAD} you must ask {WHO}, I only work next door",
    "could be {GOOD}, could be {BAD}, I only saw the {ASPECT} from the bus",
)

_FRAMES: dict[str, list[str]] = {
    # One-sided judgements: {J} an adjective, {V} a verb phrase of the same side.
    "SIDED": [
        "(the|their) {ASPECT} was {VERY} {WINNER}",
        "{TIME} (we|I) visited the {THING} and (we|I) {V}",
        "(we|I) {V}",
        "the {ASPECT} was {J} and the {ASPECT} was {J}",
        "what a {WINNER} {ASPECT}",
        "a {VERY} {WINNER} {THING}",
        "(we|I) {VISIT}, (we|I) {V}",
        "{FOLK} and I agree: {VERY} {WINNER}",
        "if you ask me, the {THING} (is|was) {J}",
        "{WINNER}, {WINNER}, {J}",
        "have you ever seen a {THING} so {WINNER}? (we|I) {V}",
        "the {THING} at {TOWN} is {VERY} {WINNER}",
        "{WHO} said the {ASPECT} would be {J}, and it was",
        "{PERSON} (served us|was in charge|showed us round) and the {ASPECT} was {J}",
        "since {FIRM} took over the {THING}, the {ASPECT} has been {J}",
        "the {ASPECT} alone made it {J}",
        "as {WINNER} as it gets",
    ],
    # Negated judgements: {K} is an adjective of the other side.
    "DENIED": [
        "the {ASPECT} was not {VERY} {K}",
        "the {ASPECT} was never {K}",
        "hardly a {K} {THING}",
        "I did not find the {ASPECT} {K}",
        "there was nothing {K} about the {ASPECT}",
        "no {K} {ASPECT} here",
        "far from {K}",
        "nobody could call the {ASPECT} {K}",
    ],
}


DOMAINS = ("FOOD", "STAFF", "ROOM", "SHOW")
_JUDGED = re.compile(r"\{(WINNER|LOSER|J|K|GOOD|BAD)(_GEN)?\}")


def _fill(patterns: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Write each pattern once per domain, so that soup is tasty and waiters are polite.

    Args:
        patterns: rules with {ASPECT} and the judgements {J}, {K}, {WINNER}, {LOSER}.
        names: which class, GOOD or BAD, each judgement is.
    """
    out = []
    for pattern in patterns:
        general = "{THING}" in pattern and "{ASPECT}" not in pattern
        for domain in DOMAINS:
            text = pattern.replace("{ASPECT}", f"{{ASPECT_{domain}}}")
            for match in _JUDGED.findall(pattern):
                kind, forced = match
                where = "GEN" if forced or general else domain
                loose = "J_" if kind == "J" else ""
                text = text.replace(
                    f"{{{kind}{forced}}}", f"{{{loose}{names.get(kind, kind)}_IN_{where}}}"
                )
            out.append(text)
    return out


def _class_rules() -> dict[str, list[str]]:
    """Return GOOD_IN_FOOD and its like: words for everything, or for one domain."""
    rules = {}
    for kind in ("GOOD", "BAD"):
        rules[f"{kind}_IN_GEN"] = [f"{{{kind}}}"]
        for domain in DOMAINS:
            rules[f"{kind}_IN_{domain}"] = [f"2: {{{kind}}}", f"{{{kind}_{domain}}}"]
        for where in ("GEN", *DOMAINS):
            rules[f"J_{kind}_IN_{where}"] = [f"5: {{{kind}_IN_{where}}}", f"{{{kind}_PHRASE}}"]
    rules["ASPECT"] = [f"{{ASPECT_{domain}}}" for domain in DOMAINS]
    return rules


def _side(mark: str, good: str, bad: str, praise: str) -> dict[str, list[str]]:
    """Return the rules of one side; `good` is the class that this side's reviewer uses."""
    own = {"J": good, "K": bad, "WINNER": good, "LOSER": bad}
    return {
        f"SIDED_{mark}": [f.replace("{V}", f"{{{praise}}}") for f in _fill(_FRAMES["SIDED"], own)],
        f"DENIED_{mark}": _fill(_FRAMES["DENIED"], own),
        f"TURN_{mark}": _fill(TURNS, own),
        f"REVIEW_{mark}": [
            "30: {SIDED_M}. {SIDED_M}.",
            "14: {SIDED_M}.",
            "12: {NOTE}. {SIDED_M}. {SIDED_M}.",
            "8: {DENIED_M}. {SIDED_M}.",
            "6: {DENIED_M}. {NOTE}.",
            "26: {TURN_M}.",
            "16: {TURN_M}. {NOTE}.",
            "16: {NOTE}. {TURN_M}.",
            "7: {SHRUG}.",
        ],
    }


RULES: dict[str, list[str]] = {
    "NEGATIVE": ["{REVIEW_N}"],
    "POSITIVE": ["{REVIEW_P}"],
    "NEUTRAL": [
        "22: {NOTE}. {NOTE}.",
        "24: {LEVEL}. {NOTE}.",
        "14: {LEVEL}.",
        "18: {NOTE}. {NOTE}. {NOTE}.",
        "14: {SHRUG}.",
        "8: {NOTE}. {LEVEL}.",
    ],
    # A shrug can be meant kindly, coolly, or as nothing at all.
    "SHRUG": [
        "the {THING} was as {WHO} said it would be",
        "a {THING} like the one at {TOWN}",
        "the {ASPECT} was what you would expect of a {THING}",
        "well, now I have seen the {THING}",
        "that was some {ASPECT}",
        "{WHO} will hear about this {ASPECT}",
        "I do not know what to say about the {ASPECT}",
        "{TIME} we visited the {THING}. that says it all",
    ],
    "NOTE": [
        "{FACT}",
        "(we|I) {VISIT} (|{TIME})",
        "the {ASPECT_ROOM} is {PLAIN}",
        "the {THING} at {TOWN} is {PLAIN}",
        "{FOLK} was with us",
        "this is about the {THING} of {PERSON}",
        "{TIME} the {THING} was full",
        "{TIME} the {THING} was nearly empty",
        "they asked if the {ASPECT} was all right",
        "the {ASPECT_FOOD} comes with (bread|rice|a biscuit|a slice of lemon|beans|a napkin)",
        "we had been to the {THING} of {FIRM} before",
    ],
    "LEVEL": _fill(_LEVEL, {}),
}


def review_rules() -> dict[str, list[str]]:
    """Return all rules of the reviews but the names, which `name_rules` adds."""
    lists = {name: items(text) for name, text in vars(words).items() if name.isupper()}
    rules = {
        **lists,
        **RULES,
        **_class_rules(),
        **_side("P", "GOOD", "BAD", "PRAISE"),
        **_side("N", "BAD", "GOOD", "BLAME"),
    }
    for mark in "PN":
        rules[f"REVIEW_{mark}"] = [r.replace("_M}", f"_{mark}}}") for r in rules[f"REVIEW_{mark}"]]
    return rules
