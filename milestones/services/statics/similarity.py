"""How like each pair of files of the policy is."""

from __future__ import annotations

from milestones.clients import git
from milestones.facts import Known, Measurement, Problem
from milestones.gates.policy import Policy
from milestones.parity.similarity import similarity

from ..reader import bounded
from .kind import Case, Kind, Static


def _wanted(policy: Policy) -> bool:
    return bool(policy.start and policy.pairs)


def _read(case: Case) -> Static:
    reader, sha, start = case.reader, case.sha, case.start
    measured: list[Measurement] = []
    large = {commit: bounded(reader.repo.tree(commit))[1] for commit in (start, sha)}
    over = {(commit, one.path): one for commit, found in large.items() for one in found}
    problems: list[Problem] = []
    for pair in case.policy.pairs:
        if refused := over.get((start, pair.legacy)) or over.get((sha, pair.new)):
            problems.append(Problem(f"similarity.{pair.name}: {refused.reason}", refused.path))
            continue
        try:
            legacy, new = reader.repo.read(start, pair.legacy), reader.repo.read(sha, pair.new)
        except git.GitError as missing:
            problems.append(Problem(f"similarity.{pair.name}: {missing.reason}", pair.new))
            continue
        found = similarity(legacy.decode("utf-8", "replace"), new.decode("utf-8", "replace"))
        problems += (Problem(f"similarity.{pair.name}: {one.reason}", pair.new) for one in found.problems)
        if found.ratio is not None:
            measured.append(Measurement(f"similarity.{pair.name}", found.ratio, "ratio", pair.new, Known.STATIC))
    return Static("similarity", tuple(measured), problems=tuple(problems))


KIND = Kind(1, _wanted, _read)
