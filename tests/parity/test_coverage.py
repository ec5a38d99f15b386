"""Which tests name which endpoint: by literals, constants of other files, f-strings, loops, parameters and helpers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestones.facts import Place
from milestones.parity import patterns
from milestones.parity.coverage import Coverage, Naming, coverage_of
from milestones.parity.mentions import read_mentions
from milestones.parity.routes import Handler, Route


def table(*routes: str) -> list[Route]:
    found = []
    for order, text in enumerate(routes):
        method, path, *name = text.split()
        handler = Handler(name[0] if name else f"view_{order}", Place("app.py", order + 1))
        found.append(Route((method,), patterns.starlette(path), "fastapi", "api", handler, order))
    return found


ROUTES = table(
    "GET /berths", "POST /berths", "GET /berths/mine mine", "GET /berths/{berth_id} detail",
    "DELETE /berths/{berth_id}", "POST /login", "GET /",
)  # fmt: skip


def seen(text: str, routes: list[Route] = ROUTES, **others: str) -> Coverage:
    """Coverage by one test file, and whatever other modules it imports from."""
    files = {"tests/test_it.py": json.loads(json.dumps(read_mentions(text.encode())))}
    modules: dict[str, Any] = {name.replace("__", "."): read_mentions(body.encode()) for name, body in others.items()}
    return coverage_of(files, routes, modules.get)


def keys(text: str, **others: str) -> set[str]:
    found = seen(text, **others)
    return {f"{method} {path}" for (method, path), named in found.tests.items() if any(one.asked for one in named)}


def body(*lines: str, head: str = "") -> str:
    return f"{head}\ndef test_it(client):\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (body('client.get("/berths")'), {"GET /berths"}),
        (body('client.post("/berths?open=1#top", json={})'), {"POST /berths"}),
        (body('client.get("/berths/7")'), {"GET /berths/{berth_id}"}),
        (body('client.get("/berths/mine")'), {"GET /berths/mine"}),
        (body('client.get(f"/berths/{berth.id}")'), {"GET /berths/{berth_id}"}),
        (body('client.delete("/berths/%d" % number)'), {"DELETE /berths/{berth_id}"}),
        (body('client.delete("/berths/{}".format(number))'), {"DELETE /berths/{berth_id}"}),
        (body('client.get("/ber" "ths/" + str(7))'), {"GET /berths/{berth_id}"}),
        (body("client.get(URL)", head='URL = "/berths"'), {"GET /berths"}),
        (body("client.get(URL + '/3')", head='BASE = "/ber"\nURL = BASE + "ths"'), {"GET /berths/{berth_id}"}),
        (body('path = "/berths"', "client.get(path)"), {"GET /berths"}),
        (body('for path in ["/berths", "/"]:', "    client.get(path)"), {"GET /berths", "GET /"}),
        (body('cases = {"/berths": 1}', "for path, n in cases.items():", "    client.post(path)"), {"POST /berths"}),
        (body('client.open("/berths", method="POST")'), {"POST /berths"}),
        (body('client.request("DELETE", "/berths/1")'), {"DELETE /berths/{berth_id}"}),
        (body('client.get("https://quay.example/berths")'), {"GET /berths"}),
        (body('client.get(f"{server}/berths")'), {"GET /berths"}),
        (body('client.get(path="/berths")'), {"GET /berths"}),
        (body('answer = await client.get("/berths")').replace("def test", "async def test"), {"GET /berths"}),
        (body('client.get(url_for("api.detail", berth_id=3))'), {"GET /berths/{berth_id}"}),
        (body('testapp.post_json("/berths", {})'), {"POST /berths"}),
        (body('client.get("/nowhere")'), set()),
        (body('client.patch("/berths")'), set()),
        (body('config.get("/berths")'), set()),
        (body("client.get(made_at_run_time())"), set()),
        (body('assert answer.headers["location"] == "/berths"'), set()),
    ],
)  # fmt: skip
def test_a_request_is_seen_however_its_path_is_written(text: str, wanted: set[str]) -> None:
    assert keys(text) == wanted


def test_constants_of_other_files_are_followed() -> None:
    head = "from quay.urls import BERTHS\nimport quay.urls as urls"
    text = body("client.get(BERTHS)", "client.post(urls.LOGIN)", head=head)
    assert keys(text, quay__urls='ROOT = "/"\nBERTHS = ROOT + "berths"\nLOGIN = "/login"') == {
        "GET /berths",
        "POST /login",
    }
    assert keys(text) == set(), "what is not found is not guessed"


def test_parameters_and_class_attributes_are_followed() -> None:
    text = '''
import pytest
class TestBerths:
    url = "/berths"
    def setup_method(self):
        self.one = f"{self.url}/1"
    @pytest.mark.parametrize(("path", "status"), [("/login", 401), pytest.param("/berths", 403)])
    def test_refused(self, client, path, status):
        assert client.post(path).status_code == status
    def test_list(self, client):
        assert client.get(self.url).status_code == 200
    def test_one(self, client):
        self.check(client.get(self.one), 404)
'''  # fmt: skip
    assert keys(text) == {"POST /login", "POST /berths", "GET /berths", "GET /berths/{berth_id}"}


def test_a_helper_makes_the_request_for_the_test() -> None:
    text = '''
def log_in(client):
    return client.post("/login").json()
def ask(client, path, status=200):
    assert client.get(path).status_code == status
def test_mine(client):
    log_in(client)
    ask(client, "/berths/mine", status=401)
'''  # fmt: skip
    found = seen(text)
    assert found.of(("POST", "/login"))[0].via == "log_in"
    named = found.of(("GET", "/berths/mine"))[0]
    assert named.asked
    assert [one.value for one in named.shows] == ["refusal"]


def test_lists_at_the_top_of_a_file_are_walked_and_parametrised() -> None:
    head = 'import pytest\nPATHS = ["/berths", "/"]\n@pytest.mark.parametrize("path", PATHS)'
    assert keys(body("client.post(path)", head=head).replace("(client)", "(client, path)")) == {"POST /berths"}
    assert keys(body("for one in PATHS:", "    client.get(one)", head='PATHS = ("/berths",)')) == {"GET /berths"}


def shows(*lines: str) -> list[str]:
    named: tuple[Naming, ...] = seen(body(*lines)).of(("POST", "/berths"))
    return [shown.value for one in named for shown in one.shows]


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (['assert client.post("/berths").status_code == 201'], ["success"]),
        (['answer = client.post("/berths")', "assert answer.status_code in (401, 403)"], ["refusal"]),
        (
            ['answer = client.post("/berths")', "assert HTTPStatus.UNPROCESSABLE_ENTITY == answer.status_code"],
            ["invalid"],
        ),
        (['answer = client.post("/berths")', "assert answer.status_code == status.HTTP_400_BAD_REQUEST"], ["invalid"]),
        (['self.assertEqual(client.post("/berths").status_code, 302)'], ["success"]),
        (['answer = client.post("/berths")', "assert_refused(answer, 403)"], ["refusal"]),
        (['app.post("/berths", status=422)'], ["invalid"]),
        (['assert client.post("/berths").json() == {}'], ["success"]),
        (['client.post("/berths")'], []),
        (['answer = client.post("/berths")', 'other = client.get("/")', "assert other.status_code == 401"], []),
    ],
)
def test_what_is_exercised_is_what_is_expected(lines: list[str], wanted: list[str]) -> None:
    assert shows(*lines) == wanted


def test_a_request_whose_path_only_a_run_would_tell_is_counted_and_not_dropped() -> None:
    assert seen(body("client.get(build())")).untold == (("tests/test_it.py", 3),)


@given(st.text(alphabet='abf"/{}()=.,:[]\n \t%+', max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    plain = read_mentions(body(text).encode())
    coverage_of({"t.py": json.loads(json.dumps(plain))}, ROUTES, lambda _name: None)


def test_every_name_may_change_and_the_answer_stays() -> None:
    text = body("for spot in PATHS:", "    quay_client.get(spot)", head='PATHS = ["/berths", "/"]')
    renamed = (
        text.replace("spot", "xq")
        .replace("PATHS", "ZZ")
        .replace("quay_client", "http_session")
        .replace("test_it", "test_q")
    )
    assert keys(text) == keys(renamed) == {"GET /berths", "GET /"}
