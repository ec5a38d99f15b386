"""The Flask application."""

from __future__ import annotations

from flask import Flask

from server.accounts import accounts
from server.api import api
from server.billing import billing
from server.pages import pages
from server.store import Store, first_season


def create_app(store: Store | None = None) -> Flask:
    app = Flask(__name__)
    app.extensions["harbour"] = store or first_season()
    for blueprint in (accounts, api, billing, pages):
        app.register_blueprint(blueprint)
    return app
