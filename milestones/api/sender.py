"""The sender, served by the server itself, with its SHA-256 beside it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

FILE = Path(__file__).with_name("send.py")


@cache
def _script() -> bytes:
    return FILE.read_bytes()


@require_safe
def script(_request: HttpRequest) -> HttpResponse:
    """One file of standard library that CI downloads and runs."""
    return HttpResponse(_script(), content_type="text/x-python; charset=utf-8")


@require_safe
def checksum(_request: HttpRequest) -> HttpResponse:
    """A line for `sha256sum --check`."""
    return HttpResponse(f"{hashlib.sha256(_script()).hexdigest()}  send.py\n", content_type="text/plain; charset=utf-8")
