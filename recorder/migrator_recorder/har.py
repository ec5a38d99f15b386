"""Reads a HAR file (HTTP Archive 1.2, as browsers and proxies save it) into exchanges."""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import sys
from typing import Any
from urllib.parse import urlsplit

from .bodies import LIMIT, Gathered
from .recording import SYSTEMS, Recorder

OTHER_HOST = "asked of another host"


class HarError(Exception):
    """What is wrong with a HAR file, and where."""


def read(path: str, recorder: Recorder, host: str = "") -> tuple[int, list[str]]:
    """Record each entry (of one host, if given): how many, and what was left out and why. Raises HarError, OSError."""
    try:
        with open(path, encoding="utf-8-sig") as source:
            entries = json.load(source)["log"]["entries"]
    except (ValueError, RecursionError) as problem:
        raise HarError(f"{path}: not a HAR file: {problem}") from None
    except (KeyError, TypeError):
        raise HarError(f"{path}: no list of entries under log.entries; save it as HAR, with content") from None
    if not isinstance(entries, list):
        raise HarError(f"{path}: log.entries is not a list")
    left = [reason for number, entry in enumerate(entries) if (reason := _left_out(entry, recorder, host, number))]
    refused = [f"{path}: {reason}" for reason in left if reason != OTHER_HOST]
    return len(entries) - len(left), refused


def _left_out(entry: dict[str, Any], recorder: Recorder, host: str, number: int) -> str:
    """Record one entry; why it was left out, "" where it was not."""
    try:
        return "" if _record(entry, recorder, host) else OTHER_HOST
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        return f"entry {number}: {type(problem).__name__}: {problem}"


def _record(entry: dict[str, Any], recorder: Recorder, host: str) -> bool:
    request, response = entry["request"], entry["response"]
    parts = urlsplit(request["url"])
    if host and parts.netloc != host:
        return False
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    sent = _text(recorder, (request.get("postData") or {}).get("text"))
    content = response.get("content") or {}
    answered = _content(recorder, content)
    told = _typed(_pairs(response), content)
    headers = [pair for pair in told if pair[0].lower() != "content-encoding"]
    recorder.record(
        recorder.request(request["method"], target, "", _typed(_pairs(request), request.get("postData") or {}), sent),
        recorder.response(int(response["status"]), headers, answered),
    )
    return True


def _pairs(message: dict[str, Any]) -> list[tuple[str, str]]:
    """Headers, where a browser writes several cookies as one of several lines."""
    listed = [(str(one["name"]), str(one["value"])) for one in message.get("headers", [])]
    return [(name, line) for name, value in listed if not name.startswith(":") for line in value.split("\n")]


def _typed(headers: list[tuple[str, str]], content: dict[str, Any]) -> list[tuple[str, str]]:
    """Headers with the type of the content, which some tools write beside them alone."""
    said = content.get("mimeType")
    if not said or any(name.lower() == "content-type" for name, _ in headers):
        return headers
    return [*headers, ("content-type", str(said))]


def _text(recorder: Recorder, text: str | None) -> Gathered:
    gathered = recorder.gather()
    gathered.add((text or "").encode("utf-8", "surrogatepass"))
    return gathered


def _content(recorder: Recorder, content: dict[str, Any]) -> Gathered:
    text = content.get("text")
    if content.get("encoding") != "base64" or text is None:
        return _text(recorder, text)
    gathered = recorder.gather()
    try:
        gathered.add(base64.b64decode(text))
    except binascii.Error as problem:
        raise ValueError(f"its body is no base64: {problem}") from None
    return gathered


def main(given: list[str] | None = None) -> int:
    """`migrator-record-har FILE --system legacy --to answers.jsonl`."""
    parser = argparse.ArgumentParser(prog="migrator-record-har", description="Turn a HAR file into a recording.")
    parser.add_argument("file", help="the HAR file, saved with content")
    parser.add_argument("--system", choices=SYSTEMS, required=True)
    parser.add_argument("--to", required=True, metavar="FILE", help="the recording to add to")
    parser.add_argument("--host", default="", help="only what was asked of this host, with its port if it has one")
    parser.add_argument("--mask", action="append", default=[], metavar="NAME", help="mask this field or header too")
    parser.add_argument("--limit", type=int, default=LIMIT, metavar="BYTES")
    said = parser.parse_args(given)
    recorder = Recorder(said.to, said.system, fields=said.mask, headers=said.mask, limit=said.limit)
    try:
        written, left = read(said.file, recorder, said.host)
    except (HarError, OSError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    for reason in left:
        sys.stderr.write(f"left out: {reason}\n")
    sys.stdout.write(f"{written} exchanges written to {said.to}\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
