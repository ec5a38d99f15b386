"""Forty tests change their client and one its expectation: exactly that one is told."""

import pytest

from milestones.audit.frozen import compare_tests, rule_tokens
from milestones.audit.rewriting import split_rule
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


WEBTEST = [
    (
        'def test_it(app):\n    res = app.get("/a", status=404)\n    assert res.json["id"] == 1',
        'def test_it(app):\n    res = app.get("/a")\n    assert res.status_code == 404\n    assert res.json["id"] == 1',
    ),
    (
        'def test_it(app):\n    app.get("/a", status=404)',
        'def test_it(app):\n    assert app.get("/a").status_code == 404',
    ),
    (
        'def test_it(app):\n    app.post("/a", {"b": 1}, status=[200, 201])',
        'def test_it(app):\n    reply = app.post("/a", {"b": 1})\n    assert reply.status_code in [200, 201]',
    ),
    (
        'def test_it(app):\n    page = app.get("/a")\n    page.mustcontain("Hello", no="Bye")',
        'def test_it(app):\n    page = app.get("/a")\n    assert "Hello" in page.text\n'
        '    assert "Bye" not in page.text',
    ),
    (
        'class TestIt:\n    def test_it(self):\n        rv = self.app.get("/a")\n        self.assert404(rv)',
        'class TestIt:\n    def test_it(self):\n        rv = self.app.get("/a")\n        assert rv.status_code == 404',
    ),
]


@pytest.mark.parametrize(("before", "after"), WEBTEST)
def test_what_a_client_checks_itself_may_become_an_assertion(before: str, after: str):
    found = judged(before, after)
    assert len(found.plumbing) == 1, (found.assertions, found.other)


@pytest.mark.parametrize(("before", "after"), WEBTEST)
def test_what_a_client_checked_may_not_become_something_else(before: str, after: str):
    for was, now in (("404", "403"), ("[200, 201]", "[200]"), ("Hello", "Hallo"), ('"Bye" not in', '"Bye" in')):
        if was in after:
            assert len(judged(before, after.replace(was, now)).assertions) == 1, (was, now)


def test_a_status_that_is_checked_no_more_is_a_changed_assertion():
    found = judged('def test_it(app):\n    app.get("/a", status=404)', 'def test_it(app):\n    app.get("/a")')
    assert [one.before for one in found.assertions] == ['app.get("/a", status=404)']


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("self.assertNotIn(a(), b())", "assert a() not in b()"),
        ("self.assertIsNot(a(), b())", "assert a() is not b()"),
        ("self.assertIsNotNone(a())", "assert a() is not None"),
        ("self.assertNotEqual(a(), 3)", "assert a() != 3"),
        ("self.assertFalse(a())", "assert not a()"),
    ],
)
def test_unittest_that_became_pytest_expects_the_same(before: str, after: str):
    head = "class TestIt:\n    def test_it(self):\n        "
    found = judged(head + before, head + after)
    assert (found.assertions, found.other) == ([], [])


@pytest.mark.parametrize("asked", ['reply.headers.get("X-Total")', 'reply.json().get("total")'])
def test_another_key_that_is_looked_up_is_a_changed_assertion(asked: str):
    text = f'def test_it(app):\n    reply = app.get("/a")\n    assert {asked} == "3"'
    found = judged(text, text.replace("otal", "ally"))
    assert len(found.assertions) == 1


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("data=", "json="), ("=client", "=await ac"),
        ("client", "api"), (".get_json()", ".json()"), ("client)", "app)"),
        ("json.dumps($1) headers={'Content-Type':'application/json'}", "$1"),
        ("got", "async with C(app=app) as ac got"),
    ],
)  # fmt: skip
def test_a_rule_that_holds_equal_signs_is_read_as_it_was_written(was: str, now: str):
    assert split_rule(f"{was}={now}") == (was, now)


def test_a_rule_without_an_old_side_is_none():
    assert split_rule("=a") is None
    assert split_rule("client") is None


def test_a_body_that_got_a_name_takes_one_rule():
    old = 'def test_{n}(self):\n    r = self.app.post_json("/a/{n}", {{"b": {n}}})\n    assert r.status_code == 201\n\n'
    new = (
        'def test_{n}(self):\n    r = self.http.post("/a/{n}", json={{"b": {n}}})\n    assert r.status_code == 201\n\n'
    )
    sides = ["".join(one.format(n=n) for n in range(9)) for one in (old, new)]
    first = judged(*sides)
    assert "app.post_json($1" in first.proposed_rewrite or ".app.post_json($1" in first.proposed_rewrite
    sides[1] = sides[1].replace("== 201", "== 200", 1)
    again = judged_with(*sides, first.proposed_rewrite)
    assert (len(again.plumbing), len(again.assertions)) == (8, 1)
