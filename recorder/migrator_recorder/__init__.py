"""Records what a web application answers: one JSON line an exchange, secrets masked before anything is written.

Needs nothing but the standard library, of Python 3.8 or later.
"""

from __future__ import annotations

from .asgi import ASGIRecorder
from .masking import Masker
from .recording import Recorder
from .wsgi import WSGIRecorder

__version__ = "0.1.0"
__all__ = ["ASGIRecorder", "Masker", "Recorder", "WSGIRecorder"]
