"""Rewrite rules: which tokens of a test may have become others, and whether they explain a change alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

Rule = tuple[tuple[str, ...], tuple[str, ...]]

MAX_STEPS = 200_000
BYTES_AS_TEXT: Rule = (("b'...'",), ("'...'",))  # any bytes literal became the text of the same characters
_LEXER = re.compile(
    r"""[bB]?"(?:[^"\\]|\\.)*"|[bB]?'(?:[^'\\]|\\.)*'|\$\d+|[^\W\d]\w*|\d[\w.]*|\.\.\.|\*\*|//|->|:=|[=!<>]=|[^\s\w,;]"""
)
_WORD = re.compile(r"\w")
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
LONGEST_GAP = 400
DEEPEST_GAP = 6


def rule_tokens(text: str) -> tuple[str, ...]:
    """Return the tokens of one side of a rewrite rule as they stand in a test's sequence."""
    return tuple(_spelled(token) for token in _LEXER.findall(text))


def _spelled(token: str) -> str:
    prefix = "b" if token[0] in "bB" and token[1:2] in ("'", '"') else ""
    body = token[len(prefix) :]
    if body[:1] not in ("'", '"'):
        return token
    return prefix + repr(body[1:-1].replace("\\" + body[0], body[0]))


def written(tokens: Sequence[str]) -> str:
    """Return tokens as a person would write them; `rule_tokens` reads them back."""
    text = ""
    for before, token in zip(("", *tokens), tokens, strict=False):
        text += _gap(before, token) + token
    return text


def _gap(before: str, token: str) -> str:
    if not before:
        return ""
    ends = _WORD.match(before[-1]) or before[-1] in ")]'\""
    starts = _WORD.match(token[0]) or token[0] in "'\"$"
    return " " if ends and starts else ""


def split_rule(text: str) -> tuple[str, str] | None:
    """Return the two sides of `OLD=NEW`, or None; where a side holds `=` itself, the split that makes most sense."""
    halves = [(text[:at].strip(), text[at + 1 :].strip()) for at, sign in enumerate(text) if sign == "="]
    return min((one for one in halves if rule_tokens(one[0])), key=_oddity, default=None)


def _oddity(sides: tuple[str, str]) -> int:
    """How unlike two sides of one rule are: brackets left open, gaps, and `=` where no name goes before it."""
    was, now = (rule_tokens(one) for one in sides)
    odd = 8 * (loose_ends(was) != loose_ends(now)) + 8 * ([*filter(is_gap, was)] != [*filter(is_gap, now)])
    odd += 4 * ((was[:1] == ("=",)) != (now[:1] == ("=",))) + 4 * ((was[-1:] == ("=",)) != (now[-1:] == ("=",)))
    for one in (was, now):
        odd += sum(
            token in {"=", "=="} and not _WORD.match(before[-1:])
            for before, token in zip(("", *one), one, strict=False)
        )
    return odd


def is_gap(token: str) -> bool:
    """Whether a token of a rule, such as `$1`, stands for anything that is whole and the same on both sides."""
    return token[:1] == "$"


def loose_ends(tokens: Iterable[str]) -> str:
    """The brackets that open and do not close, or close and did not open; "" for tokens that are whole."""
    left: list[str] = []
    for token in tokens:
        if token in _OPENING:
            left.append(token)
        elif token in _CLOSING:
            if left and left[-1] in _OPENING:
                left.pop()
            else:
                left.append(token)
    return "".join(left)


