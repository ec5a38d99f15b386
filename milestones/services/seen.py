"""What a person looked at when they decided, as one word: told apart by its parts where something has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from milestones.models import Judgement, Waiver

from . import evaluate, kept
from .refusals import ChangedSinceSeenError

SEARCHED, TOLD = 20, 3
# in the order of `evaluate.seen_in`; the waivers come last
_PARTS: Sequence[str] = (
    "the policy (migration.toml of the default branch)",
    "the document of this milestone",
    "the evidence for this commit",
    "the sign-offs of this milestone",
    "a hold, a freeze or a stage",
    "a waiver of this milestone: one came, or ended",
)


def token(case: evaluate.Case, key: str, waivers: Iterable[Waiver]) -> str:
    """The word for what would be judged now."""
    return evaluate.seen_in(case, key) + _of_waivers(waivers)


def token_of(judgement: Judgement, key: str, waivers: Iterable[Waiver]) -> str:
    """The word for a judgement that a page shows."""
    said = next((str(one.get("seen", "")) for one in judgement.milestones if one["key"] == key), "")
    return said + _of_waivers(waivers)


def _of_waivers(waivers: Iterable[Waiver]) -> str:
    return kept.digest_of(kept.canonical([one.pk for one in waivers]))[: evaluate.SEEN]


def refuse_changed(shown: str, now: str, details: str = "") -> None:
    """Raises ChangedSinceSeenError that says which parts differ."""
    if shown == now:
        return
    if len(shown) != len(now) or not shown.isalnum():
        raise ChangedSinceSeenError("what was seen is not named by a word of ours; look again, then decide")
    width = evaluate.SEEN
    parts = [name for place, name in enumerate(_PARTS) if _slice(shown, place, width) != _slice(now, place, width)]
    said = " and ".join(parts) or "something"
    raise ChangedSinceSeenError(f"{said} changed since you looked{details}; look again, then decide")


def what_changed(shown: str, case: evaluate.Case) -> str:
    """Which numbers moved since, where the judgement that was seen is kept; or nothing."""
    known = Judgement.objects.filter(project=case.project, sha=case.sha).order_by("-number")[:SEARCHED]
    mine = slice(0, 5 * evaluate.SEEN)
    then = next((one for one in known if any(said.get("seen") == shown[mine] for said in one.milestones)), None)
    if then is None:
        return ""
    was = {(one.milestone_key, one.gate): one for one in then.verdicts.all()}
    moved = [
        f"{gate.gate} was {was[judged.key, gate.gate].state}, is {gate.state}"
        for judged in case.judged
        for gate in judged.gates
        if (judged.key, gate.gate) in was and was[judged.key, gate.gate].state != gate.state
    ]
    return f" ({'; '.join(dict.fromkeys(moved[:TOLD]))})" if moved else ""


def _slice(word: str, place: int, width: int) -> str:
    return word[place * width : (place + 1) * width]
