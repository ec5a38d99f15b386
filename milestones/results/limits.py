"""How much an upload may unfold to, and which archives are refused by name."""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO

from milestones.facts import ParseError

LARGEST_RAW = 250 * 1024 * 1024
MOST_CASES = 1_000_000
MOST_FINDINGS = 100_000
CHUNK = 64 * 1024

_ARCHIVES = (
    (0, b"PK\x03\x04", "a zip archive"),
    (0, b"PK\x05\x06", "an empty zip archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"BZh", "packed with bzip2"),
    (0, b"\xfd7zXZ\x00", "packed with xz"),
    (0, b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
)


def refuse_archive(head: bytes) -> None:
    """ParseError if these first bytes are those of an archive, which is never unpacked here."""
    for offset, magic, what in _ARCHIVES:
        if head[offset : offset + len(magic)] == magic:
            raise ParseError(f"this is {what}, which is not unpacked here; send the files in it, plain or gzipped")


def opened(body: BinaryIO, largest: int = LARGEST_RAW) -> BinaryIO:
    """The upload's bytes, unzipped if they are gzip, at most `largest` of them; ParseError at the first byte over."""
    head = body.read(512)
    if head[:2] == b"\x1f\x8b":
        inflated = Inflated(head, body, largest)
        start = inflated.read(512) or b""
        refuse_archive(start)
        if start[:2] == b"\x1f\x8b":
            raise ParseError("this is gzip within gzip; send it gzipped once")
        return io.BufferedReader(_Ahead(start, inflated, largest), CHUNK)
    refuse_archive(head)
    return io.BufferedReader(_Ahead(head, body, largest), CHUNK)


class _Ahead(io.RawIOBase):
    """A stream of which the first bytes have been looked at, counted against a limit."""

    def __init__(self, start: bytes, rest: BinaryIO | Inflated, largest: int) -> None:
        self._start, self._rest, self._left, self._largest = start, rest, largest, largest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        found = self._start[: len(buffer)]
        self._start = self._start[len(found) :]
        if not found:
            found = self._rest.read(len(buffer)) or b""
        self._left -= len(found)
        if self._left < 0:
            raise _too_large(self._largest)
        buffer[: len(found)] = found
        return len(found)


class Inflated(io.RawIOBase):
    """A gzip stream, of one or several members, inflated piece by piece and never past its limit."""

    def __init__(self, head: bytes, body: BinaryIO, largest: int = LARGEST_RAW) -> None:
        self._input, self._body, self._left, self._largest = head, body, largest, largest
        self._member = zlib.decompressobj(31)
        self._read_any = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        found = self._some(len(buffer))
        self._left -= len(found)
        if self._left < 0:
            raise _too_large(self._largest)
        buffer[: len(found)] = found
        return len(found)

    def _some(self, most: int) -> bytes:
        while True:
            if self._member.eof and not self._next_member():
                return b""
            if not self._input:
                self._input = self._body.read(CHUNK)
            at_end = not self._input
            try:
                found = self._member.decompress(self._input, most)
            except zlib.error as error:
                raise ParseError(f"the gzip data are damaged ({error}); send the file again") from None
            self._input = self._member.unconsumed_tail or self._member.unused_data
            if found:
                return found
            if at_end and not self._member.eof:
                raise ParseError("the gzip data stop in the middle; send the file again, whole")

    def _next_member(self) -> bool:
        while not self._input.strip(b"\0"):  # padding after a member is allowed (RFC 1952 readers skip it)
            self._input = self._body.read(CHUNK)
            if not self._input:
                return False
        self._member = zlib.decompressobj(31)
        return True


def _too_large(largest: int) -> ParseError:
    return ParseError(f"more than {largest // (1024 * 1024)} MB once unpacked, which is the limit; send it in shards")
