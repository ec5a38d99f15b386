"""Flask's configuration: what classes, mappings and assignments put into it, as far as that is static."""

from __future__ import annotations

from milestones.facts import Place
from milestones.parity.frameworks.board import Project
from milestones.source.values import Arguments, Class, Instance, Model, Module, Native, Unknown, Value


class Config(Model):
    """`app.config`; a setting with a default reads as its default."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.settings: dict[str, Value] = {}

    def get(self, name: str, place: Place) -> Value:
        if name in ("from_object", "from_mapping", "update", "setdefault", "get", "pop"):
            return Native(name, getattr(self, f"_{name}"))
        return Native(name, lambda arguments: Unknown("settings read at run time", arguments.place))

    def item(self, key: Value, place: Place) -> Value:
        if isinstance(key, str) and key in self.settings:
            return self.settings[key]
        return Unknown(f"the setting {key}", place)

    def set_item(self, key: Value, value: Value) -> None:
        if isinstance(key, str):
            self.settings[key] = value

    def _get(self, arguments: Arguments) -> Value:
        key = arguments.get(0, "key")
        found = self.settings.get(key) if isinstance(key, str) else None
        if found is not None and not isinstance(found, Unknown):
            return found
        default = arguments.get(1, "default")
        return Unknown(f"the setting {key}", arguments.place) if default is None else default

    _pop = _get

    def _setdefault(self, arguments: Arguments) -> Value:
        key = arguments.get(0, "key")
        return self.settings.setdefault(key, arguments.get(1, "default")) if isinstance(key, str) else None

    def _update(self, arguments: Arguments) -> Value:
        given = arguments.get(0, "mapping")
        self.settings.update(given if isinstance(given, dict) else {})
        self.settings.update(arguments.named)

    _from_mapping = _update

    def _from_object(self, arguments: Arguments) -> Value:
        given = arguments.get(0, "obj")
        if isinstance(given, str):
            given = self._imported(given.replace(":", "."), arguments.place)
        names = {}
        for one in reversed(given.lineage()) if isinstance(given, Class) else []:
            names.update(one.members if isinstance(one, Class) else {})
        if isinstance(given, Instance):
            for one in reversed(given.type.lineage()):
                names.update(one.members if isinstance(one, Class) else {})
            names.update(given.attributes)
        if isinstance(given, Module):
            names = given.scope.names
        self.settings.update({name: value for name, value in names.items() if name.isupper()})

    def _imported(self, name: str, place: Place) -> Value:
        whole = self.project.module(name, place.path)
        if isinstance(whole, Module):
            return whole
        module, _, attribute = name.rpartition(".")
        found = self.project.module(module, place.path) if module else None
        return found.scope.names.get(attribute) if isinstance(found, Module) else None
