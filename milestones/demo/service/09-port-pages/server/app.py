"""The FastAPI application."""

from __future__ import annotations

from fastapi import FastAPI

from server.accounts import accounts
from server.api import api
from server.billing import billing
from server.guards import Refused, answer_refused
from server.pages import pages
from server.store import Store, first_season


def create_app(store: Store | None = None) -> FastAPI:
    app = FastAPI(title="Harbour")
    app.state.harbour = store or first_season()
    app.add_exception_handler(Refused, answer_refused)
    for router in (accounts, api, billing, pages):
        app.include_router(router)
    return app
