"""Takes secrets and personal data out of an exchange before it is written.

Two passes. What stands under a telling name (a header, a cookie, a field, a parameter) is masked by that name. Each
value masked so is remembered, and struck out wherever else it stands, in this exchange and in later ones: a token that
a log-in answers with turns up in addresses, in `Referer`, in a page.
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections import OrderedDict
from typing import Any, Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus, unquote, unquote_plus

MASK = "[masked]"
HEADERS = frozenset({
    "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token",
    "x-access-token", "x-csrf-token", "x-csrftoken", "x-xsrf-token", "www-authenticate", "authentication-info",
    "x-forwarded-for", "x-real-ip", "forwarded",
})  # fmt: skip
# parts of a name, without case and punctuation, that make what stands under it a secret
FIELDS = (
    "password", "passwd", "passphrase", "pwd", "secret", "token", "authorization", "apikey", "accesskey", "privatekey",
    "credential", "csrf", "xsrf", "sessionid", "sessionkey", "otp", "cvv", "cvc", "creditcard", "cardnumber", "iban",
    "ssn", "email", "phone", "birthdate", "dateofbirth",
)  # fmt: skip
WHOLE_NAMES = frozenset({"pin", "sid", "jwt", "session", "signature", "sig", "auth"})
SCHEMES = ("bearer", "basic", "digest", "negotiate")
REMEMBERED = 1000
SHORTEST = 6
SHORTEST_ODD = 4  # with a digit or a mark in it

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_JWT = re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*")
_SCHEME = re.compile(r"\b(Bearer|Basic|Digest|Token|Negotiate|ApiKey)(\s+)([^\s\"',<>]{6,})", re.IGNORECASE)
_USER_INFO = re.compile(r"(?<=://)[^/@\s\"'<>]+(?=@)")
_NAME = re.compile(r"([\w.\-\[\]]{2,60})[\"']?\s*[=:]\s*")
_GIVEN = re.compile(r"\"((?:\\.|[^\"\\])+)|'((?:\\.|[^'\\])+)|([^\s\"'&;,<>{}\[\]]+)")
_INPUT = re.compile(r"<(?:input|meta)\b[^<>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")


class Masker:
    """Masks one exchange after the other. `fields` and `headers` come on top of those known here."""

    def __init__(self, fields: Iterable[str] = (), headers: Iterable[str] = ()) -> None:
        self.headers = HEADERS | {name.lower() for name in headers}
        self._fields = (*FIELDS, *(_plain(name) for name in fields if _plain(name)))
        names = (*self._fields, *WHOLE_NAMES, *map(_plain, self.headers), *SCHEMES)
        # the shortest names that all others hold
        self._telling = tuple(one for one in set(names) if not any(other in one for other in names if other != one))
        self._known: dict[str, bool] = {}
        self._secrets: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def is_secret(self, name: str) -> bool:
        """Whether what stands under this name is masked."""
        found = self._known.get(name)
        if found is None:
            plain = _plain(name[:200])
            found = plain in WHOLE_NAMES or any(part in plain for part in self._fields)
            if len(self._known) < 5000:
                self._known[name] = found
        return found

    def remember(self, value: str) -> None:
        """Strike this value out wherever it turns up from now on."""
        if value.startswith(MASK[:-1]) or not _telling(value):
            return
        self._secrets[value] = _forms(value)
        self._secrets.move_to_end(value)
        if len(self._secrets) > REMEMBERED:
            self._secrets.popitem(last=False)

    def line(self, exchange: dict[str, Any]) -> str:
        """The exchange as a line of JSON with nothing secret in it."""
        text = _dumped(exchange)
        return text if self._is_clean(text) else _dumped(self.exchange(exchange))

    def _is_clean(self, text: str) -> bool:
        """Whether nothing in a text can be a secret: no name, no form and no value that is known for one."""
        plain = _plain(text)
        if any(part in plain for part in self._telling) or "eyJ" in text or ("://" in text and "@" in text):
            return False
        return not any(form in text for known in self._secrets.values() for form in known)

    def exchange(self, plain: dict[str, Any]) -> dict[str, Any]:
        """The same exchange with nothing secret in it."""
        request, response = plain.get("request") or {}, plain.get("response") or {}
        self._from_path(str(request.get("path", "")), str(request.get("route", "")))
        masked = dict(plain)
        masked["request"] = self._message(request)
        if "=" in str(request.get("path", "")):  # /shop;jsessionid=...: a part of a path can have parameters of its own
            masked["request"]["path"] = self._text(str(request["path"]))
        masked["response"] = self._message(response)
        return self._struck(masked)

    def _message(self, message: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(message)
        if "headers" in found:
            found["headers"] = {name: self._header(name, value) for name, value in found["headers"].items()}
        for part in ("query", "body"):
            if part in found:
                found[part] = self._value(found[part])
        return found

    def _header(self, name: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._header(name, one) for one in value]
        if name == "cookie":
            return "; ".join(f"{self._cookie(part)}={MASK}" for part in str(value).split(";") if part.strip())
        if name in self.headers or self.is_secret(name):
            self._credentials(str(value))
            return MASK
        return self._text(str(value))

    def _cookie(self, pair: str) -> str:
        name, _, value = pair.strip().partition("=")
        self.cookie_value(value)
        return name

    def cookie_value(self, value: str) -> None:
        """A cookie's value is never written, and struck out elsewhere."""
        for form in {value, value.strip('"'), unquote(value)}:
            self.remember(form)

    def _credentials(self, value: str) -> None:
        scheme, _, rest = value.strip().partition(" ")
        self.remember(rest.strip() or scheme)
        if scheme.lower() == "basic":
            decoded = _decoded(rest)
            self.remember(decoded)
            self.remember(decoded.partition(":")[2])
        for name in _NAME.finditer(rest):
            value = _GIVEN.match(rest, name.end())
            self.remember(value[value.lastindex or 0] if value else "")

    def _value(self, value: Any, *, secret: bool = False) -> Any:
        if isinstance(value, dict):
            return {key: self._value(one, secret=secret or self.is_secret(key)) for key, one in value.items()}
        if isinstance(value, list):
            return [self._value(one, secret=secret) for one in value]
        if isinstance(value, str):
            return self._hidden(value) if secret else self._text(value)
        if secret and value is not None and not isinstance(value, bool):
            self.remember(json.dumps(value))
            return f"{MASK[:-1]} {type(value).__name__}]"
        return value

    def _hidden(self, value: str) -> str:
        self.remember(value)
        return MASK if value else ""

    def _text(self, text: str) -> str:
        """What gives itself away by its form, in any text."""
        if "eyJ" in text:
            text = _JWT.sub(self._found, text)
        if "://" in text and "@" in text:
            text = _USER_INFO.sub(self._found, text)
        if "<" in text:
            self._inputs(text)
        text = _SCHEME.sub(lambda found: found[1] + found[2] + self._found(found, 3), text)
        return self._assigned(text) if "=" in text or ":" in text else text

    def _found(self, found: re.Match[str], group: int = 0) -> str:
        self.remember(found[group])
        return MASK

    def _assigned(self, text: str) -> str:
        """`password=...`, `"token": "..."`, `?api_key=...`, wherever they stand."""
        parts: list[str] = []
        done = 0
        for name in _NAME.finditer(text):
            if name.start() < done or not self.is_secret(name[1]) or _plain(name[1]) in WHOLE_NAMES:
                continue
            value = _GIVEN.match(text, name.end())
            if value is not None and value.lastindex:
                self.remember(value[value.lastindex])
                self.remember(unquote_plus(value[value.lastindex]))
                parts += [text[done : value.start(value.lastindex)], MASK]
                done = value.end()
        return "".join([*parts, text[done:]])

    def _inputs(self, text: str) -> None:
        """The values of a page's fields and metas whose names are telling."""
        for tag in _INPUT.finditer(text):
            given = {m[0].lower(): m[1] or m[2] or m[3] for m in _ATTRIBUTE.findall(tag[0])}
            if any(self.is_secret(given.get(name, "")) for name in ("name", "id")) or given.get("type") == "password":
                self.remember(html.unescape(given.get("value", "") or given.get("content", "")))

    def _from_path(self, path: str, route: str) -> None:
        for name, value in _parameters(path, route):
            if self.is_secret(name):
                self.remember(value)
                self.remember(unquote(value))

    def _struck(self, exchange: dict[str, Any]) -> dict[str, Any]:
        text = json.dumps(exchange, ensure_ascii=False, default=str)
        forms = [form for known in self._secrets.values() for form in known if form in text or _escaped(form) in text]
        if not forms:
            return exchange
        pattern = re.compile("|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)))
        struck = dict(exchange)
        for part in ("request", "response"):
            struck[part] = _rewritten(struck[part], pattern)
        return struck


def _rewritten(value: Any, pattern: re.Pattern[str], *, top: bool = True) -> Any:
    if isinstance(value, str):
        return pattern.sub(MASK, value)
    if isinstance(value, list):
        return [_rewritten(one, pattern, top=False) for one in value]
    if isinstance(value, dict):  # the names of our own fields stay, a stranger's may hold a secret
        return {
            key if top else pattern.sub(MASK, key): one if top and key in {"method", "route"}
            else _rewritten(one, pattern, top=False) for key, one in value.items()
        }  # fmt: skip
    if isinstance(value, (int, float)) and not isinstance(value, bool) and pattern.fullmatch(json.dumps(value)):
        return f"{MASK[:-1]} {type(value).__name__}]"
    return value


def _dumped(exchange: dict[str, Any]) -> str:
    told = {name: value for name, value in exchange.items() if value != ""}
    return json.dumps(told, ensure_ascii=True, separators=(",", ":"), default=str)


def _plain(name: str) -> str:
    return _NOT_WORD.sub("", name.lower())


def _telling(value: str) -> bool:
    """Whether a value is odd enough that the same letters elsewhere are no coincidence."""
    if len(value) >= SHORTEST:
        return True
    return len(value) >= SHORTEST_ODD and not value.isalpha()


def _forms(value: str) -> tuple[str, ...]:
    """The ways in which a value is written in addresses, pages and headers."""
    encoded = base64.b64encode(value.encode("utf-8", "surrogatepass")).decode("ascii")
    urlsafe = encoded.replace("+", "-").replace("/", "_")
    escaped = json.dumps(value)[1:-1]
    every = (
        value, quote(value, safe="", errors="replace"), quote(value, errors="replace"),
        quote_plus(value, errors="replace"),
        html.escape(value), encoded, encoded.rstrip("="), urlsafe.rstrip("="), escaped,
    )  # fmt: skip
    return tuple(dict.fromkeys(every))


def _escaped(form: str) -> str:
    return json.dumps(form, ensure_ascii=False)[1:-1]


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text.strip(), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _parameters(path: str, route: str) -> Iterator[tuple[str, str]]:
    """The named parameters of a route with what the path has in their places."""
    names: list[str] = []

    def part(found: re.Match[str]) -> str:
        inner = found[0].strip("<>{}:")
        names.append(_parameter_name(inner))
        return "\0" if "path" not in inner else "\1"

    if not route or len(route) > 2000:
        return
    shape = re.sub(r"<[^<>]+>|\{[^{}]+\}|(?<=/):\w+", part, route)
    pattern = re.escape(shape).replace(re.escape("\0"), "([^/]+)").replace(re.escape("\1"), "(.+)")
    match: re.Match[str] | None = re.fullmatch(f"/?{pattern}/?", path) or re.fullmatch(f".*{pattern}/?", path)
    if match:
        yield from zip(names, match.groups())


def _parameter_name(inner: str) -> str:
    """`int:id` of Flask and Django, `id:int` of Starlette, `id` of all."""
    kinds = {"int", "str", "string", "float", "path", "uuid", "slug", "any", "default"}
    first, _, second = inner.partition(":")
    return second if second and (first in kinds or "(" in first) else first
