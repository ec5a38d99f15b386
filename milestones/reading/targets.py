"""Numbers that a document sets itself: "Hop count ≤ 1", "views: 0.70–0.72", "coverage (threshold: 80%)"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from milestones.facts import Target
from milestones.reading.words import plain

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_UNIT = r"\s?(?:%|ms\b|s\b|sec(?:onds?)?\b|minutes?\b|kb\b|mb\b|gb\b)?"
_SIGNS = {
    "≤": "<=",
    "<=": "<=",
    "=<": "<=",
    "≥": ">=",
    ">=": ">=",
    "=>": ">=",
    "<": "<",
    ">": ">",
    "==": "==",
    "≠": "!=",
}
_MEASURE = r"(?P<measure>[A-Za-z][\w /.'-]{1,60}?)"
_SIGNED = re.compile(rf"(?P<sign>≤|<=|=<|≥|>=|<|>|==|≠)\s*(?P<value>{_NUMBER}{_UNIT})(?![\w.-]*\w)")
_RUN = re.compile(r"[\w /'%-]{1,61}$")  # what may be a measure, up to its sign
_LETTER = re.compile(r"[A-Za-z]")
_RANGE = re.compile(
    rf"^{_MEASURE}\s*:\s+(?P<low>{_NUMBER})\s*(?:–|—|-|\.\.|to)\s*(?P<high>{_NUMBER})(?P<unit>\s?%)?(?![\w/-])"
)
# "Estimated effort: 2-3", "Team: 2-4 developers": what it takes, not what is to be reached
_PLANNING = re.compile(
    r"(?i)\b(?:effort|estimate[ds]?|estimation|duration|timeline|timebox|weeks?|days?|dates?|phases?|milestones?|sprints?"
    r"|steps?|lines?|pages?|section|team|budget|cost|priority|version|ports?|tasks?|items?)\b"
)
_TIME = re.compile(
    r"(?i)\s*(?:hours?|hrs?|days?|weeks?|months?|sprints?|people|developers?|engineers?|story points?)\b"
)
_WORDS: tuple[tuple[str, str], ...] = (
    (">=", r"at least|no less than|not less than|minimum(?: of)?|min\.?"),
    ("<=", r"at most|no more than|not more than|maximum(?: of)?|max\.?|up to"),
    ("<", r"below|under|less than|fewer than"),
    (">", r"above|over|more than|greater than"),
)
_SPOKEN = re.compile(
    rf"{_MEASURE}\s*:?\s+(?:is |of |stays? |remains? |to be |must be |should be )?"
    r"(?:" + "|".join(f"(?P<w{n}>{words})" for n, (_, words) in enumerate(_WORDS)) + r")\s+"
    rf"(?P<value>{_NUMBER}{_UNIT})(?=\W|$)",
    re.IGNORECASE,
)
_THRESHOLD = re.compile(
    rf"(?:threshold|target|minimum|goal)\w*(?: value)?\s*(?::|=|of|is)\s*(?P<value>{_NUMBER}\s?%)", re.IGNORECASE
)
_COVERAGE = re.compile(r"\b((?:test |branch |line |code )?coverage)\b", re.IGNORECASE)
_SPOKEN_MEASURES = re.compile(
    r"\b(coverage|latency|time|size|count|rate|errors?|failures?|warnings?|length|duration|memory|similarity|score)\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"^(?:(?:and|or|no|the|a|an|with|have|has|keep|all|must|should|is|are|of|to|be|that|file-spread)\s+)+",
    re.IGNORECASE,
)


_DIGIT = re.compile(r"\d")
_SIGN = re.compile(r"[≤≥<>≠]|==")
_PROMISING = re.compile(
    rf"[≤≥<>≠]\s*\d|==\s*\d|=[<>]\s*\d|[<>]=\s*\d|\d\s?%|:\s*{_NUMBER}\s*(?:–|—|-|\.\.|to)\s*\d|"
    r"\b(?:least|less than|most|more than|minimum(?: of)?|min|maximum(?: of)?|max|up to|below|under|above|over|"
    r"fewer than|greater than)\.? \d",
    re.IGNORECASE,
)


def targets_in(text: str, line: int) -> tuple[Target, ...]:
    """Every target that one item or paragraph states."""
    if not _DIGIT.search(text) or not _PROMISING.search(text):
        return ()
    words = plain(text)
    return tuple(Target(text, measure, expect, line) for measure, expect in _stated(words))


def _stated(words: str) -> Iterator[tuple[str, str]]:
    found = _RANGE.match(words)
    if found and not _PLANNING.search(found["measure"]) and not _TIME.match(words[found.end() :]):
        yield found["measure"].strip(), f"in {found['low']}..{found['high']}{found['unit'] or ''}"
        return
    if _SIGN.search(words):
        compared = list(_compared(words))
        yield from ((_measure(measure), f"{_SIGNS[sign]} {_value(value)}") for measure, sign, value, _ in compared)
        for *_, whole in compared:  # what a sign has bound is not read again in words
            words = words.replace(whole, " ")
    if "%" in words and (found := _THRESHOLD.search(words)) and (covered := _COVERAGE.search(words)):
        yield covered[1], f">= {_value(found['value'])}"
        return
    for found in _SPOKEN.finditer(words) if _SPOKEN_MEASURES.search(words) else ():
        measure = _measure(found["measure"])
        if measure and _SPOKEN_MEASURES.search(measure):
            sign = next(sign for n, (sign, _) in enumerate(_WORDS) if found.group(f"w{n}"))
            yield measure, f"{sign} {_value(found['value'])}"


def _compared(words: str) -> Iterator[tuple[str, str, str, str]]:
    """Measure, sign and value of each comparison, and all its words; from the sign back, which takes time once."""
    done = 0
    for found in _SIGNED.finditer(words):
        before = words[done : found.start()].rstrip()
        run = _RUN.search(before[:-1].rstrip() if before.endswith(":") else before)
        first = _LETTER.search(run.group()) if run else None
        if run and first and len(run.group()) - first.start() > 1:
            start = done + run.start() + first.start()
            yield run.group()[first.start() :], found["sign"], found["value"], words[start : found.end()]
            done = found.end()


def _value(text: str) -> str:
    return text.replace(",", "").replace(" %", "%").strip()


def _measure(text: str) -> str:
    """The last few words before the sign, without the words of the sentence round them."""
    words = _FILLER.sub("", text.strip(" -/"))
    return words if len(words.split()) <= 6 else _FILLER.sub("", " ".join(words.split()[-3:]))


def bound_of(cell: str) -> str:
    """A target cell as a bound: "0" is "== 0", "≥ 90 %" is ">= 90%"; anything else stays in its own words."""
    words = plain(cell)
    if re.fullmatch(rf"{_NUMBER}{_UNIT}", words):
        return f"== {_value(words)}"
    if found := re.fullmatch(rf"({_NUMBER})\s*(?:–|—|-|\.\.)\s*({_NUMBER})(\s?%)?", words):
        return f"in {found[1]}..{found[2]}{found[3] or ''}"
    if found := re.match(rf"(≤|<=|=<|≥|>=|<|>|==|≠)\s*({_NUMBER}{_UNIT})(?=\W|$)", words):
        return f"{_SIGNS[found[1]]} {_value(found[2])}"
    return words
