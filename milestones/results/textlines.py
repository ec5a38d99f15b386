"""Text read line by line: bounded lines, UTF-8, what it is named when it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import ParseError

LONGEST_LINE = 1024 * 1024


def lines(stream: BinaryIO, *, strict: bool = True) -> Iterator[tuple[int, str]]:
    """(number, line) pairs without line ends; unless strict, bytes that are no UTF-8 are replaced (test output)."""
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise ParseError(
                f"a line longer than {LONGEST_LINE // 1024} kB; send what the tool wrote, unchanged", number
            )
        if number == 1:
            line = _start(line)
        try:
            yield number, line.decode("utf-8", "strict" if strict else "replace").rstrip("\r\n")
        except UnicodeDecodeError:
            raise ParseError("bytes that are not UTF-8; write the file as UTF-8", number) from None


def _start(line: bytes) -> bytes:
    if line[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ParseError("the file is UTF-16; write it as UTF-8 (in PowerShell: Out-File -Encoding utf8)", 1)
    return line.removeprefix(b"\xef\xbb\xbf")
