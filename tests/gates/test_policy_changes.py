"""What a new policy weakens and what it strengthens."""

from __future__ import annotations

import pytest

from milestones.gates.policy import read_policy
from milestones.gates.policy_changes import Turn, changes

BASE = """
[milestones.1]
done = ["tests.failed == 0", "coverage.lines >= 80%", "similarity.api in 0.70..0.80"]
[similarity]
api = "server/api.py"
[leftovers]
imports = ["flask", "mako"]
[frozen]
tests = ["tests/**"]
[waivers]
longest_days = 14
[[sign_off]]
words = "rollback drill"
people = 2
"""


@pytest.mark.parametrize(
    ("old", "new", "turn", "said"),
    [
        ('"tests.failed == 0"', '"tests.failed <= 3"', Turn.WEAKENED, "asked for tests.failed == 0, now for"),
        ('"tests.failed == 0"', '"tests.failed == 0 (informational)"', Turn.WEAKENED, "(informational)"),
        ('"tests.failed == 0"', '"tests.failed == 0 (informational until 2026-12-01)"', Turn.WEAKENED, "until"),
        ('"tests.failed == 0", ', "", Turn.WEAKENED, "no longer asks for tests.failed == 0"),
        (">= 80%", ">= 85%", Turn.STRENGTHENED, "now for coverage.lines >= 85%"),
        (">= 80%", ">= 75%", Turn.WEAKENED, "now for coverage.lines >= 75%"),
        (">= 80%", "present", Turn.WEAKENED, "now for coverage.lines present"),
        ("0.70..0.80", "0.60..0.90", Turn.WEAKENED, "in 0.60..0.90"),
        ("0.70..0.80", "0.72..0.78", Turn.STRENGTHENED, "in 0.72..0.78"),
        ("0.70..0.80", "0.60..0.75", Turn.OTHERWISE, "in 0.60..0.75"),
        ('"flask", "mako"', '"flask"', Turn.WEAKENED, "leftovers.imports no longer has mako"),
        ('"flask", "mako"', '"flask", "mako", "jinja2"', Turn.STRENGTHENED, "has jinja2 as well"),
        ('tests = ["tests/**"]', "", Turn.WEAKENED, "frozen.tests no longer has tests/**"),
        ("longest_days = 14", "longest_days = 90", Turn.WEAKENED, "went from 14 to 90"),
        ("people = 2", "people = 1", Turn.WEAKENED, "people went from 2 to 1"),
        ("[waivers]", '[[accept]]\nwhat = "x"\nwhy = "its own"\n[waivers]', Turn.WEAKENED, "accepted: its own"),
        ("[waivers]", "[every_change]\nno_worse = []\n[waivers]", Turn.WEAKENED, "no_worse no longer has tests.failed"),
        ("[waivers]", "[expected]\nflaky = 2\n[waivers]", Turn.WEAKENED, "expected.flaky went from 0 to 2"),
        ("[waivers]", '[expected.minimum]\n"tests.total" = 90\n[waivers]', Turn.STRENGTHENED, "from 0 to 90"),
    ],
)  # fmt: skip
def test_each_turn_is_told(old: str, new: str, turn: Turn, said: str) -> None:
    assert old in BASE
    found = changes(read_policy(BASE), read_policy(BASE.replace(old, new, 1)))
    assert any(one.turn is turn and said in one.sentence for one in found), found


def test_layout_and_order_change_nothing() -> None:
    turned = BASE.replace(
        '"tests.failed == 0", "coverage.lines >= 80%"', '"coverage.lines  >=  80%", "tests.failed == 0"'
    )
    assert changes(read_policy(BASE), read_policy(turned + "\n# a word\n")) == ()


def test_both_ways_are_mirror_images() -> None:
    other = BASE.replace(">= 80%", ">= 75%")
    turns = [{one.turn for one in changes(read_policy(a), read_policy(b))} for a, b in ((BASE, other), (other, BASE))]
    assert turns == [{Turn.WEAKENED}, {Turn.STRENGTHENED}]
