"""Who is asking, as FastAPI dependencies: a bearer token for the app, a cookie for the counter."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import JSONResponse

from server.store import Person, Store

COOKIE = "harbour_token"


class Refused(Exception):
    def __init__(self, error: str, status: int) -> None:
        self.error = error
        self.status = status


def answer_refused(request: Request, refused: Refused) -> JSONResponse:
    return JSONResponse({"error": refused.error}, refused.status)


def the_store(request: Request) -> Store:
    return request.app.state.harbour


def the_token(request: Request) -> str:
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ") or request.cookies.get(COOKIE, "")


Harbour = Annotated[Store, Depends(the_store)]
Token = Annotated[str, Depends(the_token)]


def signed_in(store: Harbour, token: Token) -> Person:
    person = store.person_for(token)
    if person is None:
        raise Refused("Log in first.", 401)
    return person


SignedIn = Annotated[Person, Depends(signed_in)]


def office_only(person: SignedIn) -> Person:
    if not person.office:
        raise Refused("Only the harbour office may do this.", 403)
    return person
