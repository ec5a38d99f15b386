"""Where the keys of a TOML text stand."""

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from milestones.source.toml_lines import lines_of

TEXT = """\
# a comment
top.dotted."with.dot" = 1

[migration]
name = "a"
docs = [
  "one", # why
  # nothing here
  "two",
]

[milestones.12]
proves = { "by words" = ["x", "y"], z.q = 1 }
[milestones."3.1"]
'owner' = '''
many
lines'''
"k\\u0065y" = 1
[[accept]]
what = "a"
[accept.more]
deep = true
[[accept]]
what = "b"
"""


def test_every_key_has_its_line() -> None:
    lines = lines_of(TEXT)
    assert lines["top",] == lines["top", "dotted", "with.dot"] == 2
    assert lines["migration",] == 4
    assert lines["migration", "name"] == 5
    assert lines["milestones", "12"] == lines["milestones",] == 12
    assert lines["milestones", "3.1", "owner"] == 15
    assert lines["milestones", "3.1", "key"] == 18


def test_elements_of_an_array_have_their_own_lines() -> None:
    lines = lines_of(TEXT)
    assert (lines["migration", "docs"], lines["migration", "docs", 0], lines["migration", "docs", 1]) == (6, 7, 9)
    assert lines["milestones", "12", "proves", "by words", 1] == 13
    assert lines["milestones", "12", "proves", "z", "q"] == 13


def test_tables_of_an_array_are_counted() -> None:
    lines = lines_of(TEXT)
    assert (lines["accept", 0], lines["accept", 0, "what"], lines["accept", 0, "more", "deep"]) == (19, 20, 22)
    assert (lines["accept", 1], lines["accept", 1, "what"]) == (23, 24)
    assert ("accept", 2) not in lines


def paths_in(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found = {path} if path else set()
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found.union(*(paths_in(below, (*path, key)) for key, below in pairs))


def test_it_sees_all_that_the_parser_sees() -> None:
    assert set(lines_of(TEXT)) == paths_in(tomllib.loads(TEXT))


@given(st.text(alphabet=st.sampled_from("a.=[]{}\"', \n#1\\"), max_size=80))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read_without_complaint(text: str) -> None:
    last = text.count("\n") + 1
    assert all(1 <= line <= last for line in lines_of(text).values())


def test_depth_and_length_do_not_matter() -> None:
    for text in ("a = " + "[" * 50_000, "a" + ".a" * 50_000 + " = 1", "[" + "a." * 50_000 + "b]\nc = 1"):
        assert len(lines_of(text)) < 100
