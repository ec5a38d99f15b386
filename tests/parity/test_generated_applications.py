"""Applications made up at random are started, asked for their own tables, and sent requests: ours must say the same."""

from __future__ import annotations

import os
import re

import pytest

from milestones.parity.comparison import Answerer
from tests.parity.applications import fastapi_pairs, flask_pairs, pairs, table
from tests.parity.generated import fastapi_application, flask_application

SEEDS = range(int(os.environ.get("SEEDS", "5")))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_made_up_flask_application_says_what_we_say(run, seed):
    files = flask_application(seed)
    app = run(files, "main:app")
    found = table(files)
    assert found.unresolved == found.unparsed == ()
    assert pairs(found) == flask_pairs(app)
    answerer, client = Answerer(found.routes), app.test_client()
    for route in found.application:
        for method in route.methods:
            said = client.open(route.pattern.sample, method=method).text
            assert said == answerer.answer(method, route.pattern.sample).handler.name, (method, route.path)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", SEEDS)
def test_a_made_up_fastapi_application_says_what_we_say(run, seed):
    from fastapi.testclient import TestClient

    files = fastapi_application(seed)
    app = run(files, "main:app")
    found = table(files)
    assert found.unresolved == found.unparsed == ()
    assert pairs(found, static=False) == fastapi_pairs(app)
    answerer, client = Answerer(found.routes), TestClient(app)
    for route in found.application:
        for method in route.methods:
            answer = client.request(method, route.pattern.sample)
            assert answer.json() == answerer.answer(method, route.pattern.sample).handler.name, (method, route.path)


def test_the_made_up_applications_hold_a_couple_of_hundred_routes():
    for made in (flask_application, fastapi_application):
        assert max(len(pairs(table(made(seed)))) for seed in range(4)) > 180


def test_names_are_different_with_each_seed():
    words = [set(re.findall(r"\w{7,}", "".join(flask_application(seed).values()))) for seed in (1, 2)]
    assert len(words[0] & words[1]) < 40
