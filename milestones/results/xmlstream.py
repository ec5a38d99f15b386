"""XML read as a stream by expat, closed in: nothing fetched, nothing expanded, everything bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO
from xml.parsers import expat

from milestones.facts import Fact, ParseError
from milestones.results.limits import CHUNK
from milestones.results.runs import Run

DEEPEST = 200
LONGEST_TAG = 1024 * 1024  # one tag with its attributes, or one comment
MOST_ROOTS = 10_000
MOST_NAMES = 5_000

# XML cannot carry control characters, but test output is full of them: they come through as DEL, and go in wording.
_CONTROLS = bytes(0x7F if code < 0x20 and code not in b"\t\n\r" else code for code in range(256))
_REFERENCE = re.compile(rb"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]));")
_CUT_REFERENCE = re.compile(rb"&(?:#[0-9a-zA-Z]{0,10})?\Z")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")

_MENDS = {
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]: "the XML stops in the middle; send the whole file, after "
    "the tool has ended",
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN]: "the XML stops within a tag; send the whole file, "
    "after the tool has ended",
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION]: "the XML stops within a CDATA section; send "
    "the whole file, after the tool has ended",
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR]: "the XML stops within a character; send the whole file",
    expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]: "an end tag that does not match its start; write the "
    "file again with the tool itself",
    expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]: "an entity that XML does not define; entities are "
    "refused, write the character itself",
    expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING]: "an encoding that is not known; write the file as "
    "UTF-8",
    expat.errors.codes[expat.errors.XML_ERROR_INCORRECT_ENCODING]: "the file is not in the encoding that it declares; "
    "write it as UTF-8",
    expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]: "a character that is not allowed here (XML that is not "
    "well-formed, or text that is not in the declared encoding); write the file again as UTF-8",
    expat.errors.codes[expat.errors.XML_ERROR_BAD_CHAR_REF]: "a reference to a character that does not exist, such as "
    "a lone surrogate; leave it out",
    expat.errors.codes[expat.errors.XML_ERROR_SYNTAX]: "this is not XML; send the file that the tool wrote",
}
_JUNK = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]
_SECOND_DECLARATION = expat.errors.codes[expat.errors.XML_ERROR_MISPLACED_XML_PI]


class Reader:
    """What a format does with the elements: it appends to `facts`, which are handed on after each piece of the file."""

    what = "XML"
    open = False  # the last fact may still change: it is kept back
    lines_before = 0  # of the roots that came before this one

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.captured: list[str] | None = None
        self.parser: expat.XMLParserType = expat.ParserCreate()

    def attach(self, parser: expat.XMLParserType) -> None:
        """Sets the handlers of a root's parser."""
        self.parser = parser
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end

    def piece(self, *, plain: bool) -> None:
        """Called before each piece of the file: `plain` has neither control characters nor anything but ASCII."""

    def runs(self, _piece: bytes) -> Iterable[Run]:
        """Stretches of a piece that need not be parsed, if the parser finds an element where they begin."""
        return ()

    def expect(self) -> None:
        """Called before the first element of a run is parsed."""

    def take(self, _run: Run, _began: int) -> bool:
        """Takes the run's middle if its first element began at that byte of this root; else it is to be parsed."""
        return False

    def settle(self) -> None:
        """Called after each piece, before its facts go out."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, tag: str) -> None:
        raise NotImplementedError

    def handing_on(self, count: int) -> None:
        """Called before so many facts go out."""

    def finish(self) -> None:
        """Called at the end of the file: what is still to be said, or refused."""

    def capture(self) -> None:
        """Collects the text from here on, up to a bound, until `release`."""
        self.captured = []
        self.parser.CharacterDataHandler = self._text

    def release(self) -> str:
        self.parser.CharacterDataHandler = None
        found, self.captured = "".join(self.captured or ()), None
        return found

    def _text(self, text: str) -> None:
        if self.captured is not None and len(self.captured) < 200:
            self.captured.append(text[:8_000])


def check_depth(depth: int) -> None:
    if depth > DEEPEST:
        raise ParseError(f"elements nested deeper than {DEEPEST}; no tool writes that, write the file again")


def read(stream: BinaryIO, reader: Reader) -> Iterator[Fact]:
    """Feeds the stream to the reader and yields its facts as they come; ParseError names line and mend."""
    return chain.from_iterable(_batches(stream, reader))


def _batches(stream: BinaryIO, reader: Reader) -> Iterator[list[Fact]]:
    feed = _Feed(reader)
    before = True
    for piece, plain in _without_controls(stream):
        reader.piece(plain=plain and before)  # a tag may have begun in the piece before
        before = plain
        feed.take_with_runs(piece)
        reader.settle()
        yield _ready(reader)
    feed.take(b"", last=True)
    reader.finish()
    reader.open = False
    yield _ready(reader)


def _ready(reader: Reader) -> list[Fact]:
    facts = reader.facts
    ready = facts[:-1] if reader.open else facts[:]
    reader.handing_on(len(ready))
    del facts[: len(ready)]
    return ready


def _without_controls(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """The stream's pieces, control characters and references to them replaced; UTF-16 passes as it is.

    With each stands whether it is plain: nothing but ASCII in it, and nothing replaced.
    """
    piece = stream.read(CHUNK)
    if piece.startswith(_WIDE):
        while piece:
            yield piece, False
            piece = stream.read(CHUNK)
        return
    piece = _leading(piece)
    held = b""
    while piece:
        piece = held + piece.translate(_CONTROLS)
        held = b""
        if b"&" in piece[-12:] and (cut := _CUT_REFERENCE.search(piece, len(piece) - 12)):
            piece, held = piece[: cut.start()], piece[cut.start() :]
        referring = b"&" in piece and b"&#" in piece
        if referring:
            piece = _REFERENCE.sub(b"\x7f", piece)
        yield piece, not referring and piece.isascii() and b"\x7f" not in piece
        piece = stream.read(CHUNK)
    if held:
        yield held, False


def _leading(piece: bytes) -> bytes:
    """Blank lines before the declaration are a common slip: they go, as spaces cannot stand before it."""
    bare = piece.lstrip()
    if bare is piece or not bare.startswith(b"<?xml"):
        return piece
    return bare


class _Feed:
    """The expat parser in use: one after the other where a file has several roots."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.roots = 0
        self.lines_before = 0
        self.start_of_parser = 0  # in bytes of the whole feed
        self.fed = 0
        self.previous = b""
        self._fresh()

    def _fresh(self) -> None:
        self.roots += 1
        if self.roots > MOST_ROOTS:
            raise ParseError(f"more than {MOST_ROOTS:,} documents in one file; send them in several files")
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = 8192
        parser.StartDoctypeDeclHandler = _doctype
        parser.EntityDeclHandler = _entity
        self.parser = parser
        self.reader.lines_before = self.lines_before
        self.reader.attach(parser)

    def take_with_runs(self, piece: bytes) -> None:
        at = 0
        for run in self.reader.runs(piece):
            self.take(piece[at : run.start])
            self.reader.expect()
            began = self.fed - self.start_of_parser
            self.take(piece[run.start : run.second])
            at = run.second
            if self.reader.take(run, began):
                self.take(b"\n" * piece.count(b"\n", run.second, run.last))  # so that lines are still counted
                at = run.last
        self.take(piece[at:])

    def take(self, piece: bytes, *, last: bool = False) -> None:
        self.fed += len(piece)
        window = self.previous + piece
        self.previous = piece
        rest: bytes | None = piece
        while rest is not None:
            rest = self._parse(rest, window, last=last)
        self._bounded()

    def _parse(self, piece: bytes, window: bytes, *, last: bool) -> bytes | None:
        """Parses; what is left to parse by the next root's parser, or None."""
        try:
            self.parser.Parse(piece, last)
        except expat.ExpatError as error:
            return self._next_root(error, window)
        except ParseError as error:
            if error.line is not None:
                raise
            raise ParseError(error.reason, self.lines_before + self.parser.CurrentLineNumber) from None
        except (
            LookupError,
            ValueError,
        ):  # expat asked Python for a codec that there is not, or that is no single byte's
            line = self.lines_before + self.parser.CurrentLineNumber
            raise ParseError("an encoding that cannot be read; write the file as UTF-8", line) from None
        return None

    def _next_root(self, error: expat.ExpatError, window: bytes) -> bytes:
        parser = self.parser
        at = self.start_of_parser + parser.ErrorByteIndex
        back = self.fed - at
        ended = error.code == _JUNK or (error.code == _SECOND_DECLARATION and parser.ErrorByteIndex > 0)
        if not ended or back > len(window) or window[len(window) - back : len(window) - back + 1] != b"<":
            raise ParseError(self._sentence(error), self.lines_before + error.lineno)
        self.lines_before += error.lineno - 1
        self.start_of_parser = at
        self._fresh()
        return window[len(window) - back :]

    def _sentence(self, error: expat.ExpatError) -> str:
        if error.code == _JUNK:
            return f"text after the end of the {self.reader.what}; send the file as the tool wrote it"
        plain = expat.errors.messages.get(error.code, "not well-formed")
        return _MENDS.get(error.code, f"not well-formed XML ({plain}); write the file again with the tool itself")

    def _bounded(self) -> None:
        line = self.lines_before + self.parser.CurrentLineNumber
        if self.fed - self.start_of_parser - self.parser.CurrentByteIndex > LONGEST_TAG:
            raise ParseError(
                f"a tag or an attribute longer than {LONGEST_TAG // 1024} kB; shorten the message, or leave it out",
                line,
            )
        if len(self.parser.intern) > MOST_NAMES:
            raise ParseError(f"more than {MOST_NAMES:,} different element and attribute names; this is no result", line)


def _doctype(_name: str, _system: str | None, _public: str | None, internal: bool) -> None:
    if internal:
        raise ParseError("a document type with an internal subset is refused; leave the DOCTYPE out")


def _entity(name: str, *_rest: object) -> None:
    raise ParseError(f"the declaration of the entity {name[:60]!r} is refused; leave the DOCTYPE out")
