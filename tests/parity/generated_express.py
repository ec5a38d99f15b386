# ruff: noqa: E501 - sources of applications stand in one line
"""Express applications made up at random: routers in routers across files, chains, lists, loops, classes, factories."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.parity.generated import Made

VERBS = ("get", "post", "put", "delete", "patch")


def _answer(made: Made, name: str) -> str:
    """A handler that says its own name, as a function of one of the usual kinds."""
    body = f"{{ res.send('{name}'); }}"
    return (
        made.pick(
            f"function {name}(req, res) {body}",
            f"const {name} = (req, res) => {body}",
            f"const {name} = async function (req, res) {body}",
        )
        + "\n"
    )


def _plain(made: Made, router: str) -> str:
    lines = [f"const express = require('express');\nconst {router} = express.Router({{ mergeParams: true }});\n"]
    for _ in range(made.chance.randrange(1, 6)):
        word, name = made.name(), made.name("h")
        path = made.pick(
            f"'/{word}'",
            f"'/{word}/:key'",
            f"`/{word}/${{1 + 1}}/x`",
            f"['/{word}', '/{made.name()}/:a']",
            f"'/{word}/:n(\\\\d+)'",
        )
        lines.append(_answer(made, name) + f"{router}.{made.pick(*VERBS)}({path}, {name});\n")
    return "".join(lines) + f"module.exports = {router};\n"


def _chain(made: Made, router: str) -> str:
    one, two = made.name("h"), made.name("h")
    return (
        f"const {{ Router }} = require('express');\nconst {router} = new Router();\n{_answer(made, one)}{_answer(made, two)}"
        f"{router}.route('/{made.name()}/:id').get({one}).put((req, res, next) => next(), {two}).delete([{one}]);\n"
        f"{router}.all('/{made.name()}', {two});\nmodule.exports = {router};\n"
    )


def _table(made: Made, router: str) -> str:
    rows = [(made.pick(*VERBS), made.name(), made.name("h")) for _ in range(4)]
    bodies = "".join(_answer(made, name) for _, _, name in rows)
    listed = ", ".join(f"{{ verb: '{verb}', path: '/{path}', handler: {name} }}" for verb, path, name in rows)
    loop = made.pick(
        f"ROWS.forEach(({{ verb, path, handler }}) => {router}[verb](path, handler));",
        f"for (const row of ROWS) {{ {router}[row.verb](row.path, row.handler); }}",
        f"ROWS.map(row => {router}[row.verb](row.path, row.handler));",
    )
    return f"const {router} = require('express').Router();\n{bodies}const ROWS = [{listed}];\n{loop}\nmodule.exports = {router};\n"


def _class(made: Made, router: str) -> str:
    kind, noun = made.name("K"), made.name()
    return (
        f"const express = require('express');\nclass {kind} {{\n  constructor(noun) {{ this.noun = noun; this.router = express.Router(); this.add(); }}\n"
        f"  add() {{ this.router.get('/' + this.noun, this.many); this.router.post(`/${{this.noun}}/:id`, this.one.bind(this)); }}\n"
        f"  many(req, res) {{ res.send('{kind}.many'); }}\n  one(req, res) {{ res.send('{kind}.one'); }}\n}}\n"
        f"module.exports = new {kind}('{noun}').router;\n"
    )


def _factory(made: Made, router: str) -> str:
    make = made.name("make")
    nouns = [made.name(), made.name()]
    return (
        f"const express = require('express');\nconst {make} = (noun) => {{\n  const made = express.Router();\n"
        f"  made.get(`/${{noun}}`, function many(req, res) {{ res.send('{make}.<locals>.many'); }});\n  return made;\n}};\n"
        f"const {router} = express.Router();\nfor (const noun of {nouns}) {router}.use('/{made.name()}', {make}(noun));\nmodule.exports = {router};\n"
    )


def _overlapping(made: Made, router: str) -> str:
    """Paths that fit the same requests: the first registered answers."""
    word = made.name()
    paths = [
        f"/{word}/:who",
        f"/{word}/me",
        f"/{word}/:n(\\\\d+)",
        f"/{word}/*",
        f"/{word}/x-:tail",
        "/:top/me",
        f"/{word}/:who",
    ]
    made.chance.shuffle(paths)
    lines = [f"const {router} = require('express').Router();\n"]
    for path in paths[:6]:
        name = made.name("h")
        lines.append(f"{_answer(made, name)}{router}.{made.pick('get', 'get', 'post', 'all')}('{path}', {name});\n")
    return "".join(lines) + f"module.exports = {router};\n"


WAYS: tuple[Callable[[Made, str], str], ...] = (_plain, _plain, _chain, _table, _class, _factory, _overlapping)


def express_application(seed: int, parts: int = 26) -> dict[str, str]:
    """An Express application of some parts; `app.js` exports it."""
    made = Made(random.Random(seed))
    names = [(made.name("r"), made.name("m")) for _ in range(parts)]
    for router, module in names:
        made.files[f"parts/{module}.js"] = made.pick(*WAYS)(made, router)
    lines = ["const express = require('express');\nconst app = express();\nconst PREFIX = '/" + made.name() + "';\n"]
    lines.append("app.use(express.json());\n")
    for router, module in names:
        lines.append(f"const {router} = require('./parts/{module}{made.pick('', '.js')}');\n")
    nested = []
    for number, (router, _) in enumerate(names):
        path = made.pick(
            "",
            f"'/{made.name()}', ",
            f"PREFIX + '/{made.name()}', ",
            f"['/{made.name()}', '/{made.name()}'], ",
            f"`${{PREFIX}}/:in{number}`, ",
        )
        owner = "app"
        if number > 2 and made.chance.random() < 0.4:
            owner = names[made.chance.randrange(number)][0]
        (nested if owner != "app" else lines).append(f"{owner}.use({path}{router});\n")
    name = made.name("h")
    lines += [
        *nested,
        f"function {name}(req, res) {{ res.send('{name}'); }}\napp.get('/{made.name()}', {name});\nmodule.exports = app;\n",
    ]
    made.files["app.js"] = "".join(lines)
    return made.files
