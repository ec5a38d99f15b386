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
from .work import ATTEMPTS, Work, WorkState

__all__ = [
    "ATTEMPTS",
    "KEY_LENGTH",
    "Binding",
    "BlobFact",
    "Channel",
    "Commit",
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
    "Judgement",
    "Measurement",
    "Membership",
    "Milestone",
    "Project",
    "Promotion",
    "Role",
    "SignOff",
    "UploadToken",
    "Verdict",
    "Work",
    "WorkState",
]
