"""Listens in on the clients of tests: werkzeug's (Flask), Django's, webtest's, httpx (Starlette), requests."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import io
import warnings
from typing import Any, Callable, Iterator
from urllib.parse import urlsplit

from . import places
from .recording import Noted, Recorder, note, outermost
from .wsgi import WSGIRecorder, headers_of, target_of

LARGEST_REQUEST = 10 * 1024 * 1024
Undo = Callable[[], None]


def listen(recorder: Recorder) -> Undo:
    """Record what goes through any client that is installed; what is returned ends it."""
    undone: list[Undo] = []
    for module, hook in HOOKS.items():
        if _is_here(module):
            undone += hook(_imported(module), recorder)

    def end() -> None:
        for undo in reversed(undone):
            undo()

    return end


def _is_here(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ImportError:
        return False


def _imported(module: str) -> Any:
    with warnings.catch_warnings():  # of a client that the suite may never use
        warnings.simplefilter("ignore")
        return importlib.import_module(module)


def _replace(owner: Any, name: str, make: Callable[[Any], Any]) -> Undo:
    """Put a wrapper in the place of a function; what is returned puts it back."""
    own = name in vars(owner)
    original = getattr(owner, name)
    setattr(owner, name, functools.wraps(original)(make(original)))
    return lambda: setattr(owner, name, original) if own else delattr(owner, name)


def _werkzeug(module: Any, recorder: Recorder) -> list[Undo]:
    def make(original: Any) -> Any:
        def run(app: Any, environ: Any, buffered: bool = False) -> Any:
            body, status, headers = original(WSGIRecorder(app, recorder), environ, buffered=buffered)
            if "content-length" in {name.lower() for name, _ in headers}:
                body = list(body)  # a test that looks at the status alone never reads it
            return body, status, headers

        return run

    return [_replace(module, "run_wsgi_app", make)]


def _webtest(module: Any, recorder: Recorder) -> list[Undo]:
    def make(original: Any) -> Any:
        def call(self: Any, application: Any, *given: Any, **named: Any) -> Any:
            return original(self, WSGIRecorder(application, recorder), *given, **named)

        return call

    return [_replace(module.TestRequest, "call_application", make)]


def _django(module: Any, recorder: Recorder) -> list[Undo]:
    def make(original: Any) -> Any:
        def call(self: Any, environ: dict[str, Any]) -> Any:
            with outermost() as first:
                if first is None:
                    return original(self, environ)
                sent = recorder.gather()
                if "wsgi.input" in environ:
                    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                    sent.add(raw)
                    environ["wsgi.input"] = io.BytesIO(raw)
                method, target, headers = (
                    environ.get("REQUEST_METHOD", ""),
                    target_of(environ),
                    list(headers_of(environ)),
                )
                response = original(self, environ)
                _django_answer(recorder, response, (method, target, headers, sent), "wsgi_request")
                return response

        return call

    def make_async(original: Any) -> Any:
        async def call(self: Any, scope: dict[str, Any]) -> Any:
            sent = recorder.gather()
            if "_body_file" in scope:
                raw = scope["_body_file"].read()
                sent.add(raw)
                scope["_body_file"] = io.BytesIO(raw)
            query = scope.get("query_string", b"").decode("latin-1")
            target = f"{scope['path']}?{query}" if query else scope["path"]
            headers = [(bytes(k).decode("latin-1"), bytes(v).decode("latin-1")) for k, v in scope.get("headers", ())]
            method = scope.get("method", "")
            response = await original(self, scope)
            _django_answer(recorder, response, (method, target, headers, sent), "asgi_request")
            return response

        return call

    return [
        _replace(module.ClientHandler, "__call__", make), _replace(module.AsyncClientHandler, "__call__", make_async),
    ]  # fmt: skip


def _django_answer(recorder: Recorder, response: Any, asked: tuple[str, str, Any, Any], kept: str) -> None:
    method, target, headers, sent = asked
    match = getattr(getattr(response, kept, None), "resolver_match", None)
    found = places.of_resolved(match) if match else places.Place("django")
    answered = recorder.gather()
    if not response.streaming:
        answered.add(response.content)
    told = [*response.items(), *(("set-cookie", one.OutputString()) for one in response.cookies.values())]
    recorder.record(
        recorder.request(method, target, found.route, headers, sent),
        recorder.response(response.status_code, told, answered, streamed=response.streaming),
        framework="django",
        handler=found.handler,
    )


def _httpx(module: Any, recorder: Recorder) -> list[Undo]:
    def make(original: Any) -> Any:
        def send(self: Any, request: Any, **named: Any) -> Any:
            with outermost() as first:
                if first is None:
                    return original(self, request, **named)
                _read(request)
                response = original(self, request, **named)
                _httpx_answers(recorder, response, first)
                return response

        return send

    def make_async(original: Any) -> Any:
        async def send(self: Any, request: Any, **named: Any) -> Any:
            with outermost() as first:
                if first is None:
                    return await original(self, request, **named)
                response = await original(self, request, **named)
                _httpx_answers(recorder, response, first)
                return response

        return send

    return [_replace(module.Client, "send", make), _replace(module.AsyncClient, "send", make_async)]


def _read(request: Any) -> None:
    """Take a form's parts into memory, as the request would be sent; of a stream of unknown length nothing is taken."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) <= LARGEST_REQUEST:
        request.read()


