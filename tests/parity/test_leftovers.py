from __future__ import annotations

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
