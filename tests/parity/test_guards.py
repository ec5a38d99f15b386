"""What stands before handlers, in each framework, and what a policy corrects."""

from __future__ import annotations

import pytest

from milestones.parity.comparison import compare
from milestones.parity.guards import NO_NAMING, Naming
from milestones.parity.reading import read_routes
from milestones.parity.routes import RouteTable
from tests.parity.applications import table

CHECKED = """
from functools import wraps
from flask import abort, redirect, session

def members(f):
    @wraps(f)
    def inner(*a, **k):
        if not session.get("user"):
            return redirect("/login")
        return f(*a, **k)
    return inner

def timed(f):
    @wraps(f)
    def inner(*a, **k):
        return f(*a, **k)
    return inner
"""
FLASK = """
from flask import Flask, Blueprint, request, abort, g
from flask_login import login_required
from flask.views import MethodView
from checked import members, timed
app = Flask(__name__)
admin = Blueprint("admin", __name__, url_prefix="/admin")
open_ = Blueprint("open", __name__)

@admin.before_request
def only_staff():
    if not g.user.staff:
        abort(403)

@app.before_request
def by_path():
    if request.path.startswith("/secret") and not g.user:
        abort(401)

@app.before_request
def counted():
    g.count = 1

@admin.route("/users")
def users(): return ""

@open_.route("/plain")
@timed
def plain(): return ""

@open_.route("/secret/x")
def secret(): return ""

@open_.route("/mine")
@members
@timed
def mine(): return ""

@open_.route("/theirs")
@login_required
def theirs(): return ""

class Thing(MethodView):
    decorators = [members]
    def get(self): return ""

open_.add_url_rule("/thing", view_func=Thing.as_view("thing"))
open_.add_url_rule("/wrapped", view_func=members(plain))
app.register_blueprint(admin)
app.register_blueprint(open_)
"""
FASTAPI = """
from typing import Annotated
from fastapi import FastAPI, APIRouter, Depends, HTTPException, Request, Security
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware
app = FastAPI()

def session(): return object()

def current(user=Depends(session)):
    if not user:
        raise HTTPException(status_code=401)
    return user

def chained(user=Depends(current)): return user

Member = Annotated[object, Depends(current)]
private = APIRouter(prefix="/private", dependencies=[Depends(current)])
outer = APIRouter()

@app.middleware("http")
async def by_path(request: Request, call_next):
    if request.url.path.startswith("/inner") and "key" not in request.headers:
        return JSONResponse({}, status_code=403)
    return await call_next(request)

class Stopped(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        path = request.url.path
        if path in ("/stopped",):
            return JSONResponse({}, 401)
        return await call_next(request)

app.add_middleware(Stopped)

@app.get("/open")
def open_(db=Depends(session)): pass

@app.get("/default")
def default(user=Depends(current)): pass

@app.get("/annotated")
def annotated(user: Member): pass

@app.get("/chained")
def far(user=Depends(chained)): pass

@app.get("/security")
def secured(user=Security(current, scopes=["a"])): pass

@app.get("/listed", dependencies=[Depends(current)])
def listed(): pass

@app.get("/inner/x")
def inner(): pass

@app.get("/stopped")
def stopped(): pass

@private.get("/x")
def x(): pass

@outer.get("/y")
def y(): pass

app.include_router(private)
app.include_router(outer, prefix="/outer", dependencies=[Depends(current)])
"""
DJANGO = """
from django.contrib.auth.decorators import login_required, permission_required, user_passes_test
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponseForbidden
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View

def team_only(view):
    def inner(request):
        if not request.user.team: return HttpResponseForbidden()
        return view(request)
    return inner

@login_required
def a(r): pass
@permission_required("x.y")
def b(r): pass
@team_only
def c(r): pass
def d(r): pass
class E(LoginRequiredMixin, View):
    def get(self, r): pass
@method_decorator(login_required, name="dispatch")
class F(View):
    def get(self, r): pass
urlpatterns = [path("a", a), path("b", b), path("c", c), path("d", d), path("e", E.as_view()),
    path("f", F.as_view()), path("g", user_passes_test(lambda u: u.staff)(d))]
"""


