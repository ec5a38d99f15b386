"""Records what an ASGI application answers."""

from __future__ import annotations

from typing import Any, Awaitable, Callable, Dict
from urllib.parse import quote

from . import places
from .recording import Recorder, outermost

Scope = Dict[str, Any]
Receive = Callable[[], Awaitable[Dict[str, Any]]]
Send = Callable[[Dict[str, Any]], Awaitable[None]]


class ASGIRecorder:
    """ASGI middleware: the application answers as before, and what it answered over HTTP is written."""

    def __init__(self, app: Callable[..., Awaitable[None]], recorder: Recorder) -> None:
        self.app, self.recorder = app, recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with outermost() as first:
            if first is None or scope.get("type") != "http":
                await self.app(scope, receive, send)
                return
            answer = _Answer(self.recorder, receive, send, scope.get("path", ""))
            try:
                await self.app(scope, answer.receive, answer.send)
            finally:
                answer.end(self.app, scope)


class _Answer:
    """One exchange under way."""

    def __init__(self, recorder: Recorder, receive: Receive, send: Send, path: str) -> None:
        self.path = path
        self.recorder, self._receive, self._send = recorder, receive, send
        self.sent, self.answered = recorder.gather(), recorder.gather()
        self.status, self.parts = 0, 0
        self.headers: list[tuple[str, str]] = []

    async def receive(self) -> dict[str, Any]:
        message = await self._receive()
        if message.get("type") == "http.request":
            self.sent.add(message.get("body", b""))
        return message

    async def send(self, message: dict[str, Any]) -> None:
        if message.get("type") == "http.response.start":
            self.status = message["status"]
            self.headers = _decoded(message.get("headers", ()))
        elif message.get("type") == "http.response.body":
            self.parts += 1
            self.answered.add(message.get("body", b""))
        await self._send(message)

    def end(self, app: Any, scope: Scope) -> None:
        if not self.status:  # it broke before it answered; the server answers in its place
            return
        found = places.known(places.of_asgi, app, scope, self.path)
        path = quote(self.path, safe="/:@!$&'()*+,;=~")
        query = scope.get("query_string", b"").decode("latin-1")
        sized = any(name.lower() == "content-length" for name, _ in self.headers)
        self.recorder.record(
            self.recorder.request(
                scope.get("method", ""), f"{path}?{query}" if query else path, found.route,
                _decoded(scope.get("headers", ())), self.sent,
            ),
            self.recorder.response(self.status, self.headers, self.answered, streamed=self.parts > 1 and not sized),
            framework=found.framework, handler=found.handler,
        )  # fmt: skip


def _decoded(headers: Any) -> list[tuple[str, str]]:
    return [(bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in headers]