class Rewriting:
    """A set of rules, ready to be tried on many tests."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = list(dict.fromkeys(rule for rule in rules if rule[0]))
        self.bytes_as_text = BYTES_AS_TEXT in self.rules
        self.by_first: dict[str, list[_Split]] = defaultdict(list)
        for rule in self.rules:
            self.by_first[rule[0][0]].append(_Split.of(rule))

    def explains(self, before: Sequence[str], after: Sequence[str]) -> bool:
        """Whether equal tokens and rules alone lead from one sequence to the other."""
        return _Search(self, tuple(before), tuple(after)).joined(0, len(before), 0, len(after), 0)

    def same(self, before: str, after: str) -> bool:
        return before == after or (self.bytes_as_text and is_same_text(before, after))


@dataclass(frozen=True, slots=True)
class _Split:
    """A rule in the parts between its gaps, as many on either side."""

    was: tuple[tuple[str, ...], ...]
    now: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, rule: Rule) -> _Split:
        was, now = _parts(rule[0]), _parts(rule[1])
        fits = [one for one in rule[0] if is_gap(one)] == [one for one in rule[1] if is_gap(one)]
        return cls(was, now) if fits else cls((rule[0],), (rule[1],))


def _parts(tokens: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    found: list[list[str]] = [[]]
    for token in tokens:
        if is_gap(token):
            found.append([])
        else:
            found[-1].append(token)
    return tuple(tuple(part) for part in found)


class _Search:
    """One attempt to lead one sequence to another, in a bounded number of steps."""

    def __init__(self, rules: Rewriting, before: tuple[str, ...], after: tuple[str, ...]) -> None:
        self.rules, self.before, self.after = rules, before, after
        self.steps = 0

    def joined(self, i: int, last: int, j: int, end: int, depth: int) -> bool:
        """Whether rules lead from one run of tokens to another."""
        waiting, seen = [(i, j)], set[tuple[int, int]]()
        while waiting and self.steps < MAX_STEPS:
            at = waiting.pop()
            if at == (last, end):
                return True
            if at not in seen:
                seen.add(at)
                self.steps += 1
                waiting += self._next(at, last, end, depth)
        return False

    def _next(self, at: tuple[int, int], last: int, end: int, depth: int) -> Iterator[tuple[int, int]]:
        i, j = at
        if i >= last:
            return
        first = self.before[i]
        for rule in self.rules.by_first.get(first, ()):
            was, now = rule.was[0], rule.now[0]
            if self.before[i : i + len(was)] == was and self.after[j : j + len(now)] == now:
                yield from self._rest(rule, 1, (i + len(was), j + len(now)), (last, end), depth)
        if j < end and self.rules.same(first, self.after[j]):
            yield i + 1, j + 1

    def _rest(
        self, rule: _Split, part: int, at: tuple[int, int], ends: tuple[int, int], depth: int
    ) -> Iterator[tuple[int, int]]:
        """Where a rule may end whose first parts stand before `at`: each gap holds what rules lead to each other."""
        if part == len(rule.was):
            if at[0] <= ends[0] and at[1] <= ends[1]:
                yield at
            return
        if depth >= DEEPEST_GAP:
            return
        was, now = rule.was[part], rule.now[part]
        for i in self._gap_ends(self.before, at[0], ends[0], was):
            for j in self._gap_ends(self.after, at[1], ends[1], now):
                if self.joined(at[0], i, at[1], j, depth + 1):
                    yield from self._rest(rule, part + 1, (i + len(was), j + len(now)), ends, depth)

    def _gap_ends(self, tokens: tuple[str, ...], start: int, end: int, closing: tuple[str, ...]) -> Iterator[int]:
        """The places behind a run that is whole in its brackets and is followed by `closing`."""
        depth = 0
        for at in range(start, min(end, start + LONGEST_GAP)):
            depth += (tokens[at] in _OPENING) - (tokens[at] in _CLOSING)
            self.steps += 1
            if depth < 0 or self.steps > MAX_STEPS:
                return
            if not depth and tokens[at + 1 : at + 1 + len(closing)] == closing:
                yield at + 1


def is_same_text(before: str, after: str) -> bool:
    """Whether a bytes literal became the text literal of the same characters."""
    return before[:2] in {"b'", 'b"'} and before[1:] == after
