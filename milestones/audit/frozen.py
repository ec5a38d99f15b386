"""Whether tests are still the same: unchanged, changed in plumbing that rules explain, or in what they expect.

A rule says that some tokens may have become others (`client` to `api`, `.get_json()` to `.json()`). A test is plumbing
if its old tokens become its new ones by such rules alone. What the rules leave unexplained is a changed assertion if
any of it lies inside one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cydifflib import SequenceMatcher

from milestones.source.definitions import Definition, Module
from milestones.source.matching import match
from milestones.source.tests import find_tests
from milestones.source.trees import CLOSE, Mark

Rule = tuple[tuple[str, ...], tuple[str, ...]]

MAX_RULE_TOKENS = 12
MAX_STEPS = 200_000
_BRACKETED = frozenset({"\x01argument_list", "\x01parameters", "\x01tuple"})
_ASSERTING = re.compile(r"(assert\w*|raises|warns|fail\w*)$")
_LEXER = re.compile(r"""[^\W\d]\w*|\d[\w.]*|"[^"]*"|'[^']*'|\.\.\.|\*\*|//|->|:=|[=!<>]=|[^\s\w,;]""")
_WORD = re.compile(r"\w")
_VALUES = frozenset({"True", "False", "None", "==", "!=", "<", ">", "<=", ">=", "in", "is", "not", "is not", "not in"})


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    line: int
    asserting: bool
    value: bool  # a literal or a comparison: what a test expects, never plumbing


@dataclass(frozen=True, slots=True)
class AssertionChange:
    """A test that expects something else; before and after are the lines that hold the change."""

    test: Definition
    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Frozen:
    unchanged: list[Definition] = field(default_factory=list)
    plumbing: list[Definition] = field(default_factory=list)
    assertions: list[AssertionChange] = field(default_factory=list)
    other: list[Definition] = field(default_factory=list)
    removed: list[Definition] = field(default_factory=list)
    added: list[Definition] = field(default_factory=list)
    proposed_rewrite: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Change:
    old: Definition
    new: Definition
    before: list[Token]
    after: list[Token]


def rule_tokens(text: str) -> tuple[str, ...]:
    """Return the tokens of one side of a rewrite rule as they stand in a test's sequence."""
    return tuple(repr(token[1:-1]) if token[0] in "'\"" else token for token in _LEXER.findall(text))


def compare_tests(
    base: Iterable[Module],
    head: Iterable[Module],
    rewrite: Mapping[str, str],
    sources: Mapping[tuple[str, str], Sequence[str]],
    under: tuple[str, str] = ("", ""),
) -> Frozen:
    """Judge every test; `sources` has the lines of a file by ("base" or "head", path)."""
    modules = [{module.path: module for module in side} for side in (base, head)]
    tests = [[test for module in side.values() for test in find_tests(module)] for side in modules]
    found = match(tests[0], tests[1], under if under[0] != under[1] else ("", ""))
    result = Frozen([new for _, new in found.unchanged], removed=found.removed, added=found.added)
    changes = [_Change(old, new, _tokens(modules[0], old), _tokens(modules[1], new)) for old, new in found.modified]
    approved = [(rule_tokens(was), rule_tokens(now)) for was, now in rewrite.items()]
    open_changes = []
    for change in changes:
        if explained(_texts(change.before), _texts(change.after), approved):
            result.plumbing.append(change.new)
        else:
            open_changes.append(change)
    proposed = propose(open_changes, approved)
    result.proposed_rewrite.update((_written(was), _written(now)) for was, now in proposed)
    for change in open_changes:
        _judge(change, [*approved, *proposed], result, sources)
    return result


