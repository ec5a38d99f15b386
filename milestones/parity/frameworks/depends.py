"""What FastAPI's handlers, routers and applications depend on: `Depends` and `Security`, as default or `Annotated`."""

from __future__ import annotations

from milestones.facts import Place
from milestones.parity.frameworks.board import Project
from milestones.parity.guards import Before
from milestones.source.values import Arguments, Class, External, Function, Instance, Model, Value, describe


class Dependency(Model):
    """`Depends(x)` or `Security(x)`."""

    def __init__(self, arguments: Arguments) -> None:
        self.target = arguments.get(0, "dependency")
        self.place = arguments.place


def depended(project: Project, listed: Value, place: Place) -> tuple[Before, ...]:
    """A list of dependencies as what stands before a handler."""
    found = listed if isinstance(listed, (list, tuple)) else []
    return tuple(_before(project, one) for one in found if isinstance(one, Dependency))


def _before(project: Project, one: Dependency) -> Before:
    note_dependencies(project, one.target)
    target = one.target.type if isinstance(one.target, Instance) else one.target
    return Before(describe(target).removesuffix("()").rpartition(".")[2] or describe(target), target, one.place)


def class_dependencies(project: Project, target: Value, owner: Class | None) -> tuple[Before, ...]:
    """What the class of a handler depends on, where views stand as methods in a class that nobody instantiates."""
    if owner is None or not isinstance(target, Function) or target.receiver is not None:
        return ()
    members = [one.members for one in reversed(owner.lineage()) if isinstance(one, Class)]
    found = {name: value for some in members for name, value in some.items() if isinstance(value, Dependency)}
    return tuple(_before(project, one) for one in found.values())


def note_dependencies(project: Project, target: Value, depth: int = 0) -> None:
    """Reads what a function's signature depends on, once, and leaves it on the function."""
    if not isinstance(target, Function):
        return
    function = target.original
    if "__dependencies__" in function.attributes or depth > 5:
        return
    found: list[Before] = []
    function.attributes["__dependencies__"] = found
    for parameter in function.code.parameters:
        for node in (parameter.default, parameter.annotation):
            value = project.evaluate(node, function.scope) if node is not None else None
            inside = value.arguments.positional if isinstance(value, External) and value.arguments else [value]
            found += (_before(project, one) for one in inside if isinstance(one, Dependency))
