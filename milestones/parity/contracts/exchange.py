"""One recorded exchange: a line of JSON, read with whatever it lacks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from milestones.facts import ParseError
from milestones.parity import patterns

LONGEST_LINE = 8 * 1024 * 1024
DEEPEST = 100
_RESPONSE = b'"response":'
_PARAMETER = re.compile(r"<[^<>]*>|\{[^{}]*\}|(?<=/):\w+")
_DIALECTS: Mapping[str, Callable[[str], patterns.Pattern]] = {
    "flask": patterns.flask, "fastapi": patterns.starlette, "starlette": patterns.starlette,
    "pyramid": patterns.pyramid, "django": patterns.django, "express": patterns.express,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie as it was set, without its value."""

    name: str
    max_age: int | None = None
    expires: str = ""
    samesite: str = ""
    httponly: bool = False
    secure: bool = False
    path: str = "/"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer. `route` is the path with `{name}` for each parameter, "" where nobody knows it."""

    test: str
    method: str
    path: str
    route: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    host: str = ""
    cookies: tuple[Cookie, ...] = ()
    body: Any = None
    streamed: bool = False

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def media_type(self) -> str:
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        return self.media_type == "application/json" or self.media_type.endswith("+json")

    @property
    def is_html(self) -> bool:
        return self.media_type in {"text/html", "application/xhtml+xml"} and isinstance(self.body, str)


class Asked(NamedTuple):
    """What pairing looks at; `asked` is a hash of path, query and body."""

    test: str
    method: str
    path: str
    route: str
    asked: int


def read_line(line: bytes) -> Exchange:
    """The exchange of one line. Raises ParseError for what is none."""
    plain, request, response = _parts(line)
    test, method, path, route = _who(plain, request)
    return Exchange(
        test=test, method=method, path=path, route=route, status=response["status"], headers=_headers(response),
        host=_headers(request).get("host", ""), cookies=_cookies(response.get("cookies")), body=response.get("body"),
        streamed=response.get("streamed") is True,
    )  # fmt: skip


def read_asked(line: bytes) -> Asked:
    """What a line asks for. Raises ParseError as `read_line` does, so that what is listed can be read."""
    plain, request, _ = _parts(line)
    test, method, path, route = _who(plain, request)
    asked = json.dumps([path, request.get("query"), request.get("body")], sort_keys=True).encode()
    return Asked(test, method, path, route, int.from_bytes(blake2b(asked, digest_size=8).digest(), "big"))


def same_answer(legacy: bytes, new: bytes) -> bool:
    """Whether two lines hold the same answer to the last byte, told without reading them.

    Inside a string the quotes of the name would be escaped, so from its first place on the answer is in what follows.
    """
    at, there = legacy.find(_RESPONSE), new.find(_RESPONSE)
    return at >= 0 and there >= 0 and legacy[at:].rstrip() == new[there:].rstrip()


def _parts(line: bytes) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    if len(line) > LONGEST_LINE:
        raise ParseError(f"a line of more than {LONGEST_LINE:,} bytes; record with a lower --record-limit")
    plain = _loaded(line)
    if not isinstance(plain, dict):
        raise ParseError("not an exchange, but other JSON; write it with the recorder")
    request, response = plain.get("request"), plain.get("response")
    if not isinstance(request, dict) or not isinstance(response, dict):
        raise ParseError("an exchange without request or response; write it with the recorder")
    if line.count(b"{") + line.count(b"[") > DEEPEST and _too_deep(plain, DEEPEST):
        raise ParseError(f"a body nested more than {DEEPEST} deep; record without it")
    status = response.get("status")
    if isinstance(status, bool) or not isinstance(status, int) or not 100 <= status <= 999:
        raise ParseError(f"status {_short(repr(status))} is no HTTP status (response.status)")
    return plain, request, response


def _loaded(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass  # half of a surrogate pair, which only the standard library reads; or no JSON, of which it says more
    try:
        return json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as problem:
        said = f"not a line of JSON: {_short(str(problem))}; the recording may be cut, record it again"
        raise ParseError(said) from None


def _who(plain: Mapping[str, Any], request: Mapping[str, Any]) -> tuple[str, str, str, str]:
    path = request.get("path")
    if not isinstance(path, str) or not path:
        raise ParseError("an exchange without the path that was asked for (request.path)")
    route = template_of(_text(request, "route"), _text(plain, "framework"))
    return _text(plain, "test"), _text(request, "method").upper() or "GET", path, route


def system_of(line: bytes) -> str:
    """Which system a line says that it is of, "" for none."""
    try:
        plain = _loaded(line)
    except ParseError:
        return ""
    said = plain.get("system") if isinstance(plain, dict) else ""
    return said if said in {"legacy", "new"} else ""


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _too_deep(value: Any, left: int) -> bool:
    if isinstance(value, dict):
        return left == 0 or any(_too_deep(one, left - 1) for one in value.values())
    if isinstance(value, list):
        return left == 0 or any(_too_deep(one, left - 1) for one in value)
    return False


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:117]}..."


def _text(table: Mapping[str, Any], key: str) -> str:
    found = table.get(key)
    return found if isinstance(found, str) else ""


def _headers(message: Mapping[str, Any]) -> dict[str, str]:
    """name -> value in lower case; what stands more than once is joined, as HTTP has it (RFC 9110, 5.3)."""
    found = message.get("headers")
    if isinstance(found, list):  # pairs, as some recorders write them
        pairs = [one for one in found if isinstance(one, list) and len(one) == 2]
        joined: dict[str, str] = {}
        for name, value in pairs:
            key = str(name).lower()
            joined[key] = f"{joined[key]}, {value}" if key in joined else str(value)
        return joined
    if not isinstance(found, dict):
        return {}
    return {
        name.lower(): ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in found.items()
    }


def _cookies(found: Any) -> tuple[Cookie, ...]:
    listed = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return tuple(
        Cookie(
            name=_text(one, "name"), max_age=_whole(one.get("max_age")), expires=_text(one, "expires"),
            samesite=_text(one, "samesite").lower(), httponly=one.get("httponly") is True,
            secure=one.get("secure") is True, path=_text(one, "path") or "/",
        )
        for one in listed
    )  # fmt: skip


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.lstrip("-").isdigit() and len(value) < 16:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


@lru_cache(maxsize=20_000)
def template_of(route: str, framework: str = "") -> str:
    """A route as its framework writes it, with `{name}` for each parameter."""
    if not route:
        return ""
    read = _DIALECTS.get(framework.lower())
    if read is not None and len(route) <= 2000:
        found = read(route).template
        return found if found.startswith("/") else f"/{found}"
    return _PARAMETER.sub(lambda part: "{" + _name(part[0].strip("<>{}:")) + "}", route)


def _name(inner: str) -> str:
    return inner.rpartition(":")[2] or inner


def shape_of(route: str) -> str:
    """A route without the names of its parameters and without a slash at its end, for two systems to share."""
    return re.sub(r"\{[^{}]*\}", "{}", route).rstrip("/") or "/"
