"""Forty tests change their client and one its expectation: exactly that one is told."""

from milestones.audit.frozen import compare_tests, rule_tokens
from milestones.source.definitions import read_module

OLD = """def test_{n}(client):
    resp = client.get("/items/{n}")
    assert resp.status_code == 200
    assert resp.get_json()["id"] == {n}
"""
NEW = """def test_{n}(api):
    resp = api.get("/items/{n}")
    assert resp.status_code == 200
    assert resp.json()["id"] == {n}
"""


def judged(old: str, new: str, **rules: str):
    return judged_with(old, new, rules)


def judged_with(old: str, new: str, rules: dict[str, str]):
    path = "tests/test_items.py"
    sources = {("base", path): old.split("\n"), ("head", path): new.split("\n")}
    return compare_tests([read_module(old.encode(), path)], [read_module(new.encode(), path)], rules, sources)


def both(new: str) -> tuple[str, str]:
    return "".join(OLD.format(n=n) for n in range(40)), "".join(new.format(n=n) for n in range(40))


def test_the_rules_are_proposed_and_one_approval_is_enough():
    first = judged_with(*both(NEW), {})
    assert not first.plumbing
    assert not first.assertions
    assert len(first.other) == 40
    second = judged_with(*both(NEW), first.proposed_rewrite)
    assert len(second.plumbing) == 40
    assert second.proposed_rewrite == {}


def test_a_rule_is_written_as_in_a_policy():
    result = judged_with(*both(NEW), {"client": "api", ".get_json()": ".json()"})
    assert len(result.plumbing) == 40


def test_one_loosened_assertion_is_found_among_forty_ports():
    old, new = both(NEW)
    new = new.replace('["id"] == 17', '["id"] >= 17')
    for rules in ({}, {"client": "api", ".get_json()": ".json()"}):
        result = judged_with(old, new, rules)
        [change] = result.assertions
        assert (change.test.name, change.line) == ("test_17", 17 * 4 + 4)
        assert change.before == 'assert resp.get_json()["id"] == 17'
        assert change.after == 'assert resp.json()["id"] >= 17'


def test_a_status_that_every_test_changes_is_no_plumbing():
    old, new = both(NEW.replace("200", "201"))
    assert len(judged_with(old, new, {}).assertions) == 40


def test_a_dropped_assertion_is_a_changed_assertion():
    result = judged("def test_a():\n    x()\n    assert y == 1\n", "def test_a():\n    x()\n")
    assert [change.before for change in result.assertions] == ["assert y == 1"]


def test_unittest_assertions_count():
    result = judged(
        "def test_a(self):\n    self.assertEqual(x, 1)\n", "def test_a(self):\n    self.assertEqual(x, 2)\n"
    )
    assert len(result.assertions) == 1


def test_a_change_outside_assertions_is_other():
    result = judged("def test_a():\n    x(1)\n    assert y\n", "def test_a():\n    x(2)\n    assert y\n")
    assert [test.name for test in result.other] == ["test_a"]


def test_a_property_that_became_a_call_is_plumbing_by_its_rule():
    old, new = "def test_a():\n    assert r.json['a'] == 1\n", "def test_a():\n    assert r.json()['a'] == 1\n"
    assert judged_with(old, new, {".json": ".json()"}).plumbing


def test_rules_are_read_as_tokens():
    assert rule_tokens(".get_json()") == (".", "get_json", "(", ")")


def test_one_name_that_became_two_things_takes_two_rules():
    old = "".join(f"def test_{n}(client):\n    r = client.get('/')\n    assert r.ok is True\n" for n in range(9))
    new = old.replace("(client)", "(api)").replace("= client", "= await api").replace("def test", "async def test")
    first = judged_with(old, new, {})
    assert len(judged_with(old, new, first.proposed_rewrite).plumbing) == 9