def _judge(
    change: _Change, rules: Sequence[Rule], result: Frozen, sources: Mapping[tuple[str, str], Sequence[str]]
) -> None:
    """What only proposed rules explain is `other`; an unexplained change inside an assertion stands apart."""
    hunks = [hunk for hunk in _hunks(change) if not _hunk_explained(change, hunk, rules)]
    asserting = [
        (i1, i2, j1, j2)
        for i1, i2, j1, j2 in hunks
        if any(token.asserting for token in [*change.before[i1:i2], *change.after[j1:j2]])
    ]
    if not asserting:
        result.other.append(change.new)
        return
    before = _lines(change.before, [(i1, i2) for i1, i2, _, _ in asserting], sources.get(("base", change.old.path), ()))
    after = _lines(change.after, [(j1, j2) for _, _, j1, j2 in asserting], sources.get(("head", change.new.path), ()))
    at = asserting[0][2]
    line = change.after[min(at, len(change.after) - 1)].line
    result.assertions.append(AssertionChange(change.new, line, before, after))


def _lines(tokens: Sequence[Token], parts: Iterable[tuple[int, int]], source: Sequence[str]) -> str:
    numbers = sorted({token.line for start, end in parts for token in tokens[start:end]})
    return "\n".join(source[number - 1].strip() for number in numbers if number <= len(source))


# --- tokens


def _texts(tokens: Sequence[Token]) -> list[str]:
    return [token.text for token in tokens]


def _tokens(modules: Mapping[str, Module], test: Definition) -> list[Token]:
    """Return a test's tokens with the brackets of calls, each knowing whether it stands in an assertion."""
    module = modules[test.path]
    return [token for span in module.spans[test.name] for token in _span_tokens(module, span.start, span.end)]


def _span_tokens(module: Module, start: int, end: int) -> list[Token]:
    tree, tokens = module.tree, list[Token]()
    opened: list[tuple[str, int]] = []
    ranges: list[tuple[int, int]] = []
    for at in range(start, end):
        text, mark, line = tree.texts[at], tree.marks[at], tree.lines[at]
        if mark & Mark.DOC:
            continue
        if text == CLOSE:
            label, first = opened.pop() if opened else ("", len(tokens))
            if label in _BRACKETED:
                tokens.append(Token(")", line, False, False))
            if _is_assertion(label, tokens, first):
                ranges.append((first, len(tokens)))
        elif text[0] == "\x01":
            opened.append((text, len(tokens)))
            if text in _BRACKETED:
                tokens.append(Token("(", line, False, False))
        else:
            tokens.append(Token(text, line, False, _is_value(text, mark)))
    return _marked(tokens, ranges)


def _is_value(text: str, mark: int) -> bool:
    return bool(mark & Mark.STRING) or text[:1].isdigit() or text in _VALUES


def _is_assertion(label: str, tokens: Sequence[Token], first: int) -> bool:
    """Whether what just closed is an `assert` or the call of something that asserts, raises or fails."""
    if label == "\x01assert_statement":
        return True
    if label != "\x01call":
        return False
    name = ""
    for token in tokens[first:]:
        if token.text == "(":
            break
        name = token.text
    return _ASSERTING.match(name) is not None


def _marked(tokens: list[Token], ranges: Iterable[tuple[int, int]]) -> list[Token]:
    inside = bytearray(len(tokens))
    for start, end in ranges:
        inside[start:end] = b"\1" * (end - start)
    return [
        Token(token.text, token.line, True, token.value) if within else token
        for token, within in zip(tokens, inside, strict=True)
    ]


# --- rules


def explained(before: Sequence[str], after: Sequence[str], rules: Sequence[Rule]) -> bool:
    """Whether equal tokens and rules alone lead from one sequence to the other."""
    waiting, seen = [(0, 0)], set[tuple[int, int]]()
    while waiting and len(seen) < MAX_STEPS:
        at = waiting.pop()
        if at == (len(before), len(after)):
            return True
        if at in seen:
            continue
        seen.add(at)
        waiting += _steps(before, after, at, rules)
    return False


