"""Logging in and out over the API."""

from __future__ import annotations

from fastapi import APIRouter, Response

from server.guards import Harbour, SignedIn, Token
from server.shim import Asked, jsonify, problem

accounts = APIRouter(prefix="/api")


@accounts.post("/login")
def log_in(harbour: Harbour, request: Asked):
    wanted = request.get_json(silent=True) or {}
    granted = harbour.log_in(wanted.get("name", ""), wanted.get("password", ""))
    if granted is None:
        return problem("Unknown name or wrong password.", 401)
    return jsonify(token=granted)


@accounts.post("/logout")
def log_out(harbour: Harbour, person: SignedIn, token: Token):
    harbour.log_out(token)
    return Response(status_code=204)
