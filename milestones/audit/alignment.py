"""Where two versions of a test differ, token by token, statements first held against their likes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cydifflib import SequenceMatcher

from milestones.audit.expectations import Token

Hunk = tuple[int, int, int, int]
Span = tuple[int, int]

MOST_PAIRS = 40_000
LONGEST_SEAM = 3
_SEAMS = frozenset(".()[]{}")
LEAST_LIKE = 0.34


@dataclass(frozen=True, slots=True)
class Stretch:
    """Two statements side by side (one may be missing), and where they differ."""

    old: Span
    new: Span
    hunks: tuple[Hunk, ...]


def stretches(before: Sequence[Token], after: Sequence[Token]) -> list[Stretch]:
    """Return the statements that are not equal, in order; a hunk is (i1, i2, j1, j2)."""
    found = (Stretch(old, new, tuple(_inner(before, after, old, new))) for old, new in _paired(before, after))
    return _joined([one for one in found if one.hunks])


def _joined(found: list[Stretch]) -> list[Stretch]:
    """A statement that was put in or taken out belongs to the one that it stands against, where that changed too."""
    result: list[Stretch] = []
    for one in found:
        last = result[-1] if result else None
        alone = last is not None and (last.old[0] == last.old[1] or last.new[0] == last.new[1])
        if last is not None and alone and last.old[1] == one.old[0] and last.new[1] == one.new[0]:
            ends = (last.old[0], one.old[1]), (last.new[0], one.new[1])
            result[-1] = Stretch(*ends, (*last.hunks, *one.hunks))
        else:
            result.append(one)
    return result


def _inner(before: Sequence[Token], after: Sequence[Token], old: Span, new: Span) -> Iterator[Hunk]:
    if old[0] == old[1] or new[0] == new[1]:
        if old != new:
            yield (*old, *new)
        return
    texts = [one.text for one in before[slice(*old)]], [one.text for one in after[slice(*new)]]
    last: Hunk | None = None
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        here = _turned(before, after, (old[0] + i1, old[0] + i2, new[0] + j1, new[0] + j2), (old[0], new[0]))
        if last is not None and _is_seam(before[last[1] : here[0]]):
            here = last[0], here[1], last[2], here[3]
        elif last is not None:
            yield last
        last = here
    if last is not None:
        yield last


def _turned(before: Sequence[Token], after: Sequence[Token], hunk: Hunk, first: Span) -> Hunk:
    """What was only put in or taken out may begin one token earlier as well: `) b` in `a ) b )` rather than `b )`."""
    i1, i2, j1, j2 = hunk
    side, start, end = (before, i1, i2) if j1 == j2 else (after, j1, j2)
    if (i1 != i2 and j1 != j2) or i1 <= first[0] or j1 <= first[1]:
        return hunk
    if side[end - 1].text in ")]}" and side[start - 1].text == side[end - 1].text:
        return (i1 - 1, i2 - 1, j1 - 1, j2 - 1)
    return hunk


def _is_seam(between: Sequence[Token]) -> bool:
    """Whether what is equal between two places only holds them together, as the bracket between `f(` and `g(` does."""
    return len(between) <= LONGEST_SEAM and all(token.text in _SEAMS for token in between)


def _statements(tokens: Sequence[Token]) -> list[Span]:
    spans: list[Span] = []
    start = 0
    for at in range(1, len(tokens) + 1):
        if at == len(tokens) or tokens[at].statement != tokens[start].statement:
            spans.append((start, at))
            start = at
    return spans if tokens else []


def _paired(before: Sequence[Token], after: Sequence[Token]) -> Iterator[tuple[Span, Span]]:
    """Yield statements side by side; one without its like stands beside an empty place."""
    old, new = _statements(before), _statements(after)
    keys = [
        [tuple(token.text for token in tokens[a:b]) for a, b in spans]
        for tokens, spans in ((before, old), (after, new))
    ]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        pairs = dict(_best(keys[0][i1:i2], keys[1][j1:j2]))
        yield from _side_by_side(old[i1:i2], new[j1:j2], pairs, _start(old, i1, before), _start(new, j1, after))


def _start(spans: Sequence[Span], at: int, tokens: Sequence[Token]) -> int:
    return spans[at][0] if at < len(spans) else len(tokens)


def _side_by_side(
    old: Sequence[Span], new: Sequence[Span], pairs: Mapping[int, int], i: int, j: int
) -> Iterator[tuple[Span, Span]]:
    """Yield the statements of one block in order; `i` and `j` are the tokens at which it begins."""
    done = 0
    for at, span in enumerate(old):
        wanted = pairs.get(at)
        if wanted is None:
            yield span, (j, j)
        else:
            yield from (((i, i), other) for other in new[done:wanted])
            yield span, new[wanted]
            done, j = wanted + 1, new[wanted][1]
        i = span[1]
    yield from (((i, i), other) for other in new[done:])


def _best(was: Sequence[tuple[str, ...]], now: Sequence[tuple[str, ...]]) -> list[Span]:
    """Pair the statements of one block so that the sum of their likeness is the greatest."""
    if len(was) * len(now) > MOST_PAIRS:
        return [(at, at) for at in range(min(len(was), len(now)))]
    counts = [[Counter(one) for one in side] for side in (was, now)]
    like = [[_likeness(a, b) for b in counts[1]] for a in counts[0]]
    best = [[0.0] * (len(now) + 1) for _ in range(len(was) + 1)]
    for i in range(len(was) - 1, -1, -1):
        for j in range(len(now) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + like[i][j])
    found, i, j = [], 0, 0
    while i < len(was) and j < len(now):
        if like[i][j] and best[i][j] == best[i + 1][j + 1] + like[i][j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _likeness(a: Counter[str], b: Counter[str]) -> float:
    share = 2 * (a & b).total() / max(1, a.total() + b.total())
    return share if share >= LEAST_LIKE else 0.0


def renamed_locals(before: Sequence[Token], after: Sequence[Token]) -> list[Token]:
    """Return the tokens of the old test with its variables named as in the new one, where that is one for one."""
    counted: Counter[tuple[str, str]] = Counter()
    for i1, i2, j1, j2 in (hunk for one in stretches(before, after) for hunk in one.hunks):
        if i2 - i1 == j2 - j1:
            pairs = zip(before[i1:i2], after[j1:j2], strict=True)
            counted.update((old.text, new.text) for old, new in pairs if old.local and new.local)
    names: dict[str, str] = {}
    kept = {one.text for one in after if one.local}
    for (old, new), _ in counted.most_common():
        if old not in names and new not in names.values() and old not in kept and _free(before, new):
            names[old] = new
    if not names:
        return list(before)
    return [replace(one, text=names[one.text]) if one.local and one.text in names else one for one in before]


def _free(before: Sequence[Token], name: str) -> bool:
    """Whether a name is not taken already, so that renaming to it joins no two variables."""
    return all(one.text != name or not one.name for one in before)
