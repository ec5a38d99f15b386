# ruff: noqa: E501 - manifests stand in one line
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from milestones.parity.dependencies import dependencies_in, wanted_of
from milestones.parity.leftovers import FileFacts, file_facts, imports_left, symbols_left, words_left


def left(files: dict[str, bytes], *packages: str):
    return imports_left(((path, file_facts(data)) for path, data in files.items()), packages)


def test_a_statement_counts_once_for_each_package_that_it_names():
    found = left({"a.py": b"import flask, flask.json, flask_login\nimport flaskish\n"}, "flask", "flask_login")
    assert [(place.name, place.line) for place in found.places] == [("flask", 1), ("flask_login", 1)]


def test_source_and_tests_are_counted_apart():
    files = {"app/a.py": b"import flask", "tests/b.py": b"import flask", "app/test_c.py": b"import flask"}
    found = left(files, "flask")
    assert (found.in_source, found.in_tests) == (2, 1)


def test_a_file_that_cannot_be_read_whole_is_named():
    found = left({"a.py": b"x = = 1\nimport flask\n"}, "flask")
    assert [place.line for place in found.places] == [2]
    assert [(problem.path, problem.line) for problem in found.unparsed] == [("a.py", 1)]


def test_facts_survive_the_cache():
    facts = file_facts(b"from a import b as c\nfrom . import d\nx = = 1\nimport pytest\n")
    assert FileFacts.from_json(facts.as_json()) == facts


def test_symbols_and_words_have_their_lines():
    assert [place.line for place in symbols_left("a.py", b"# Shim\nclass Shim: pass\n", ["Shim"])] == [2]
    assert [place.line for place in words_left("a.md", b"Porting\nreporting\nthe legacy twin", ["porting"])] == [1]
    assert [place.line for place in words_left("a.md", b"x\nthe legacy twin", ["legacy twin"])] == [2]


MANIFESTS = {
    "pyproject.toml": b'[project]\ndependencies = [\n  "fastapi",\n  "Flask[async] >= 2",\n]\n[dependency-groups]\ndev = ["flask-login"]\n',
    "old/pyproject.toml": b'[tool.poetry.dependencies]\npython = "^3.8"\nflask = "*"\n[tool.poetry.group.x.dependencies]\nFlask_Login = "1"\n',
    "requirements/dev.in": b"# flask\n-r base.in\nflask==2 # why\ngit+https://x/y#egg=flask-login\n",
    "requirements-test.txt": b"flaskish\n\nFLASK\n",
    "Pipfile": b'[packages]\nflask = "*"\n',
    "Pipfile.lock": b'{"default": {\n "flask": {"version": "1"}},\n "develop": {"x": {}}}',
    "poetry.lock": b'[[package]]\nname = "x"\n\n[[package]]\nname = "flask"\nversion = "1"\n',
    "uv.lock": b'version = 1\n[[package]]\nname = "flask-login"\n',
    "web/package.json": b'{\n "name": "flask",\n "devDependencies": {\n  "flask": "1" }}',
    "web/package-lock.json": b'{"packages": {"": {},\n "node_modules/a/node_modules/flask": {}}}',
    "notes.txt": b"flask\n",
}


def test_dependencies_are_found_in_every_kind_of_manifest_and_lock_with_their_lines():
    read = [dependencies_in(path, data) for path, data in MANIFESTS.items()]
    assert not [problem for one in read for problem in one.problems]
    left = wanted_of([one for some in read for one in some.found], ["flask", "flask_login"])
    assert [(one.path, one.line, one.package) for one in left] == [
        ("Pipfile", 2, "flask"), ("Pipfile.lock", 2, "flask"), ("old/pyproject.toml", 3, "flask"),
        ("old/pyproject.toml", 5, "flask_login"), ("poetry.lock", 5, "flask"), ("pyproject.toml", 4, "flask"),
        ("pyproject.toml", 7, "flask_login"), ("requirements-test.txt", 3, "flask"), ("requirements/dev.in", 3, "flask"),
        ("requirements/dev.in", 4, "flask_login"), ("uv.lock", 3, "flask_login"), ("web/package-lock.json", 2, "flask"),
        ("web/package.json", 4, "flask"),
    ]  # fmt: skip
    assert [one.path for one in left if one.test] == ["requirements-test.txt"]


def test_a_manifest_that_cannot_be_read_is_a_problem_and_not_nothing():
    for path in ("pyproject.toml", "poetry.lock", "Pipfile.lock", "package.json"):
        assert dependencies_in(path, b"= [").problems, path


@given(st.sampled_from(sorted(MANIFESTS)), st.binary(max_size=300))
def test_no_manifest_makes_an_exception(path, data):
    dependencies_in(path, data)
