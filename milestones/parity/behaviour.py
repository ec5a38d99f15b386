"""What the frameworks themselves do where nobody wrote a route: HEAD, OPTIONS, the other slash, a verb not offered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from milestones.parity.answering import (
    REDIRECTS_EITHER_WAY,
    REDIRECTS_TO_SLASH,
    SLASH_OR_NONE,
    USUAL_VERBS,
    Answerer,
    accepts,
    other_slash,
)
from milestones.parity.routes import ANY, WEBSOCKET, Route

ANSWERED, REDIRECTED, NOT_FOUND, NOT_ALLOWED = "answered", "redirected", "404", "405"
HEAD, OPTIONS, SLASH, WRONG_VERB = "HEAD", "OPTIONS", "slash", "wrong verb"
_OPTIONS_BY_ITSELF = frozenset({"flask", "express"})
_WRONG_VERB_NOT_FOUND = frozenset({"pyramid", "express"})


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One request that the two frameworks treat differently, though neither system has a route for it."""

    path: str
    what: str
    legacy: str
    new: str


def differences(pairs: Iterator[tuple[Route, Route]], old: Answerer, fresh: Answerer) -> Iterator[Behaviour]:
    """For each path that both systems serve, given as a legacy route and the one that answers for it."""
    seen: set[tuple[str, str]] = set()
    for legacy, new in pairs:
        before, after = behaviour_of(legacy, old), behaviour_of(new, fresh)
        for what in (HEAD, OPTIONS, SLASH, WRONG_VERB):
            if what in before and what in after and before[what] != after[what] and (legacy.path, what) not in seen:
                seen.add((legacy.path, what))
                yield Behaviour(legacy.path, what, before[what], after[what])


def behaviour_of(route: Route, table: Answerer) -> dict[str, str]:
    """What becomes of requests at a route's path that its application does not expect."""
    if WEBSOCKET in route.methods:
        return {}
    path = route.pattern.sample
    here = [one for one in table.fitting(path) if one.application == route.application]
    told = {OPTIONS: _options(route, path, table), SLASH: _slash(route, path, table)}
    if any(accepts(one, "GET") for one in here):
        told[HEAD] = ANSWERED if table.answer(HEAD, path) is not None else _refused(route)
    wrong = next((verb for verb in USUAL_VERBS if table.answer_or_redirect(verb, path) is None), None)
    if route.framework == "django" and ANY not in route.methods:  # a class-based view adds both, a decorator neither
        told.pop(HEAD, None)
        told.pop(OPTIONS)
    told[WRONG_VERB] = ANSWERED if wrong is None else _refused(route)
    return told


def _options(route: Route, path: str, table: Answerer) -> str:
    offered = table.answer(OPTIONS, path) is not None
    return ANSWERED if offered or route.framework in _OPTIONS_BY_ITSELF else _refused(route)


def _refused(route: Route) -> str:
    return NOT_FOUND if route.framework in _WRONG_VERB_NOT_FOUND else NOT_ALLOWED


def _slash(route: Route, path: str, table: Answerer) -> str:
    method = next((verb for verb in route.methods if verb != ANY), "GET")
    other = other_slash(path)
    answer = table.answer(method, other) if path != "/" else route
    if answer is not None:
        by_redirect = answer.framework == "flask" and answer.path.endswith("/") and not other.endswith("/")
        return REDIRECTED if by_redirect else ANSWERED
    if table.fitting(other) and route.framework not in SLASH_OR_NONE:
        return _refused(route)
    framework = route.framework
    if framework in SLASH_OR_NONE:
        return ANSWERED
    redirects = framework in REDIRECTS_EITHER_WAY or (framework in REDIRECTS_TO_SLASH and path.endswith("/"))
    return REDIRECTED if redirects else NOT_FOUND
