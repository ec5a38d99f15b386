"""How a body is written: JSON as JSON, text as text, all else as hash and length."""

from __future__ import annotations

import hashlib
import json
import zlib
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

LIMIT = 64 * 1024
DEEPEST = 100
_TEXT = ("text/", "application/xml", "application/javascript", "application/xhtml", "image/svg")


class Gathered:
    """A body as it passes by: its hash and length in full, its beginning kept up to a limit."""

    __slots__ = ("_hash", "_kept", "_limit", "_room", "chunks", "length")

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = self._room = limit
        self._kept: list[bytes] = []
        self._hash: Any | None = None
        self.length = 0
        self.chunks = 0

    def add(self, data: bytes) -> None:
        if not data:
            return
        self.chunks += 1
        self.length += len(data)
        if self._hash is None and len(data) <= self._room:
            self._kept.append(data)
            self._room -= len(data)
            return
        if self._hash is None:
            self._hash = hashlib.sha256(b"".join(self._kept))
        self._hash.update(data)

    @property
    def whole(self) -> bytes | None:
        """The body, unless it was longer than the limit."""
        return b"".join(self._kept) if self._hash is None else None

    def told(self) -> dict[str, Any]:
        digest = self._hash or hashlib.sha256(b"".join(self._kept))
        return {"sha256": digest.hexdigest(), "length": self.length}

    def shaped(self, content_type: str, encoding: str = "") -> Any:
        """The body as it is written; None for an empty one."""
        data = self.whole
        if data is None:
            return {**self.told(), "over": self._limit}
        if not data:
            return None
        plain = _inflated(data, encoding, self._limit)
        found = _read(plain, content_type) if plain is not None else None
        return self.told() if found is None else found


def of(data: bytes, content_type: str, encoding: str = "", limit: int = LIMIT) -> Any:
    """A body that is at hand whole, as it is written."""
    gathered = Gathered(limit)
    gathered.add(data)
    return gathered.shaped(content_type, encoding)


def is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip()
    return kind == "application/json" or kind.endswith("+json")


def _inflated(data: bytes, encoding: str, limit: int) -> bytes | None:
    """What a gzipped or deflated body holds; None for one that is broken, too large, or packed otherwise."""
    kind = encoding.strip().lower()
    if kind in {"", "identity"}:
        return data
    if kind not in {"gzip", "x-gzip", "deflate"}:
        return None
    try:
        opener = zlib.decompressobj(47)
        plain = opener.decompress(data, limit + 1)
    except zlib.error:
        return None
    return plain if len(plain) <= limit and opener.eof else None


def _read(data: bytes, content_type: str) -> Any:
    kind = content_type.strip().lower()
    if is_json(kind):
        return _json(data)
    if kind.startswith("application/x-www-form-urlencoded"):
        return _form(data)
    if kind.startswith("multipart/form-data"):
        return _multipart(data, content_type)
    if kind.startswith(_TEXT) or not kind:
        return _text(data, content_type)
    return None


def _json(data: bytes) -> Any:
    """JSON as such; what only claims to be JSON as text. JSON's null is told from no body by its text."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return _text(data, "")
    if data.count(b"{") + data.count(b"[") > DEEPEST and _deeper(found, DEEPEST):
        return None
    return "null" if found is None else found


def _deeper(value: Any, left: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return left == 0 or any(_deeper(one, left - 1) for one in inner)


def _text(data: bytes, content_type: str) -> str | None:
    charset = content_type.partition("charset=")[2].partition(";")[0].strip(" \"'") or "utf-8"
    try:
        text = data.decode(charset)
    except (LookupError, ValueError):
        return None
    return None if "\0" in text else text


def _form(data: bytes) -> dict[str, Any] | None:
    text = _text(data, "")
    try:
        return None if text is None else several(parse_qsl(text, keep_blank_values=True, max_num_fields=2000))
    except ValueError:
        return None


def several(pairs: Any) -> dict[str, Any]:
    """name -> its value, or the list of them where it stands more than once."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def _multipart(data: bytes, content_type: str) -> dict[str, Any] | None:
    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    message = BytesParser(policy=HTTP).parsebytes(head + data)
    if not message.is_multipart():
        return None
    return several((part.get_param("name", "", "content-disposition"), _part(part)) for part in message.iter_parts())


def _part(part: Any) -> Any:
    raw = part.get_payload(decode=True) or b""
    if part.get_filename() is None:
        text = _text(raw, "")
        if text is not None:
            return text
    return {"sha256": hashlib.sha256(raw).hexdigest(), "length": len(raw)}
