"""In what two answers to the same request differ."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from . import pages
from .exchange import Cookie, Exchange

LONGEST_SHOWN = 200
MASKED = "[masked"
SAME_LIFETIME_SECONDS = 5
HEADERS = {
    "access-control-allow-origin": "cors", "access-control-allow-methods": "cors",
    "access-control-allow-headers": "cors", "access-control-allow-credentials": "cors",
    "access-control-expose-headers": "cors", "access-control-max-age": "cors",
    "cache-control": "cache", "pragma": "cache", "expires": "cache", "etag": "cache", "last-modified": "cache",
    "vary": "cache", "allow": "allow", "content-disposition": "header", "content-language": "header",
    "www-authenticate": "header", "retry-after": "header", "x-frame-options": "header",
    "content-security-policy": "header", "strict-transport-security": "header", "x-content-type-options": "header",
}  # fmt: skip
# of these only whether they stand there: what they say differs by every request and file
PRESENT = frozenset({"etag", "last-modified", "expires", "retry-after"})
LISTS = frozenset({
    "access-control-allow-methods", "access-control-allow-headers", "access-control-expose-headers", "cache-control",
    "vary", "allow",
})  # fmt: skip


class Difference(NamedTuple):
    """One difference: its kind, where in the answer it is, and what each system has there, as a person reads it."""

    kind: str
    where: str
    legacy: str
    new: str


def differences(legacy: Exchange, new: Exchange) -> Iterator[Difference]:
    """Every difference between two answers; of answers that stand for success and failure the status alone."""
    if legacy.status != new.status:
        yield Difference("status", "status", str(legacy.status), str(new.status))
        if legacy.status // 100 != new.status // 100:
            return
    yield from _content_type(legacy, new)
    yield from _redirect(legacy, new)
    yield from _cookies(legacy, new)
    yield from _headers(legacy, new)
    if legacy.streamed != new.streamed and not _moved(legacy, new):
        yield Difference("streaming", "body", _manner(legacy), _manner(new))
    yield from _bodies(legacy, new)


def shown(value: Any) -> str:
    """A value as a person reads it, cut where it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def _manner(one: Exchange) -> str:
    return "streamed" if one.streamed else "whole"


def _moved(legacy: Exchange, new: Exchange) -> bool:
    """Whether both redirect: the page beside the address is the framework's own, and nobody sees it."""
    return all(300 <= one.status < 400 for one in (legacy, new))


def _content_type(legacy: Exchange, new: Exchange) -> Iterator[Difference]:
    empty = legacy.body is None and new.body is None and legacy.method != "HEAD"
    if empty or _moved(legacy, new):
        return
    if legacy.media_type != new.media_type:
        yield Difference("content_type", "content-type", legacy.media_type or "none", new.media_type or "none")
        return
    sets = [one.content_type.lower().partition("charset=")[2].strip(' "') for one in (legacy, new)]
    if all(sets) and sets[0] != sets[1]:
        yield Difference("content_type", "content-type charset", *sets)


def _redirect(legacy: Exchange, new: Exchange) -> Iterator[Difference]:
    targets = [_target(one) for one in (legacy, new)]
    if targets[0] != targets[1] and (300 <= legacy.status < 400 or 300 <= new.status < 400):
        yield Difference("redirect", "location", targets[0] or "none", targets[1] or "none")


def _target(one: Exchange) -> str:
    """Where a redirect leads; the host that was asked is left out, since some frameworks write it and some do not."""
    said = one.headers.get("location", "")
    try:
        parts = urlsplit(said)
    except ValueError:
        return said
    if parts.netloc and (not one.host or parts.netloc == one.host):
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return said


def _cookies(legacy: Exchange, new: Exchange) -> Iterator[Difference]:
    before, after = ({cookie.name: cookie for cookie in one.cookies} for one in (legacy, new))
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield Difference("cookie_missing", f"cookie {name}", _written(before[name], legacy), "not set")
        elif name not in before:
            yield Difference("cookie_added", f"cookie {name}", "not set", _written(after[name], new))
        else:
            yield from _attributes(name, before[name], after[name], (legacy, new))


def _attributes(name: str, before: Cookie, after: Cookie, both: tuple[Exchange, Exchange]) -> Iterator[Difference]:
    lives = _lifetime(before, both[0]), _lifetime(after, both[1])
    if not _same_lifetime(*lives):
        yield Difference("cookie", f"cookie {name} lifetime", _lived(lives[0]), _lived(lives[1]))
    for attribute in ("samesite", "httponly", "secure", "path"):
        ours, theirs = getattr(before, attribute), getattr(after, attribute)
        if ours != theirs:
            yield Difference("cookie", f"cookie {name} {attribute}", shown(ours) or "none", shown(theirs) or "none")


def _lifetime(cookie: Cookie, one: Exchange) -> float | None:
    """Seconds that a cookie lives, None for one that ends with the session (RFC 6265, 5.3: Max-Age before Expires)."""
    if cookie.max_age is not None:
        return float(cookie.max_age)
    if not cookie.expires:
        return None
    try:
        ends = parsedate_to_datetime(cookie.expires)
        begins = parsedate_to_datetime(one.headers.get("date", ""))
        return (ends - begins).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return -1.0 if "1970" in cookie.expires else float("inf")


