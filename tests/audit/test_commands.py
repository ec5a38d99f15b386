"""The commands work on any repository, answer in JSON, and say in one sentence what is wrong."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.repositories import repository

OLD = "def test_{n}(client):\n    assert client.get('/{n}').status_code == 200\n"


def said(*arguments: str) -> dict:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def work(tmp_path):
    with repository(tmp_path) as made:
        made.commit(
            {"app.py": "def a(x):\n    return x\n", "tests/test_a.py": "".join(OLD.format(n=n) for n in range(9))}
        )
        new = (
            "".join(OLD.format(n=n) for n in range(9))
            .replace("client", "api")
            .replace("'/4').status_code == 200", "'/4').status_code == 404")
        )
        made.commit({"app.py": "def a(x):\n    return -x\n", "tests/test_a.py": new, "b.py": "def b():\n    go()\n"})
        yield str(tmp_path)


def test_each_command_answers(work):
    found = said("reconcile", work, "HEAD~1", "HEAD")
    assert (found["base"], found["head"], len(found["modified"])) == ({"total": 9}, {"total": 9}, 9)
    found = said("audit", work, "HEAD~1..HEAD")
    assert found["by_kind"] == {"added": 1, "modified": 2}
    assert {one["path"]: one["class"] for one in found["files"]} == {
        "app.py": "behaviour",
        "b.py": "added",
        "tests/test_a.py": "behaviour",
    }
    found = said("functions", work, "HEAD~1:app.py", "HEAD:app.py")
    assert [one["new"]["name"] for one in found["changed"]] == ["a"]


def test_frozen_tests_tell_the_changed_expectation_at_its_line(work):
    first = said("frozen", work, "HEAD~1", "HEAD")
    assert first["proposed_rewrite"] == {"client": "api"}
    found = said("frozen", work, "HEAD~1", "HEAD", "--rewrite", "client=api")
    assert len(found["plumbing"]) == 8
    assert [(one["name"], one["line"]) for one in found["assertions"]] == [("test_4", 10)]
    assert found["other"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("reconcile", "/nowhere", "a", "b"),
        ("reconcile", "WORK", "HEAD", "gone"),
        ("audit", "WORK", "gone..HEAD"),
        ("frozen", "WORK", "HEAD", "HEAD", "--rewrite", "nonsense"),
        ("functions", "WORK", "HEAD:none.py", "HEAD"),
    ],
)
def test_wrong_usage_is_exit_code_2(work, arguments):
    with pytest.raises(CommandError) as error:
        call_command(*(work if word == "WORK" else word for word in arguments))
    assert error.value.returncode == 2
