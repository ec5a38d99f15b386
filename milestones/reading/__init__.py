"""The team's own documents as facts: milestones, criteria, gates, targets, each with its lines.

Pure: no Django, no I/O, no clock. `read_document` never raises; what it cannot read is among the document's problems.
"""

from milestones.reading.document import VERSION, read_document
from milestones.reading.joining import JoinedMilestone, join

__all__ = ["VERSION", "JoinedMilestone", "join", "read_document"]
