"""The team's own documents as facts: milestones, criteria, gates, targets, each with its lines.

Pure: no Django, no I/O, no clock. `read_document` never raises; what it cannot read is among the document's problems.
"""

from milestones.reading.document import VERSION, read_document
from milestones.reading.history import Version, burn_up, history
from milestones.reading.identity import Match, match_criteria
from milestones.reading.joining import JoinedMilestone, join

__all__ = [
    "VERSION",
    "JoinedMilestone",
    "Match",
    "Version",
    "burn_up",
    "history",
    "join",
    "match_criteria",
    "read_document",
]
