"""Tables and their named queries, a file a noun group."""

from .delivery import Channel, Delivery
from .evidence import BlobFact, Commit, Evidence, Measurement
from .history import RouteHistory
from .judgement import Decision, Judgement, Promotion, Verdict
from .milestone import KEY_LENGTH, Criterion, Milestone, SignOff
from .project import EntryLink, Membership, Project, Role, UploadToken
from .work import ATTEMPTS, Work, WorkState

__all__ = [
    "ATTEMPTS",
    "KEY_LENGTH",
    "BlobFact",
    "Channel",
    "Commit",
    "Criterion",
    "Decision",
    "Delivery",
    "EntryLink",
    "Evidence",
    "Judgement",
    "Measurement",
    "Membership",
    "Milestone",
    "Project",
    "Promotion",
    "Role",
    "RouteHistory",
    "SignOff",
    "UploadToken",
    "Verdict",
    "Work",
    "WorkState",
]
