"""Mutated inputs for every parser: a few in the suite, many by `python -m tests.results.fuzz COUNT`."""

import io
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from milestones.facts import ParseError
from milestones.results import PARSERS, parse, summarise

FIXTURES = Path(__file__).parents[1] / "fixtures" / "results"
SPICE = (
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\x1b[31m", b"&#xD800;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<", b">",
    b"{", b"}", b"[", b"]", b'"', b"\\ud800", b"NaN", b"-1", b"1e999", b"9" * 400, b"../" * 9, b"\n", b",", b"null",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"::error ::", b"1..9", b"not ok", b"%00", b"\xe2\x80\xa8",
)  # fmt: skip


def seeds(kind: str) -> list[bytes]:
    return [path.read_bytes()[:6_000] for path in sorted((FIXTURES / kind).iterdir())]


def mutants(kind: str, count: int, seed: int = 1) -> Iterator[bytes]:
    """Cut, doubled, swapped and spiced copies of the kind's fixtures, the same for the same seed."""
    chance = random.Random(f"{kind}-{seed}")
    origins = seeds(kind)
    for _ in range(count):
        body = bytearray(chance.choice(origins))
        for _ in range(chance.randint(1, 4)):
            at, to = sorted(chance.randrange(len(body) + 1) for _ in range(2))
            change = chance.randrange(5)
            if change == 0:
                del body[at : min(to, at + 200)]
            elif change == 1:
                body[at:at] = body[at : min(to, at + 200)]
            elif change == 2:
                body[at:at] = chance.choice(SPICE)
            elif change == 3 and at < len(body):
                body[at] = chance.randrange(256)
            elif change == 4:
                del body[to:]
        yield bytes(body)


def survives(kind: str, body: bytes) -> str:
    """The sentence of the refusal, or "" where it was read; anything but a ParseError is a defect and comes through."""
    try:
        summarise(kind, parse(kind, io.BytesIO(body)))
    except ParseError as error:
        return error.reason
    return ""


def fuzz(count: int) -> None:
    for kind in PARSERS:
        began = time.perf_counter()
        refused = sum(bool(survives(kind, body)) for body in mutants(kind, count, seed=int(began)))
        sys.stdout.write(f"{kind}: {count} mutants, {refused} refused, {time.perf_counter() - began:.1f} s\n")


if __name__ == "__main__":
    fuzz(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
