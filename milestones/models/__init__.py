"""Tables and their named queries, a file a noun group."""

from .decision import Decision, Seal
from .delivery import Channel, Delivery
from .evidence import BlobFact, Commit, Evidence, Measurement
from .judgement import Judgement, Kept, Promotion, Regression, Verdict
from .milestone import KEY_LENGTH, Criterion, Milestone
from .project import EntryLink, Membership, Project, Role, UploadToken
from .word import Circumstance, CompleteSet, Correction, PolicyChange, SignOff, Waiver
from .work import ATTEMPTS, Work, WorkState

__all__ = [
    "ATTEMPTS",
    "KEY_LENGTH",
    "BlobFact",
    "Channel",
    "Circumstance",
    "Commit",
    "CompleteSet",
    "Correction",
    "Criterion",
    "Decision",
    "Delivery",
    "EntryLink",
    "Evidence",
    "Judgement",
    "Kept",
    "Measurement",
    "Membership",
    "Milestone",
    "PolicyChange",
    "Project",
    "Promotion",
    "Regression",
    "Role",
    "Seal",
    "SignOff",
    "UploadToken",
    "Verdict",
    "Waiver",
    "Work",
    "WorkState",
]
