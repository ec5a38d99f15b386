"""The one shape in which the API says no."""

from __future__ import annotations

from flask import Response, jsonify


def problem(error: str, status: int) -> Response:
    response = jsonify(error=error)
    response.status_code = status
    return response
