"""The finders: from what a file does to the items of one inventory. An item's name says what it is, not where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from milestones.parity.inventories.sightings import Call, Sightings

UNTOLD = "(told only at run time)"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of an inventory, and where it stands. `untold`: its name is known only at run time."""

    name: str
    path: str
    line: int
    untold: bool = False


def _literal(value: str, seen: Sightings | None = None) -> tuple[str, bool]:
    """What a value says, and whether it says it only at run time; a constant of the same file says what it holds."""
    if value.startswith("="):
        return value[1:], False
    held = seen.constants.get(value) if seen is not None else None
    return (held, False) if held is not None else (UNTOLD, True)


# --- async and blocking boundaries

_OFFLOADING = frozenset({
    "run_in_threadpool", "iterate_in_threadpool", "to_thread", "run_in_executor", "sync_to_async", "async_to_sync",
    "run_sync", "run_coroutine_threadsafe", "wrap_blocking",
})  # fmt: skip
_BLOCKING = re.compile(
    r"^(time\.sleep|requests\.\w+|urllib\.request\.urlopen|urlopen|subprocess\.(run|call|check_call|check_output)"
    r"|os\.system|socket\.create_connection|open|input|\w+\.join_thread)$"
)


def boundaries(path: str, seen: Sightings) -> Iterator[Item]:
    """Functions that run on an event loop, what they hand to threads, and calls on the loop that block it."""
    for one in seen.defined:
        if one.is_async:
            yield Item(f"on the loop: {one.name}", path, one.line)
    for call in seen.calls:
        if call.last in _OFFLOADING:
            handed = call.argument(1 if call.last == "run_in_executor" else 0) or "?"
            yield Item(f"to a thread: {handed.lstrip('=')[:80]} in {call.within or 'the module'}", path, call.line)
        elif call.is_async and _BLOCKING.match(call.name):
            yield Item(f"blocks the loop: {call.name} in {call.within}", path, call.line)


# --- middleware, in order

_HOOKS = frozenset({
    "before_request", "after_request", "teardown_request", "before_app_request", "after_app_request",
    "teardown_appcontext", "before_first_request",
})  # fmt: skip


_CAST = re.compile(r"^(?:typing\.)?cast\(.*,\s*([\w.]+),?\s*\)$")


def middleware(path: str, seen: Sightings) -> Iterator[Item]:
    """What stands around every request, in the order in which the source adds it."""
    found: list[tuple[int, str, bool]] = []
    for call in seen.calls:
        found += _added(call)
    for one in seen.assigned:
        if one.name in ("MIDDLEWARE", "MIDDLEWARE_CLASSES") or one.name.endswith(".MIDDLEWARE"):
            found += [(one.line, item.removeprefix("="), False) for item in one.items]
        elif one.name.endswith(".wsgi_app") and one.items:
            found.append((one.line, one.items[0].removesuffix("()").rpartition(".")[2], False))
    for line, name, untold in sorted(found, key=lambda item: item[0]):
        yield Item(name, path, line, untold)


def _added(call: Call) -> Iterator[tuple[int, str, bool]]:
    if call.last in ("add_middleware", "Middleware") and not call.decorates:
        given = _CAST.sub(r"\1", call.argument(0, "middleware_class", "cls"))
        yield call.line, given.lstrip("=").rpartition(".")[2] or UNTOLD, not given
    elif call.last == "add_tween":
        name, untold = _literal(call.argument(0, "tween_factory"))
        yield call.line, f"tween {name}", untold
    elif call.last == "middleware" and call.decorates:
        yield call.line, call.decorates, False
    elif call.last in _HOOKS:
        yield call.line, f"{call.last} {call.decorates or call.argument(0, 'f').lstrip('=') or UNTOLD}", False
    elif call.last == "add_subscriber" and re.search(r"NewRe(quest|sponse)|BeforeRender", call.argument(1, "iface")):
        yield call.line, f"subscriber {call.argument(0, 'subscriber').lstrip('=')}", False


# --- signals

_DJANGO = frozenset({
    "pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "pre_init", "post_init", "pre_migrate",
    "post_migrate", "request_started", "request_finished", "got_request_exception", "user_logged_in",
    "user_logged_out", "setting_changed", "class_prepared",
})  # fmt: skip


def signals(path: str, seen: Sightings) -> Iterator[Item]:
    """Handlers of the system's signals and of a framework's, start-up and shut-down."""
    for call in seen.calls:
        name = _signal(call)
        if name:
            yield Item(name, path, call.line)


def _signal(call: Call) -> str:  # noqa: PLR0911 - one line a way to say it
    if call.name in ("signal.signal", "signal.siginterrupt"):
        return call.argument(0).rpartition(".")[2]
    if call.last == "add_signal_handler":
        return call.argument(0, "sig").rpartition(".")[2]
    if call.name == "atexit.register":
        return f"at exit: {call.decorates or call.argument(0)}"
    if call.name == "faulthandler.register":
        return f"{call.argument(0).rpartition('.')[2]} (dump)"
    if call.last == "receiver" and call.decorates:
        return f"{call.argument(0).rpartition('.')[2]} to {call.decorates}"
    if call.last in ("connect", "connect_via") and (sender := call.name.rpartition(".")[0].rpartition(".")[2]):
        known = sender in _DJANGO or sender.startswith(("request_", "appcontext_", "got_", "template_", "message_"))
        return f"{sender} to {call.argument(0, 'receiver') or call.decorates}" if known else ""
    if call.last in ("on_event", "add_event_handler"):
        return f"on {call.argument(0, 'event_type').lstrip('=')}"
    return ""


