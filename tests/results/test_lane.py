"""The short way for plain cases says of any file what the long way says."""

import io

from hypothesis import given
from hypothesis import strategies as st

from milestones.facts import ParseError
from milestones.results import parse

NAMES = st.sampled_from(["test_a", "test_a", "test_b[1-x]", "test_b[]", "test c [d]", "", "test_&amp;", "n" * 700])
SUITES = st.sampled_from(["tests.shop", "tests.shop.TestBasket", "", "s" * 600])
TIMES = st.sampled_from(["0.1", "0.25", "1,204.5", "-1", ""])
INSIDE = ["", "<failure message='no'/>", "<skipped/>", "<system-out>x</system-out>", "<properties/>", "<rerun/>"]


@st.composite
def cases(draw):
    name, suite, time = draw(NAMES), draw(SUITES), draw(TIMES)
    attributes = [f'name="{name}"', f'classname="{suite}"', f'time="{time}"'][: draw(st.sampled_from([3, 3, 3, 2]))]
    attributes = draw(st.permutations(attributes))
    inside = draw(st.sampled_from(INSIDE))
    opened = f"<testcase {' '.join(attributes)}"
    return f"{opened}>{inside}</testcase>" if inside or draw(st.booleans()) else f"{opened}/>"


@st.composite
def suites(draw, depth=0):
    parts = draw(st.lists(cases() if depth > 1 else st.one_of(cases(), cases(), suites(depth + 1)), max_size=6))
    beside = draw(st.sampled_from(["", "", "<properties><property name='a' value='b'/></properties>", "<error/>"]))
    return f"<testsuite name='s{depth}'>{beside}" + "\n".join(parts) + "</testsuite>"


def read(text):
    try:
        return list(parse("junit", io.BytesIO(text.encode())))
    except ParseError as error:
        return error.reason, error.line


@given(st.lists(suites(), min_size=1, max_size=3), st.booleans())
def test_the_short_way_and_the_long_way_agree(parts, several_roots):
    body = "".join(parts) if several_roots else "<testsuites>" + "".join(parts) + "</testsuites>"
    assert read(body) == read(f"<!-- caf\xe9 -->{body}")


def test_a_long_file_of_plain_cases_is_whole_across_its_pieces():
    """Pieces end within tags, between them, and within a case that failed."""
    inside = ["", "<failure message='no'>because</failure>"]
    rows = [
        f'<testcase classname="tests.a{n // 50}" name="test_{n}" time="0.0{n % 10}">{inside[n % 7 == 0]}</testcase>'
        for n in range(9_000)
    ]
    body = f"<testsuite name='s' tests='9000' failures='{len(range(0, 9_000, 7))}'>" + "\n".join(rows) + "</testsuite>"
    found = read(body)
    assert [(one.name, one.result == "failed") for one in found] == [(f"test_{n}", n % 7 == 0) for n in range(9_000)]
    assert found[7].text == "no because"
