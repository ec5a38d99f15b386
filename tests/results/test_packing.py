"""Outcomes, coverage and findings come out of their packed form as they went in; comparing loses no test."""

from hypothesis import given
from hypothesis import strategies as st

from milestones.facts import Finding, Outcome, Result
from milestones.results import covered, fingerprints, packing, roll
from milestones.results.collecting import Collector
from milestones.results.compare import Change, compare
from milestones.results.packing import Mark

MARKS = st.sampled_from([mark for mark in Mark if mark])
RUNS = st.dictionaries(st.integers(0, 300), st.tuples(MARKS, st.none() | st.floats(0, 1e6)))


def packed(run):
    marks = [mark for mark, _ in run.values()]
    return packing.pack(run, marks, [packing.ticks_of(seconds) for _, seconds in run.values()], len(run))


def column(run):
    return packing.unpack(packed(run))


@given(RUNS)
def test_a_column_is_read_as_it_was_packed(run):
    found = column(run)
    assert found.cases == len(run)
    for position in range(310):
        mark, seconds = run.get(position, (Mark.ABSENT, None))
        assert found.mark(position) is mark
        kept = found.seconds(position)
        assert (kept is None) == (seconds is None)
        assert seconds is None or abs(kept - seconds) < 0.00051


@given(RUNS, RUNS)
def test_every_test_of_two_runs_is_in_one_class(before, after):
    found = compare(column(before), column(after))
    assert (found.before, found.after) == (len(before), len(after))
    placed = [position for change in Change for position in found.positions(change)]
    assert sorted(placed) == sorted(before.keys() | after.keys())
    assert found.before + found.count(Change.ADDED) - found.count(Change.REMOVED) == found.after
    assert set(found.positions(Change.REMOVED)) == before.keys() - after.keys()
    failing = {Mark.FAILED, Mark.ERROR}
    assert {p for p, (mark, _) in after.items() if mark in failing and before.get(p, (0,))[0] is Mark.PASSED} <= set(
        found.positions(Change.NEWLY_FAILING)
    )


def test_what_became_of_a_test_is_said_by_its_two_marks():
    p, f, s, e, k = Mark.PASSED, Mark.FAILED, Mark.SKIPPED, Mark.ERROR, Mark.FLAKY
    pairs = {
        Change.SAME: [(p, p), (f, e), (s, s), (k, k), (k, p)],
        Change.FIXED: [(f, p), (e, p)],
        Change.NEWLY_FAILING: [(p, f), (s, e), (k, f)],
        Change.NEWLY_SKIPPED: [(p, s), (f, s)],
        Change.RUNS_AGAIN: [(s, p)],
        Change.FLAKY: [(p, k), (f, k), (s, k)],
    }
    for change, listed in pairs.items():
        for before, after in listed:
            one, two = column({5: (before, None)}), column({5: (after, None)})
            assert compare(one, two).positions(change) == [5], (before, after)


@given(st.lists(RUNS, max_size=4))
def test_of_several_runs_the_worst_counts(runs):
    found = packing.worst(column(run) for run in runs)
    for position in range(301):
        marks = [run[position][0] for run in runs if position in run]
        assert found.mark(position) == max(marks, default=0)


def test_a_hundred_thousand_outcomes_take_less_than_four_bytes_each():
    from random import Random

    chance = Random(3)
    run = {
        number: (chance.choices([Mark.PASSED, Mark.FAILED, Mark.SKIPPED], [90, 5, 5])[0], chance.expovariate(3))
        for number in range(100_000)
    }
    assert len(packed(run)) < 4 * len(run)


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.tuples(NAMES, NAMES, NAMES)), st.integers(1, 5))
def test_the_dictionary_gives_each_test_one_place_and_its_name_back(names, size):
    outcomes = [Outcome(Result.PASSED, *name) for name in names]
    collector = Collector({})
    for start in range(0, len(outcomes), size):
        collector.take(outcomes[start : start + size])
    keys = list(roll.unpack_names(roll.pack_names(collector.fresh))) if collector.fresh else []
    assert keys == collector.fresh
    assert [keys[place] for place in collector.positions] == [
        "\x1f".join(name) if "".join(name).isprintable() else roll.kept(*name) for name in names
    ]


def test_names_that_differ_only_in_what_cannot_be_stored_are_one_test():
    collector = Collector({})
    collector.take([Outcome(Result.PASSED, "s", "a\nb"), Outcome(Result.FAILED, "s", "a b")])
    assert list(collector.positions) == [0, 0]
    assert collector.repeated == [0]
    assert packing.unpack(collector.packed()).mark(0) is Mark.FAILED


LINES = st.sets(st.integers(1, 10_000_000), max_size=20)


@given(st.dictionaries(NAMES, st.tuples(LINES, LINES)))
def test_covered_lines_are_read_as_they_were_packed(files):
    found = covered.unpack_lines(covered.pack_lines((path, ran, ran | missed) for path, (ran, missed) in files.items()))
    assert {tuple(lines) for lines in found.values()} == {
        (frozenset(ran), frozenset(missed - ran)) for ran, missed in files.values()
    }


def test_the_coverage_of_a_change_counts_its_lines_alone():
    known = {"a.py": (frozenset({1, 2, 3}), frozenset({4, 5}))}
    patch = covered.patch_of(known, {"a.py": {3, 4, 9}, "b.py": {1}, "README.md": {1}})
    assert (patch.covered, patch.total, patch.percent) == (1, 2, 50)
    assert patch.missed == {"a.py": (4,)}
    assert patch.untold == ("b.py",), "a source file that the coverage does not speak of is named"


def finding(line, text="unused import", path="a.py"):
    return Finding(text, path, line, "F401", "ruff")


def test_code_that_moved_is_no_new_finding_and_a_second_of_its_kind_is_one():
    before = fingerprints.known_again([finding(1)], {"a.py": ["import os"]})
    after = fingerprints.known_again([finding(3), finding(9)], {"a.py": ["", "", "import  os", *[""] * 5, "import re"]})
    kept = fingerprints.unpack_findings(fingerprints.pack_findings(after))
    assert kept == after
    assert [one.line for one in fingerprints.new_among(before, kept)] == [9]


def test_a_finding_without_its_code_is_known_by_its_words():
    before = fingerprints.known_again([finding(None, "line 3 is too long (130)")], {})
    after = fingerprints.known_again([finding(None, "line 8 is too long (131)")], {})
    assert fingerprints.new_among(before, after) == []
