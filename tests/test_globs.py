"""Globs of a policy: equal to their definition, and never slow, whatever a stranger writes."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestones.globs import matches

WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def defined(path: str, pattern: str) -> bool:
    """The definition, as a regular expression: right, and slow where a pattern is hostile."""
    pieces = re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern)
    return re.fullmatch("".join(WILD.get(piece) or re.escape(piece) for piece in pieces), path, re.DOTALL) is not None


@given(
    st.lists(st.sampled_from(["a", "b", "/", ".", *WILD]), max_size=7).map("".join),
    st.text("ab/.", max_size=8),
)
def test_a_glob_fits_what_its_definition_fits(pattern: str, path: str) -> None:
    assert matches(path, [pattern]) == defined(path, pattern)


@pytest.mark.parametrize("pattern", ["**/" * 60 + "x", "*a" * 120 + "b", "**" * 100 + "b", "?*" * 100 + "b"])
def test_a_hostile_glob_takes_no_time_that_anybody_notices(pattern: str) -> None:
    begun = time.monotonic()
    assert not matches("a/" * 200 + "a", [pattern])
    assert not matches("a" * 400, [pattern])
    assert time.monotonic() - begun < 5


def test_a_glob_over_its_length_fits_nothing() -> None:
    assert not matches("a" * 600, ["a" * 600])
