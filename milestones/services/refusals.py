"""What is answered to somebody who asks for what cannot be done."""

from __future__ import annotations


class NotAllowedError(Exception):
    """This person may not do this, or it is asked of something that is not there; the text says which."""


class ChangedSinceSeenError(Exception):
    """Policy or evidence is not what the person looked at; the text says what changed."""
