"""The kinds of evidence that are read from the mirror: one file and one line each."""

from __future__ import annotations

from collections.abc import Mapping

from . import endpoints, functions, leftovers, routes, similarity
from .kind import Case, Kind, Static

KINDS: Mapping[str, Kind] = {
    "endpoints": endpoints.KIND,
    "functions": functions.KIND,
    "leftovers": leftovers.KIND,
    "routes": routes.KIND,
    "similarity": similarity.KIND,
}

__all__ = ["KINDS", "Case", "Kind", "Static"]