def _same_lifetime(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is after
    if before <= 0 or after <= 0:  # gone at once, whatever the number
        return before <= 0 and after <= 0
    if float("inf") in {before, after}:  # it ends on a day, and nobody knows when it was set
        return True
    return abs(before - after) <= SAME_LIFETIME_SECONDS


def _lived(seconds: float | None) -> str:
    if seconds is None:
        return "session"
    if seconds <= 0:
        return "deleted"
    return "until a date" if seconds == float("inf") else f"{seconds:g} s"


def _written(cookie: Cookie, one: Exchange) -> str:
    flags = [name for name in ("httponly", "secure") if getattr(cookie, name)]
    same = [f"samesite={cookie.samesite}"] if cookie.samesite else []
    return ", ".join([_lived(_lifetime(cookie, one)), *flags, *same])


def _headers(legacy: Exchange, new: Exchange) -> Iterator[Difference]:
    for name, kind in HEADERS.items():
        before, after = legacy.headers.get(name), new.headers.get(name)
        if _header(name, before) != _header(name, after):
            yield Difference(kind, name, shown(before or "none"), shown(after or "none"))


def _header(name: str, value: str | None) -> Any:
    if value is None:
        return None
    if name in PRESENT:
        return True
    if name in LISTS:
        parts = {part.strip().lower() for part in value.split(",") if part.strip()}
        return frozenset(parts - ({"head", "options"} if name == "allow" else set()))
    return value.strip()


def _bodies(legacy: Exchange, new: Exchange) -> Iterator[Difference]:
    if legacy.method == "HEAD" or _moved(legacy, new) or _same(legacy.body, new.body):
        return
    if legacy.is_json and new.is_json:
        found = json_differences(legacy.body, new.body)
        yield from found if legacy.status < 400 else (one._replace(kind="error_body") for one in found)
    elif legacy.body == new.body:
        return
    elif legacy.is_html and new.is_html:
        yield from (Difference("html", *one) for one in pages.differences(legacy.body, new.body))
    elif legacy.media_type == new.media_type:
        kind = "text" if isinstance(legacy.body, str) and isinstance(new.body, str) else "body"
        yield Difference(kind, "body", _told(legacy.body), _told(new.body))
    elif legacy.status >= 400:
        yield Difference("error_body", "body", _told(legacy.body), _told(new.body))
    else:
        yield Difference("body", "body", _told(legacy.body), _told(new.body))


def _same(legacy: Any, new: Any) -> bool:
    """Whether two bodies are the same to the last sign; where they are not they may still be equal."""
    try:
        return orjson.dumps(legacy) == orjson.dumps(new)
    except orjson.JSONEncodeError:
        return False


def _told(body: Any) -> str:
    if isinstance(body, dict) and {"sha256", "length"} <= body.keys():
        return f"{body['length']} bytes, sha256 {str(body['sha256'])[:12]}"
    return "none" if body is None else shown(body)


def json_differences(legacy: Any, new: Any, where: str = "") -> Iterator[Difference]:
    """Keys, types and values that differ; `where` is a JSON pointer (RFC 6901) with `-` for every place in a list."""
    if legacy == new and _kind(legacy) == _kind(new):
        if isinstance(legacy, (dict, list)):  # 1 == True, further down as well
            yield from _inside(legacy, new, where)
        return
    ours, theirs = _kind(legacy), _kind(new)
    if ours != theirs:
        yield Difference("json_type", where or "/", f"{ours} {shown(legacy)}", f"{theirs} {shown(new)}")
    elif isinstance(legacy, (dict, list)):
        yield from _inside(legacy, new, where)
    else:
        yield Difference("json_value", where or "/", shown(legacy), shown(new))


def _inside(legacy: Any, new: Any, where: str) -> Iterator[Difference]:
    compare: Callable[[Any, Any, str], Iterator[Difference]] = _members if isinstance(legacy, dict) else _elements
    return compare(legacy, new, where)


def _members(legacy: Mapping[str, Any], new: Mapping[str, Any], where: str) -> Iterator[Difference]:
    for key, ours in legacy.items():
        place = f"{where}/{_pointer(key)}"
        if key in new:
            theirs = new[key]
            if ours is not theirs:
                yield from json_differences(ours, theirs, place)
        else:
            yield Difference("json_missing", place, shown(ours), "no such key")
    for key, theirs in new.items():
        if key not in legacy:
            yield Difference("json_added", f"{where}/{_pointer(key)}", "no such key", shown(theirs))


def _elements(legacy: list[Any], new: list[Any], where: str) -> Iterator[Difference]:
    if len(legacy) != len(new):
        yield Difference("json_length", where or "/", f"{len(legacy)} in the list", f"{len(new)} in the list")
    for ours, theirs in zip(legacy, new, strict=False):
        yield from json_differences(ours, theirs, f"{where}/-")


def _pointer(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1") if "/" in key or "~" in key else key


def _kind(value: Any) -> str:
    """The JSON type; what was masked says its own."""
    if isinstance(value, str):
        return f"masked {value[8:-1] or 'str'}" if value.startswith(MASKED) and value.endswith("]") else "string"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, dict):
        return "object"
    return "array" if isinstance(value, list) else "number"
