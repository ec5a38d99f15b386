"""Applications made up at random are started, asked for their own tables, and sent requests: ours must say the same."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest

from milestones.parity.answering import USUAL_VERBS, Answerer, other_slash
from milestones.parity.behaviour import HEAD, OPTIONS, SLASH, WRONG_VERB, behaviour_of
from milestones.parity.comparison import shadowed
from milestones.parity.routes import ANY, RouteTable
from tests.parity.applications import fastapi_pairs, flask_pairs, pairs, table
from tests.parity.generated import fastapi_application, flask_application

SEEDS = range(int(os.environ.get("SEEDS", "5")))
Ask = Callable[[str, str], tuple[int, str]]  # method and path to status and text


def flask_asker(app, follow: bool = False) -> Ask:
    client = app.test_client()

    def ask(method: str, path: str) -> tuple[int, str]:
        answer = client.open(path, method=method, follow_redirects=follow)
        return answer.status_code, answer.text

    return ask


def fastapi_asker(app) -> Ask:
    from fastapi.testclient import TestClient

    client = TestClient(app, follow_redirects=False)

    def ask(method: str, path: str) -> tuple[int, str]:
        answer = client.request(method, path)
        return answer.status_code, answer.text.strip('"')

    return ask


def hold_against(found: RouteTable, ask: Ask) -> None:
    """Each route's own request is answered by whom we say; those answered by another are the shadowed ones."""
    answerer, elsewhere = Answerer(found.routes), set()
    for route in found.application:
        for method in route.methods:
            answers = []
            for verb in USUAL_VERBS if method == ANY else (method,):
                status, said = ask(verb, route.pattern.sample)
                ours = answerer.answer(verb, route.pattern.sample)
                assert said == ours.handler.name if ours else status in (404, 405), (verb, route.path, status, said)
                answers.append(said)
            if route.handler.name not in answers:
                elsewhere.add((method, route.path, route.handler.name))
    assert {(one.method, one.path, one.expected) for one in shadowed(found)} == elsewhere


def behave(found: RouteTable, ask: Ask) -> None:
    """HEAD, OPTIONS, the other slash and a verb that is not offered do what we say of the framework."""
    answerer = Answerer(found.routes)
    kinds = {
        200: "answered",
        204: "answered",
        301: "redirected",
        307: "redirected",
        308: "redirected",
        404: "404",
        405: "405",
    }
    for route in found.application:
        path, told = route.pattern.sample, behaviour_of(route, answerer)
        if answerer.beside(route, route.methods[0]) is not route:
            continue
        wrong = next((verb for verb in USUAL_VERBS if not answerer.answer_or_redirect(verb, path)), "GET")
        requests = {HEAD: (HEAD, path), OPTIONS: (OPTIONS, path), WRONG_VERB: (wrong, path)}
        requests[SLASH] = (route.methods[0] if ANY not in route.methods else "GET", other_slash(path))
        for what, said in told.items():
            seen = kinds[ask(*requests[what])[0]]
            by_twin = what != SLASH and seen == "redirected"  # another route has the same path with a slash
            assert seen == said or by_twin, (what, route.path, requests[what])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_made_up_flask_application_says_what_we_say(run, seed):
    files = flask_application(seed)
    app = run(files, "main:app")
    found = table(files)
    assert found.unresolved == found.unparsed == ()
    assert pairs(found) == flask_pairs(app)
    hold_against(found, flask_asker(app, follow=True))
    behave(found, flask_asker(app))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_made_up_fastapi_application_says_what_we_say(run, seed):
    files = fastapi_application(seed)
    app = run(files, "main:app")
    found = table(files)
    assert found.unresolved == found.unparsed == ()
    assert pairs(found, static=False) == fastapi_pairs(app)
    hold_against(found, fastapi_asker(app))
    behave(found, fastapi_asker(app))


def test_the_made_up_applications_hold_a_couple_of_hundred_routes_and_shadows():
    for made in (flask_application, fastapi_application):
        tables = [table(made(seed)) for seed in range(4)]
        assert max(len(pairs(found)) for found in tables) > 180
        assert max(len(list(shadowed(found))) for found in tables) > 5


def test_names_are_different_with_each_seed():
    words = [set(re.findall(r"\w{7,}", "".join(flask_application(seed).values()))) for seed in (1, 2)]
    assert len(words[0] & words[1]) < 60
