"""Who is asking: a bearer token for the app, a cookie for the counter."""

from __future__ import annotations

from functools import wraps

from flask import current_app, request
from werkzeug.local import LocalProxy

from server.answers import problem
from server.store import Store

COOKIE = "harbour_token"

harbour: Store = LocalProxy(lambda: current_app.extensions["harbour"])


def the_token() -> str:
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ") or request.cookies.get(COOKIE, "")


def signed_in(view):
    @wraps(view)
    def guarded(**arguments):
        person = harbour.person_for(the_token())
        if person is None:
            return problem("Log in first.", 401)
        return view(person=person, **arguments)

    return guarded


def office_only(view):
    @wraps(view)
    @signed_in
    def guarded(person, **arguments):
        if not person.office:
            return problem("Only the harbour office may do this.", 403)
        return view(**arguments)

    return guarded
