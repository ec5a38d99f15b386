"""Where a function returns what it used to raise, each of its callers is told, and whether it looks."""

from __future__ import annotations

from milestones.audit.callers import Reach, reaches
from milestones.source.definitions import read_module

OLD = "def guard(request):\n    if not request.user:\n        raise Redirect('/login')\n    return request.user\n"
NEW = OLD.replace("raise Redirect", "return Redirect")
CALLER = "from app.access import guard\n\n\ndef page(request):\n    user = guard(request)\n{then}    return user.name\n"


def reached(callers: dict[str, str], old: str = OLD, new: str = NEW) -> Reach:
    before, after = (read_module(text.encode(), "app/access.py") for text in (old, new))
    modules = {path: read_module(text.encode(), path) for path, text in callers.items()}
    pair = ((before, before.definitions[0]), (after, after.definitions[0]))
    [found] = reaches([pair], {"app/access.py": after, **modules})
    return found


def handled(body: str) -> tuple[str, bool | None]:
    found = reached({"app/pages.py": body})
    [caller] = found.callers
    return caller.handling, caller.handled


def test_the_shift_is_said_in_words() -> None:
    found = reached({})
    assert found.shift.sentence == "now returns Redirect, no longer raises Redirect"
    assert found.callers == ()


def test_a_caller_that_looks_at_the_value_handles_it_and_one_that_does_not_is_told() -> None:
    looks = CALLER.format(then="    if isinstance(user, Redirect):\n        return user\n")
    assert handled(looks) == ("tests it at line 6 (Redirect, isinstance)", True)
    assert handled(CALLER.format(then="").replace("return user.name", "show(1)")) == (
        "keeps it and does not test it", False,
    )  # fmt: skip
    assert handled("from app.access import guard\ndef page(r):\n    guard(r)\n") == ("drops what is returned", False)
    assert handled("from app.access import guard\ndef page(r):\n    return guard(r)\n") == ("returns it as it is", True)
    assert handled("from app.access import guard\ndef page(r):\n    if not guard(r): pass\n") == ("tests it", True)


def test_who_raises_now_must_be_caught_by_those_who_caught_before() -> None:
    source = (
        "from app.access import guard\ndef page(r):\n    try:\n        guard(r)\n    except {caught}:\n        pass\n"
    )
    new = OLD.replace("Redirect(", "Denied(")

    def told(caught: str) -> bool | None:
        return reached({"app/pages.py": source.format(caught=caught)}, OLD, new).callers[0].handled

    assert told("Redirect") is False
    assert told("(Redirect, Denied)") is True
    assert told("Exception") is True
    plain = reached({"app/pages.py": "from app.access import guard\ndef page(r):\n    guard(r)\n"}, OLD, new)
    assert (plain.callers[0].handling, plain.callers[0].handled) == ("lets it pass, as it did before", None)


def test_a_function_of_the_same_name_elsewhere_is_no_caller() -> None:
    others = {
        "app/a.py": "from other.place import guard\ndef page(r):\n    guard(r)\n",
        "app/b.py": "def page(r):\n    r.guard()\n",
        "app/c.py": "from app import access\ndef page(r):\n    access.guard(r)\n",
        "app/d.py": "from .access import *\nasync def page(r):\n    x = await guard(r)\n    assert x\n",
    }
    assert [(one.path, one.line) for one in reached(others).callers] == [("app/c.py", 3), ("app/d.py", 3)]


def test_a_method_is_followed_through_self_and_unsure_elsewhere() -> None:
    old = "class K:\n    def f(self):\n        raise E\n    def g(self):\n        return self.f()\n"
    sides = [read_module(text.encode(), "app/k.py") for text in (old, old.replace("raise E", "return None"))]
    pair = [(side, next(one for one in side.definitions if one.name == "K.f")) for side in sides]
    other = read_module(b"def h(k):\n    k.f()\n", "app/l.py")
    [found] = reaches([(pair[0], pair[1])], {"app/k.py": sides[1], "app/l.py": other})
    assert [(one.path, one.function, one.sure) for one in found.callers] == [
        ("app/k.py", "K.g", True), ("app/l.py", "h", False),
    ]  # fmt: skip
