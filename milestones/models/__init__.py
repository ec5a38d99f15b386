"""Tables and their named queries, a file a noun group."""

from .delivery import Channel, Delivery
from .evidence import BlobFact, Commit, Evidence, Measurement
from .judgement import Decision, Judgement, Promotion, Verdict
from .milestone import KEY_LENGTH, Criterion, Milestone, SignOff
from .project import EntryLink, Membership, Project, Role, UploadToken
from .results import (
    CoverageLines,
    Expected,
    LintFindings,
    Outcomes,
    RemovedTest,
    RenamedTest,
    RollSegment,
    ToldOutcome,
)
from .work import ATTEMPTS, Work, WorkState

__all__ = [
    "ATTEMPTS",
    "KEY_LENGTH",
    "BlobFact",
    "Channel",
    "Commit",
    "CoverageLines",
    "Criterion",
    "Decision",
    "Delivery",
    "EntryLink",
    "Evidence",
    "Expected",
    "Judgement",
    "LintFindings",
    "Measurement",
    "Membership",
    "Milestone",
    "Outcomes",
    "Project",
    "Promotion",
    "RemovedTest",
    "RenamedTest",
    "Role",
    "RollSegment",
    "SignOff",
    "ToldOutcome",
    "UploadToken",
    "Verdict",
    "Work",
    "WorkState",
]
