"""Recordings on disk: read through line by line, and again at any place."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from milestones.facts import ParseError

LONGEST_LINE = 8 * 1024 * 1024
LARGEST = 4 * 1024**3
GZIP = b"\x1f\x8b"


class RecordingFile:
    """A file of exchanges, one a line; a line longer than is read is cut, for the reader to refuse it."""

    def __init__(self, source: BinaryIO, name: str) -> None:
        self._source = source
        self.name = name

    def __iter__(self) -> Iterator[tuple[int, int, bytes]]:
        """Offset, number (from 1) and bytes of each line, never more of one than is allowed and one byte."""
        self._source.seek(0)
        offset, number = 0, 0
        while line := self._source.readline(LONGEST_LINE + 1):
            number += 1
            length = len(line)
            while not line.endswith(b"\n") and (rest := self._source.readline(LONGEST_LINE)):
                length += len(rest)
                if rest.endswith(b"\n"):
                    break
            yield offset, number, line
            offset += length
            self._source.seek(offset)

    def at(self, offset: int) -> bytes:
        self._source.seek(offset)
        return self._source.readline(LONGEST_LINE + 1)

    def close(self) -> None:
        self._source.close()


def open_recording(path: Path) -> RecordingFile:
    """A recording, gzipped or plain. Raises ParseError with the path for what cannot be read."""
    try:
        source = path.open("rb")
    except OSError as problem:
        raise ParseError(f"{path}: {problem.strerror or problem}") from None
    if source.read(2) != GZIP:
        return RecordingFile(source, str(path))
    source.seek(0)
    with source:
        return RecordingFile(_inflated(source, str(path)), str(path))


def _inflated(source: BinaryIO, name: str) -> BinaryIO:
    """The plain text of a gzipped file in a temporary one, which goes when it is closed."""
    plain = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        with gzip.open(source) as opened:
            while (part := opened.read(1 << 20)) and plain.tell() <= LARGEST:
                plain.write(part)
        if not part:
            return plain
        said = f"more than {LARGEST:,} bytes when unpacked; split the recording"
    except (OSError, EOFError, zlib.error) as problem:
        said = f"the gzip file is broken: {problem}; record it again"
    plain.close()
    raise ParseError(f"{name}: {said}")


def spooled(source: BinaryIO, name: str) -> RecordingFile:
    """A recording from a stream that can be read once, kept in a temporary file until it is closed."""
    plain = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(source, plain, 1 << 20)
    return RecordingFile(plain, name)


class JoinedRecordings:
    """Several files read as one: the shards of a recording."""

    def __init__(self, files: Sequence[RecordingFile]) -> None:
        self._files = files
        self.name = ", ".join(one.name for one in files)

    def __iter__(self) -> Iterator[tuple[int, int, bytes]]:
        for place, one in enumerate(self._files):
            yield from ((offset * len(self._files) + place, number, line) for offset, number, line in one)

    def at(self, offset: int) -> bytes:
        return self._files[offset % len(self._files)].at(offset // len(self._files))
