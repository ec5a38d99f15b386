"""Logging in and out over the API."""

from __future__ import annotations

from flask import Blueprint, jsonify, request

from server.access import harbour, signed_in, the_token
from server.answers import problem
from server.store import Person

accounts = Blueprint("accounts", __name__, url_prefix="/api")


@accounts.post("/login")
def log_in():
    wanted = request.get_json(silent=True) or {}
    granted = harbour.log_in(wanted.get("name", ""), wanted.get("password", ""))
    if granted is None:
        return problem("Unknown name or wrong password.", 401)
    return jsonify(token=granted)


@accounts.post("/logout")
@signed_in
def log_out(person: Person):
    harbour.log_out(the_token())
    return "", 204
