"""Tables and their named queries, a file a noun group."""

from .delivery import Channel, Delivery
from .document import (
    Binding,
    CriterionEvent,
    CriterionStory,
    Dismissal,
    Document,
    DocumentFinding,
    DocumentVersion,
)
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
    RollSegment,
    TestAlias,
    ToldOutcome,
)
from .work import ATTEMPTS, Work, WorkState

__all__ = [
    "ATTEMPTS",
    "KEY_LENGTH",
    "Binding",
    "BlobFact",
    "Channel",
    "Commit",
    "CoverageLines",
    "Criterion",
    "CriterionEvent",
    "CriterionStory",
    "Decision",
    "Delivery",
    "Dismissal",
    "Document",
    "DocumentFinding",
    "DocumentVersion",
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
    "Role",
    "RollSegment",
    "SignOff",
    "TestAlias",
    "ToldOutcome",
    "UploadToken",
    "Verdict",
    "Work",
    "WorkState",
]
