"""Named lists, taken from the source of both systems and compared."""

from __future__ import annotations

from milestones.parity.inventories import INVENTORIES
from milestones.parity.inventories.comparing import compare
from milestones.parity.inventories.finders import UNTOLD, Item
from milestones.parity.inventories.sightings import sightings_of

FLASK = b"""
import os, signal, atexit
SECRET = "HARBOUR_SECRET"
app.config["SESSION_COOKIE_NAME"] = "harbour"
app.wsgi_app = ProxyFix(app.wsgi_app)

@app.before_request
def check_login():
    pass

@app.errorhandler(404)
def lost(error):
    response.set_cookie("seen", "1")

app.register_error_handler(Broken, broken)
signal.signal(signal.SIGTERM, stop)
atexit.register(stop)
request_started.connect(count)
os.environ[SECRET]
os.getenv("PORT")
app.config["DEBUG"]
"""
FASTAPI = b"""
import os, time
from starlette.concurrency import run_in_threadpool

app.add_middleware(ShutdownGuard)
app.add_middleware(cast("Factory", SessionMiddleware), session_cookie="harbour")

@app.middleware("http")
async def timed(request, call_next):
    time.sleep(1)
    return await call_next(request)

@app.exception_handler(StarletteHTTPException)
async def lost(request, error):
    await run_in_threadpool(api.beat)
    response.delete_cookie(key="seen")

app.add_exception_handler(RequestValidationError, broken)

@app.on_event("startup")
def begin(): ...

class RequestShim: ...
def get_legacy_user(): ...
class Shimmering: ...

os.environ.get("HARBOUR_SECRET")
os.environ[name_of(x)]
env.str("PORT")
"""
PYRAMID = b"""
config.add_tween("harbour.tweens.timer")
config.add_subscriber(add_db, NewRequest)
config.add_subscriber(other, SomethingElse)

@notfound_view_config(renderer="404.mak")
def missing(request): ...

@view_config(context=HTTPException)
def broken(error, request): ...

request.registry.settings["harbour.port"]
"""
DJANGO = b"""
MIDDLEWARE = ["a.First", "b.Second"]
handler404 = "harbour.views.lost"

@receiver(post_save, sender=Boat)
def saved(sender, **kwargs): ...

settings.BERTHS
"""


def names(inventory: str, source: bytes) -> list[str]:
    return [item.name for item in INVENTORIES[inventory].find("a.py", sightings_of(source))]


def test_middleware_comes_in_the_order_of_the_source():
    assert names("middleware", FLASK) == ["ProxyFix", "before_request check_login"]
    assert names("middleware", FASTAPI) == ["ShutdownGuard", "SessionMiddleware", "timed"]
    assert names("middleware", PYRAMID) == ["tween harbour.tweens.timer", "subscriber add_db"]
    assert names("middleware", DJANGO) == ["a.First", "b.Second"]


def test_boundaries_say_what_runs_on_the_loop_what_leaves_it_and_what_blocks_it():
    assert names("boundaries", FASTAPI) == [
        "on the loop: timed", "on the loop: lost", "blocks the loop: time.sleep in timed",
        "to a thread: api.beat in lost",
    ]  # fmt: skip
    assert names("boundaries", FLASK) == []


def test_signals_of_the_system_and_of_frameworks():
    assert names("signals", FLASK) == ["SIGTERM", "at exit: stop", "request_started to count"]
    assert names("signals", FASTAPI) == ["on startup"]
    assert names("signals", DJANGO) == ["post_save to saved"]


def test_error_handlers_by_what_they_answer():
    assert names("error_handlers", FLASK) == ["404", "Broken"]
    assert names("error_handlers", FASTAPI) == ["StarletteHTTPException", "RequestValidationError"]
    assert names("error_handlers", PYRAMID) == ["404", "HTTPException"]
    assert names("error_handlers", DJANGO) == ["404"]


def test_cookies_by_name():
    assert names("cookies", FLASK) == ["seen set", "harbour set"]
    assert names("cookies", FASTAPI) == ["harbour set", "seen deleted"]


def test_settings_by_name_and_what_is_told_only_at_run_time_as_such():
    assert sorted(names("settings", FLASK)) == ["environment HARBOUR_SECRET", "environment PORT", "setting DEBUG"]
    found = INVENTORIES["settings"].find("a.py", sightings_of(FASTAPI))
    assert [(item.name, item.untold) for item in found] == [
        ("environment HARBOUR_SECRET", False), ("environment PORT", False), (f"environment {UNTOLD}", True),
    ]  # fmt: skip
    assert names("settings", PYRAMID) == ["setting harbour.port"]
    assert names("settings", DJANGO) == ["setting BERTHS"]


def test_shims_by_a_whole_word_of_their_name():
    assert names("shims", FASTAPI) == ["class RequestShim", "function get_legacy_user"]


def items(*names: str) -> list[Item]:
    return [Item(name, "a.py", line) for line, name in enumerate(names, 1)]


def test_what_was_added_and_removed_is_told_wherever_it_stands():
    found = compare("cookies", items("a", "b"), [Item("b", "other.py", 9), *items("c")])
    assert [[one.name for one in part] for part in (found.kept, found.added, found.removed)] == [["b"], ["c"], ["a"]]


def test_an_order_that_changed_names_the_least_that_would_have_to_move():
    found = compare("middleware", items("a", "b", "c", "d"), items("b", "c", "a", "d"), ordered=True)
    assert [one.name for one in found.moved] == ["a"]
    assert compare("middleware", items("a", "b"), items("a", "x", "b"), ordered=True).moved == ()


def test_every_inventory_reads_anything():
    for source in (b"\0", b"def (:\n", b"((((((" * 500, b"app.add_middleware()\nset_cookie()\nos.environ[]\n"):
        for inventory in INVENTORIES.values():
            list(inventory.find("a.py", sightings_of(source)))
