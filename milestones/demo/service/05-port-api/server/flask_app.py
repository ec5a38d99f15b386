"""The Flask application, behind the new front door until its last blueprint has moved."""

from __future__ import annotations

from flask import Flask

from server.accounts import accounts
from server.billing import billing
from server.pages import pages
from server.store import Store


def create_flask_app(store: Store) -> Flask:
    app = Flask(__name__)
    app.extensions["harbour"] = store
    for blueprint in (accounts, billing, pages):
        app.register_blueprint(blueprint)
    return app
