# ruff: noqa: E501 - the sources of small applications stand in one line
"""Our tables against those that the running applications themselves hold."""

from __future__ import annotations

import random

import pytest

from milestones.parity.comparison import compare, series_of
from milestones.parity.routes import Route, RouteTable
from tests.parity.applications import fastapi_pairs, flask_pairs, pairs, renamed, table, tree


def test_flasks_own_table_is_ours(run):
    files = tree("flask_service")
    found = table(files)
    assert pairs(found) == flask_pairs(run(files, "wsgi:app"))
    assert found.unresolved == found.unparsed == ()


@pytest.mark.filterwarnings("ignore:Duplicate Operation ID")
def test_fastapis_own_table_is_ours(run):
    files = tree("fastapi_service")
    found = table(files)
    assert pairs(found, static=False) == fastapi_pairs(run(files, "svc.main:app"))
    assert found.unresolved == found.unparsed == ()


FLASK_WORDS = [
    "users",
    "orders",
    "api_bp",
    "create_app",
    "make",
    "register_misc",
    "crud",
    "alpha",
    "TABLE",
    "PREFIX",
    "Thing",
]


@pytest.mark.parametrize("seed", range(3))
def test_flask_under_other_names_is_followed(run, seed):
    files = renamed(tree("flask_service"), FLASK_WORDS, seed)
    assert pairs(table(files)) == flask_pairs(run(files, "wsgi:app"))


@pytest.mark.filterwarnings("ignore:Duplicate Operation ID")
@pytest.mark.parametrize("seed", range(3))
def test_fastapi_under_other_names_is_followed(run, seed):
    words = ["users", "items", "api_router", "factory", "Crud", "crud_router", "core", "settings", "create_app", "cats"]
    files = renamed(tree("fastapi_service"), words, seed)
    assert pairs(table(files), static=False) == fastapi_pairs(run(files, "svc.main:app"))


def nested_blueprints(seed: int) -> dict[str, str]:
    """A generated application: blueprints in blueprints to a random depth, some prefixed twice, some never."""
    chance = random.Random(seed)
    lines = ["from flask import Flask, Blueprint", "app = Flask(__name__)", "bps = []"]
    files: dict[str, str] = {}
    nested: list[int] = []
    for number in range(25):
        name = f"m{chance.randrange(10**6)}_{number}"
        prefix = chance.choice(["", f", url_prefix='/p{number}'", f", url_prefix='/p{number}/<int:k{number}>'"])
        body = [f"from flask import Blueprint\nbp = Blueprint('{name}', __name__{prefix})"]
        for route in range(chance.randrange(1, 9)):
            verbs = chance.choice(["", ", methods=['POST']", ", methods=('GET', 'PUT')"])
            body.append(f"@bp.route('/r{route}/<x{route}>'{verbs})\ndef f{route}(**k): return ''")
        files[f"parts/{name}.py"] = "\n".join(body)
        lines.append(f"from parts import {name}\nbps.append({name}.bp)")
        if number > 3 and chance.random() < 0.5:
            option = chance.choice(["", f", url_prefix='/o{number}'"])
            lines.append(f"bps[{chance.randrange(number)}].register_blueprint(bps[{number}]{option})")
            nested.append(number)
    free = [number for number in range(25) if number not in nested]
    lines.append(f"for number in {free}:\n    app.register_blueprint(bps[number])")
    return {**files, "parts/__init__.py": "", "main.py": "\n".join(lines)}


@pytest.mark.parametrize("seed", range(4))
def test_generated_blueprints_are_all_found(run, seed):
    files = nested_blueprints(seed)
    app = run(files, "main:app")
    assert len(flask_pairs(app)) > 60
    assert pairs(table(files)) == flask_pairs(app)


def by_path(found: RouteTable) -> dict[tuple[str, str], Route]:
    return {(method, route.path): route for route in found.routes for method in route.methods}


def test_pyramids_routes_are_joined_with_their_views():
    found = by_path(table(tree("pyramid_service")))
    assert {key: route.handler.name for key, route in found.items() if not route.static} == {
        ("GET", "/basket/{id}"): "basket",
        ("DELETE", "/basket/{id}"): "basket",
        ("ANY", "/"): "front",
        ("POST", "/orders"): "Orders.create",
        ("GET", "/orders"): "Orders.show",
        ("ANY", "/files/{path}"): "basket",
        ("ANY", "/admin/home"): "home",
        ("GET", "/admin/report"): "report",
    }
    assert [guard.name for guard in found["ANY", "/admin/home"].guards] == ["permission manage"]


def test_djangos_addresses_follow_their_includes():
    found = by_path(table(tree("django_site")))
    assert set(found) == {
        ("ANY", "/"), ("GET", "/shop/"), ("GET", "/shop/{pk}/"), ("DELETE", "/shop/{pk}/"), ("POST", "/shop/in/deep/"),
        ("POST", "/x/a/"), ("ANY", "/x/b/{s}/"), ("POST", "/old/{year}/{m}/"), ("POST", "/n/a/"), ("ANY", "/n/b/{s}/"),
        ("POST", "/gen/p/"), ("POST", "/gen/q/"),
    }  # fmt: skip
    assert [guard.name for guard in found["ANY", "/x/b/{s}/"].guards] == ["login_required"]
    assert found["ANY", "/x/b/{s}/"].handler.name == "b"


