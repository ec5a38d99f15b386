"""Where exchanges are put together, masked and written."""

from __future__ import annotations

import os
import threading
import uuid
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Callable, Iterable, Iterator, Tuple
from urllib.parse import parse_qsl, unquote

from . import bodies, places
from .masking import Masker

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

Pairs = Iterable[Tuple[str, str]]
SYSTEMS = ("legacy", "new")
DROPPED = frozenset({"cookie", "set-cookie"})
_inside: ContextVar[Noted | None] = ContextVar("migrator_recorder_inside", default=None)
_COOKIE_ATTRIBUTES = {"max-age": "max_age", "expires": "expires", "samesite": "samesite", "path": "path"}


class Noted:
    """What an ASGI application, wherever it runs, leaves for the one who asked: the scope of the request."""

    __slots__ = ("scopes",)

    def __init__(self) -> None:
        self.scopes: list[tuple[str, dict[str, Any]]] = []

    def place(self, path: str) -> places.Place:
        """Who answered the first request for `path` that was not told yet; a redirect makes several of one."""
        for at, (asked, scope) in enumerate(self.scopes):
            if asked == path:
                del self.scopes[at]
                return places.known(places.of_asgi, None, scope, path)
        return places.NOWHERE


def note(scope: dict[str, Any]) -> None:
    """Leave the scope of a request that is being answered; a mounted application has it from the one around it."""
    noted = _inside.get()
    if noted is not None and scope.get("type") == "http" and all(known is not scope for _, known in noted.scopes):
        noted.scopes.append((scope.get("path", ""), scope))


@contextmanager
def outermost() -> Iterator[Noted | None]:
    """Something only for the request that is recorded: what a handler asks of others while it answers is not."""
    if _inside.get() is not None:
        yield None
        return
    token = _inside.set(Noted())
    try:
        yield _inside.get()
    finally:
        _inside.reset(token)


class Recorder:
    """Writes exchanges to a file, one JSON line each; several processes and threads may share the file.

    `system` is "legacy" or "new"; `fields` and `headers` are masked beside what is masked anyway; of a body longer than
    `limit` bytes only hash and length are kept. Raises ValueError for another system.
    """

    def __init__(
        self,
        path: str,
        system: str,
        *,
        fields: Iterable[str] = (),
        headers: Iterable[str] = (),
        limit: int = bodies.LIMIT,
    ) -> None:
        if system not in SYSTEMS:
            raise ValueError(f"system is {system!r}; say legacy or new")
        self.path, self.system, self.limit = os.fspath(path), system, limit
        self.masker = Masker(fields, headers)
        self.test = ""
        self._lock = threading.Lock()
        self._open: list[Callable[..., None]] = []

    def gather(self) -> bodies.Gathered:
        return bodies.Gathered(self.limit)

    def record(
        self, request: dict[str, Any], response: dict[str, Any], *, framework: str = "", handler: str = ""
    ) -> None:
        """Mask and write one exchange."""
        exchange = {
            "id": uuid.uuid4().hex, "test": self.test, "system": self.system, "framework": framework,
            "handler": handler, "request": request, "response": response,
        }  # fmt: skip
        with self._lock:
            self._write(self.masker.line(exchange))

    def begun(self, end: Callable[..., None]) -> None:
        """An exchange is under way; `end` writes it."""
        with self._lock:
            self._open.append(end)

    def ended(self, end: Callable[..., None]) -> bool:
        """Whether this exchange was still under way; it is no more."""
        with self._lock:
            found = end in self._open
            if found:
                self._open.remove(end)
            return found

    def flush(self) -> None:
        """Write what nobody read to its end, without its body."""
        for end in list(self._open):
            end(partial=True)

    def _write(self, line: str) -> None:
        # opened for each line: a fork shares no position, and the file may be moved away under a server that runs
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            left = memoryview(line.encode("ascii") + b"\n")
            while left:
                left = left[os.write(descriptor, left) :]
        finally:
            os.close(descriptor)

    def request(
        self, method: str, target: str, route: str, headers: Pairs, body: bodies.Gathered | None
    ) -> dict[str, Any]:
        """A request as it is written; `target` is the path with the query, without the host."""
        path, _, query = target.partition("?")
        listed = _lowered(headers)
        told: dict[str, Any] = {"method": method.upper(), "path": unquote(path) or "/"}
        if route:
            told["route"] = route
        if query:
            told["query"] = bodies.several(parse_qsl(query, keep_blank_values=True))
        told["headers"] = bodies.several(listed)
        if body is not None and body.length:
            told["body"] = body.shaped(_first(listed, "content-type"), _first(listed, "content-encoding"))
        return told

    def response(
        self, status: int, headers: Pairs, body: bodies.Gathered | None, *, streamed: bool = False
    ) -> dict[str, Any]:
        """A response as it is written; a cookie's value is not."""
        listed = _lowered(headers)
        told: dict[str, Any] = {"status": status, "headers": bodies.several(p for p in listed if p[0] not in DROPPED)}
        cookies = [self._cookie(value) for name, value in listed if name == "set-cookie"]
        if cookies:
            told["cookies"] = cookies
        if streamed:
            told["streamed"] = True
        if body is not None and body.length:
            told["body"] = body.shaped(_first(listed, "content-type"), _first(listed, "content-encoding"))
        return told

    def _cookie(self, text: str) -> dict[str, Any]:
        first, *rest = text.split(";")
        name, _, value = first.strip().partition("=")
        self.masker.cookie_value(value)
        told: dict[str, Any] = {"name": name, "httponly": False, "secure": False}
        for part in rest:
            key, _, given = part.strip().partition("=")
            key = key.lower()
            if key in _COOKIE_ATTRIBUTES:
                told[_COOKIE_ATTRIBUTES[key]] = (
                    int(given) if key == "max-age" and given.lstrip("-").isdigit() else given
                )
            elif key in {"httponly", "secure"}:
                told[key] = True
        return told


def _lowered(headers: Pairs) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in headers]


def _first(headers: list[tuple[str, str]], name: str) -> str:
    return next((value for key, value in headers if key == name), "")
