"""Tables and their named queries, a file a noun group."""

from .commits import CommitPack, HistoryState
from .contract import RecordedPair
from .decision import Decision, Seal
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
from .history import RouteHistory
from .judgement import Judgement, Kept, Promotion, Regression, Verdict
from .milestone import KEY_LENGTH, Criterion, Milestone
from .project import EntryLink, LoginFailure, Membership, Project, Role, UploadToken
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
from .word import Circumstance, CompleteSet, Correction, PolicyChange, SignOff, Waiver
from .work import ATTEMPTS, Work, WorkState

__all__ = [
    "ATTEMPTS",
    "KEY_LENGTH",
    "Binding",
    "BlobFact",
    "Channel",
    "Circumstance",
    "Commit",
    "CommitPack",
    "CompleteSet",
    "Correction",
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
    "HistoryState",
    "Judgement",
    "Kept",
    "LintFindings",
    "LoginFailure",
    "Measurement",
    "Membership",
    "Milestone",
    "Outcomes",
    "PolicyChange",
    "Project",
    "Promotion",
    "RecordedPair",
    "Regression",
    "RemovedTest",
    "RenamedTest",
    "Role",
    "RollSegment",
    "RouteHistory",
    "Seal",
    "SignOff",
    "ToldOutcome",
    "UploadToken",
    "Verdict",
    "Waiver",
    "Work",
    "WorkState",
]