def test_a_path_made_at_run_time_is_unresolved_and_named():
    found = table(
        {
            "a.py": "from flask import Flask\nimport db\napp = Flask(__name__)\napp.add_url_rule(db.path(), view_func=print)\n"
        }
    )
    assert [(problem.path, problem.line) for problem in found.unresolved] == [("a.py", 4)]


def test_include_loops_end():
    files = {
        "a.py": "from fastapi import FastAPI, APIRouter\nr = APIRouter()\nr.include_router(r)\napp = FastAPI()\napp.include_router(r)"
    }
    assert table(files).application == ()


FLASK = "from flask import Flask\napp = Flask(__name__)\n"
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"


def test_a_lost_route_a_lost_verb_and_a_shadow_are_told_apart():
    old = table(
        {
            "a.py": FLASK
            + "@app.route('/a/<int:id>', methods=['GET', 'POST'])\ndef a(id): pass\n@app.route('/gone')\ndef gone(): pass\n@app.route('/u/me')\ndef me(): pass\n"
        }
    )
    new = table(
        {
            "a.py": FASTAPI
            + "@app.get('/a/{key}')\ndef a(key): pass\n@app.get('/u/{name}')\ndef user(name): pass\n@app.get('/u/me')\ndef me(): pass\n"
        }
    )
    found = compare(old, new)
    assert [(pair.method, pair.path) for pair in found.missing] == [("POST", "/a/{id}"), ("GET", "/gone")]
    assert [(pair.method, pair.path) for pair in found.extra] == [("GET", "/u/{name}")]
    assert [(change.path, change.lost) for change in found.methods] == [("/a/{id}", ("POST",))]
    assert [(s.path, s.expected, s.answered_by) for s in found.shadowed] == [("/u/me", "me", "user")]


def test_a_route_that_any_verb_reached_is_not_missing_while_its_path_is_served():
    old = table(
        {
            "a.py": "from pyramid.config import Configurator\nfrom pyramid.view import view_config\nc = Configurator()\nc.add_route('x', '/x')\n@view_config(route_name='x')\ndef x(r): pass\n"
        }
    )
    new = table({"a.py": FASTAPI + "@app.get('/x')\ndef x(): pass\n"})
    found = compare(old, new)
    assert found.missing == found.extra == ()
    assert [(change.legacy, change.new) for change in found.methods] == [(("ANY",), ("GET",))]


def test_a_guard_that_went_missing_is_listed_with_both_places():
    guard = "from functools import wraps\nfrom flask import abort\ndef checked(f):\n    @wraps(f)\n    def inner():\n        abort(403)\n    return inner\n"
    old = table({"a.py": guard + FLASK + "@app.route('/x')\n@checked\ndef x(): pass\n"})
    new = table({"b.py": FASTAPI + "@app.get('/x')\ndef x(): pass\n"})
    lost = compare(old, new).guards_lost
    assert [(one.path, one.legacy.guards[0].name, one.new.handler.place.path) for one in lost] == [
        ("/x", "checked", "b.py")
    ]


def test_a_fallback_is_no_counterpart_of_a_lost_route():
    old = table({"a.py": FLASK + "@app.route('/x')\ndef x(): pass\n"})
    new = table({"a.py": FASTAPI + "@app.get('/{rest:path}')\ndef page(rest): pass\n"})
    assert [pair.path for pair in compare(old, new).missing] == ["/x"]


def test_a_flask_application_mounted_in_fastapi_has_its_public_addresses():
    files = {
        "old.py": FLASK + "@app.route('/x')\ndef x(): pass\n",
        "new.py": "from fastapi import FastAPI\nfrom a2wsgi import WSGIMiddleware\nfrom old import app as legacy\napp = FastAPI(openapi_url=None)\napp.mount('/v1', WSGIMiddleware(legacy))\n",
    }
    assert [(route.path, route.framework) for route in table(files).application] == [("/v1/x", "flask")]


def test_an_import_circle_still_finds_the_handler():
    files = {
        "svc/__init__.py": FLASK + "from svc import views\n",
        "svc/views.py": "import svc.table\nclass Late:\n    pass\ndef late(): pass\n",
        "svc/table.py": "from svc import app\nfrom svc.views import late\napp.add_url_rule('/late', view_func=late)\n",
    }
    assert [(route.path, route.handler.name) for route in table(files).application] == [("/late", "late")]


def test_a_function_imported_beside_a_handler_is_not_taken_for_it():
    files = {
        "depot/hooks.py": "def prepare(app):\n    app.teardown_request(None)\n",
        "depot/__init__.py": (
            "from flask import Flask\n\ndef build():\n    from depot.hooks import prepare\n    app = Flask(__name__)\n"
            "    prepare(app)\n    @app.route('/crane')\n    def crane():\n        return ''\n    return app\n"
        ),
    }
    found = next(route for route in table(files).routes if route.path == "/crane")
    assert (found.handler.name, found.handler.place.path) == ("build.<locals>.crane", "depot/__init__.py")


def test_of_two_frameworks_at_the_start_the_one_that_grows_is_the_new_one():
    series = series_of([("a", {"fastapi": 3, "flask": 9}), ("b", {"fastapi": 7, "flask": 5}), ("c", {"fastapi": 12})])
    assert [(one["legacy"], one["new"]) for one in series] == [(9, 3), (5, 7), (0, 12)]
    assert [one["legacy"] for one in series_of([("a", {"express": 2, "flask": 9}), ("b", {"express": 2})])] == [11, 2]
