"""What stands before a handler and may turn a request away: seen by its name or by what it does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from milestones.facts import Place
from milestones.parity.routes import Guard
from milestones.source import code
from milestones.source.values import Arguments, Class, External, Function, Instance, Native, Value

DEPTH_LIMIT = 6
_NAME = re.compile(
    r"(?i)(^|_|\b|(?<=[a-z]))(login|log_in|auth|authn|authz|authenticated?|authorized?|authorization|authentication"
    r"|permissions?|permitted|perms?|roles?|admin|staff|superuser|protected|jwt|token|bearer|secur(e|ity)|oauth2?|apikey"
    r"|api_key|current_user|logged_in|user_passes_test|access|scopes?|acl|guard|restricted|identity)"
)
_NAME_OPENED = re.compile(
    r"(?i)(exempt|optional|allow_?any|anonymous|public|no_auth|not_required|by_?pass|^(create|make|build|register|init|setup|add|load)_)"
)
_REFUSALS = re.compile(
    r"(?i)^(abort|redirect|unauthorized|forbidden|permissiondenied|permission_denied|httpunauthorized|httpforbidden"
    r"|httpfound|httpseeother|redirectresponse|httpresponseforbidden|httpresponseredirect|responseredirect"
    r"|http_401_unauthorized|http_403_forbidden|notauthorized|unauthenticated|accessdenied|sendstatus|autherror"
    r"|redirect_to_login|login_required|unauthorized_handler)$"
)
_STATUSES = frozenset({401, 403})


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """Something that runs before handlers: a hook, a dependency, a decorator; `sure` where the framework says so.

    `ruled` says that it runs before every request and may look at where that goes.
    """

    name: str
    value: Value
    place: Place
    sure: bool = False
    ruled: bool = False


@dataclass(frozen=True, slots=True)
class Naming:
    """What a policy says of names: `known` are guards, `not_guards` are none, whatever is inferred."""

    known: frozenset[str] = frozenset()
    not_guards: frozenset[str] = frozenset()


NO_NAMING = Naming()


def guards_of(target: Value, before: Iterable[Before], naming: Naming = NO_NAMING) -> tuple[Guard, ...]:
    """The guards before a handler, outermost first, each name once."""
    found: dict[str, Guard] = {}
    for one in (*before, *_own(target)):
        name = one.name if one.sure else short(one.name)
        names = {one.name, name}
        if names & naming.not_guards:
            continue
        if one.sure or names & naming.known or refuses(name, one.value):
            found.setdefault(name, Guard(name, one.place))
    return tuple(found.values())


def short(name: str) -> str:
    """A guard's own name, without where it comes from: `flask_login.login_required` is `login_required`."""
    return name.removesuffix("()").rpartition(".")[2]


def refuses(name: str, value: Value, depth: int = 0) -> bool:
    """Whether it turns requests away: it raises or returns 401 or 403 or a redirect, or is named so and unreadable."""
    if isinstance(value, Native):  # a registration, not something in front of the handler
        return False
    target = value.arguments.get(0, "test_func") if _is_test(value) else value
    if isinstance(target, Function) and depth < DEPTH_LIMIT:
        if _turns_away(target.code) or any(refuses(one.name, one.value, depth + 1) for one in dependencies(target)):
            return True
        return _sounds_like_guard(name) and not _returns_plainly(target.code)
    if isinstance(target, (Class, Instance)):
        type_ = target if isinstance(target, Class) else target.type
        methods = [one for one in type_.members.values() if isinstance(one, Function)]
        return any(_turns_away(one.code) for one in methods) or _sounds_like_guard(type_.name)
    return _sounds_like_guard(name)


def dependencies(function: Function) -> Iterator[Before]:
    """What a handler's signature asks for by `Depends` or `Security`, as default or inside `Annotated`."""
    for one in function.attributes.get("__dependencies__", ()):
        if isinstance(one, Before):
            yield one


def _own(target: Value) -> Iterator[Before]:
    while (inner := wrapped(target)) is not target:
        yield Before(target.name.removesuffix("()").rpartition(".")[2], target, target.arguments.place)
        target = inner
    yield from getattr(target, "before", ())
    target = getattr(target, "handler", target)
    if isinstance(target, Function):
        chain, seen = target, 0
        while chain is not None and seen < 20:
            for decoration in reversed(chain.decorations):
                yield Before(decoration.name, decoration.value, decoration.place)
            chain, seen = chain.wraps, seen + 1  # type: ignore[assignment]
        yield from dependencies(target.original)
    elif isinstance(target, Class):
        for decoration in reversed(target.decorations):
            yield Before(decoration.name, decoration.value, decoration.place)


def wrapped(target: Value) -> Value:
    """What a decorator from outside was called with where it stands in a registration: `login_required(view)`."""
    if isinstance(target, External) and target.name.endswith("()") and target.arguments and target.arguments.positional:
        first = target.arguments.positional[0]
        if isinstance(first, (Function, Class)) or hasattr(first, "handler") or wrapped(first) is not first:
            return first
    return target


def _is_test(value: Value) -> bool:
    return (
        isinstance(value, External)
        and value.name.endswith("user_passes_test()")
        and isinstance(value.arguments, Arguments)
    )


def _sounds_like_guard(name: str) -> bool:
    return bool(_NAME.search(name)) and not _NAME_OPENED.search(name)


def _turns_away(function: code.Function) -> bool:
    return any(is_refusal(node) for node in _outcomes(function.body))


def _outcomes(body: Any) -> Iterator[Any]:
    """The statements by which a function ends a request: what it raises or returns, and bare calls such as `abort`."""
    stack = list(reversed(body))
    while stack:
        node = stack.pop()
        if isinstance(node, (code.Raise, code.Return, code.Do)) and node.value is not None:
            yield node.value
        stack.extend(reversed(code.parts(node)))


def is_refusal(node: Any) -> bool:
    """Whether an expression turns a request away: it aborts, redirects, or speaks of 401 or 403."""
    stack, steps = [node], 0
    while stack and steps < 400:
        one, steps = stack.pop(), steps + 1
        if isinstance(one, code.Const) and one.value in _STATUSES and not isinstance(one.value, bool):
            return True
        name = one.id if isinstance(one, code.Name) else one.name if isinstance(one, code.Attribute) else ""
        if name and _REFUSALS.match(name):
            return True
        if not isinstance(one, code.Function):
            stack.extend(code.parts(one))
    return False


def _returns_plainly(function: code.Function) -> bool:
    """A short function without a condition or a raise, or an inner function, refuses nobody whatever its name."""
    words = {type(node) for node in _nodes(function.body)}
    return not words & {code.If, code.Raise, code.Function, code.Call}


def _nodes(body: Any) -> Iterator[Any]:
    stack = list(body)
    while stack:
        node = stack.pop()
        yield node
        stack.extend(code.parts(node))
