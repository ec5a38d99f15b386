"""Differences that come from the frameworks themselves: named once, with all that they touch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .differences import Difference, shown
from .exchange import Exchange

SLASH_REDIRECTS = frozenset({301, 302, 307, 308})


@dataclass(frozen=True, slots=True)
class Habit:
    """A known difference: what it is, and what a team can do about it."""

    name: str
    sentence: str
    mend: str


HABITS: Mapping[str, Habit] = {
    habit.name: habit
    for habit in (
        Habit(
            "validation_status", "the new framework answers invalid input with 422 where the old one said 400",
            "accept it, or answer RequestValidationError with 400 in an exception handler",
        ),
        Habit(
            "error_shape", 'the new framework writes errors as {"detail": ...}',
            "accept it, or write the old body in exception handlers for HTTPException and RequestValidationError",
        ),
        Habit(
            "slash_redirect", "both redirect to the address with the other slash, by another status",
            "accept it, or set redirect_slashes=False and register both addresses",
        ),
        Habit(
            "method_not_allowed", "both refuse the method with 405, in other words",
            "accept it, or write the old body in an exception handler for 405",
        ),
        Habit(
            "not_found_body", "both answer an unknown address with 404, in other words",
            "accept it, or write the old body in an exception handler for 404",
        ),
        Habit(
            "head_not_answered", "the old framework answers HEAD wherever it answers GET, the new one does not",
            'accept it, or register HEAD beside GET: methods=["GET", "HEAD"]',
        ),
        Habit(
            "options_not_answered", "the old framework answers OPTIONS by itself, the new one does not",
            "accept it, or register OPTIONS, or the CORS middleware where browsers ask",
        ),
        Habit(
            "unauthenticated_status", "both refuse who is not logged in, one with 401 and one with 403",
            "accept it, or answer with the old status in the security dependency",
        ),
    )
}  # fmt: skip


def named(legacy: Exchange, new: Exchange, found: Iterable[Difference]) -> list[Difference]:
    """The same differences; those of a known habit carry its name as their kind, told once."""
    listed = list(found)
    if not listed:
        return listed
    for name, shows in _RULES.items():
        own = [one for one in listed if one.kind not in _TOUCHED[name]]
        if len(own) < len(listed) and shows(legacy, new):
            return [_as_habit(name, legacy, new), *_other_words(name, legacy, new), *own]
    return listed


def _other_words(name: str, legacy: Exchange, new: Exchange) -> Iterator[Difference]:
    """A message that changed beside the shape it stands in is the team's, not the framework's."""
    said = _detail(new)
    if name == "error_shape" and isinstance(said, str) and isinstance(legacy.body, dict):
        words = [one for one in legacy.body.values() if isinstance(one, str)]
        if words and said not in words:
            yield Difference("error_body", "/detail", shown(words[0]), shown(said))


def _as_habit(name: str, legacy: Exchange, new: Exchange) -> Difference:
    return Difference(name, "status", _answer(legacy), _answer(new))


def _answer(one: Exchange) -> str:
    keys = f" {{{', '.join(sorted(map(str, one.body))[:5])}}}" if isinstance(one.body, dict) else ""
    return f"{one.status}{keys or (f' {one.media_type}' if one.media_type else '')}"


def _validation(legacy: Exchange, new: Exchange) -> bool:
    return legacy.status == 400 and new.status == 422 and isinstance(_detail(new), list)


def _detail(one: Exchange) -> Any:
    return one.body.get("detail") if isinstance(one.body, dict) else None


def _shape(legacy: Exchange, new: Exchange) -> bool:
    """An error of the same status whose body is only a detail, where the old system wrote none."""
    if legacy.status != new.status or legacy.status < 400 or (legacy.status in {404, 405} and _own_page(legacy)):
        return False
    return isinstance(new.body, dict) and set(new.body) == {"detail"} and _detail(legacy) is None


def _own_page(one: Exchange) -> bool:
    """Whether a framework's own words answer: nobody's handler was asked."""
    return not one.route or one.status == 405


def _slash(legacy: Exchange, new: Exchange) -> bool:
    both = {legacy.status, new.status}
    if len(both) == 1 or not both <= SLASH_REDIRECTS:
        return False
    return all(_leads_to_other_slash(one) for one in (legacy, new))


def _leads_to_other_slash(one: Exchange) -> bool:
    target = one.headers.get("location", "").partition("?")[0]
    path = "/" + target.partition("://")[2].partition("/")[2] if "://" in target else target
    return path != one.path and path.rstrip("/") == one.path.rstrip("/")


def _refused(legacy: Exchange, new: Exchange) -> bool:
    return legacy.status == new.status == 405


def _lost(legacy: Exchange, new: Exchange) -> bool:
    return legacy.status == new.status == 404 and _own_page(legacy) and _own_page(new)


def _head(legacy: Exchange, new: Exchange) -> bool:
    return legacy.method == "HEAD" and legacy.status < 400 and new.status == 405


def _options(legacy: Exchange, new: Exchange) -> bool:
    return legacy.method == "OPTIONS" and legacy.status < 400 and new.status in {404, 405}


def _unauthenticated(legacy: Exchange, new: Exchange) -> bool:
    return {legacy.status, new.status} == {401, 403}


_RULES: Mapping[str, Callable[[Exchange, Exchange], bool]] = {
    "head_not_answered": _head,
    "options_not_answered": _options,
    "method_not_allowed": _refused,
    "not_found_body": _lost,
    "validation_status": _validation,
    "slash_redirect": _slash,
    "unauthenticated_status": _unauthenticated,
    "error_shape": _shape,
}
_BODIES = frozenset({"error_body", "body", "text", "html", "content_type", "streaming", "json_missing", "json_added"})
_TOUCHED: Mapping[str, frozenset[str]] = {
    "head_not_answered": _BODIES | {"status", "allow"},
    "options_not_answered": _BODIES | {"status", "allow"},
    "method_not_allowed": _BODIES,
    "not_found_body": _BODIES,
    "validation_status": _BODIES | {"status"},
    "slash_redirect": _BODIES | {"status"},
    "unauthenticated_status": _BODIES | {"status"},
    "error_shape": _BODIES,
}
