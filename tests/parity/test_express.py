"""Express: made-up applications are started by node and answer requests as our tables say."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parity.applications import pairs, table
from tests.parity.generated_express import express_application
from tests.parity.test_generated_applications import Ask, behave, hold_against

PACKAGE = Path(__file__).parents[1] / "fixtures" / "express"
SEEDS = range(int(os.environ.get("SEEDS", "4")))
# prints each route that the application itself holds, then the port that it listens on
SERVE = """
const app = require('./app.js');
const found = [];
function walk(stack) {
  for (const layer of stack) {
    if (layer.route) {
      const verbs = layer.route.methods._all ? ['ANY'] : Object.keys(layer.route.methods).map(v => v.toUpperCase());
      for (const path of [].concat(layer.route.path)) for (const verb of verbs) found.push([verb, path]);
    } else if (layer.handle && layer.handle.stack) walk(layer.handle.stack);
  }
}
walk(app._router.stack);
const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ found, port: server.address().port })));
"""


def missing(reason: str) -> None:
    """CI has node, so what is missing there is a failure; elsewhere the reason is shown."""
    if os.environ.get("EXPRESS_REQUIRED"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def modules(tmp_path_factory) -> Path:
    """A folder with Express in it, as `package-lock.json` pins it."""
    if not shutil.which("node") or not shutil.which("npm"):
        missing("Express is not started: node and npm are not installed (apt-get install nodejs npm)")
    folder = tmp_path_factory.mktemp("express")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGE / name, folder / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
    if done.returncode:
        missing(f"Express is not started: npm could not install it: {done.stderr.strip()[-300:]}")
    return folder


@pytest.fixture
def started(modules, tmp_path) -> Iterator:
    """Starts an application in node; gives what it says of itself and a way to ask it."""
    running: list[subprocess.Popen] = []

    def start(files: dict[str, str]) -> tuple[list[list[str]], Ask]:
        for path, text in {**files, "serve.js": SERVE}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        if not (tmp_path / "node_modules").exists():
            (tmp_path / "node_modules").symlink_to(modules / "node_modules")
        server = subprocess.Popen(["node", "serve.js"], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
        running.append(server)
        told = json.loads(server.stdout.readline())

        def ask(method: str, path: str) -> tuple[int, str]:
            client = http.client.HTTPConnection("127.0.0.1", told["port"], timeout=10)
            client.request(method, path)
            answer = client.getresponse()
            return answer.status, answer.read().decode()

        return told["found"], ask

    yield start
    for server in running:
        server.kill()
        server.wait()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_made_up_express_application_says_what_we_say(started, seed):
    files = express_application(seed)
    listed, ask = started(files)
    found = table(files)
    assert found.unresolved == found.unparsed == ()
    assert len(pairs(found)) >= len({tuple(one) for one in listed}) > 30
    assert {verb for verb, _ in pairs(found)} == {verb for verb, _ in listed}
    hold_against(found, ask)
    behave(found, ask)


CHECKED = """
exports.signedIn = (req, res, next) => { if (!req.session) { return res.redirect('/login'); } next(); };
exports.admin = (req, res, next) => (req.isAdmin ? next() : res.sendStatus(403));
exports.log = (req, res, next) => { console.log(req.path); next(); };
"""
APP = """
import express, { Router } from 'express';
import { signedIn, admin, log } from './checked';
const app = express();
app.use(log);
const inner = Router();
inner.get('/plain', (req: Request, res: Response) => res.send('x'));
inner.delete('/one', admin, (req, res) => res.send('x'));
app.get('/open', (req, res) => res.send('x'));
app.use('/in', signedIn, inner);
app.get(process.env.PLACE!, (req, res) => res.send('x'));
export default app;
"""


def test_middleware_that_turns_away_is_a_guard_on_its_paths_alone():
    found = table({"checked.js": CHECKED, "app.ts": APP})
    assert {route.path: [guard.name for guard in route.guards] for route in found.routes} == {
        "/in/plain": ["signedIn"],
        "/in/one": ["signedIn", "admin"],
        "/open": [],
    }
    assert [(problem.path, problem.line) for problem in found.unresolved] == [("app.ts", 11)]
