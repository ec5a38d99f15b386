"""Giving a verdict again, byte for byte, from what was stored with it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from milestones.gates.inputs import RULE_VERSION, Inputs, judge_inputs
from milestones.models import Judgement

from . import evaluate, kept
from .refusals import NotAllowedError


@dataclass(frozen=True, slots=True)
class Replay:
    """What was said then, and what the rules of today say of the very same inputs."""

    judgement: Judgement
    stored: str
    again: str

    @property
    def same(self) -> bool:
        return self.stored == self.again

    @property
    def sentence(self) -> str:
        row = self.judgement
        if self.same:
            return f"{row.handle} was given again, byte for byte (sha256 {row.answer})"
        if row.rule_version != RULE_VERSION:
            return (
                f"{row.handle} was given by rules {row.rule_version}; these are rules {RULE_VERSION} and say otherwise"
            )
        return f"{row.handle} comes out otherwise from its stored inputs: the row or the program was altered"


def find(handle: str) -> Judgement:
    """The judgement that SLUG/COMMIT/NUMBER or a bare id names. Raises NotAllowedError."""
    rows = Judgement.objects.select_related("project")
    slug, _, rest = handle.strip().partition("/")
    sha, _, number = rest.partition("/")
    if handle.isdecimal() and len(handle) < 19:
        found = rows.filter(pk=int(handle)).first()
    elif number.isdecimal() and len(number) < 10 and len(sha) >= 7:
        listed = list(rows.filter(project__slug=slug, sha__startswith=sha.lower(), number=int(number))[:2])
        found = listed[0] if len(listed) == 1 else None
    else:
        found = None
    if found is None:
        raise NotAllowedError(f"there is no verdict {handle!r}; name it as judge prints it: SLUG/COMMIT/NUMBER")
    return found


def inputs_of(row: Judgement) -> Inputs:
    """What a judgement rested on. Raises kept.LostError."""
    if not row.inputs:
        raise kept.LostError("nothing was kept with this verdict")
    return evaluate.inputs_of({name: json.loads(text) for name, text in kept.fetch(row.inputs).items()})


def replay(row: Judgement) -> Replay:
    """Judge the stored inputs again. Raises kept.LostError where they are gone or were altered."""
    stored = kept.fetch({"answer": row.answer})["answer"]
    return Replay(row, stored, evaluate.answer_of(judge_inputs(inputs_of(row))))
