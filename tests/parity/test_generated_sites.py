"""Pyramid and Django sites made up at random run in a process of their own, and answer requests as our tables say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.parity.applications import pairs, table
from tests.parity.generated_sites import django_application, pyramid_application
from tests.parity.test_generated_applications import Ask, behave, hold_against

SEEDS = range(int(os.environ.get("SEEDS", "4")))
# answers, line by line, requests given as [method, path]; first it says what the application itself lists
SERVE = """
import io, json, re, sys, logging
logging.disable(logging.CRITICAL)
from site_app import app

def ask(method, path):
    said = {}
    environ = {
        'REQUEST_METHOD': method, 'PATH_INFO': path, 'SCRIPT_NAME': '', 'QUERY_STRING': '', 'SERVER_NAME': 'x',
        'SERVER_PORT': '80', 'SERVER_PROTOCOL': 'HTTP/1.1', 'wsgi.input': io.BytesIO(), 'wsgi.errors': io.StringIO(),
        'wsgi.url_scheme': 'http', 'wsgi.version': (1, 0), 'wsgi.multithread': False, 'wsgi.multiprocess': False,
        'wsgi.run_once': False, 'HTTP_HOST': 'x', 'CONTENT_LENGTH': '0',
    }
    body = b''.join(app(environ, lambda status, headers, info=None: said.update(status=int(status[:3]))))
    return [said['status'], body.decode('utf-8', 'replace')]

def listed_pyramid():
    from pyramid.interfaces import IRoutesMapper
    found = app.registry.introspector
    routes = {one['introspectable']['name']: one['introspectable']['pattern'] for one in found.get_category('routes')}
    for one in found.get_category('views'):
        view = one['introspectable']
        if view['route_name'] in routes:
            given = view['request_methods'] or ['ANY']
            for verb in [given] if isinstance(given, str) else given:
                path = re.sub(r'{(\\\\w+):[^}]*}', r'{\\\\1}', '/' + routes[view['route_name']].lstrip('/'))
                yield [verb, re.sub(r'\\\\*(\\\\w+)$', r'{\\\\1}', path)]

def listed_django():
    from django.urls import get_resolver
    def walk(patterns, prefix):
        for one in patterns:
            text = str(one.pattern)
            regular = '(?P' in text
            text = re.sub(r'\\\\(\\\\?P<(\\\\w+)>(?:[^()]*)\\\\)', r'{\\\\1}', text)
            text = text.strip('^$') if regular else text
            text = prefix + re.sub(r'<(?:\\\\w+:)?(\\\\w+)>', r'{\\\\1}', text)
            if hasattr(one, 'url_patterns'):
                yield from walk(one.url_patterns, text)
            else:
                yield ['', '/' + text]
    return walk(get_resolver().url_patterns, '')

print(json.dumps(list(listed_pyramid() if hasattr(app, 'registry') else listed_django())), flush=True)
for line in sys.stdin:
    print(json.dumps(ask(*json.loads(line))), flush=True)
""".replace("\\\\", "\\")


@pytest.fixture
def started(tmp_path) -> Iterator:
    """Starts a site; gives the table that it lists itself and a way to ask it."""
    running: list[subprocess.Popen] = []

    def start(files: dict[str, str]) -> tuple[set[tuple[str, str]], Ask]:
        for path, text in {**files, "serve_lines.py": SERVE}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO")}
        site = subprocess.Popen(
            [sys.executable, "-W", "ignore", "serve_lines.py"], cwd=tmp_path, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        running.append(site)

        def ask(method: str, path: str) -> tuple[int, str]:
            site.stdin.write(json.dumps([method, path]) + "\n")
            site.stdin.flush()
            status, said = json.loads(site.stdout.readline())
            return status, said

        return {(verb, path) for verb, path in json.loads(site.stdout.readline())}, ask

    yield start
    for site in running:
        site.kill()
        site.wait()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_made_up_pyramid_site_says_what_we_say(started, seed):
    files = pyramid_application(seed)
    listed, ask = started(files)
    found = table(files)
    assert found.unresolved == found.unparsed == ()
    assert pairs(found) == {(verb, path) for verb, path in listed if verb != "HEAD"}
    assert len(pairs(found)) > 30
    hold_against(found, ask)
    behave(found, ask)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_made_up_django_site_says_what_we_say(started, seed):
    files = django_application(seed)
    listed, ask = started(files)
    found = table(files)
    assert found.unresolved == found.unparsed == ()
    assert {path for _, path in pairs(found)} == {path for _, path in listed}
    assert len(listed) > 25
    hold_against(found, ask)
    behave(found, ask)
