"""The dictionary of a project's tests: every test that ever ran has a position, and keeps it.

A segment of it is packed as blocks of one suite each, deflated: the suite, then its tests, name and parameters.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from milestones.codec import storable

_PART, _SUITE, _BLOCK = "\x1f", "\x1d", "\x1e"
_RESERVED = str.maketrans({"\n": " ", _PART: " ", _SUITE: " ", _BLOCK: " "})


class Test(NamedTuple):
    """What a test is called: its suite, its name and, where it is parametrised, what stands in the brackets."""

    suite: str
    name: str
    parameters: str = ""

    @property
    def label(self) -> str:
        """As a person reads it: "tests.test_api::test_list[json]"."""
        whole = f"{self.name}[{self.parameters}]" if self.parameters else self.name
        return f"{self.suite}::{whole}" if self.suite else whole


def key_of(suite: str, name: str, parameters: str) -> str:
    """The text that a test is found by."""
    return f"{suite}{_PART}{name}{_PART}{parameters}"


def test_of(key: str) -> Test:
    return Test(*key.split(_PART))


def kept(suite: str, name: str, parameters: str) -> str:
    """The key in the form that is stored: on one line, without the marks that part it."""
    return key_of(*(storable(part).translate(_RESERVED) for part in (suite, name, parameters)))


def pack_names(keys: Iterable[str]) -> bytes:
    """Tests in their order; each key as `kept` has it."""
    blocks: list[tuple[str, list[str]]] = []
    prefix = "\n"  # no key begins so
    for key in keys:
        if not key.startswith(prefix):
            suite = key.partition(_PART)[0]
            prefix, tests = suite + _PART, list[str]()
            blocks.append((suite, tests))
        tests.append(key[len(prefix) :])
    return zlib.compress(_BLOCK.join(suite + _SUITE + "\n".join(tests) for suite, tests in blocks).encode(), 1)


def unpack_names(packed: bytes) -> Iterator[str]:
    """The keys of a segment in their order."""
    for block in zlib.decompress(packed).decode().split(_BLOCK):
        suite, _, tests = block.partition(_SUITE)
        start = suite + _PART
        yield from [start + test for test in tests.split("\n")]
