"""A project's policy, read from its `migration.toml`."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milestones.facts import ParseError
from milestones.gates.policy import DEFAULT_NO_WORSE, EMPTY, Pair, Policy, read_policy

SHOP = """\
[migration]
name  = "Shop: Flask to FastAPI"
from  = "Flask"
to    = "fastapi"
start = "v1.4^"
legacy_folder = "old/"
docs  = ["plans/*.md", "TODO.md"]
docs_ref = "plans"

[milestones.N-1]
owner = "@shop"
endpoints = ["/api/**"]
groups = "cart"
done = [
  "routes.missing == 0",
  "similarity.cart in 0.7..0.8 (informational)",
]
proves = { "stays comparable" = "similarity.cart", "tests pass" = ["tests.failed == 0", "tests.total > 0"] }

[milestones."3.1"]
done = "leftovers.imports <= baseline"

[every_change]
no_worse = ["tests.failed"]

[similarity]
cart  = "shop/cart.py"
pages = { legacy = "shop/pages.py", new = "shop/web/pages.py" }

[leftovers]
imports = ["flask"]
symbols = ["_Shim"]
words = { "docs/**" = ["porting"], "*.md" = "legacy" }

[frozen]
read_only = ["old/**"]
tests = ["tests/**"]
rewrite = { "flask_client" = "client", " .get_json()" = "" }

