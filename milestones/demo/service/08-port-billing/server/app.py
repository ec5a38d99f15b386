"""The FastAPI application; what has not moved yet is answered by Flask behind it."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.middleware.wsgi import WSGIMiddleware

from server.accounts import accounts
from server.api import api
from server.billing import billing
from server.flask_app import create_flask_app
from server.guards import Refused, answer_refused
from server.store import Store, first_season


def create_app(store: Store | None = None) -> FastAPI:
    app = FastAPI(title="Harbour")
    app.state.harbour = store or first_season()
    app.add_exception_handler(Refused, answer_refused)
    for router in (accounts, api, billing):
        app.include_router(router)
    app.mount("/", WSGIMiddleware(create_flask_app(app.state.harbour)))
    return app
