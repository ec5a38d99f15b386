"""A person's word for what no program measures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from milestones import facts
from milestones.codec import from_plain, storable
from milestones.gates.criteria import criteria_of
from milestones.gates.judgement import MilestoneJudgement
from milestones.gates.people import SignOffRule, rule_for
from milestones.models import Milestone, Project, Role, SignOff

from . import accounts, evaluate, log, order, promote, territory
from .refusals import NotAllowedError

LARGEST_FILE = 5_000_000
LONGEST_NOTE = 20_000


@dataclass(frozen=True, slots=True)
class Proof:
    """What goes with a word: a note in Markdown, a file, and the paths whose change ends it (none: policy's)."""

    note: str = ""
    file_name: str = ""
    file: bytes = b""
    paths: tuple[str, ...] = ()


def sign_off(
    milestone: Milestone,
    identities: Iterable[str],
    *,
    by: User,
    note: str = "",
    sha: str = "",
    proof: Proof | None = None,
) -> list[SignOff]:
    """Put a person's word to criteria at a commit, by default the one that the project stands at, and judge again.

    Raises NotAllowedError for somebody who may not, for no criterion at all, and for one that has a gate of its own.
    """
    project = milestone.project
    _refuse_role(project, by, role_needed(project))
    proof = proof or Proof(note)
    _refuse_large(proof)
    sha = promote.candidate_of(project, sha) if sha and sha != project.sha else project.sha
    with transaction.atomic():
        _, case = evaluate.judged(project.pk, sha)
        wanted = _awaiting(case, milestone, identities)
        texts = {one.id: one.text for one, _ in criteria_of(from_plain(facts.Milestone, milestone.facts))}
        given = _Given(case, milestone, by, proof)
        found = [given.record(one, texts.get(one, "")) for one in wanted]
        evaluate.judge(project.pk, sha)
    return found


def _refuse_large(proof: Proof) -> None:
    if len(proof.file) > LARGEST_FILE:
        raise NotAllowedError(f"the file is larger than {LARGEST_FILE:,} bytes; attach a smaller one")
    if len(proof.note) > LONGEST_NOTE:
        raise NotAllowedError(f"the note is longer than {LONGEST_NOTE:,} characters; attach it as a file")


def role_needed(project: Project) -> Role:
    """The lowest role that signs anything off here."""
    rules = evaluate.policy_of(project).sign_offs
    return min((Role(rule.role) for rule in (rule_for(rules, ""), *rules)), key=lambda role: role.rank)


def _refuse_role(project: Project, by: User, needed: Role) -> None:
    if not accounts.may(project, by, needed):
        raise NotAllowedError(f"{by} may not sign off in {project.slug}; {_article(needed)} may")


def _article(role: Role) -> str:
    return f"an {role.label.lower()}" if role is Role.OWNER else f"a {role.label.lower()}"


def _awaiting(case: evaluate.Case, milestone: Milestone, identities: Iterable[str]) -> list[str]:
    said: MilestoneJudgement | None = case.milestone(milestone.key)
    wanted = list(dict.fromkeys(identities))
    open_ = {one.criterion.id for one in said.criteria if one.awaits_sign_off} if said else set()
    if not wanted:
        raise NotAllowedError("no criterion was chosen; tick those that you stand for")
    if set(wanted) - open_:
        raise NotAllowedError("one of these does not await a person's word any more; look again, then sign off")
    unproven = {one.criterion.id for one in said.criteria if one.state is not facts.State.PASS} if said else set()
    if too_early := order.out_of_turn(milestone, unproven, wanted):
        raise NotAllowedError(too_early)
    return wanted


@dataclass(frozen=True, slots=True)
class _Given:
    """One act: a person, at a commit, for many criteria."""

    case: evaluate.Case
    milestone: Milestone
    by: User
    proof: Proof

    def record(self, identity: str, text: str) -> SignOff:
        """The row of one criterion, made once. Raises NotAllowedError where its rule asks for another role."""
        case, proof, project = self.case, self.proof, self.case.project
        rule = rule_for(case.policy.sign_offs, text)
        _refuse_role(project, self.by, Role(rule.role))
        paths = list(proof.paths or rule.paths)
        role = accounts.role_in(project, self.by)
        row, new = SignOff.objects.get_or_create(
            project=project, milestone_key=self.milestone.key, identity=identity, sha=case.sha,
            by=self.by.get_username(), withdrawn_at=None,
            defaults={
                "text": text, "note": storable(proof.note), "at": case.now, "paths": paths,
                "content": _content(project, case.sha, paths), "role": role.value if role else "",
                "expires_at": _expiry(case.now, rule), "file_name": storable(proof.file_name, 200),
                "attachment": proof.file,
                "file_digest": hashlib.sha256(proof.file).hexdigest() if proof.file else "",
            },
        )  # fmt: skip
        if new:
            self._log(row)
        return row

    def _log(self, row: SignOff) -> None:
        said = {"identity": row.identity, "text": row.text, "sha": row.sha, "note": row.note, "paths": row.paths}
        said |= {"file": row.file_name, "sha256": row.file_digest} if row.file_digest else {}
        log.record(row.by, "signed off", f"milestone {row.milestone_key}", row.project, said)


def _content(project: Project, sha: str, paths: Sequence[str]) -> str:
    if not paths:
        return ""
    content = territory.content_at(project, sha, paths)
    if not content:
        raise NotAllowedError(f"no file of {sha[:7]} lies under {', '.join(paths)}; name paths that are there")
    return content


def _expiry(now: datetime, rule: SignOffRule) -> datetime | None:
    return now + timedelta(days=rule.days) if rule.days else None


def withdraw(project: Project, pk: int, *, by: User) -> SignOff:
    """Take a word back: whoever gave it may, and a maintainer. Raises NotAllowedError."""
    name = by.get_username()
    with transaction.atomic():
        row = SignOff.objects.select_for_update().filter(project=project, pk=pk, withdrawn_at=None).first()
        if row is None:
            raise NotAllowedError("this word was taken back already")
        if row.by != name and not accounts.may(project, by, Role.MAINTAINER):
            raise NotAllowedError(f"{by} may not take back the word of {row.by}; a maintainer may")
        _, case = evaluate.judged(project.pk, row.sha)
        row.withdrawn_at, row.withdrawn_by = case.now, name
        row.save(update_fields=["withdrawn_at", "withdrawn_by"])
        said = {"by": row.by, "text": row.text, "sha": row.sha}
        log.record(name, "took back a word", f"milestone {row.milestone_key}", project, said)
        evaluate.judge(project.pk, project.sha)
    return row
