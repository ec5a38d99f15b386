"""Calling what a name stands for: functions and classes of the project, builtins, and the models of frameworks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from milestones.facts import Place
from milestones.source import builtin, code, libraries
from milestones.source.values import (
    Arguments,
    Class,
    Decoration,
    External,
    Function,
    Instance,
    Model,
    Module,
    Native,
    Scope,
    Super,
    Unknown,
    Value,
)

CALL_DEPTH = 30
Factory = Callable[[Arguments], Value]


class Exhausted(Exception):  # noqa: N818 - a signal: the program that is read takes too many steps
    pass


class Caller:
    """The part of the evaluator that calls; `expression` and `run` are given by the parts built on it."""

    def __init__(self, models: Mapping[str, Factory], steps: int) -> None:
        self.models = models
        self.steps_left = steps
        self.depth = 0
        self.called: set[int] = set()
        self.stack: list[code.Function] = []
        self.natives: dict[str, Value] = {}  # the language's own functions that need the evaluator
        self.outside: dict[str, Callable[[str, Place], Value]] = {}  # what attributes of names from outside are here
        self.classes: list[Class] = []
        self.conditions: list[Place] = []  # the undecided branches that we are in
        self.guessing = False  # whether we are in a function that nothing calls, its arguments unknown
        self.lost: list[tuple[str, Arguments, bool]] = []  # calls of methods on something unknown, made while guessing

    def expression(self, node: code.Expression, scope: Scope) -> Value:
        raise NotImplementedError

    def returned(self, function: Function, scope: Scope) -> Value:
        raise NotImplementedError

    def step(self) -> None:
        self.steps_left -= 1
        if self.steps_left <= 0:
            raise Exhausted

    def call(self, callee: Value, arguments: Arguments) -> Value:  # noqa: PLR0911
        self.step()
        if isinstance(callee, Function):
            return self.call_function(callee, arguments)
        if isinstance(callee, Native):
            return callee.call(arguments)
        if isinstance(callee, Class):
            return self.instantiate(callee, arguments)
        if isinstance(callee, External):
            return self.call_external(callee, arguments)
        if isinstance(callee, Instance):
            return self._call_instance(callee, arguments)
        if isinstance(callee, Model):
            return self.call(callee.get("__call__", arguments.place), arguments)
        return callee if isinstance(callee, Unknown) else Unknown("called at run time", arguments.place)

    def _call_instance(self, callee: Instance, arguments: Arguments) -> Value:
        if isinstance(callee.type.member("__call__"), Function):
            return self.call(self.attribute(callee, "__call__", arguments.place), arguments)
        return Unknown(f"what calling a {callee.type.name} gives", arguments.place)

    def call_external(self, callee: External, arguments: Arguments) -> Value:
        arguments.receiver = callee.receiver
        factory = self.models.get(callee.name) or libraries.CALLS.get(callee.name)
        if factory is None:
            factory = self.models.get(f"*.{callee.last}")
        if factory is not None:
            return factory(arguments)
        if callee.last in ("wraps", "update_wrapper"):
            return self._wraps(arguments)
        if callee.name.endswith("partial") and arguments.positional:
            return self._partial(arguments)
        return External(f"{callee.name}()", arguments=arguments)

    def _wraps(self, arguments: Arguments) -> Value:
        wrapped = arguments.get(0, "wrapped")

        def wrap(given: Arguments) -> Value:
            function = given.get(0, "wrapper")
            if isinstance(function, Function) and isinstance(wrapped, Function):
                function.wraps = wrapped
            return function

        return Native("wraps", wrap)

    def _partial(self, arguments: Arguments) -> Value:
        function, *first = arguments.positional

        def call(given: Arguments) -> Value:
            named = {**arguments.named, **given.named}
            return self.call(function, Arguments([*first, *given.positional], named, given.place, given.incomplete))

        return Native("partial", call)

    def call_function(self, function: Function, arguments: Arguments) -> Value:
        self.called.add(id(function.code))
        if self.depth >= CALL_DEPTH or self.stack.count(function.code) > 2:
            return Unknown(f"{function.name} calls itself too deeply", arguments.place)
        if function.receiver is not None:
            arguments = Arguments(
                [function.receiver, *arguments.positional], arguments.named, arguments.place, arguments.incomplete
            )
        self.depth += 1
        self.stack.append(function.code)
        try:
            return _wrapped(self.returned(function, self._bound(function, arguments)), function, arguments)
        except RecursionError:
            return Unknown(f"{function.name} is nested too deeply", arguments.place)
        finally:
            self.stack.pop()
            self.depth -= 1

    def _bound(self, function: Function, arguments: Arguments) -> Scope:
        """A scope with the parameters bound; what was not given and has no default is unknown."""
        scope = Scope(parent=function.scope, path=function.scope.path, prefix=f"{function.name}.<locals>.")
        rest, named = list(arguments.positional), dict(arguments.named)
        for parameter in function.code.parameters:
            if parameter.kind == "*":
                scope.names[parameter.name], rest = tuple(rest), []
            elif parameter.kind == "**":
                scope.names[parameter.name] = named
            elif rest and parameter.kind == "":
                scope.names[parameter.name] = rest.pop(0)
            elif parameter.name in named:
                scope.names[parameter.name] = named.pop(parameter.name)
            else:
                scope.names[parameter.name] = self._default(function, parameter, arguments)
        scope.given = frozenset(scope.names)
        return scope

    def _default(self, function: Function, parameter: code.Parameter, arguments: Arguments) -> Value:
        if parameter.default is not None and not arguments.incomplete:
            return self.expression(parameter.default, function.scope)
        return Unknown(f"the argument {parameter.name} of {function.name}", function.place)

    def instantiate(self, type_: Class, arguments: Arguments) -> Value:
        instance = Instance(type_)
        start = type_.member("__init__")
        if isinstance(start, Function):
            self.call_function(start.bound(instance), arguments)
            if instance.model is None:
                self.give_model(instance, Arguments([], {}, arguments.place))
        elif not self.give_model(instance, arguments):
            instance.attributes.update(zip(type_.all_fields(), arguments.positional, strict=False))
            instance.attributes.update(arguments.named)
            after = type_.member("__post_init__")
            if isinstance(after, Function):
                self.call_function(after.bound(instance), Arguments([], {}, arguments.place))
        return instance

    def give_model(self, instance: Instance, arguments: Arguments) -> bool:
        """Lets an instance of a project's subclass behave as the framework's class that it extends."""
        for name in instance.type.external_bases():
            made = self.models[name](arguments) if name in self.models else None
            if isinstance(made, Model):
                instance.model = made
                made.instance = instance
                return True
        return False

    def decorate(self, definition: Value, decorator: code.Expression, scope: Scope) -> Value:
        """What stands under a name after a decorator: the definition itself, remembering what is over it."""
        place = Place(scope.path, decorator.line)
        value = self.expression(decorator, scope)
        if isinstance(value, External) and value.last in ("property", "staticmethod", "classmethod"):
            return definition
        decoration = Decoration(written(decorator), value, place)
        result = self.call(value, Arguments([definition], {}, place)) if not isinstance(value, Unknown) else value
        if isinstance(definition, Function):
            if isinstance(result, Function) and result.code is not definition.code and result.wraps is None:
                result.wraps = definition
            return definition.decorated(decoration)
        if isinstance(definition, Class):
            definition.decorations = (*definition.decorations, decoration)
        return definition

    # --- attributes

    def attribute(self, value: Value, name: str, place: Place) -> Value:  # noqa: PLR0911
        if isinstance(value, Instance):
            return self._instance_attribute(value, name, place)
        if isinstance(value, Class):
            return self._class_attribute(value, name, value, place)
        if isinstance(value, Module):
            return self.module_attribute(value, name, place)
        if isinstance(value, External):
            known = self.outside.get(value.name)
            found = known(name, place) if known is not None else None
            return External(f"{value.name}.{name}", arguments=value.arguments) if found is None else found
        if isinstance(value, Model):
            return value.get(name, place)
        if isinstance(value, Super):
            return self._super_attribute(value, name, place)
        if isinstance(value, Function):
            own = {"__name__": value.code.name, "__wrapped__": value.wraps, "__qualname__": value.name}
            return value.attributes.get(name, own.get(name) or Unknown(f"{value.name}.{name}", place))
        return self._plain_attribute(value, name, place)

    def _plain_attribute(self, value: Value, name: str, place: Place) -> Value:
        found = builtin.method(value, name)
        if found is not None:
            return found
        if isinstance(value, dict) and name in value:  # an object of JavaScript
            return value[name]
        if isinstance(value, tuple) and name in getattr(value, "_fields", ()):
            return getattr(value, name)
        if name == "value" and builtin.plain(value):  # of a member of an enumeration
            return value
        if isinstance(value, Unknown):
            return Native(name, lambda arguments: self._lose(name, arguments, value))
        return Unknown(f".{name} of something that is made at run time", place)

    def _lose(self, name: str, arguments: Arguments, value: Unknown) -> Value:
        arguments.receiver = value
        self.lost.append((name, arguments, self.guessing))
        return Unknown(value.reason, value.place)

    def module_attribute(self, module: Module, name: str, place: Place) -> Value:
        raise NotImplementedError

    def _instance_attribute(self, value: Instance, name: str, place: Place) -> Value:
        if name in value.attributes:
            return value.attributes[name]
        member = value.type.member(name)
        if isinstance(member, Function):
            return self._method(member, value, place)
        if member is not None:
            return member
        if name == "__class__":
            return value.type
        if value.model is not None:
            return value.model.get(name, place)
        return self._class_attribute(value.type, name, value, place)

    def _method(self, member: Function, value: Instance, place: Place) -> Value:
        names = {decoration.name for decoration in member.decorations}
        if "staticmethod" in names:
            return member
        if "classmethod" in names:
            return member.bound(value.type)
        if names & {"property", "cached_property", "functools.cached_property"}:
            return self.call_function(member.bound(value), Arguments([], {}, place))
        return member.bound(value)

    def _class_attribute(self, type_: Class, name: str, receiver: Value, place: Place) -> Value:  # noqa: PLR0911
        member = type_.member(name)
        if isinstance(member, Function) and any(one.name == "classmethod" for one in member.decorations):
            return member.bound(type_)
        if name in ("__name__", "__qualname__", "__module__"):
            return type_.code.name if name != "__module__" else type_.scope.path.removesuffix(".py").replace("/", ".")
        if name == "__subclasses__":
            return Native(name, lambda arguments: [one for one in self.classes if type_ in one.bases])
        if member is not None or name in type_.members:
            return member
        if any(base.startswith("enum.") for base in type_.external_bases()) and name == "value":
            return receiver
        for base in type_.external_bases():
            return External(f"{base}.{name}", receiver=receiver)
        return Unknown(f"{type_.name}.{name}", place)

    def _super_attribute(self, value: Super, name: str, place: Place) -> Value:
        for base in value.type.lineage()[1:]:
            if isinstance(base, Class) and name in base.members:
                member = base.members[name]
                return member.bound(value.instance) if isinstance(member, Function) else member
        if name == "__init__":
            return Native("__init__", lambda arguments: self.give_model(value.instance, arguments) and None)
        if value.instance.model is not None:
            return value.instance.model.get(name, place)
        return Unknown(f"super().{name}", place)


def _wrapped(made: Value, function: Function, arguments: Arguments) -> Value:
    """What a decorator makes when it is called by hand remembers it, as it would over a definition."""
    if not isinstance(made, Function) or made.code is function.code:
        return made
    inner = made.wraps or made.enclosed
    if inner is None or not any(one is inner for one in arguments.positional):
        return made
    return made.decorated(Decoration(function.name, function, arguments.place))


def written(node: code.Expression) -> str:
    """An expression's dotted name as it stands in the source, without its arguments."""
    if isinstance(node, code.Call):
        return written(node.function)
    if isinstance(node, code.Attribute):
        return f"{written(node.value)}.{node.name}"
    if isinstance(node, code.Name):
        return node.id
    return "?"
