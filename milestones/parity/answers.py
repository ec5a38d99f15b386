"""The answers that a test expects: status codes as they stand in its source, and what they show of an endpoint."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tree_sitter import Node

from milestones.parity.path_texts import node_text

_NAMED_STATUS = {
    "OK": 200, "CREATED": 201, "ACCEPTED": 202, "NO_CONTENT": 204, "MOVED_PERMANENTLY": 301, "FOUND": 302,
    "SEE_OTHER": 303, "NOT_MODIFIED": 304, "TEMPORARY_REDIRECT": 307, "BAD_REQUEST": 400, "UNAUTHORIZED": 401,
    "FORBIDDEN": 403, "NOT_FOUND": 404, "METHOD_NOT_ALLOWED": 405, "CONFLICT": 409, "GONE": 410,
    "UNPROCESSABLE_ENTITY": 422, "UNPROCESSABLE_CONTENT": 422, "TOO_MANY_REQUESTS": 429, "INTERNAL_SERVER_ERROR": 500,
}  # fmt: skip
_HTTP_STATUS = re.compile(r"HTTP_(\d{3})(?:_|$)")


def statuses(nodes: Iterable[Node | None]) -> set[int]:
    """The status codes that stand in some expressions: 401, HTTPStatus.OK, status.HTTP_404_NOT_FOUND, (200, 302)."""
    found: set[int] = set()
    for node in nodes:
        if node is None:
            continue
        if node.type == "integer" and re.fullmatch(r"[1-5]\d\d", node_text(node)):
            found.add(int(node_text(node)))
        elif node.type == "attribute":
            name = node_text(node.child_by_field_name("attribute"))
            coded = _HTTP_STATUS.match(name)
            found |= {int(coded[1])} if coded else {_NAMED_STATUS[name]} if name in _NAMED_STATUS else set()
        elif node.type in ("tuple", "list", "set"):
            found |= statuses(node.named_children)
    return found
