"""What stands around a test counts as well: helpers, constants, fixtures, set-up and cases, wherever they stand."""

from __future__ import annotations

from milestones.audit.frozen import Frozen, compare_tests
from milestones.source.definitions import read_module

TEST = "from tests.checks import assert_ok\nfrom app.messages import GONE\nimport app.codes as codes\n\n\n" + (
    "def test_a(client):\n    assert_ok(client.get('/a'))\n\n\n"
    "def test_b(client):\n    assert client.get('/b').text == GONE\n\n\n"
    "def test_c(client):\n    assert client.get('/c').status_code == codes.MISSING\n\n\n"
    "def test_d(tmp_path):\n    assert tmp_path.exists()\n"
)
FILES = {
    "tests/test_all.py": TEST,
    "tests/checks.py": (
        "def assert_ok(resp):\n    body = resp.json()\n    assert resp.status_code == 200\n    assert body\n"
    ),
    "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef client():\n    return make_app().test_client()\n",
    "app/messages.py": "HERE = 'here'\nGONE = 'gone'\n",
    "app/codes.py": "MISSING = 404\n",
}


def judged(changed: dict[str, str], base: dict[str, str] = FILES) -> Frozen:
    files = {"base": base, "head": {**base, **changed}}
    sources = {(side, path): text.split("\n") for side, one in files.items() for path, text in one.items()}
    modules = [[read_module(text.encode(), path) for path, text in one.items() if text] for one in files.values()]
    return compare_tests(*modules, {}, sources)


def told(found: Frozen) -> list[tuple[str, str, int]]:
    return [(one.test.name, one.where.path if one.where else "", one.line) for one in found.assertions]


def test_a_helper_that_asserts_something_else_changes_the_tests_that_call_it() -> None:
    found = judged({"tests/checks.py": FILES["tests/checks.py"].replace("== 200", "in (200, 204)")})
    assert told(found) == [("test_a", "tests/checks.py", 3)]
    assert [one.name for one in found.unchanged] == ["test_b", "test_c", "test_d"]
    assert found.assertions[0].before == "assert resp.status_code == 200"


def test_a_helper_that_only_names_its_variables_anew_changes_none() -> None:
    found = judged({"tests/checks.py": FILES["tests/checks.py"].replace("body", "answer")})
    assert not found.assertions
    assert [one.name for one in found.reached["tests/test_all.py", "test_a"]] == ["assert_ok"]


def test_a_constant_that_results_are_compared_with_is_an_expectation_wherever_it_stands() -> None:
    assert told(judged({"app/messages.py": "HERE = 'here'\n\nGONE = 'no more'\n"})) == [
        ("test_b", "app/messages.py", 3)
    ]
    assert told(judged({"app/codes.py": "MISSING = 410\n"})) == [("test_c", "app/codes.py", 1)]
    assert told(judged({"app/messages.py": "HERE = 'there'\nGONE = 'gone'\n"})) == []


def test_a_fixture_that_changed_is_named_and_changes_no_class() -> None:
    found = judged({"tests/conftest.py": FILES["tests/conftest.py"].replace("make_app().test_client", "TestClient")})
    assert len(found.unchanged) == 4
    assert {key[1] for key in found.reached} == {"test_a", "test_b", "test_c"}
    [one] = found.reached["tests/test_all.py", "test_b"]
    assert (one.sort, one.name, one.path, one.line) == ("fixture", "client", "tests/conftest.py", 5)


def test_a_helper_that_moved_as_it_was_changes_nothing() -> None:
    moved = {
        "tests/checks.py": "",
        "tests/support/checks.py": FILES["tests/checks.py"],
        "tests/test_all.py": TEST.replace("tests.checks", "tests.support.checks"),
    }
    found = judged(moved)
    assert len(found.unchanged) == 4
    assert not found.reached


def test_set_up_of_a_class_and_of_the_class_above_it_is_named() -> None:
    base = {
        "tests/base.py": "class Base:\n    def setUp(self):\n        self.n = 1\n",
        "tests/test_k.py": (
            "from tests.base import Base\n\n\nclass TestK(Base):\n    def test_x(self):\n        assert self.n\n"
        ),
    }
    found = judged({"tests/base.py": base["tests/base.py"].replace("= 1", "= 2")}, base)
    [one] = found.reached["tests/test_k.py", "TestK.test_x"]
    assert (one.sort, one.name, one.path) == ("set-up", "Base.setUp", "tests/base.py")


UNITTEST = """import unittest


class TestItems(unittest.TestCase):
    def setUp(self):
        self.client = make_app().test_client()

{tests}"""
OLD = """    def test_{n}(self):
        resp = self.client.get("/items/{n}")
        self.assertEqual(resp.status_code, 200)
        self.assertEqual({n}, resp.get_json()["id"], "not that one")
        self.assertIn("name", resp.get_json())
        self.assertTrue(resp.get_json()["open"])
        self.assertIsNone(resp.get_json()["owner"])
        with self.assertRaises(KeyError):
            self.client.get("/broken")
"""
NEW = """def test_{n}(client):
    resp = client.get("/items/{n}")
    assert resp.status_code == 200
    assert resp.json()["id"] == {n}
    assert "name" in resp.json()
    assert resp.json()["open"]
    assert resp.json()["owner"] is None
    with pytest.raises(KeyError):
        client.get("/broken")


"""


def test_from_unittest_to_pytest_only_what_is_expected_otherwise_is_told() -> None:
    old = UNITTEST.format(tests="\n".join(OLD.format(n=n) for n in range(12)))
    new = "import pytest\n\n\n" + "".join(NEW.format(n=n) for n in range(12))
    new = new.replace('["id"] == 7', '["id"] != 7').replace("/items/4", "/item/4")
    path = "tests/test_items.py"
    sources = {("base", path): old.split("\n"), ("head", path): new.split("\n")}
    sides = [read_module(old.encode(), path)], [read_module(new.encode(), path)]
    first = compare_tests(*sides, {}, sources)
    second = compare_tests(*sides, first.proposed_rewrite, sources)
    assert [one.test.name for one in second.assertions] == ["test_7"]
    assert second.assertions[0].line == new.split("\n").index('    assert resp.json()["id"] != 7') + 1
    assert [one.name for one in second.other] == ["test_4"]
    assert len(second.plumbing) == 10
    assert not second.removed
    assert not second.added


def test_a_file_that_moved_is_judged_by_what_is_in_it() -> None:
    text = "".join(f"def test_{n}(client):\n    assert client.get('/{n}').status_code == 200\n\n\n" for n in range(8))
    new = text.replace("client", "api").replace("'/5').status_code == 200", "'/5').status_code == 201")
    base = {"tests/test_api.py": text}
    found = judged({"tests/test_api.py": "", "tests/http/test_routes.py": new}, base)
    assert told(found) == [("test_5", "", 22)]
    assert len(found.other) == 7
    assert found.came_from["tests/http/test_routes.py", "test_5"].path == "tests/test_api.py"
    same = judged({"tests/test_api.py": "", "tests/http/test_routes.py": text}, base)
    assert len(same.moved) == 8
    assert not same.removed