def guards(files: dict[str, str], naming: Naming = NO_NAMING) -> dict[str, list[str]]:
    found = read_routes({path: path for path in files}, lambda path: files[path].encode(), naming=naming)
    return {route.path: [guard.name for guard in route.guards] for route in found.application}


def test_flasks_decorators_hooks_and_class_lists_are_guards():
    assert guards({"app.py": FLASK, "checked.py": CHECKED}) == {
        "/admin/users": ["only_staff"], "/plain": [], "/secret/x": ["by_path"], "/mine": ["members"],
        "/theirs": ["login_required"], "/thing": ["members"], "/wrapped": ["members"],
    }  # fmt: skip


def test_fastapis_dependencies_and_middleware_are_guards():
    assert guards({"app.py": FASTAPI}) == {
        "/open": [], "/default": ["current"], "/annotated": ["current"], "/chained": ["chained"],
        "/security": ["current"], "/listed": ["current"], "/inner/x": ["by_path"], "/stopped": ["Stopped"],
        "/private/x": ["current"], "/outer/y": ["current"],
    }  # fmt: skip


def test_djangos_decorators_and_mixins_are_guards():
    found = guards({"site/urls.py": DJANGO})
    assert {path: len(names) for path, names in found.items()} == {
        "/a": 1, "/b": 1, "/c": 1, "/d": 0, "/e": 1, "/f": 1, "/g": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("naming", "expected"),
    [
        (Naming(known=frozenset({"timed"})), {"/plain": ["timed"], "/mine": ["members", "timed"]}),
        (Naming(not_guards=frozenset({"members"})), {"/plain": [], "/mine": []}),
    ],
)
def test_a_policy_corrects_which_names_are_guards(naming, expected):
    found = guards({"app.py": FLASK, "checked.py": CHECKED}, naming)
    assert {path: found[path] for path in expected} == expected


def test_a_guard_that_covers_only_some_paths_now_is_lost_on_the_others():
    def read(text: str) -> RouteTable:
        files = {"app.py": text, "checked.py": CHECKED}
        return read_routes({path: path for path in files}, lambda path: files[path].encode())

    lost = compare(read(FLASK), read(FLASK.replace('startswith("/secret")', 'startswith("/other")'))).guards_lost
    assert [(one.method, one.path) for one in lost] == [("GET", "/secret/x")]


CONTROLLERS = """
from fastapi import FastAPI, APIRouter, Depends, HTTPException
def current():
    raise HTTPException(401)
router = APIRouter()
def controller(router):
    return lambda cls: cls
class Base:
    user: object = Depends(current)
@controller(router)
class Things(Base):
    @router.get("/things")
    def many(self): pass
app = FastAPI()
app.include_router(router)
"""


def test_what_a_class_of_views_depends_on_guards_each_of_them():
    assert guards({"app.py": CONTROLLERS}) == {"/things": ["current"]}


def test_a_guard_over_one_method_of_a_view_is_that_methods_alone():
    files = {
        "port/app.py": (
            "from flask import Flask\nfrom flask.views import MethodView\nfrom flask_login import login_required\n"
            "app = Flask(__name__)\n"
            "class Crane(MethodView):\n    def get(self): return ''\n"
            "    @login_required\n    def post(self): return ''\n    @login_required\n    def put(self): return ''\n"
            "app.add_url_rule('/crane', view_func=Crane.as_view('crane'))\n"
        )
    }
    found = [route for route in table(files).routes if route.path == "/crane"]
    guarded = {route.methods: [guard.name for guard in route.guards] for route in found}
    assert guarded == {("GET",): [], ("POST", "PUT"): ["login_required"]}
