"""Equal trees are equal however they are written, and unequal ones never."""

import pytest

from milestones.source.definitions import read_module
from milestones.source.reader import read_tree
from milestones.source.tests import find_tests
from milestones.source.trees import Mark

SAME = [
    ("x = (a + b)", "x = a + b  # why"),
    ("x = 'a' \"b\"", 'x = "ab"'),
    ("f(a, b,)", "f(a,\n  b)"),
    ("x[a, b]", "x[(a, b)]"),
    ("try:\n  f()\nexcept A, B:\n  pass", "try:\n  f()\nexcept (A, B):\n  pass"),
    ("try:\n  f()\nexcept A, e:\n  pass", "try:\n  f()\nexcept A as e:\n  pass"),
    ("def f():\n  'says'\n  return 1", "def f():\n  return 1"),
    ("class A(): pass", "class A:\n  'says'"),
    ("a, b = c", "(a, b) = c"),
    ("with (a as b, c as d): pass", "with a as b, c as d: pass"),
    (r"x = '\x41'", "x = 'A'"),
    ("x = 0xFF", "x = 255"),
    ("x = .5", "x = 0.50"),
    ("f'a{x}'", 'f"a{x}"'),
    ("any(a for a in b)", "any((a for a in b))"),
    ("a = 1; b = 2", "a = 1\nb = 2"),
]
DIFFERENT = [
    ("x = (a + b) * c", "x = a + b * c"),
    ("x[1,]", "x[1]"),
    ("x[a:]", "x[:a]"),
    ("x = 1", "x = 1.0"),
    ("x = 'a'", "x = b'a'"),
    ("f'{x:>3}'", "f'{x:>4}'"),
    ("f'{x!r}'", "f'{x}'"),
    ("x, = a", "x = a"),
    ("def f(a, *, b): pass", "def f(a, b): pass"),
    ("if a:\n  b()\nc()", "if a:\n  b()\n  c()"),
    ("print a,", "print a"),
    ("async def f(): pass", "def f(): pass"),
    ("a is not b", "a is b"),
    ("x(*a)", "x(**a)"),
    ("'a' 'b'", "'a', 'b'"),
    (r"x = '\d'", "x = 'd'"),
    (r"x(r'\\')", "x('')"),
    ("def f[T](a): pass", "def f(a): pass"),
]


def digest(text: str, without: Mark = Mark.DOC) -> str:
    return read_tree(text.encode()).digest(without)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spelling_is_no_difference(one, other):
    assert digest(one) == digest(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_meaning_is_a_difference(one, other):
    assert digest(one) != digest(other)


def test_hints_can_be_left_out_where_nobody_reads_them():
    hinted = "def f(a: int = 1, *b: str) -> X:\n  x: int = 3\n  y: int\n  return x"
    plain = "def f(a=1, *b):\n  x = 3\n  return x"
    assert digest(hinted, Mark.HINT) == digest(plain, Mark.HINT)
    assert digest("class A:\n  x: int = 1", Mark.HINT) != digest("class A:\n  x: str = 1", Mark.HINT)
    assert digest("@get('/')\ndef f(a: int): pass", Mark.HINT) != digest("@get('/')\ndef f(a): pass", Mark.HINT)


def test_tests_are_found_where_a_runner_finds_them():
    source = b"""
import pytest
def test_plain(): pass
@pytest.fixture
def test_user(): pass
@pytest.fixture(scope="module")
def test_client(): pass
if True:
    async def test_under_if(): pass
class TestA:
    def test_method(self):
        def test_inner(): pass
    class TestB:
        def testCamel(self): pass
    def helper(self): pass
"""
    names = [test.name for test in find_tests(read_module(source, "tests/test_a.py"))]
    assert names == ["test_plain", "test_under_if", "TestA.test_method", "TestA.TestB.testCamel"]


def test_names_that_only_begin_like_a_test_are_no_find_tests_a_helper_file():
    assert [
        one.name for one in find_tests(read_module(b"def tests_of(): pass\ndef test_a(): pass", "tests/util.py"))
    ] == ["test_a"]


def test_a_name_defined_twice_cannot_change_unseen():
    one = read_module(b"if a:\n  def f(): return 1\nelse:\n  def f(): return 2\n")
    other = read_module(b"if a:\n  def f(): return 9\nelse:\n  def f(): return 2\n")
    assert one.definitions[0].tree != other.definitions[0].tree


@pytest.mark.parametrize(
    "source", [b"", b"\0\1", b"(" * 50_000, b"def f(:\n  x", b"\xff\xfe", b"a = '" + b"\\" * 9999, b"if 1:\n x\n\ty"]
)
def test_broken_source_is_a_problem_and_no_exception(source):
    read_module(source, "a.py").definitions  # noqa: B018
