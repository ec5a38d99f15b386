"""Records what a WSGI application answers."""

from __future__ import annotations

import io
from typing import Any, Callable, Dict, Iterable, Iterator

from . import places
from .recording import Recorder, outermost

Environ = Dict[str, Any]


class WSGIRecorder:
    """WSGI middleware: the application answers as before, and what it answered is written."""

    def __init__(self, app: Callable[..., Iterable[bytes]], recorder: Recorder) -> None:
        self.app, self.recorder = app, recorder

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        with outermost() as first:
            if first is None:
                return self.app(environ, start_response)
            return _Answer(self, environ, start_response).begin()


class _Answer:
    """One exchange under way."""

    def __init__(self, outer: WSGIRecorder, environ: Environ, start_response: Callable[..., Any]) -> None:
        self.recorder, self.app = outer.recorder, outer.app
        self.environ, self._start = environ, start_response
        self.sent, self.answered = self.recorder.gather(), self.recorder.gather()
        self.status, self.headers = "", []  # type: Tuple[str, List[Tuple[str, str]]]
        self.streamed = False
        self.place = places.NOWHERE
        self._method, self._target = environ.get("REQUEST_METHOD", ""), target_of(environ)
        self._headers = list(headers_of(environ))

    def begin(self) -> Iterable[bytes]:
        if "wsgi.input" in self.environ:
            self.environ["wsgi.input"] = _Heard(self.environ["wsgi.input"], self.sent)
        body = self.app(self.environ, self.start_response)
        self.recorder.begun(self.end)
        return _Passing(self, body)

    def start_response(self, status: str, headers: list[tuple[str, str]], *more: Any) -> Callable[[bytes], Any]:
        self.status, self.headers = status, list(headers)
        # now, since Flask forgets the request when it is done with it
        self.place = places.known(places.of_wsgi, self.app, self.environ)
        write = self._start(status, headers, *more)

        def heard(data: bytes) -> Any:
            self.answered.add(data)
            return write(data)

        return heard

    def end(self, *, partial: bool = False) -> None:
        """Write the exchange; once, whoever ends it first."""
        if not self.recorder.ended(self.end) or not self.status:
            return
        found, body = self.place, None if partial else self.answered
        code = self.status[:3]
        sized = any(name.lower() == "content-length" for name, _ in self.headers)
        self.recorder.record(
            self.recorder.request(self._method, self._target, found.route, self._headers, self.sent),
            self.recorder.response(
                int(code) if code.isdigit() else 0, self.headers, body, streamed=self.streamed and not sized
            ),
            framework=found.framework,
            handler=found.handler,
        )


class _Heard(io.RawIOBase):
    """A request's body as the application reads it."""

    def __init__(self, source: Any, into: Any) -> None:
        self._source, self._into = source, into

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def readable(self) -> bool:
        return True

    def _passed(self, data: bytes) -> bytes:
        self._into.add(data)
        return data

    def read(self, *size: Any) -> bytes:
        return self._passed(self._source.read(*size))

    def readline(self, *size: Any) -> bytes:  # type: ignore[override]
        return self._passed(self._source.readline(*size))

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readlines(self, *hint: Any) -> list[bytes]:  # type: ignore[override]
        return [self._passed(line) for line in self._source.readlines(*hint)]

    def __iter__(self) -> Iterator[bytes]:  # type: ignore[override]
        for line in self._source:
            yield self._passed(line)

    def close(self) -> None:
        """The server closes what is its own."""


class _Passing:
    """A response's body as the server takes it; the exchange is written when the last of it has passed."""

    def __init__(self, answer: _Answer, body: Iterable[bytes]) -> None:
        self._answer, self._body = answer, body
        self._parts = iter(body)
        answer.streamed = not hasattr(body, "__len__")

    def __iter__(self) -> _Passing:
        return self

    def __next__(self) -> bytes:
        try:
            part = next(self._parts)
        except StopIteration:
            self._answer.end()
            raise
        self._answer.answered.add(part)
        return part

    def close(self) -> None:
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._answer.end()


def target_of(environ: Environ) -> str:
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    raw = path.encode("latin-1", "replace").decode("utf-8", "replace").replace("%", "%25").replace("?", "%3F")
    query = environ.get("QUERY_STRING", "")
    return f"{raw}?{query}" if query else raw


def headers_of(environ: Environ) -> Iterator[tuple[str, str]]:
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name[5:].replace("_", "-").lower(), str(value)
        elif name in {"CONTENT_TYPE", "CONTENT_LENGTH"} and value:
            yield name.replace("_", "-").lower(), str(value)
