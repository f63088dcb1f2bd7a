"""From tokens to what a person types, and back.

Writing: digits are drawn, "a" becomes "an" where it must, tokens are joined, sentences get
their capitals; then, in messages, hasty thumbs: shorthand, slips of the finger, no capitals.
None of this looks at the label. Reading: every shorthand and every slip is undone by table,
for a slip is made only where it can be undone: nothing is lost for the oracle.
"""

import re
from collections.abc import Collection, Sequence

from nlputils.data.pocket.chance import Chance
from nlputils.data.pocket.grammar import plain

SHORTHAND = {
    "you": "u", "your": "ur", "are": "r", "please": "pls", "tomorrow": "tmrw",
    "tonight": "tonite", "thanks": "thx", "because": "cos", "before": "b4", "great": "gr8",
    "message": "msg", "text": "txt", "about": "abt", "people": "ppl", "though": "tho",
    "through": "thru", "with": "w/", "without": "w/o", "okay": "ok", "really": "rly",
    "weekend": "wkend", "minutes": "mins", "probably": "prob", "something": "smth",
    "should": "shd", "would": "wd", "could": "cd", "between": "btwn", "evening": "eve",
    "later": "l8r", "see": "c", "the": "da", "going": "goin", "coming": "comin",
    "never": "nvr", "just": "jus", "back": "bk", "what": "wot", "love": "luv",
    "meeting": "mtg", "number": "nr", "and": "n", "from": "frm", "have": "hv",
}  # fmt: skip
# The definite article is shortened seldom: it is too common to vary with every other word.
_RARE = {"the", "and", "see", "what"}
_VOWELS = "aeiou"


def digits(tokens: Sequence[str], chance: Chance) -> list[str]:
    """Draw a digit for each `#`.

    Args:
        tokens: the tokens of a text.
        chance: the source of choices.

    Returns:
        The tokens with digits. The first digit of a number is not 0, and a lone digit is not 1.
    """
    out = []
    for token in tokens:
        # The word after a lone digit is a plural: "2 crowns", never "1 crowns".
        least = 2 if token.strip(",.;:?!") == "#" else 1
        while "#" in token:
            place = token.index("#")
            inner = place > 0 and token[place - 1].isdigit()
            digit = chance.below(10) if inner else least + chance.below(10 - least)
            token = token[:place] + str(digit) + token[place + 1 :]
        out.append(token)
    return out


def join(tokens: Sequence[str]) -> str:
    """Join tokens into a text.

    Args:
        tokens: words and marks, as `Grammar.write` returns them.

    Returns:
        The text with its spacing, its "an", its quotation marks, one mark where rules have put
        several, and capitals at the beginning of sentences and quotes.
    """
    text = " ".join(tokens)
    text = re.sub(r"\s+([,.;:?!]+)(?=\s|$)", r"\1", text)
    text = re.sub(r"([,;:])[,;:]+", r"\1", text)
    text = re.sub(r"[,;:]+([.?!])", r"\1", text)
    text = re.sub(r"([.?!])[,;:.]+(?=\s|$)", r"\1", text)
    text = re.sub(r"([?!])[.?!]+(?=\s|$)", r"\1", text)
    text = re.sub(r"\b([Aa])(?= (?:[aeioAEIO]|u(?!n[ai]|se|k)|honest|hour))", r"\1n", text)
    text = re.sub(r"<<\s*(\w)", lambda m: '"' + m.group(1).upper(), text)
    text = re.sub(r"\s*>>", '"', text)
    text = re.sub(r"\.\",", '",', text)
    text = re.sub(r"([.?!]\")\.", r"\1", text)
    text = re.sub(r"^([a-z])", lambda m: m.group(1).upper(), text)
    return re.sub(r"([.?!]\"? )([a-z])", lambda m: m.group(1) + m.group(2).upper(), text)


def _slips(word: str) -> list[str]:
    """Return the slips of the finger that can befall a word of five letters or more."""
    if len(word) < 5 or not word.isalpha() or not word.isascii():
        return []
    out = []
    for i in range(1, len(word) - 1):
        if word[i] in _VOWELS:
            out.append(word[:i] + word[i + 1 :])
        if i + 2 < len(word) and word[i] != word[i + 1]:
            out.append(word[:i] + word[i + 1] + word[i] + word[i + 2 :])
    out.append(word[:-1] + word[-1] * 2)
    return out


class Thumbs:
    """The hasty typist, and the patient reader who undoes every slip.

    Args:
        words: every plain word that can occur. A slip is used only where it is no word itself
            and no other word's slip.
    """

    def __init__(self, words: Collection[str]) -> None:
        known = set(words) | set(SHORTHAND) | {plain(s) for s in SHORTHAND.values()}
        origins: dict[str, set[str]] = {}
        for word in sorted(known):
            for slip in _slips(word):
                origins.setdefault(slip, set()).add(word)
        self._undo = {
            slip: min(sources)
            for slip, sources in origins.items()
            if len(sources) == 1 and slip not in known
        }
        self._slips = {
            word: [s for s in _slips(word) if self._undo.get(s) == word] for word in sorted(known)
        }
        for word, short in SHORTHAND.items():
            self._undo[plain(short)] = word

    def type(self, text: str, chance: Chance) -> str:
        """Return a text as somebody typed it.

        Half of the texts are left tidy. In the others the writer is in more or less of a hurry,
        which tells how often a word is shortened or slips, and whether capitals, commas and the
        last full stop are left out.

        Args:
            text: a tidy text.
            chance: the source of choices.

        Returns:
            The text as typed. `read` finds the same words in both.
        """
        hurry = chance.one((0.0, 0.0, 0.0, 0.25, 0.5, 0.8))
        if hurry == 0.0:
            return text
        words = [self._word(word, hurry, chance) for word in text.split(" ")]
        text = " ".join(words)
        if chance.true(hurry):
            text = text.lower()
        if chance.true(hurry * 0.6):
            text = text.rstrip(".!")
        if chance.true(hurry * 0.3):
            text = text.replace(",", "")
        return text

    def _word(self, word: str, hurry: float, chance: Chance) -> str:
        """Return one word as a hasty thumb would leave it."""
        match = re.fullmatch(r"([A-Za-z]+)([,.;:?!]*)", word)
        if match is None:
            return word
        core, tail = match.groups()
        if core.islower() and core in SHORTHAND:
            rate = hurry * (0.12 if core in _RARE else 0.7)
            return SHORTHAND[core] + tail if chance.true(rate) else word
        if core.islower() and self._slips.get(core) and chance.true(hurry * 0.12):
            return chance.one(self._slips[core]) + tail
        return word

    def read(self, text: str) -> list[str]:
        """Return the words that were meant.

        Args:
            text: a text as typed.

        Returns:
            Plain words (see `grammar.plain`), with "a" for "an".
        """
        words = []
        for token in text.replace('"', " ").split():
            word = plain(token)
            word = self._undo.get(word, word)
            if word:
                words.append("a" if word == "an" else word)
        return words