# --- shims and adapters

_SHIM = re.compile(r"(?i)^(shims?|adapters?|compat|compatibility|bridge|glue|polyfill|legacy|twin|emulat\w*)$")
_PARTS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def is_shim(name: str) -> bool:
    """Whether a name says that what bears it stands in for something."""
    return any(_SHIM.match(part) for part in _PARTS.findall(name))


def shims(path: str, seen: Sightings) -> Iterator[Item]:
    """Classes and functions whose name says that they stand in for something."""
    for one in seen.defined:
        last = one.name.rpartition(".")[2]
        if is_shim(last):
            yield Item(f"{one.kind} {one.name}", path, one.line)


# --- error handlers

_PYRAMID = {"notfound_view_config": "404", "forbidden_view_config": "403", "exception_view_config": "an exception"}


def error_handlers(path: str, seen: Sightings) -> Iterator[Item]:
    """What answers when something goes wrong."""
    for call in seen.calls:
        name = _handled(call)
        if name:
            yield Item(name, path, call.line)
    for one in seen.assigned:
        if re.fullmatch(r"handler(400|403|404|500)", one.name):
            yield Item(one.name.removeprefix("handler"), path, one.line)


def _handled(call: Call) -> str:
    if call.last in ("errorhandler", "app_errorhandler", "exception_handler", "register_error_handler",
                     "add_exception_handler"):  # fmt: skip
        return call.argument(0, "code_or_exception", "exc_class_or_status_code").lstrip("=").rpartition(".")[2]
    if call.last in _PYRAMID and call.decorates:
        return call.argument(0, "context").rpartition(".")[2] or _PYRAMID[call.last]
    if call.last in ("add_notfound_view", "add_forbidden_view", "add_exception_view"):
        return {"add_notfound_view": "404", "add_forbidden_view": "403"}.get(call.last, "an exception")
    context = call.argument(99, "context")
    if call.last == "view_config" and re.search(r"Exception|Error|HTTP", context):
        return context.rpartition(".")[2]
    return ""


# --- cookies

_SETTERS = {"set_cookie": "set", "set_signed_cookie": "set", "delete_cookie": "deleted", "unset_cookie": "deleted"}
_NAMED = frozenset({"session_cookie", "cookie_name"})


def cookies(path: str, seen: Sightings) -> Iterator[Item]:
    """Cookies that are set or deleted, by name."""
    for call in seen.calls:
        if call.last in _SETTERS:
            name, untold = _literal(call.argument(0, "key", "name"), seen)
            yield Item(f"{name} {_SETTERS[call.last]}", path, call.line, untold)
        for key, value in call.keywords:
            if key in _NAMED:
                name, untold = _literal(value, seen)
                yield Item(f"{name} set", path, call.line, untold)
    for one in seen.assigned:
        if one.name.endswith(("SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME")) or "SESSION_COOKIE_NAME" in one.name:
            name, untold = _literal(one.items[0] if one.items else "", seen)
            yield Item(f"{name} set", path, one.line, untold)
        elif re.search(r"(?i)\[=set-cookie\]$", one.name):
            yield Item(f"{UNTOLD} set", path, one.line, untold=True)


# --- settings

_READ = frozenset({"os.getenv", "getenv", "os.environ.get", "environ.get", "os.environ.pop", "os.environ.setdefault"})
_ENV = re.compile(
    r"^(?:self\.)?env(?:\.(?:str|int|bool|float|list|dict|json|url|db|db_url|path|tuple|get|cache|email))?$"
)
_OWNERS = re.compile(r"(?:^|\.)(?:config|settings|app_settings)$")


def settings(path: str, seen: Sightings) -> Iterator[Item]:
    """What the program reads from its environment and its settings."""
    for call in seen.calls:
        if call.name in _READ or (_ENV.match(call.name) and call.arguments):
            name, untold = _literal(call.argument(0, "key", "name", "var"), seen)
            yield Item(f"environment {name}", path, call.line, untold)
        elif call.last == "get" and _OWNERS.search(call.name.rpartition(".")[0]) and call.arguments:
            name, untold = _literal(call.argument(0), seen)
            if not untold:
                yield Item(f"setting {name}", path, call.line)
    for owner, key, line in seen.looked_up:
        name, untold = _literal(key, seen)
        if owner in ("os.environ", "environ"):
            yield Item(f"environment {name}", path, line, untold)
        elif _OWNERS.search(owner) and not untold:
            yield Item(f"setting {name}", path, line)
    for dotted, line in seen.attributes:
        found = re.match(r"(?:django_)?settings\.([A-Z][A-Z0-9_]+)$", dotted)
        if found:
            yield Item(f"setting {found[1]}", path, line)
