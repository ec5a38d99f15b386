"""A difference is expected only as it was when somebody expected it."""

from __future__ import annotations

from milestones.parity.drift import Expected, FunctionFact, entry_for, facts_of, settle
from milestones.parity.functions import compare_functions
from milestones.services.functions import pinned
from milestones.source.definitions import read_module
from milestones.source.outlines import outlines_of

OLD = """
def price(nights):
    return nights * 4

def gone():
    launch()

@view("lights")
def lights(request):
    return ["north"]
"""
NEW = """
def price(nights):
    return nights * 5

@get("/lights")
def lights(request: Request):
    return ["north"]

def fresh():
    return [berth.mast.lamp for berth in berths if berth.mast]
"""


def facts(old: str = OLD, new: str = NEW) -> list[FunctionFact]:
    modules = [[read_module(text.encode(), "a.py")] for text in (old, new)]
    outlines = [outlines_of(text.encode()) for text in (old, new)]
    found = compare_functions(*modules)
    sides = (lambda _path, name: outlines[0].get(name)), (lambda _path, name: outlines[1].get(name))
    return pinned(facts_of(found, *sides))


def fact(what: str, new: str = NEW) -> FunctionFact:
    return next(one for one in facts(new=new) if one.what == what)


PRICE = "functions.drift a.py::price"


def test_every_difference_has_a_name_and_a_pin():
    named = {one.what: one for one in facts() if one.drifts}
    assert sorted(named) == [
        "functions.drift a.py::gone",
        "functions.drift a.py::lights",
        PRICE,
        "functions.extra a.py::fresh",
    ]
    assert len({one.pin for one in named.values()}) == 4


def test_a_body_that_stayed_is_told_from_one_that_changed():
    assert fact("functions.drift a.py::lights").same_body
    assert not fact(PRICE).same_body


def test_an_expected_difference_does_not_drift_and_a_second_change_does():
    entry = Expected(PRICE, "the council raised the fee", fact(PRICE).pin)
    settled, stale = settle(facts(), [entry])
    assert [one.expected for one in settled if one.what == PRICE] == ["the council raised the fee"]
    assert stale == []
    again = facts(new=NEW.replace("* 5", "* 6"))
    settled, stale = settle(again, [entry])
    assert PRICE in {one.what for one in settled if one.drifts}
    assert "changed again since" in stale[0].reason
    assert next(one.pin for one in again if one.what == PRICE) in stale[0].reason


def test_comments_and_layout_keep_the_pin():
    assert fact(PRICE, NEW.replace("* 5", "* (\n        5  # since May\n    )")).pin == fact(PRICE).pin


def test_a_change_to_the_legacy_side_is_a_second_change_too():
    pins = {one.pin for old in (OLD, OLD.replace("* 4", "* 3")) for one in facts(old) if one.what == PRICE}
    assert len(pins) == 2


def test_an_entry_that_matches_nothing_says_why():
    said = [
        Expected("functions.drift a.py::nobody", "", "00"),
        Expected(PRICE, "", ""),
    ]
    _, stale = settle(facts(), said)
    assert [one.reason.partition(";")[0] for one in stale] == [
        "no such difference is there",
        "it is not pinned to what it was granted for",
    ]
    assert fact(PRICE).pin in stale[1].reason


def test_the_entry_is_written_out_for_the_policy():
    assert entry_for(fact(PRICE)).splitlines() == [
        "[[accept]]",
        f'what = "{PRICE}"',
        'why = ""',
        f'content = "{fact(PRICE).pin}"',
    ]


def test_functions_that_share_only_their_name_are_no_pair():
    old = read_module(b"def main():\n    config = Configurator()\n    config.scan()\n    return config.app()\n", "a.py")
    new = read_module(b"def main(argv):\n    for line in open(argv[1]):\n        print(line.count('x'))\n", "b.py")
    found = compare_functions([old], [new])
    assert (len(found.missing), len(found.extra)) == (1, 1)
