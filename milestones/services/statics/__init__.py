"""The kinds of evidence that are read from the mirror: one file and one line each."""

from __future__ import annotations

from collections.abc import Mapping

from . import audit, endpoints, functions, inventory, leftovers, readability, routes, similarity, templates
from .kind import Case, Kind, Static

KINDS: Mapping[str, Kind] = {
    "audit": audit.KIND,
    "endpoints": endpoints.KIND,
    "functions": functions.KIND,
    "inventory": inventory.KIND,
    "leftovers": leftovers.KIND,
    "readability": readability.KIND,
    "routes": routes.KIND,
    "similarity": similarity.KIND,
    "templates": templates.KIND,
}

__all__ = ["KINDS", "Case", "Kind", "Static"]
