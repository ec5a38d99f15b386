"""Every route that a tree of source registers, read without running it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from milestones.facts import Problem
from milestones.parity.frameworks import FRAMEWORKS, django, express, fastapi, pyramid
from milestones.parity.frameworks.board import ROUTE_LIMIT, Draft, Project, Served, handler_of, route_of
from milestones.parity.frameworks.depends import class_dependencies
from milestones.parity.guards import NO_NAMING, Before, Naming, guards_of
from milestones.parity.passing import Request, turns_away
from milestones.parity.routes import ANY, Route, RouteTable
from milestones.source.calls import Factory
from milestones.source.code import File
from milestones.source.paths import is_test
from milestones.source.program import Program, words_of
from milestones.source.python_statements import python_code
from milestones.source.script_program import ScriptProgram
from milestones.source.script_statements import SUFFIXES, script_code
from milestones.source.values import Arguments, Class, Function, Scope

# what a file that registers routes says somewhere: it is read whether or not anything is seen to import it
HINTS = re.compile(
    rb"\b(?:flask|fastapi|starlette|pyramid|django|sanic|Blueprint|APIRouter|add_url_rule|add_route|add_resource|include_router"
    rb"|register_blueprint|add_api_route|view_config|urlpatterns|includeme)\b|@\w[\w.]*\.(?:route|get|post|put|patch|delete)\("
)
_FACTORY = re.compile(
    r"Flask|FastAPI|Starlette|Configurator|register_blueprint|include_router|add_url_rule|add_api_route|add_resource"
)
_REGISTRATIONS = frozenset({"register_blueprint", "include_router", "add_url_rule", "add_api_route", "add_resource"})

SCRIPT_HINTS = re.compile(rb"""\bexpress\b|\.Router\(|Router\(\)""")
_SCRIPT_FACTORY = re.compile(r"express|Router")
_BUILT = frozenset(
    {"node_modules", "bower_components", "dist", "build", "out", "vendor", ".next", "coverage", "public"}
)
EXPRESS = re.compile(rb'"express[\w-]*"\s*:')  # in a manifest
Load = Callable[[str], bytes]


KEPT_TABLES = 4


class _Kept(NamedTuple):
    """A table with all that it was made of: the same of it gives the same table, whatever else changed."""

    basis: tuple[object, ...]
    read: dict[str, str]
    table: RouteTable


class Shelf:
    """The code of files by the hash of their content, so that each distinct file is read once."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.hinted: dict[str, bool] = {}
        self.tables: deque[_Kept] = deque(maxlen=KEPT_TABLES)

    def code(self, key: str, load: Callable[[], bytes], script: str = "") -> File:
        """The code of a file; `script` is the path of one that is not Python."""
        if key not in self.files:
            self.files[key] = script_code(load(), script) if script else python_code(load())
        return self.files[key]

    def table(self, basis: tuple[object, ...], sources: Mapping[str, str]) -> RouteTable | None:
        """A table that was read before from the same files."""
        same = (one for one in self.tables if one.basis == basis)
        found = (one.table for one in same if all(sources.get(path) == key for path, key in one.read.items()))
        return next(found, None)

    def has_hint(self, key: str, load: Load, hints: re.Pattern[bytes] = HINTS) -> bool:
        if key not in self.hinted:
            self.hinted[key] = hints.search(load(key)) is not None
        return self.hinted[key]


def read_routes(
    paths: Mapping[str, str], load: Callable[[str], bytes], shelf: Shelf | None = None, naming: Naming = NO_NAMING
) -> RouteTable:
    """The routes of a tree given as {path: hash of the content}; `load` gives the bytes of a hash."""
    shelf = shelf or Shelf()
    python = {path: key for path, key in paths.items() if path.endswith(".py") and "\0" not in path}
    scripts = {path: key for path, key in paths.items() if is_script(path)}
    table = _read_python(python, load, shelf, naming)
    if not any(shelf.has_hint(key, load, SCRIPT_HINTS) for key in scripts.values()):
        return table
    return _beside(table, _read_scripts(scripts, load, shelf, naming))


def is_script(path: str) -> bool:
    """Whether a path is a script that the people of the project wrote, and not built or brought in."""
    written = not _BUILT.intersection(path.split("/")[:-1]) and ".min." not in path and "\0" not in path
    return written and path.endswith(SUFFIXES) and not path.endswith(".d.ts")


def is_manifest(path: str) -> bool:
    """Whether a path is the manifest of a package of scripts."""
    return path.rpartition("/")[2] == "package.json" and "node_modules" not in path.split("/")


def _beside(one: RouteTable, other: RouteTable) -> RouteTable:
    """Two tables as one: those of two languages in a repository."""
    apps, start = 1 + max((route.application for route in one.routes), default=-1), len(one.routes)
    moved = tuple(
        replace(route, application=route.application + apps, order=route.order + start) for route in other.routes
    )
    return RouteTable((*one.routes, *moved), (*one.unresolved, *other.unresolved), (*one.unparsed, *other.unparsed))


def _read_scripts(sources: Mapping[str, str], load: Load, shelf: Shelf, naming: Naming) -> RouteTable:
    """The routes of a tree of JavaScript and TypeScript."""
    project = Project()

    def code_at(path: str) -> File | None:
        key = sources.get(path)
        return shelf.code(key, lambda: load(key), path) if key is not None else None

    program = ScriptProgram(sources, code_at, express.models(project))
    _connect(project, program)
    roots = [
        path for path, key in sorted(sources.items()) if not is_test(path) and shelf.has_hint(key, load, SCRIPT_HINTS)
    ]
    for path in roots:
        program.run_root(path)
    for function in program.uncalled(_SCRIPT_FACTORY):
        if id(function.code) not in program.called and not is_test(function.scope.path):
            program.call_root(function)
    routes = tuple(_routes(project, naming))
    return RouteTable(routes, _unresolved(program, project), _unparsed(program, shelf, sources))


def _connect(project: Project, program: Program) -> None:
    """Gives the models of the frameworks what they ask of the program."""
    project.call = program.call
    project.guessing = lambda: program.guessing
    project.condition = lambda: program.conditions[-1] if program.conditions else None
    project.evaluate = program.expression


def _read_python(sources: Mapping[str, str], load: Load, shelf: Shelf, naming: Naming) -> RouteTable:
    """The routes of a tree of Python; a table depends on the names of files, on the roots and on what these read."""
    roots = [path for path, key in sorted(sources.items()) if not is_test(path) and shelf.has_hint(key, load)]
    basis = (frozenset(sources), tuple(roots), naming.known, naming.not_guards)
    known = shelf.table(basis, sources)
    if known is None:
        read = {path: sources[path] for path in roots}
        known = _evaluated(sources, load, shelf, naming, roots=roots, read=read)
        shelf.tables.append(_Kept(basis, read, known))
    return known


def _evaluated(
    sources: Mapping[str, str], load: Load, shelf: Shelf, naming: Naming, *, roots: list[str], read: dict[str, str]
) -> RouteTable:
    """The routes that these roots register; `read` is told each file that had a say."""
    project = Project()
    models: dict[str, Factory] = {}
    for make in FRAMEWORKS.values():
        models.update(make(project))

    def code_at(path: str) -> File | None:
        key = sources.get(path)
        if key is None:
            return None
        read[path] = key
        return shelf.code(key, lambda: load(key))

    program = Program(sources, code_at, models)
    _connect(project, program)
    project.open_all = lambda place: _open_all(program, place)
    project.module = lambda name, importer: program.import_module(
        name.lstrip("."), len(name) - len(name.lstrip(".")), Scope(path=importer)
    )
    settings = django.Settings(project, roots, lambda path: load(sources[path]))
    program.outside["django.conf.settings"] = settings.get
    program.outside["flask.request"] = lambda name, place: project.request and project.request.get(name, place)
    _run(program, project, roots)
    django.roots(project, {path: module for path, module in program.modules.items() if not is_test(path)})
    program.share(lambda: pyramid.scan(project))
    owners = _owners(program)
    pyramid.settle(project, owners)
    routes = tuple(_routes(project, naming, owners))
    return RouteTable(routes, _unresolved(program, project), _unparsed(program, shelf, read))


def _open_all(program: Program, place: str) -> None:
    start = f"{place}/" if place else ""
    for path in sorted(program.paths):
        if (path == place or path.startswith(start)) and not is_test(path):
            program.module_at(path)


def _run(program: Program, project: Project, roots: list[str]) -> None:
    for path in roots:
        program.run_root(path)
    program.share(lambda: fastapi.start(project))
    for _ in range(3):  # a factory may define what another one needs
        functions = program.uncalled(_FACTORY)
        for function in functions:
            if id(function.code) not in program.called and not is_test(function.scope.path):
                program.call_root(function, any(map(_FACTORY.fullmatch, words_of(function.code))))
                program.share(lambda: fastapi.start(project))
        if not functions:
            break


def _owners(program: Program) -> dict[int, Class]:
    found: dict[int, Class] = {}
    for module in program.modules.values():
        for value in module.scope.names.values():
            for member in value.members.values() if isinstance(value, Class) else ():
                if isinstance(member, Function):
                    found[id(member.code)] = value
    return found


def _routes(project: Project, naming: Naming, owners: Mapping[int, Class] = MappingProxyType({})) -> Iterator[Route]:
    """The routes of every application that stands by itself; one created twice in the same place is one."""
    seen: set[tuple[object, ...]] = set()
    order = 0
    for number, app in enumerate(project.served):
        if app.mounted or not app.is_application:
            continue
        per_app: set[tuple[object, ...]] = set()
        for draft in _bounded(app):
            key = (app.place, draft.methods, draft.path.template, draft.place)
            if key in seen:
                continue
            per_app.add(key)
            owner = owners.get(id(draft.target.code)) if isinstance(draft.target, Function) else None
            passed = (*draft.before, *class_dependencies(project, draft.target, owner))
            before = [one for one in passed if not one.ruled or _meets(project, one, draft, naming)]
            yield route_of(draft, app, number, order, guards_of(draft.target, before, naming))
            order += 1
            if order >= ROUTE_LIMIT:
                said = f"more than {ROUTE_LIMIT:,} routes; the rest is not read"
                project.problems.append(Problem(said, app.place.path, app.place.line))
                return
        seen |= per_app


def _meets(project: Project, one: Before, draft: Draft, naming: Naming) -> bool:
    """Whether what runs before every request may turn away that of a route, by the rules in it."""
    if not isinstance(one.value, Function) or one.name in naming.known:
        return True
    name = handler_of(draft.target, draft.place).name.rpartition(".")[2]
    endpoint = f"{draft.group}.{name}" if draft.group else name
    request = Request(draft.path.sample, draft.methods[0].replace(ANY, "GET"), endpoint, draft.group)
    project.request = request
    try:
        return turns_away(one.value, request, project.evaluate)
    finally:
        project.request = None


def _bounded(app: Served) -> Iterator[Draft]:
    for index, draft in enumerate(app.drafts()):
        if index >= ROUTE_LIMIT:
            return
        yield draft


def _unresolved(program: Program, project: Project) -> tuple[Problem, ...]:
    lost = [
        _lost(name, arguments)
        for name, arguments, guessed in program.lost
        if name in _REGISTRATIONS and not (guessed and arguments.place in project.settled)
    ]
    settled = {(place.path, place.line) for place in project.settled}
    guessed = [problem for problem in project.guessed if (problem.path, problem.line) not in settled]
    found = [*project.problems, *project.undecided(), *guessed, *lost, *_unmounted(project)]
    limits = [problem for problem in program.problems if not is_test(problem.path)]
    found = [problem for problem in (*found, *limits) if not is_test(problem.path)]
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: (problem.path, problem.line or 0, problem.reason)))


def _unmounted(project: Project) -> Iterator[Problem]:
    """Blueprints and routers with routes that nothing which was read puts into an application."""
    for one in project.served:
        if not (one.mounted or one.is_application or one.empty) and one.place not in project.settled:
            said = "its routes are registered on no application that is seen"
            yield Problem(f"{said}: left over, or put into one at run time", one.place.path, one.place.line)


def _lost(name: str, arguments: Arguments) -> Problem:
    return Problem(f"{name} is called on something that is not static", arguments.place.path, arguments.place.line)


def _unparsed(program: Program, shelf: Shelf, sources: Mapping[str, str]) -> tuple[Problem, ...]:
    read = ((path, shelf.files[key]) for path, key in sorted(sources.items()) if key in shelf.files)
    return tuple(Problem(problem.reason, path, problem.line) for path, file in read for problem in file.problems)
