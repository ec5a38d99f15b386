"""The frameworks whose routes are read: one module and one line here for each."""

from __future__ import annotations

from collections.abc import Callable

from milestones.parity.frameworks import django, fastapi, flask, flask_rest, pyramid
from milestones.parity.frameworks.board import Project
from milestones.source.values import Arguments, Value

FRAMEWORKS: dict[str, Callable[[Project], dict[str, Callable[[Arguments], Value]]]] = {
    "django": django.models,
    "fastapi": fastapi.models,  # and starlette
    "flask": flask.models,
    "flask-rest": flask_rest.models,
    "pyramid": pyramid.models,
}
