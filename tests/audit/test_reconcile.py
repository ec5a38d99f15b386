"""Between two states every test is accounted for."""

from hypothesis import given, settings
from hypothesis import strategies as st

from milestones.audit.reconcile import reconcile, table
from milestones.source.definitions import read_module


def modules(**files: str):
    return [read_module(text.encode(), f"tests/{name}.py") for name, text in files.items()]


def names(pairs):
    return [(old.name, new.name) for old, new in pairs]


def test_each_fate_is_told():
    base = modules(
        test_a="def test_same(): assert 1\ndef test_edit(): assert f(1) == 2\ndef test_old(): assert h(3)\n",
        test_b="def test_goes(): assert k()\ndef test_gone(): assert gone()\n",
    )
    head = modules(
        test_a="def test_same():\n  # y\n  assert (1)\ndef test_edit(): assert f(1) == 3\n"
        + "def test_new(): assert h(3)\n",
        test_c="def test_goes(): assert k()\ndef test_fresh(): assert fresh()\n",
    )
    result = reconcile(base, head)
    found = result.matching
    assert names(found.unchanged) == [("test_same", "test_same")]
    assert names(found.modified) == [("test_edit", "test_edit")]
    assert names(found.renamed) == [("test_old", "test_new")]
    assert names(found.moved) == [("test_goes", "test_goes")]
    assert {test.name for test in found.removed} == {"test_old", "test_goes", "test_gone"}
    assert {test.name for test in found.added} == {"test_new", "test_goes", "test_fresh"}


def test_two_folders_of_one_commit_are_matched_by_the_path_within():
    base = [read_module(b"def test_a(): assert 1", "old/tests/test_a.py")]
    head = [read_module(b"def test_a(): assert 1", "new/tests/test_a.py")]
    assert len(reconcile(base, head, ("old", "new")).matching.unchanged) == 1


def test_empty_bodies_prove_no_renaming():
    result = reconcile(modules(test_a="def test_a(): pass"), modules(test_a="def test_b(): pass"))
    assert result.matching.renamed == []


def test_a_file_that_does_not_parse_is_read_as_far_as_it_goes_and_named():
    result = reconcile(modules(test_a="def test_a(): assert 1\nx = = 2\n"), modules(test_a="def test_a(): assert 1\n"))
    assert len(result.matching.unchanged) == 1
    assert [(problem.path, problem.line) for problem in result.unparsed] == [("tests/test_a.py", 2)]


TESTS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(["assert x", "assert y", "pass", "z()"]))


@given(
    st.dictionaries(st.sampled_from(["test_1", "test_2"]), TESTS),
    st.dictionaries(st.sampled_from(["test_2", "test_3"]), TESTS),
)
@settings(max_examples=60, deadline=None)
def test_base_and_added_less_removed_is_head(base, head):
    def made(side):
        return modules(
            **{
                name: "\n".join(f"def test_{key}(): {body}" for key, body in tests.items())
                for name, tests in side.items()
            }
        )

    result = reconcile(made(base), made(head))
    assert result.base_total + len(result.matching.added) - len(result.matching.removed) == result.head_total
    for row in table(result):
        assert row.base + row.added - row.removed == row.head
        assert row.unchanged + row.modified + row.added == row.head
