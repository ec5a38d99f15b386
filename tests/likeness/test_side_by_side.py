"""Two texts side by side hold every line of both."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from milestones.parity.side_by_side import side_by_side

texts = st.lists(st.sampled_from(["a", "b = 1", "b = 2", "", "return x", "return y  "]), max_size=12)


def test_what_differs_within_a_line_is_marked():
    row = side_by_side(["return price * 4"], ["return price * 50"])[0]
    assert (row.state, row.old, row.new) == ("changed", ("return price * ", "4", ""), ("return price * ", "50", ""))


def test_lines_keep_the_numbers_of_their_files():
    rows = side_by_side(["a", "b", "c"], ["a", "c", "d"], (10, 20))
    assert [(row.state, row.old_number, row.new_number) for row in rows] == [
        ("same", 10, 20), ("removed", 11, None), ("same", 12, 21), ("added", None, 22),
    ]  # fmt: skip


@given(texts, texts)
def test_no_line_is_lost_and_none_is_invented(old, new):
    rows = side_by_side(old, new)
    sides = (
        ["".join(row.old) for row in rows if row.old_number is not None],
        ["".join(row.new) for row in rows if row.new_number is not None],
    )
    assert sides == ([line.rstrip() for line in old], [line.rstrip() for line in new])
    assert all("".join(row.old) == "".join(row.new) for row in rows if row.state == "same")