def _steps(
    before: Sequence[str], after: Sequence[str], at: tuple[int, int], rules: Sequence[Rule]
) -> list[tuple[int, int]]:
    i, j = at
    steps = [
        (i + len(was), j + len(now))
        for was, now in rules
        if was and tuple(before[i : i + len(was)]) == was and tuple(after[j : j + len(now)]) == now
    ]
    if i < len(before) and j < len(after) and before[i] == after[j]:
        steps.append((i + 1, j + 1))
    return steps


def _hunks(change: _Change) -> list[tuple[int, int, int, int]]:
    matcher = SequenceMatcher(None, _texts(change.before), _texts(change.after), autojunk=False)
    return [(i1, i2, j1, j2) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal"]


def _hunk_explained(change: _Change, hunk: tuple[int, int, int, int], rules: Sequence[Rule]) -> bool:
    """Whether rules explain a hunk, with up to a few equal tokens on either side that a rule may hold as well."""
    i1, i2, j1, j2 = hunk
    before, after = change.before, change.after
    for left in range(MAX_RULE_TOKENS):
        if left > min(i1, j1) or (left and before[i1 - left].text != after[j1 - left].text):
            break
        for right in range(MAX_RULE_TOKENS):
            last = (i2 + right - 1, j2 + right - 1)
            if right and (
                last[0] >= len(before) or last[1] >= len(after) or before[last[0]].text != after[last[1]].text
            ):
                break
            part = _texts(before[i1 - left : i2 + right]), _texts(after[j1 - left : j2 + right])
            if explained(*part, rules):
                return True
    return False


def propose(changes: Sequence[_Change], approved: Sequence[Rule]) -> list[Rule]:
    """Return the rules that several changed tests have in common; what a test expects is never among them."""
    counted: Counter[Rule] = Counter()
    longer: dict[Rule, Counter[Rule]] = defaultdict(Counter)
    for change in changes:
        rules = {rule: _longer(change, hunk, rule) for hunk in _hunks(change) if (rule := _rule(change, hunk))}
        for rule, wider in rules.items():
            if not explained(*rule, approved):
                counted[rule] += 1
                longer[rule][wider] += 1
    least = max(3, len(changes) // 50)
    chosen = {was: (was, now) for was, now in approved}
    for rule, count in counted.most_common():
        for one in (rule, *(wider for wider, _ in longer[rule].most_common(1))):
            if count >= least and one[0] not in chosen:
                chosen[one[0]] = one
                break
    return [rule for rule in chosen.values() if rule not in approved]


def _longer(change: _Change, hunk: tuple[int, int, int, int], rule: Rule) -> Rule:
    """Return a rule with the token before it, for where one name became two things."""
    at = (
        hunk[0] - 1
        if change.before[hunk[0] : hunk[0] + 1] and change.before[hunk[0]].text == rule[0][0]
        else hunk[0] - 2
    )
    if at < 0 or change.before[at].value:
        return rule
    before = change.before[at].text
    return (before, *rule[0]), (before, *rule[1])


def _rule(change: _Change, hunk: tuple[int, int, int, int]) -> Rule | None:
    """Return a hunk as a rule; what was only put in or taken out borrows the name beside it."""
    i1, i2, j1, j2 = hunk
    before, after = change.before, change.after
    if i1 == i2 or j1 == j2:
        if i2 < len(before) and j2 < len(after) and _is_name(before[i2]):
            i2, j2 = i2 + 1, j2 + 1
        elif i1 and j1:
            i1, j1 = i1 - 1, j1 - 1
    was, now = before[i1:i2], after[j1:j2]
    if any(token.value for token in [*was, *now]) or max(len(was), len(now)) > MAX_RULE_TOKENS or not was:
        return None
    if not any(_is_name(token) for token in was):
        return None
    return tuple(_texts(was)), tuple(_texts(now))


def _is_name(token: Token) -> bool:
    return not token.value and _WORD.match(token.text) is not None


def _written(tokens: Sequence[str]) -> str:
    """Return tokens as a person would write them; `rule_tokens` reads them back."""
    text = ""
    for token in tokens:
        text += f" {token}" if text and _WORD.match(text[-1]) and _WORD.match(token[0]) else token
    return text
