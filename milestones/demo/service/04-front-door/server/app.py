"""The FastAPI application; what has not moved yet is answered by Flask behind it."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.middleware.wsgi import WSGIMiddleware

from server.flask_app import create_flask_app
from server.store import Store, first_season


def create_app(store: Store | None = None) -> FastAPI:
    app = FastAPI(title="Harbour")
    app.state.harbour = store or first_season()
    app.mount("/", WSGIMiddleware(create_flask_app(app.state.harbour)))
    return app