def _httpx_answers(recorder: Recorder, response: Any, noted: Noted) -> None:
    for one in [*response.history, response]:
        sent, answered = recorder.gather(), recorder.gather()
        sent.add(getattr(one.request, "_content", b""))
        read = hasattr(one, "_content")
        if read:
            answered.add(one.content)
        target = one.request.url.raw_path.decode("ascii", "replace")
        found = noted.place(one.request.url.path)
        headers = [pair for pair in one.headers.multi_items() if not read or pair[0].lower() != "content-encoding"]
        recorder.record(
            recorder.request(one.request.method, target, found.route, one.request.headers.multi_items(), sent),
            recorder.response(one.status_code, headers, answered, streamed="content-length" not in one.headers),
            framework=found.framework,
            handler=found.handler,
        )


def _pyramid(module: Any, recorder: Recorder) -> list[Undo]:
    del recorder  # webtest wraps what it asks; the application makes itself known

    def make(original: Any) -> Any:
        def call(self: Any, environ: Any, start_response: Any) -> Any:
            environ[places.ANSWERING] = self
            return original(self, environ, start_response)

        return call

    return [_replace(module.Router, "__call__", make)]


def _starlette(module: Any, recorder: Recorder) -> list[Undo]:
    del recorder  # its clients are httpx's; only the application knows the route

    def make(original: Any) -> Any:
        async def call(self: Any, scope: Any, receive: Any, send: Any) -> None:
            note(scope)
            await original(self, scope, receive, send)

        return call

    return [_replace(module.Starlette, "__call__", make)]


def _requests(module: Any, recorder: Recorder) -> list[Undo]:
    def make(original: Any) -> Any:
        def send(self: Any, request: Any, stream: bool = False, **named: Any) -> Any:
            with outermost() as first:
                response = original(self, request, stream=stream, **named)
                if first is not None:
                    _requests_answer(recorder, request, response, stream)
                return response

        return send

    return [_replace(module.HTTPAdapter, "send", make)]


def _requests_answer(recorder: Recorder, request: Any, response: Any, stream: bool) -> None:
    sent, answered = recorder.gather(), recorder.gather()
    body = request.body.encode() if isinstance(request.body, str) else request.body
    if isinstance(body, (bytes, bytearray)):
        sent.add(bytes(body))
    if not stream:
        answered.add(response.content)
    raw = response.raw.headers
    told = [(name, value) for name in dict.fromkeys(k.lower() for k in raw) for value in _each(raw, name)]
    told = [pair for pair in told if stream or pair[0] != "content-encoding"]
    parts = urlsplit(request.url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    recorder.record(
        recorder.request(request.method, target, "", request.headers.items(), sent),
        recorder.response(response.status_code, told, answered, streamed="content-length" not in response.headers),
    )


def _each(headers: Any, name: str) -> Iterator[str]:
    """The values of a header; urllib3 joins what stands more than once, which a cookie cannot bear."""
    listed: Any | None = getattr(headers, "getlist", None)
    yield from listed(name) if listed else [headers[name]]


HOOKS: dict[str, Callable[[Any, Recorder], list[Undo]]] = {
    "werkzeug.test": _werkzeug,
    "webtest.app": _webtest,
    "django.test.client": _django,
    "httpx": _httpx,
    "httpx2": _httpx,
    "requests.adapters": _requests,
    "starlette.applications": _starlette,
    "pyramid.router": _pyramid,
}
