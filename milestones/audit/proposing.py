"""Rewrite rules worked out from what most changed tests have in common; what a test expects is never among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from milestones.audit.alignment import Hunk, Stretch, stretches
from milestones.audit.expectations import Token
from milestones.audit.rewriting import BYTES_AS_TEXT, Rewriting, Rule, is_same_text, loose_ends

MAX_RULE_TOKENS = 24
LEAST_TESTS = 3
ROUNDS = 5
_CONTEXT = 8
MOST_GAPS = 4
LONGEST_TAIL = 4


@dataclass(slots=True)
class Change:
    """One test in two versions, as tokens."""

    before: Sequence[Token]
    after: Sequence[Token]
    stretches: list[Stretch]
    hunks: list[Hunk]

    @classmethod
    def of(cls, before: Sequence[Token], after: Sequence[Token]) -> Change:
        found = stretches(before, after)
        return cls(before, after, found, [hunk for one in found for hunk in one.hunks])

    def explained_by(self, rules: Rewriting) -> bool:
        return not self.hunks or rules.explains(_texts(self.before), _texts(self.after))

    def left(self, rules: Rewriting) -> list[Hunk]:
        """The places that rules do not explain."""
        found: list[Hunk] = []
        for one in self.stretches:
            whole = _texts(self.before[slice(*one.old)]), _texts(self.after[slice(*one.new)])
            if not (whole[0] and rules.explains(*whole)):
                found += (hunk for hunk in one.hunks if not self._hunk_explained(hunk, rules))
        return found

    def open_statements(self, rules: Rewriting) -> int:
        """How many statements differ in a way that rules do not explain in full."""
        return sum(not self._statement_explained(one, rules) for one in self.stretches)

    def _statement_explained(self, one: Stretch, rules: Rewriting) -> bool:
        whole = _texts(self.before[slice(*one.old)]), _texts(self.after[slice(*one.new)])
        if whole[0] and rules.explains(*whole):
            return True
        return all(self._hunk_explained(hunk, rules) for hunk in one.hunks)

    def _hunk_explained(self, hunk: Hunk, rules: Rewriting) -> bool:
        """Whether rules explain a place, with up to a few equal tokens on either side that a rule may hold as well."""
        i1, i2, j1, j2 = hunk
        before, after = self.before, self.after
        for left in range(_CONTEXT):
            if left > min(i1, j1) or (left and before[i1 - left].text != after[j1 - left].text):
                break
            if i1 - left < len(before) and before[i1 - left].text not in rules.by_first:
                continue  # no rule begins here, so more context on the left is what it takes
            for right in range(_CONTEXT):
                i, j = i2 + right, j2 + right
                if right and (i > len(before) or j > len(after) or before[i - 1].text != after[j - 1].text):
                    break
                if rules.explains(_texts(before[i1 - left : i]), _texts(after[j1 - left : j])):
                    return True
        return False


@dataclass(slots=True)
class Proposal:
    """A rule, and the tests that it has a part in."""

    rule: Rule
    tests: set[int]


def propose(changes: Sequence[Change], approved: Sequence[Rule]) -> list[Proposal]:
    """Return the rules that several changed tests have in common, beside those that are approved."""
    least = max(LEAST_TESTS, len(changes) // 100)
    chosen = {was: Proposal((was, now), set()) for was, now in approved}
    given = set(chosen)
    refused: set[Rule] = set()
    waiting = list(range(len(changes)))
    for _ in range(ROUNDS):
        rules = Rewriting(one.rule for one in chosen.values())
        waiting = [at for at in waiting if changes[at].left(rules)]
        fresh = _round({at: changes[at] for at in waiting}, rules, refused, least)
        if not fresh:
            break
        for proposal in fresh:
            chosen.setdefault(proposal.rule[0], proposal)
        proposed = [one.rule for was, one in chosen.items() if was not in given]
        for rule in _harmful(changes, proposed):
            refused.add(rule)
            chosen.pop(rule[0], None)
    return _needed(changes, [one for was, one in chosen.items() if was not in given], approved)


def _needed(changes: Sequence[Change], proposals: list[Proposal], approved: Sequence[Rule]) -> list[Proposal]:
    """Leave out what explains no statement to its end, or none that the others leave open; the rarest first."""
    kept = list(proposals)
    every = Rewriting([*approved, *(one.rule for one in kept)])
    open_ = {at: changes[at].open_statements(every) for one in kept for at in one.tests}
    for one in sorted(proposals, key=lambda one: len(one.tests)):
        others = Rewriting([*approved, *(other.rule for other in kept if other is not one)])
        if all(changes[at].open_statements(others) <= open_[at] for at in one.tests):
            kept.remove(one)
    return kept


def _round(changes: Mapping[int, Change], rules: Rewriting, refused: set[Rule], least: int) -> list[Proposal]:
    counted: dict[Rule, set[int]] = defaultdict(set)
    wider: dict[Rule, dict[Rule, set[int]]] = defaultdict(lambda: defaultdict(set))
    for at, change in changes.items():
        for narrow, variants in _candidates(change, rules):
            counted[narrow].add(at)
            for one in variants:
                wider[narrow][one].add(at)
    found: list[Proposal] = []
    taken = {rule[0] for rule in rules.rules}
    for narrow, tests in sorted(counted.items(), key=lambda one: -len(one[1])):
        if len(tests) < least:
            break
        if narrow[0] not in taken and narrow not in refused:
            found.append(Proposal(narrow, tests))
            taken.add(narrow[0])
            continue
        for rule, held in sorted(wider[narrow].items(), key=lambda one: (-len(one[1]), len(one[0][0]))):
            if len(held) >= least and rule[0] not in taken and rule not in refused:
                found.append(Proposal(rule, held))
                taken.add(rule[0])
                break
    return found


def _candidates(change: Change, rules: Rewriting) -> Iterator[tuple[Rule, set[Rule]]]:
    """The rule of each open place of one test, each once, with its forms that hold more of what stands around."""
    found: dict[Rule, set[Rule]] = {}
    for hunk in change.left(rules):
        forms = _forms(change, hunk)
        if forms:
            found.setdefault(forms[0], set()).update(forms[1:])
    yield from found.items()


def _forms(change: Change, hunk: Hunk) -> list[Rule]:
    i1, i2, j1, j2 = hunk
    before, after = change.before, change.after
    if i2 - i1 == 1 and j2 - j1 == 1 and is_same_text(before[i1].text, after[j1].text):
        return [BYTES_AS_TEXT]
    forms: list[Rule] = []
    for place in _anchored(change, hunk):
        rule = _rule(change, place) or _rule_with_gaps(change, place)
        if rule is not None and rule not in forms:
            forms.append(rule)
    if not forms and (rule := _rule_reaching_back(change, hunk)) is not None:
        forms.append(rule)
    return forms


def _rule_reaching_back(change: Change, hunk: Hunk) -> Rule | None:
    """A place that can be said only with those before it in its statement: `.post_json($1 {` is `.post($1 json={`."""
    here = hunk
    was, now = list(change.before[hunk[0] : hunk[1]]), list(change.after[hunk[2] : hunk[3]])
    earlier = [one for one in change.hunks if one[1] <= hunk[0] and one[3] <= hunk[2] and one != hunk]
    for one in reversed(earlier[-MOST_GAPS:]):
        between = change.before[one[1] : here[0]]
        if any(token.statement != change.after[hunk[2] - 1].statement for token in change.after[one[2] : here[2]]):
            return None
        opening, gap = _opened(between)
        if gap and gap[-1].text in ".(=:":
            return None
        middle = [Token("$", gap[0].line)] if gap else []
        was = [*change.before[one[0] : one[1]], *opening, *middle, *was]
        now = [*change.after[one[2] : one[3]], *opening, *middle, *now]
        here = one
        if (rule := _as_rule(_numbered(was), _numbered(now))) is not None:
            return rule
    return None


def _numbered(tokens: Sequence[Token]) -> list[Token]:
    """The gaps of a side as `$1`, `$2` in their order."""
    numbers = count(1)
    return [replace(one, text=f"${next(numbers)}") if one.text == "$" else one for one in tokens]


def _opened(tokens: Sequence[Token]) -> tuple[list[Token], list[Token]]:
    """What stands up to the last bracket that is left open, and the whole run behind it."""
    start = next((at for at in range(len(tokens) + 1) if not loose_ends(_texts(tokens[at:]))), len(tokens))
    while start < len(tokens) and tokens[start].text in ".)=:":
        start += 1
    return list(tokens[:start]), list(tokens[start:])


def _anchored(change: Change, hunk: Hunk) -> Iterator[Hunk]:
    """A place as narrow as can be said, then with one and two tokens more before it, then behind it."""
    i1, i2, j1, j2 = _whole_names(change, hunk)
    if i1 == i2 or not any(_is_name(one) for one in change.before[i1:i2]):
        yield from _with_neighbour(change, (i1, i2, j1, j2))
        following = next((one for one in change.hunks if one[0] == i2 and one[2] == j2 and one != hunk), None)
        if following is not None and i1 == i2:
            yield from _with_neighbour(change, (i1, following[1], j1, following[3]))
    else:
        yield i1, i2, j1, j2
    for more in (1, 2, 3):
        if _same(change, i1 - more, j1 - more, more):
            yield i1 - more, i2, j1 - more, j2
    for more in (1, 2):
        if _same(change, i2, j2, more):
            yield i1, i2 + more, j1, j2 + more


def _rule_with_gaps(change: Change, hunk: Hunk) -> Rule | None:
    """A place whose brackets close in the next one, with what stands between them left open: `$1`."""
    following = [one for one in change.hunks if one[0] >= hunk[1] and one[2] >= hunk[3]][:MOST_GAPS]
    was, now = list(change.before[hunk[0] : hunk[1]]), list(change.after[hunk[2] : hunk[3]])
    here, gaps = hunk, 0
    for one in following:
        if _fit(was, now):
            break
        between = change.before[here[1] : one[0]]
        if any(token.statement != was[0].statement for token in between if was):
            return None
        opening, gap, closing = _trimmed(between)
        if gap and not loose_ends(_texts(gap)):
            gaps += 1
            middle = [Token(f"${gaps}", gap[0].line)]
        else:
            middle = list(gap)
        was += [*opening, *middle, *closing, *change.before[one[0] : one[1]]]
        now += [*opening, *middle, *closing, *change.after[one[2] : one[3]]]
        here = one
    tail = 0
    while tail < LONGEST_TAIL and _same(change, here[1] + tail, here[3] + tail, 1):
        rest = change.before[here[1] : here[1] + tail]
        if _whole([*was, *rest], [*now, *rest]):
            return _as_rule([*was, *rest], [*now, *rest])
        tail += 1
    return _as_rule(was, now)


def _whole(was: Sequence[Token], now: Sequence[Token]) -> bool:
    return not loose_ends(_texts(was)) and not loose_ends(_texts(now))


def _trimmed(tokens: Sequence[Token]) -> tuple[list[Token], list[Token], list[Token]]:
    """The dots and brackets at either end of a run of tokens belong to what stands beside it."""
    start, end = 0, len(tokens)
    while start < end and tokens[start].text in ".)=:":
        start += 1
    while end > start and tokens[end - 1].text in ".(=:":
        end -= 1
    return list(tokens[:start]), list(tokens[start:end]), list(tokens[end:])


def _with_neighbour(change: Change, hunk: Hunk) -> Iterator[Hunk]:
    """What was only put in or taken out borrows the name beside it."""
    i1, i2, j1, j2 = hunk
    for more in (1, 2, 3):
        if _same(change, i2, j2, more) and _is_name(change.before[i2 + more - 1]):
            yield i1, i2 + more, j1, j2 + more
            break
    for more in (1, 2, 3):
        if _same(change, i1 - more, j1 - more, more) and _is_name(change.before[i1 - more]):
            yield i1 - more, i2, j1 - more, j2
            break


def _whole_names(change: Change, hunk: Hunk) -> Hunk:
    """A place that begins at the name behind a dot takes the dot, and one that ends before `()` takes that."""
    i1, i2, j1, j2 = hunk
    before, after = change.before, change.after
    while i1 and j1 and before[i1 - 1].text == after[j1 - 1].text == ".":
        i1, j1 = i1 - 1, j1 - 1
        if i1 == hunk[0] - 1 and i1 and _is_name(before[i1 - 1]) and hunk[0] == hunk[1]:
            break
    if i2 > i1 and _texts(before[i2 : i2 + 2]) == _texts(after[j2 : j2 + 2]) == ("(", ")"):
        i2, j2 = i2 + 2, j2 + 2
    if i2 - i1 == j2 - j1 == 1 and _texts(before[i2 : i2 + 1]) == _texts(after[j2 : j2 + 1]) == ("=",):
        return i1, i2 + 1, j1, j2 + 1  # a keyword
    if i1 == i2 and i1 > 1 and before[i1 - 1].text == after[j1 - 1].text and before[i1 - 2].text == ".":
        i1, j1 = i1 - 2, j1 - 2  # `.json` became `.json()`
    return i1, i2, j1, j2


def _same(change: Change, i: int, j: int, count: int) -> bool:
    if i < 0 or j < 0 or i + count > len(change.before) or j + count > len(change.after):
        return False
    return _texts(change.before[i : i + count]) == _texts(change.after[j : j + count])


def _rule(change: Change, hunk: Hunk) -> Rule | None:
    """A place as a rule; one that leaves a bracket open takes the one that closes it, where that stands next."""
    i1, i2, j1, j2 = hunk
    for more in range(3):
        was, now = change.before[i1 : i2 + more], change.after[j1 : j2 + more]
        if _whole(was, now) and (not more or _same(change, i2, j2, more)):
            return _as_rule(was, now)
    return _as_rule(change.before[i1:i2], change.after[j1:j2])


def _as_rule(was: Sequence[Token], now: Sequence[Token]) -> Rule | None:
    """A rule where both sides are whole, hold nothing that is expected, and name more than a test's own variables."""
    if max(len(was), len(now)) > MAX_RULE_TOKENS or not _is_plumbing(was, now):
        return None
    texts = _texts(was), _texts(now)
    put_in = len(now) > len(was) and (texts[1][-len(was) :] == texts[0] or texts[1][: len(was)] == texts[0])
    if not any(_is_name(one) and (put_in or not one.local) for one in was):
        return None
    return texts if _fit(was, now) else None


