"""Flask's class-based views: their methods, and what their classes list in front of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from milestones.parity.guards import Before, refuses, short, wrapped
from milestones.source.values import Arguments, Class, Function, Instance, Unknown, Value, describe

VERBS = ("get", "head", "post", "put", "delete", "options", "trace", "patch")


@dataclass(slots=True, eq=False)
class ViewOf:
    """What `as_view` makes of a class: a view whose methods are those that the class defines."""

    handler: Class
    before: tuple[Before, ...] = ()


def default_methods(target: Value) -> Value:
    """A view's own methods, where the registration names none."""
    while (inner := wrapped(target)) is not target:
        target = inner
    if isinstance(target, Function):
        declared = target.attributes.get("methods")
        inside = target.attributes.get("__wrapped__")
        return default_methods(inside) if declared is None and inside is not None else declared
    if not isinstance(target, ViewOf):
        return None
    declared = target.handler.member("methods")
    if isinstance(declared, (list, tuple, set)):
        return declared
    return [verb for verb in VERBS if isinstance(target.handler.member(verb), Function)] or None


def view_guards(type_: Class) -> tuple[Before, ...]:
    """The decorators that a view's class lists for all of its methods, and those over every method."""
    listed = [name for name in ("decorators", "method_decorators") if isinstance(type_.member(name), (list, tuple))]
    classes = [Before(describe(one), one, type_.place) for name in listed for one in type_.member(name) or ()]
    methods = [member for verb in VERBS if isinstance(member := type_.member(verb), Function)]
    over = [{one.name: one for one in method.decorations} for method in methods]
    shared = set.intersection(*(set(names) for names in over)) if over else set()
    return (*classes, *(Before(name, over[0][name].value, over[0][name].place) for name in sorted(shared)))


def by_guard(target: Value, methods: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Value]]:
    """A view's methods, in groups where guards stand over some methods of its class and not over others."""
    groups: dict[tuple[str, ...], list[str]] = {}
    over: dict[str, Before] = {}
    for method in methods if isinstance(target, ViewOf) else ():
        member = target.handler.member(method.lower())
        own = member.decorations if isinstance(member, Function) else ()
        guards = {one.name: one for one in own if refuses(short(one.name), one.value)}
        over |= {name: Before(name, one.value, one.place) for name, one in guards.items()}
        groups.setdefault(tuple(sorted(guards)), []).append(method)
    if not isinstance(target, ViewOf) or len(groups) < 2:
        yield methods, target
        return
    known = {one.name for one in target.before}
    for names, own_methods in groups.items():
        more = (over[name] for name in names if name not in known)
        yield tuple(own_methods), ViewOf(target.handler, (*target.before, *more))


def as_view(arguments: Arguments) -> Value:
    type_ = arguments.receiver
    if isinstance(type_, Instance):
        type_ = type_.type
    return (
        ViewOf(type_, view_guards(type_)) if isinstance(type_, Class) else Unknown("a view of a class", arguments.place)
    )
