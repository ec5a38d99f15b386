# ruff: noqa: E501 - sources of applications stand in one line
"""Applications made up at random: blueprints and routers in each other, registered in all the ways that people have."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
FLASK_VERBS = ("", ", methods=['POST']", ", methods=('GET', 'PUT')", ", methods=['DELETE', 'PATCH']")


@dataclass
class Made:
    """A program on its way: its files, and a source of names and choices that a seed settles."""

    chance: random.Random
    files: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def name(self, start: str = "") -> str:
        while True:
            made = start + "".join(self.chance.choices(_LETTERS, k=7))
            if made not in self.used:
                self.used.add(made)
                return made

    def pick(self, *choices):
        return self.chance.choice(choices)


def handler(name: str, words: str = "**kw") -> str:
    return f"def {name}({words}):\n    return '{name}'\n"


# --- Flask: each way of writing a blueprint down gives the text of its module, in which `bp` is the blueprint


def _decorated(made: Made, bp: str, prefix: str) -> str:
    lines = [f"from flask import Blueprint\n{bp} = Blueprint('{bp}', __name__{prefix})\n"]
    for _ in range(made.chance.randrange(1, 7)):
        rule = made.pick(
            f"/{made.name()}", f"/{made.name()}/<int:{made.name()}>", f"/<{made.name()}>/{made.name()}", "/"
        )
        if rule == "/" and "'/'" in "".join(lines):
            continue
        lines.append(f"@{bp}.route('{rule}'{made.pick(*FLASK_VERBS)})\n{handler(made.name('h'))}")
    shorthand = made.pick("get", "post", "put", "patch", "delete")
    return "".join(lines) + f"@{bp}.{shorthand}('/{made.name()}')\n{handler(made.name('h'))}"


def _from_list(made: Made, bp: str, prefix: str) -> str:
    rows = [(made.name(), made.name("h"), made.pick(["GET"], ["POST"], ["GET", "DELETE"])) for _ in range(4)]
    table = made.name("T")
    bodies = "".join(handler(name) for _, name, _ in rows)
    listed = ",\n".join(f"    ('/{rule}', {name}, {methods})" for rule, name, methods in rows)
    return (
        f"from flask import Blueprint\n{bp} = Blueprint('{bp}', __name__{prefix})\n{bodies}{table} = [\n{listed}\n]\n"
        f"for rule, view, verbs in {table}:\n    {bp}.add_url_rule(rule, view_func=view, methods=verbs)\n"
    )


def _from_dict(made: Made, bp: str, prefix: str) -> str:
    rows = [(made.name(), made.name("h")) for _ in range(3)]
    bodies = "".join(handler(name) for _, name in rows)
    listed = ", ".join(f"'{rule}': {name}" for rule, name in rows)
    start = made.name()
    return (
        f"from flask import Blueprint\n{bp} = Blueprint('{bp}', __name__{prefix})\n{bodies}"
        f"for key, view in {{{listed}}}.items():\n"
        f"    {bp}.add_url_rule(f'/{start}/{{key}}/<path:rest>', key, view, methods=['GET', 'POST'])\n"
    )


def _views(made: Made, bp: str, prefix: str) -> str:
    base, one, two = made.name("B"), made.name("V"), made.name("V")
    return (
        f"from flask import Blueprint\nfrom flask.views import MethodView, View\n"
        f"{bp} = Blueprint('{bp}', __name__{prefix})\n"
        f"class {base}(MethodView):\n    stem = '/{made.name()}'\n    def get(self, **kw): return type(self).__name__\n"
        f"class {one}({base}):\n    stem = '/{made.name()}'\n    def post(self, **kw): return '{one}'\n"
        f"class {two}(View):\n    methods = ['GET', 'PUT']\n    def dispatch_request(self, **kw): return '{two}'\n"
        f"for kind in ({base}, {one}):\n"
        f"    {bp}.add_url_rule(kind.stem + '/<int:key>', view_func=kind.as_view(kind.__name__))\n"
        f"{bp}.add_url_rule('/{made.name()}', view_func={two}.as_view('{two}'))\n"
    )


def _factory(made: Made, bp: str, prefix: str) -> str:
    make, noun = made.name("make_"), made.name()
    start = prefix.removeprefix(", url_prefix=") or "None"
    return (
        "from flask import Blueprint\n"
        f"def {make}(name, start, kinds=('list', 'one')):\n"
        "    made = Blueprint(name, __name__, url_prefix=start)\n"
        "    def add(kind):\n"
        f"        @made.route('/%s/%s' % ('{noun}', kind), endpoint=kind, methods=['GET', 'POST'])\n"
        f"        def answer(**kw):\n            return '{make}.<locals>.add.<locals>.answer'\n"
        "    for kind in kinds:\n        add(kind)\n"
        "    return made\n"
        f"{bp} = {make}('{bp}', {start})\n"
    )


def _constants(made: Made, bp: str, prefix: str) -> str:
    module, constant, kind = made.name("const_"), made.name("C").upper(), made.name("K")
    made.files[f"parts/{module}.py"] = (
        f"{constant} = '/' + '{made.name()}'\nclass {kind}:\n    INNER = '{made.name()}'\n    ALL = [INNER, 'x' + INNER]\n"
    )
    return (
        f"from flask import Blueprint\nfrom parts.{module} import {constant}, {kind} as names\nimport parts.{module} as m\n"
        f"{bp} = Blueprint('{bp}', __name__{prefix})\n"
        f"@{bp}.route({constant} + '/<float:size>')\n{handler(made.name('h'))}"
        f"@{bp}.route(f'{{m.{constant}}}/{{names.INNER}}')\n{handler(made.name('h'))}"
        f"for index, word in enumerate(names.ALL):\n"
        f"    @{bp}.route('/{{}}/{{}}'.format(word, index), endpoint=word)\n"
        f"    def view(**kw):\n        return 'view'\n"
        f"if names.INNER == 'never':\n    @{bp}.route('/no')\n    def no(): return ''\n"
    )


def _overlapping(made: Made, bp: str, prefix: str) -> str:
    """Rules that fit the same requests, in any order: werkzeug takes the most specific, and the first of two equals."""
    word = made.name()
    shapes = [
        f"/{word}/<who>", f"/{word}/me", f"/{word}/<int:number>", f"/{word}/<path:rest>", f"/{word}/<any(ab, cd):kind>",
        f"/{word}/<uuid:key>", f"/{word}/x-<tail>", f"/{word}/<path:rest>/end", f"/{word}/<a>/<b>", "/<top>/me",
        f"/{word}/<who>", f"/{word}/<other>/end", f"/{word}/ab", f"/{word}/<float:size>", f"/{word}/<who>/",
    ]  # fmt: skip
    made.chance.shuffle(shapes)
    lines = [f"from flask import Blueprint\n{bp} = Blueprint('{bp}', __name__{prefix})\n"]
    lines += [f"@{bp}.route('{one}'{made.pick('', *FLASK_VERBS)})\n{handler(made.name('h'))}" for one in shapes[:9]]
    return "".join(lines)


FLASK_WAYS: tuple[Callable[[Made, str, str], str], ...] = (
    _decorated, _decorated, _from_list, _from_dict, _views, _factory, _constants, _overlapping,
)  # fmt: skip


def flask_application(seed: int, parts: int = 36) -> dict[str, str]:
    """A Flask application of some parts; `main:app` is the application."""
    made = Made(random.Random(seed))
    made.files["parts/__init__.py"] = ""
    blueprints: list[tuple[str, str]] = []
    for number in range(parts):
        bp, folder = made.name("bp_"), made.pick("", "", f"f{number % 3}/")
        variable = made.name()
        prefix = made.pick("", f", url_prefix='/{made.name()}'", f", url_prefix='/{variable}/<int:k{variable}>'")
        module = made.name("m")
        made.files.setdefault(f"parts/{folder}__init__.py", "")
        made.files[f"parts/{folder}{module}.py"] = made.pick(*FLASK_WAYS)(made, bp, prefix)
        blueprints.append((f"parts.{folder.replace('/', '.')}{module}", bp))
    made.files["main.py"] = _flask_main(made, blueprints)
    return made.files


def _flask_main(made: Made, blueprints: list[tuple[str, str]]) -> str:
    imports, nested, top = [], [], []
    for number, (module, bp) in enumerate(blueprints):
        imports.append(f"from {module} import {bp}")
        option = made.pick("", f", url_prefix='/{made.name()}'")
        if number > 2 and made.chance.random() < 0.45:
            outer = blueprints[made.chance.randrange(number)][1]
            nested.append(f"{outer}.register_blueprint({bp}{option})")
            if made.chance.random() < 0.3:
                nested.append(f"{outer}.register_blueprint({bp}, name='{made.name()}', url_prefix='/{made.name()}')")
        else:
            top.append((bp, option))
    loop = "".join(f"    ({bp}, {{{_as_pair(option)}}}),\n" for bp, option in top[: len(top) // 2])
    rest = "".join(f"    app.register_blueprint({bp}{option})\n" for bp, option in top[len(top) // 2 :])
    body = "\n".join(nested)
    return (
        "from flask import Flask\n" + "\n".join(imports) + f"\n{body}\nTABLE = [\n{loop}]\n"
        "def register(app):\n    for bp, options in TABLE:\n        app.register_blueprint(bp, **options)\n"
        f"def create_app(config=None):\n    app = Flask(__name__)\n    register(app)\n{rest}"
        f"    @app.route('/{made.name()}')\n    def home():\n        return 'create_app.<locals>.home'\n"
        f"    app.add_url_rule('/{made.name()}', 'late')\n    app.view_functions['late'] = home\n"
        "    return app\napp = create_app()\n"
    )


def _as_pair(option: str) -> str:
    return option.removeprefix(", ").replace("url_prefix=", "'url_prefix': ")


# --- FastAPI


def _router_decorated(made: Made, router: str, options: str) -> str:
    lines = [f"from fastapi import APIRouter, Depends\n{router} = APIRouter({options})\n"]
    for _ in range(made.chance.randrange(1, 7)):
        word = made.name()
        path = made.pick(f"/{word}", f"/{word}/{{key}}", f"/{word}/{{key:int}}/{made.name()}", f"/{word}/{{rest:path}}")
        keys = "key=None, rest=None"
        lines.append(f"@{router}.{made.pick('get', 'post', 'put', 'delete', 'patch')}('{path}')\n")
        lines.append(handler(made.name("h"), keys).replace("def", made.pick("def", "async def"), 1))
    lines.append(f"@{router}.api_route('/{made.name()}', methods=['GET', 'POST'])\n{handler(made.name('h'), '')}")
    return "".join(lines)


def _router_list(made: Made, router: str, options: str) -> str:
    rows = [(made.name(), made.name("h"), made.pick(["GET"], ["POST", "PUT"])) for _ in range(4)]
    bodies = "".join(handler(name, "") for _, name, _ in rows)
    listed = ", ".join(f"('/{rule}', {name}, {methods})" for rule, name, methods in rows)
    return (
        f"import fastapi\n{router} = fastapi.APIRouter({options})\n{bodies}ROWS = ({listed})\n"
        f"for path, endpoint, methods in ROWS:\n    {router}.add_api_route(path, endpoint, methods=methods)\n"
    )


def _router_class(made: Made, router: str, options: str) -> str:
    kind, noun = made.name("K"), made.name()
    return (
        f"from fastapi import APIRouter\nclass {kind}:\n    noun = '{noun}'\n    verbs = ('GET',)\n"
        f"    def __init__(self, **options):\n        self.router = APIRouter(**options)\n        self.add()\n"
        "    def add(self):\n"
        "        self.router.add_api_route(f'/{self.noun}', self.many, methods=list(self.verbs))\n"
        "        self.router.add_api_route(f'/{self.noun}/{{key}}', self.one, methods=['GET', 'DELETE'])\n"
        f"    def many(self):\n        return '{kind}.many'\n    def one(self, key=None):\n        return '{kind}.one'\n"
        f"class Other{kind}({kind}):\n    noun = '{made.name()}'\n    verbs = ('GET', 'POST')\n"
        f"{router} = {made.pick('', 'Other')}{kind}({options}).router\n"
    )


def _router_settings(made: Made, router: str, options: str) -> str:
    module, first, second = made.name("conf_"), made.name().upper(), made.name().upper()
    made.files[f"parts/{module}.py"] = (
        "import os\nfrom dataclasses import dataclass\n@dataclass\nclass Settings:\n"
        f"    {first}: str = '/{made.name()}'\n    {second}: str = os.environ.get('NOBODY_SETS_{second}', '{made.name()}')\n"
        "settings = Settings()\n"
    )
    return (
        f"from fastapi import APIRouter\nfrom parts.{module} import settings\n"
        f"inner = APIRouter(prefix=f'{{settings.{first}}}/{{settings.{second}}}')\n{router} = APIRouter({options})\n"
        f"@inner.get('/{made.name()}')\n{handler(made.name('h'), '')}"
        f"{router}.include_router(inner)\n"
    )


def _router_crud(made: Made, router: str, options: str) -> str:
    make = made.name("make_")
    nouns = [made.name(), made.name()]
    return (
        f"from fastapi import APIRouter\ndef {make}(noun):\n    made = APIRouter(prefix='/' + noun)\n"
        f"    @made.get('/')\n    def many():\n        return '{make}.<locals>.many'\n"
        f"    @made.put('/{{key}}')\n    def put(key=None):\n        return '{make}.<locals>.put'\n    return made\n"
        f"{router} = APIRouter({options})\nfor noun in {nouns}:\n    {router}.include_router({make}(noun))\n"
    )


def _router_overlapping(made: Made, router: str, options: str) -> str:
    """Paths that fit the same requests: the first registered answers."""
    word = made.name()
    shapes = [
        f"/{word}/{{who}}", f"/{word}/me", f"/{word}/{{number:int}}", f"/{word}/{{rest:path}}", f"/{word}/{{key:uuid}}",
        f"/{word}/x-{{tail}}", f"/{word}/{{a}}/{{b}}", "/{top}/me", f"/{word}/{{other}}/end", f"/{word}/{{who}}",
    ]  # fmt: skip
    made.chance.shuffle(shapes)
    lines = [f"from fastapi import APIRouter\n{router} = APIRouter({options})\n"]
    verbs = ("get", "get", "post", "put")
    lines += [f"@{router}.{made.pick(*verbs)}('{one}')\n{handler(made.name('h'), '')}" for one in shapes[:8]]
    return "".join(lines)


FASTAPI_WAYS: tuple[Callable[[Made, str, str], str], ...] = (
    _router_decorated, _router_decorated, _router_list, _router_class, _router_settings, _router_crud, _router_overlapping,
)  # fmt: skip


def fastapi_application(seed: int, parts: int = 36) -> dict[str, str]:
    """A FastAPI application of some parts; `main:app` is the application, a few parts stand in mounted ones."""
    made = Made(random.Random(seed))
    made.files["parts/__init__.py"] = ""
    routers: list[tuple[str, str]] = []
    for _ in range(parts):
        router, module = made.name("r"), made.name("m")
        word = made.name()
        options = made.pick(
            "", f"prefix='/{word}'", f"prefix='/{word}/{{in_{word}}}'", f"prefix='/{word}', tags=['{word}']"
        )
        made.files[f"parts/{module}.py"] = made.pick(*FASTAPI_WAYS)(made, router, options)
        routers.append((module, router))
    made.files["main.py"] = _fastapi_main(made, routers)
    return made.files


def _fastapi_main(made: Made, routers: list[tuple[str, str]]) -> str:
    lines = ["from fastapi import FastAPI"]
    apps = ["app", made.name("sub"), made.name("sub")]
    lines += [f"from parts import {module}" for module, _ in routers]
    lines += [f"{apps[0]} = FastAPI()", *(f"{one} = FastAPI()" for one in apps[1:])]
    for number, (module, router) in enumerate(routers):
        option = made.pick("", f", prefix='/{made.name()}'")
        if number > 2 and made.chance.random() < 0.4:
            outer_module, outer = routers[made.chance.randrange(number)]
            owner = f"{outer_module}.{outer}"
        else:
            owner = made.pick("app", "app", *apps)
        lines.insert(len(routers) + 4, f"{owner}.include_router({module}.{router}{option})")
    mounts = [made.name() for _ in apps[1:]]
    lines += [f"app.mount('/{word}', {one})" for word, one in zip(mounts, apps[1:], strict=True)]
    for word in (mounts[0], made.name()):  # the first stands behind what is mounted, and is never reached
        lines.append(f"@app.get('/{word}/behind')\n{handler(made.name('h'), '')}")
    return "\n".join(lines) + "\n"