[[accept]]
what = "routes.extra GET /docs"
why = "its own pages"
by = "@lead"
until = 2026-12-31
content = "3fa9c1b"
"""


@pytest.fixture(scope="module")
def shop() -> Policy:
    return read_policy(SHOP)


def test_it_says_what_is_migrated(shop: Policy) -> None:
    assert (shop.name, shop.from_framework, shop.to_framework) == ("Shop: Flask to FastAPI", "flask", "fastapi")
    assert (shop.start, shop.legacy_folder, shop.new_folder) == ("v1.4^", "old", "")
    assert (shop.docs, shop.docs_ref) == (("plans/*.md", "TODO.md"), "plans")


def test_milestones_have_the_keys_of_their_documents(shop: Policy) -> None:
    assert [one.key for one in shop.milestones] == ["N-1", "3.1"]
    found = shop.milestone("n-1")
    assert found is not None
    assert (found.owner, found.endpoints, found.groups, found.line) == ("@shop", ("/api/**",), ("cart",), 10)
    assert shop.milestone("4") is None


def test_a_milestone_is_done_within_its_bounds(shop: Policy) -> None:
    assert [[bound.text for bound in one.done] for one in shop.milestones] == [
        ["routes.missing == 0", "similarity.cart in 0.7..0.8 (informational)"],
        ["leftovers.imports <= baseline"],
    ]


def test_a_bare_measure_proves_by_what_done_says_of_it(shop: Policy) -> None:
    comparable, passing = shop.milestones[0].proves
    assert (comparable.words, comparable.bounds) == ("stays comparable", (shop.milestones[0].done[1],))
    assert [bound.text for bound in passing.bounds] == ["tests.failed == 0", "tests.total > 0"]


def test_pairs_leftovers_and_what_is_frozen(shop: Policy) -> None:
    assert shop.pairs == (
        Pair("cart", "shop/cart.py", "shop/cart.py"),
        Pair("pages", "shop/pages.py", "shop/web/pages.py"),
    )
    assert shop.leftovers.words == (("docs/**", ("porting",)), ("*.md", ("legacy",)))
    assert (shop.leftovers.imports, shop.leftovers.symbols) == (("flask",), ("_Shim",))
    assert (shop.frozen.read_only, shop.frozen.keep, shop.frozen.tests) == (("old/**",), (), ("tests/**",))
    assert shop.frozen.rewrite == (("flask_client", "client"), (" .get_json()", ""))


def test_a_correction_has_its_reason_and_its_end(shop: Policy) -> None:
    (accepted,) = shop.accept
    assert (accepted.why, accepted.until, accepted.content) == ("its own pages", date(2026, 12, 31), "3fa9c1b")
    assert accepted.line == SHOP[: SHOP.index("[[accept]]")].count("\n") + 1


def test_a_project_without_a_file_has_the_default_policy() -> None:
    assert read_policy("") == EMPTY == Policy()
    assert EMPTY.no_worse == DEFAULT_NO_WORSE
    assert read_policy("[every_change]\nno_worse = []").no_worse == ()


@pytest.mark.parametrize(
    ("line", "text", "mend"),
    [
        (2, "[migration]\nfrmo = 'x'", 'unknown key "migration.frmo"; did you mean "from"?'),
        (1, "[migrations]", 'did you mean "migration"?'),
        (2, "[migration]\nqqq = 1", "known here: name, from, to"),
        (2, "[migration]\nname = shop", "put text between quotes"),
        (3, "[migration]\nname = 'a'\nname = 'b'", "keep one of them"),
        (3, "[migration]\ndocs = [\n'a',\n", "still open"),
        (2, "[migration]\nname = 3", "migration.name is a number; write text"),
        (3, "[migration]\ndocs = ['a',\n2]", "migration.docs[1] is a number"),
        (2, "[migration]\ndocs = true", "migration.docs is true or false"),
        (2, "[migration]\nstart = '--all'", "no revision"),
        (2, "[migration]\nlegacy_folder = '../old'", "leaves the repository"),
        (4, "[milestones.1]\ndone = [\n'tests.failed == 0',\n'tests.failed = 0']", 'write "=="'),
        (2, "[milestones.1]\ndone = 'test.failed == 0'", 'did you mean "tests"?'),
        (2, "[milestones.1]\ndone = 'tests == 0'", "write tests.NAME"),
        (2, "[milestones.1]\ndone = 'tests. == 0'", "tests"),
        (3, "[milestones.1]\n[milestones.1.proves]\n'all pass' = 'tests.failed'", "done has no bound on tests.failed"),
        (2, "[milestones.1]\nproves = { '**' = 'tests.failed == 0' }", "no words"),
        (2, "[milestones.1]\nproves = { 'all pass' = [] }", "nothing is listed"),
        (1, "[milestones.3.1]\nowner = 'x'", 'write [milestones."3.1"]'),
        (2, "[milestones.n-1]\n[milestones.N-1]", "the same one"),
        (2, "[milestones]\n1 = 'x'", "write a table, as [milestones.1]"),
        (3, "[every_change]\nno_worse = ['tests.failed',\n'similarity.cart']", "no better and worse"),
        (2, "[similarity]\ncart = '/etc/passwd'", "leaves the repository"),
        (2, "[similarity]\ncart = { legacy = 'a.py' }", "needs both ends"),
        (2, "[similarity]\n'a b' = 'x.py'", "cannot name a pair"),
        (2, "[leftovers]\nimports = ['']", "empty text"),
        (3, "[[accept]]\nwhat = 'x'\nwhy = ''", "has no why"),
        (4, "[[accept]]\nwhat = 'x'\nwhy = 'y'\nuntil = '2026-01-01'", "without quotes"),
        (1, "accept = { what = 'x' }", "[[accept]]"),
        (1, "a = " + "[" * 100_000, "nested more than"),
        (1, "a" + ".a" * 50_000 + " = 1", "a key of more than"),
        (1, "a = " + "1" * 5_000, "more than 300 digits"),
        (2, "[milestones.1]\ndone = [" + "'tests.failed == 0'," * 1_001 + "]", "more than 1000 entries"),
        (
            2,
            "[milestones.1]\n[milestones.1.proves]\n" + "".join(f"a{n} = ''\n" for n in range(1_001)),
            "more than 1000",
        ),
        (None, "#" * 300_000, "larger than 256 KB"),
    ],
)
def test_a_bad_policy_is_refused_with_its_line_and_the_mend(line: int | None, text: str, mend: str) -> None:
    with pytest.raises(ParseError) as caught:
        read_policy(text)
    assert mend in caught.value.reason
    assert caught.value.line == line
    assert len(caught.value.reason) < 1_000


def test_dots_and_brackets_in_texts_are_no_depth() -> None:
    text = f"[leftovers]\nsymbols = ['{'a.' * 60}b', '''{'[' * 60}''', \"{'{' * 60}\\\"[\"] # {'[' * 60}"
    assert len(read_policy(text).leftovers.symbols) == 3


@given(st.lists(st.tuples(st.integers(0, len(SHOP)), st.sampled_from(["", *"[]{}\"'=.,\n#0a\\ "])), max_size=4))
@settings(max_examples=100, deadline=None)
def test_a_damaged_policy_is_read_or_refused_with_a_line(damage: list[tuple[int, str]]) -> None:
    text = SHOP
    for place, put in damage:
        text = text[:place] + put + text[place + 1 :]
    error = refusal_of(text)
    assert error is None or (error.line is not None and 1 <= error.line <= text.count("\n") + 1)


def refusal_of(text: str) -> ParseError | None:
    try:
        read_policy(text)
    except ParseError as error:
        return error
    return None
