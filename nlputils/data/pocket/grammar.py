"""A weighted context-free grammar that can both write and read.

Rules are written as plain strings, so that the grammar files read like lists of sentences:

- `{NAME}` stands for another symbol;
- `(a|b|)` is a choice made on the spot, here with "nothing" as the third way;
- `3: words` gives the alternative three times the usual weight;
- `#` stands for a digit, drawn when the text is written;
- `<<` and `>>` are quotation marks that know which side they are on.

`Grammar.write` draws a derivation; `Grammar.inside` adds up the probability of *all* the
derivations of a text (the inside algorithm; Baker 1979, "Trainable grammars for speech
recognition"). The second is what makes the best possible classifier computable.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from nlputils.data.pocket.chance import Chance

_PIECE = re.compile(r"\{\w+\}|<<|>>|[()|]|(?:(?!<<|>>)[^\s{}()|])+")
_WEIGHT = re.compile(r"^(\d+(?:\.\d+)?):(?: |$)")


def plain(token: str) -> str:
    """Return a token as the reader of the grammar sees it.

    Args:
        token: a word as a rule or a text has it, with its punctuation.

    Returns:
        The token in lower case, without punctuation, each run of digits (or of the digit sign
        `#`) made a single 0. A token of nothing but punctuation becomes the empty string.
    """
    kept = re.sub(r"[^\w#]", "", token.lower())
    return re.sub(r"[\d#]+", "0", kept)


@dataclass
class _Symbol:
    """One symbol: its alternatives, and indexes that make reading fast.

    Attributes:
        alternatives: the right-hand sides, as tuples of words and of {SYMBOLS}.
        weights: the weight of each.
        running: their running sums, for writing.
        by_word: for reading: the alternatives (in plain form, with their probability) that begin
            with a word, by that word.
        others: for reading: the alternatives that begin with a symbol, or are empty.
    """

    alternatives: list[tuple[str, ...]] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    running: list[float] = field(default_factory=list)
    by_word: dict[str, list[tuple[tuple[str, ...], float]]] = field(default_factory=dict)
    others: list[tuple[tuple[str, ...], float]] = field(default_factory=list)

    def close(self) -> None:
        """Compute running sums and the index by first word."""
        total = sum(self.weights)
        point = 0.0
        for alternative, weight in zip(self.alternatives, self.weights, strict=True):
            point += weight
            self.running.append(point)
            read = tuple(p for p in map(_read_form, alternative) if p)
            if read and not read[0].startswith("{"):
                self.by_word.setdefault(read[0], []).append((read, weight / total))
            else:
                self.others.append((read, weight / total))


def _read_form(piece: str) -> str:
    """Return a piece of a rule as the reader needs it: a symbol as it is, a word made plain."""
    if piece.startswith("{"):
        return piece
    word = plain(piece)
    return "a" if word == "an" else word


class Grammar:
    """A weighted context-free grammar.

    Args:
        rules: symbol names (without braces) to their alternatives, in the notation that the head
            of this module explains. No symbol may begin with itself: the reader goes from left to
            right and would not come back.

    Raises:
        KeyError: when a rule names a symbol that has no rule.
        ValueError: when brackets are unbalanced, or a symbol can begin with itself.
    """

    def __init__(self, rules: Mapping[str, Sequence[str]]) -> None:
        self._symbols: dict[str, _Symbol] = {}
        for name, alternatives in rules.items():
            symbol = _Symbol()
            for text in alternatives:
                match = _WEIGHT.match(text)
                weight = float(match.group(1)) if match else 1.0
                body = text[match.end() :] if match else text
                symbol.alternatives.append(self._compile(_PIECE.findall(body)))
                symbol.weights.append(weight)
            self._symbols["{" + name + "}"] = symbol
        self._check()
        for symbol in self._symbols.values():
            symbol.close()
        self._check_beginnings()

    def _compile(self, pieces: list[str]) -> tuple[str, ...]:
        """Turn inline choices into symbols of their own, innermost last."""
        out: list[str] = []
        depth, group, options = 0, list[str](), list[list[str]]()
        for piece in pieces:
            if piece == "(":
                depth += 1
                if depth == 1:
                    group, options = [], []
                    continue
            if piece == ")":
                depth -= 1
                if depth == 0:
                    options.append(group)
                    out.append(self._choice(options))
                    continue
            if piece == "|" and depth == 1:
                options.append(group)
                group = []
                continue
            (group if depth else out).append(piece)
        if depth:
            raise ValueError(f"unbalanced brackets in the rule {' '.join(pieces)!r}")
        return tuple(out)

    def _choice(self, options: list[list[str]]) -> str:
        """Store an inline choice as a symbol and return its name."""
        name = "{(" + "|".join(" ".join(option) for option in options) + ")}"
        if name not in self._symbols:
            compiled = [self._compile(option) for option in options]
            self._symbols[name] = _Symbol(compiled, [1.0] * len(compiled))
        return name

    def _check(self) -> None:
        """Raise when a rule names a symbol that nobody defined."""
        for name, symbol in self._symbols.items():
            for alternative in symbol.alternatives:
                for piece in alternative:
                    if piece.startswith("{") and piece not in self._symbols:
                        raise KeyError(f"{name} uses the symbol {piece}, which has no rule")

    def _check_beginnings(self) -> None:
        """Raise when a symbol can begin with itself: `_ends` would count it as impossible."""
        empty: set[str] = set()
        found = True
        while found:
            now = {n for n, s in self._symbols.items() if any(empty >= set(a) for a, _ in s.others)}
            found, empty = now != empty, now
        begins: dict[str, set[str]] = {name: set() for name in self._symbols}
        for name, symbol in self._symbols.items():
            for alternative, _ in symbol.others:
                for piece in alternative:
                    if piece in self._symbols:
                        begins[name].add(piece)
                    if piece not in empty:
                        break
        try:
            TopologicalSorter(begins).prepare()
        except CycleError as error:
            way = " < ".join(error.args[1])
            raise ValueError(f"a symbol must not begin with itself: {way}") from error

    def words(self) -> set[str]:
        """Return every word that the grammar can write, in plain form (see `plain`)."""
        found: set[str] = set()
        for symbol in self._symbols.values():
            for alternative in symbol.alternatives:
                found.update(_read_form(p) for p in alternative if not p.startswith("{"))
        found.discard("")
        return found

    def write(self, name: str, chance: Chance, bound: Mapping[str, str] | None = None) -> list[str]:
        """Draw a derivation and return its tokens.

        Args:
            name: the symbol to start from, without braces.
            chance: the source of choices.
            bound: symbols that stand for one fixed text here (the cast of a paragraph).

        Returns:
            The tokens in order; `#` still stands for digits (see `surface.digits`).

        Raises:
            KeyError: when there is no such symbol.
        """
        out: list[str] = []
        stack = ["{" + name + "}"]
        while stack:
            piece = stack.pop()
            if not piece.startswith("{"):
                out.append(piece)
            elif bound and piece[1:-1] in bound:
                out.extend(bound[piece[1:-1]].split())
            else:
                symbol = self._symbols[piece]
                stack.extend(reversed(symbol.alternatives[chance.weighted(symbol.running)]))
        return out

    def inside(self, name: str, words: Sequence[str]) -> float:
        """Return the probability that a symbol writes exactly these words.

        It is the sum over all derivations, found from left to right with each part computed once.

        Args:
            name: the symbol, without braces.
            words: plain words (see `plain`), with "a" for "an".

        Returns:
            A probability; 0 when the symbol cannot write the words.

        Raises:
            KeyError: when there is no such symbol.
        """
        memo: dict[tuple[str, int], dict[int, float]] = {}
        return self._ends("{" + name + "}", 0, tuple(words), memo).get(len(words), 0.0)

    def _ends(
        self,
        name: str,
        start: int,
        words: tuple[str, ...],
        memo: dict[tuple[str, int], dict[int, float]],
    ) -> dict[int, float]:
        """Return, for each place where the symbol can end, the probability of what it covers."""
        key = (name, start)
        if key in memo:
            return memo[key]
        memo[key] = {}
        symbol = self._symbols[name]
        first = words[start] if start < len(words) else ""
        ends: dict[int, float] = {}
        for alternative, probability in [*symbol.by_word.get(first, ()), *symbol.others]:
            reached = {start: probability}
            for piece in alternative:
                reached = self._step(piece, reached, words, memo)
                if not reached:
                    break
            for end, value in reached.items():
                ends[end] = ends.get(end, 0.0) + value
        memo[key] = ends
        return ends

    def _step(
        self,
        piece: str,
        reached: dict[int, float],
        words: tuple[str, ...],
        memo: dict[tuple[str, int], dict[int, float]],
    ) -> dict[int, float]:
        """Move every reached place on over one word or one symbol."""
        onward: dict[int, float] = {}
        for place, value in reached.items():
            if piece.startswith("{"):
                for end, inner in self._ends(piece, place, words, memo).items():
                    onward[end] = onward.get(end, 0.0) + value * inner
            elif place < len(words) and words[place] == piece:
                onward[place + 1] = onward.get(place + 1, 0.0) + value
        return onward