def _fit(was: Sequence[Token], now: Sequence[Token]) -> bool:
    """Whether the new tokens leave open just the brackets that the old ones left open."""
    return loose_ends(_texts(was)) == loose_ends(_texts(now))


def _is_plumbing(was: Sequence[Token], now: Sequence[Token]) -> bool:
    """Whether nothing in a place is a value, but for a header's name where a property became a header or back."""
    held = [[one for one in side if one.value] for side in (was, now)]
    if not held[0] and not held[1]:
        return True
    if (held[0] and held[1]) or not all(one.header for side in held for one in side):
        return False
    plain = {one.text for one in (was if held[1] else now)}
    return all(_property(one.text) & plain for side in held for one in side)


def _property(literal: str) -> set[str]:
    """The properties by which responses give a header."""
    name = literal[1:-1].lower().replace("-", "_")
    return {name, "mimetype"} if name == "content_type" else {name}


def _harmful(changes: Sequence[Change], proposed: Sequence[Rule]) -> Iterator[Rule]:
    """Yield the proposed rules that would explain away something that a test expects."""
    first = {token for was, _ in proposed for token in was}
    for change in changes:
        for i1, i2, j1, j2 in change.hunks:
            was, now = _expected(change.before[i1:i2]), _expected(change.after[j1:j2])
            if was & first:
                yield from (rule for rule in proposed if was & set(rule[0]) and (not now or now & set(rule[1])))


def _expected(tokens: Sequence[Token]) -> set[str]:
    """The names and values among tokens that a test expects."""
    return {
        one.text for one in tokens if one.value and one.asserting and (one.text[0].isalnum() or one.text[0] in "_'\"")
    }


def _texts(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(one.text for one in tokens)


def _is_name(token: Token) -> bool:
    return not token.value and (token.text[:1].isalpha() or token.text[:1] == "_")
