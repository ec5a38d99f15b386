"""The short way for plain cases says of any file what the long way says."""

import io
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from milestones.facts import ParseError
from milestones.results import junit, parse

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


VALUES = st.sampled_from(
    ["a.b", "x>y", "p[1]", "p[]", "q'--", "-->", "]]>", "?>", "x</testcase>", "a<b", "&lt;", "a\nb"]
)
SHAPES = ["/>", " />", "></testcase>", ">\n</testcase>", "/>\n\n", "/>\r\n"]
AROUND = [
    ("", ""),
    ("<!--", "-->"),
    ("<system-out><![CDATA[", "]]></system-out>"),
    ("<?note ", "?>"),
    ("<error>", "</error>"),
]


@st.composite
def long_runs(draw):
    """Many plain cases on end, here and there with something in a value that is not plain, within anything."""
    order = draw(st.sampled_from(['classname="%s" name="%s"', 'name="%s" classname="%s"']))
    shape = draw(st.sampled_from(SHAPES))
    rows = [
        f'<testcase {order % (f"s{n % 3}", f"test_{n}")} time="0.{n}"{shape}' for n in range(draw(st.integers(7, 30)))
    ]
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(rows) - 1))
        rows[place] = (
            f'<testcase {order % (draw(VALUES), draw(VALUES))} time="{draw(TIMES)}"{draw(st.sampled_from(SHAPES))}'
        )
    if draw(st.booleans()):
        rows.insert(draw(st.integers(0, len(rows))), draw(st.sampled_from(rows)))
    before, after = draw(st.sampled_from(AROUND))
    return before + "".join(rows) + after


@given(
    st.lists(st.one_of(long_runs(), suites()), min_size=1, max_size=5), st.sampled_from(["s", "pytest"]), st.booleans()
)
def test_long_runs_are_taken_only_where_they_are_elements(parts, name, several_roots):
    suite = [f"<testsuite name='{name}'>{part}</testsuite>" for part in parts]
    body = "\n".join(suite) if several_roots else f"<testsuites>{''.join(suite)}</testsuites>"
    assert read(body) == read(f"<!-- caf\xe9 -->{body}")


@given(st.integers(65_000, 66_000), st.sampled_from(AROUND))
def test_a_run_is_whole_wherever_the_piece_ends(fill, around):
    rows = "\n".join(f'<testcase classname="s" name="test_{n}" time="0.{n}"/>' for n in range(60))
    inside = f"{around[0]}{rows}{around[1]}{rows}"
    body = f"<testsuite name='s'><properties>{'x' * (fill - 1_500)}</properties>{inside}</testsuite>"
    with mock.patch.object(junit, "runs_in", return_value=()):
        piece_by_piece = read(body)
    assert read(body) == piece_by_piece


def test_one_more_try_after_a_failure_is_the_same_test_on_either_way() -> None:
    failed = '<testcase name="test_a" classname="t" time="0.1"><failure message="no"/></testcase>'
    again = '<testcase name="test_a" classname="t" time="0.1"/>'
    body = f"<testsuites><testsuite name='pytest'>{failed}{again}</testsuite></testsuites>"
    assert read(body) == read(f"<!-- caf\xe9 -->{body}")
    assert len(read(body)) == 1
