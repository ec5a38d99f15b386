"""Changes of the policy in force, kept as people see them: what was weakened or strengthened, by whom, since when."""

from __future__ import annotations

import difflib

from milestones.clients.git import GitError, Repository
from milestones.codec import storable
from milestones.gates.policy import EMPTY, read_policy
from milestones.gates.policy_changes import Change, Turn, changes
from milestones.models import PolicyChange, Project

from . import kept, log, mirror

LONGEST_DIFF = 20_000


def note(project: Project, repo: Repository, after: str, *, head: str, given: bool) -> PolicyChange | None:
    """Keep the step from the project's policy to the next; nothing at the first look, or where it is the same."""
    before = project.policy_in_force
    if not project.sha or before == after:
        return None
    sha, author = ("", "the command line") if given else _brought_by(repo, head)
    found = changes(*(read_policy(text) if text else EMPTY for text in (before, after)))
    row = PolicyChange.objects.create(
        project=project, before=kept.digest_of(before), after=kept.digest_of(after), sha=sha, author=author,
        weakened=_said(found, Turn.WEAKENED), strengthened=_said(found, Turn.STRENGTHENED),
        otherwise=_said(found, Turn.OTHERWISE), diff=storable(diff_of(before, after)),
    )  # fmt: skip
    turn = "weakened" if row.weakened else "strengthened" if row.strengthened else "changed"
    said = {"sha": sha, "weakened": row.weakened, "strengthened": row.strengthened, "otherwise": row.otherwise}
    log.record(author, f"{turn} the policy", mirror.POLICY_FILE, project, said)
    return row


def _said(found: tuple[Change, ...], turn: Turn) -> list[str]:
    return [storable(one.sentence) for one in found if one.turn is turn]


def _brought_by(repo: Repository, head: str) -> tuple[str, str]:
    """The commit that last touched the policy, and its author."""
    try:
        out = repo.git("log", "-1", "--format=%H%x00%an", "--end-of-options", head, "--", mirror.POLICY_FILE)
    except GitError:
        return "", "unknown"
    sha, _, author = out.decode("utf-8", "replace").strip().partition("\0")
    return sha, storable(author[:150], 200) or "unknown"


def diff_of(before: str, after: str) -> str:
    """The two texts as a unified diff, cut where it is very long."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="", n=2)
    text = "\n".join(lines)
    return text if len(text) <= LONGEST_DIFF else f"{text[:LONGEST_DIFF]}\n… cut; see git log -p {mirror.POLICY_FILE}"
