"""Findings known again by rule, path and code, not by their line: code that moved is no new finding."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from milestones.codec import storable
from milestones.facts import Finding

_DIGITS = re.compile(r"\d+")
LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Known:
    """A finding with its fingerprint, which holds for the same code at another line."""

    fingerprint: str
    tool: str
    rule: str
    path: str
    line: int | None
    severity: str
    text: str


def fingerprint(finding: Finding, code: str) -> str:
    """By rule, path and the code of its line, blanks aside; without code by its message, numbers aside."""
    about = "".join(code.split()) or _DIGITS.sub("0", finding.text)
    said = "\0".join((finding.tool, finding.rule, finding.path, about))
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=9).hexdigest()


def known_again(findings: Iterable[Finding], lines: Mapping[str, Sequence[str]]) -> list[Known]:
    """Every finding with its fingerprint; `lines` are the files at the commit, as far as they are there."""
    found = []
    for one in findings:
        texts = lines.get(one.path, ())
        code = texts[one.line - 1] if one.line and one.line <= len(texts) else ""
        text = storable(one.text[:LONGEST_TEXT])
        print_ = fingerprint(one, code)
        found.append(
            Known(print_, storable(one.tool), storable(one.rule), storable(one.path), one.line, one.severity, text)
        )
    return found


def pack_findings(findings: Iterable[Known]) -> bytes:
    rows = [[k.fingerprint, k.tool, k.rule, k.path, k.line, k.severity, k.text] for k in findings]
    return zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def unpack_findings(packed: bytes) -> list[Known]:
    return [Known(*row) for row in json.loads(zlib.decompress(packed))]


def new_among(before: Iterable[Known], after: Iterable[Known]) -> list[Known]:
    """What `after` has more of than `before`, each fingerprint as often as it is new."""
    left = Counter(one.fingerprint for one in before)
    found = []
    for one in after:
        if left[one.fingerprint] > 0:
            left[one.fingerprint] -= 1
        else:
            found.append(one)
    return found
