"""Go's cover profile (`go test -coverprofile`): blocks of statements, as golang.org/x/tools/cover reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import Fact, ParseError
from milestones.results import textlines
from milestones.results.linecount import Lines
from milestones.results.places import line_number, placed

MOST_BLOCKS = 2_000_000
LONGEST_BLOCK = 100_000
_BLOCK = re.compile(r"(.+):(\d{1,9})\.(\d{1,9}),(\d{1,9})\.(\d{1,9}) (\d{1,9}) (\d{1,18})\Z")
Block = tuple[int, int, int, int, int]


def read(stream: BinaryIO) -> Iterator[Fact]:
    """One CoveredFile a file, its units Go's statements; a block that several packages ran is one block."""
    files: dict[str, dict[Block, bool]] = {}
    blocks = 0
    for number, line in textlines.lines(stream):
        if number == 1 and not line.startswith("mode: "):
            raise ParseError("the first line is not `mode: ...`: this is no Go cover profile", number)
        if line.startswith("mode: ") or not line:
            continue
        path, block, ran = _block(line, number)
        known = files.setdefault(path, {})
        known[block] = ran or known.get(block, False)
        blocks += 1
        if blocks > MOST_BLOCKS:
            raise ParseError(f"more than {MOST_BLOCKS:,} blocks, which is the limit; send it in shards", number)
    for path, known in files.items():
        lines = Lines()
        for block, ran in known.items():
            for line_of_block in range(block[0], block[2] + 1):
                lines.mark(line_of_block, ran)
        covered = sum(block[4] for block, ran in known.items() if ran)
        yield lines.of(placed(path), (covered, sum(block[4] for block in known)))


def _block(line: str, number: int) -> tuple[str, Block, bool]:
    match = _BLOCK.match(line)
    if match is None:
        raise ParseError(
            "this is no block `file:line.column,line.column statements count`; send the whole file", number
        )
    start, first_column, end, last_column, statements, count = (int(part) for part in match.groups()[1:])
    line_number(end)
    if not start <= end < start + LONGEST_BLOCK:
        raise ParseError(f"a block from line {start} to {end} cannot be; write the profile again", number)
    return match[1], (start, first_column, end, last_column, statements), count > 0
