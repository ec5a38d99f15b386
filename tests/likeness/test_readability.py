"""How far a reader goes from an endpoint to the work that it does: the definition, by its example."""

from __future__ import annotations

from milestones.facts import Place
from milestones.parity.readability import EndpointReading, Entry, read_endpoints, summed_up
from milestones.source.call_sites import call_facts

FILES = {
    "app/http/api.py": b"""
from fastapi import APIRouter
from app.berths import book, Berths
from app.http import answers
from app.http.answers import shaped as shape
import requests

router = APIRouter()

@router.post("/direct")
def direct(boat):
    return book(boat)

@router.post("/helped")
def helped(request):
    checked(request)
    return shape(free(request))

def checked(request):
    requests.post("https://example.org")

def free(request):
    return request.berths.list_free()

@router.get("/far")
async def far(request):
    one = Shim(request)
    return await run_in_threadpool(one.answer)

class Shim:
    def __init__(self, request):
        self.request = request

    def answer(self):
        return self.deeper()

    def deeper(self):
        return answers.told(self.request)

@router.get("/none")
def none():
    return {"a": 1}.get("a")

@router.get("/local")
def local(book):
    return book(1)
""",
    "app/http/answers.py": b"""
from starlette.responses import JSONResponse
from ..berths import Berths

def shaped(x):
    return JSONResponse(x)

def told(request):
    return Berths().list_free()
""",
    "app/berths.py": b"""
class Berths:
    def list_free(self):
        return []

def book(boat):
    return boat
""",
    "vendor/requests.py": b"class Session:\n    def post(self):\n        pass\n",
}


def endpoints() -> dict[str, EndpointReading]:
    facts = {path: call_facts(data) for path, data in FILES.items()}
    functions = facts["app/http/api.py"]["functions"]
    names = ("direct", "helped", "far", "none", "local")
    entries = [Entry(("GET",), f"/{n}", n, Place("app/http/api.py", functions[n]["line"])) for n in names]
    return {one.handler: one for one in read_endpoints(entries, facts)}


def test_a_handler_that_calls_the_domain_is_one_hop():
    one = endpoints()["direct"]
    assert (one.hops, one.helpers, one.files) == (1, (), ("app/http/api.py",))
    assert one.domain[0].target == Place("app/berths.py", 6)


def test_a_helper_in_between_is_a_second_hop():
    one = endpoints()["helped"]
    assert (one.hops, [step.name for step in one.helpers]) == (2, ["checked", "shape", "free"])
    assert one.files == ("app/http/api.py", "app/http/answers.py")
    assert one.domain[0].name == "?request.berths.list_free"


def test_what_is_handed_to_a_thread_is_followed_through_methods_and_modules():
    one = endpoints()["far"]
    assert (one.hops, [step.name for step in one.helpers]) == (4, ["Shim().answer"])


def test_no_domain_call_is_no_hop_and_a_parameter_is_no_function():
    assert endpoints()["none"].hops == 0
    assert endpoints()["local"].hops == 0


def test_the_maximum_is_what_a_bound_is_set_on():
    assert summed_up(endpoints().values()) == {
        "endpoints": 5, "hops_max": 4, "hops_over_1": 2, "helpers_max": 3, "files_max": 2,
    }  # fmt: skip


def test_a_handler_that_is_not_there_is_not_found_and_not_nought():
    found = read_endpoints([Entry(("GET",), "/x", "x", Place("app/gone.py", 3))], {})
    assert not found[0].found
    assert summed_up(found)["endpoints"] == 0
