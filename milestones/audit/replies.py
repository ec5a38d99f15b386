"""What a client checks while it asks, said as the assertions it stands for.

`testapp.get("/x", status=404)` (WebTest) says what `reply = client.get("/x")` and `assert reply.status_code == 404`
say, `page.mustcontain("Hello")` what `assert "Hello" in page.text` says, and `self.assert404(reply)` (Flask-Testing)
what `assert reply.status_code == 404` says. A test that only changes from one to the other expects what it expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from milestones.audit.statements import (
    BIND,
    NAME,
    STRING,
    Item,
    Leaf,
    Part,
    Statement,
    arguments,
    called,
    is_literal,
    leaves,
)
from milestones.audit.vocabulary import VERBS

_REPLY = "_reply"  # a reply that the test gives no name
_STATUS = frozenset({"status_code", "status_int"})
_MAPPINGS = frozenset({"headers", "cookies", "environ", "params"})
_NUMBERED = re.compile(r"assert_?([1-5]\d\d)")
_STATUS_CHECKS = frozenset({"assertStatus", "assert_status"})


def asks(part: Part) -> bool:
    """Whether a part sends a request: its arguments are what is sent, not what is expected."""
    name, given = called(part)
    if name not in VERBS or given is None or not isinstance(part.items[0], Part) or not given.items:
        return False
    return name != "get" or not _looks_up(part.items[0], given)


def _looks_up(what: Part, given: Part) -> bool:
    """Whether `.get` takes something out of a mapping: of headers or cookies, or by a text that is no path."""
    owner = list(leaves(what))[-3:-2]
    first = next(iter(arguments(given)[0]), None)
    texts = [leaf.text for leaf in leaves(first)] if first is not None and is_literal(first) else []
    known = any(leaf.text in _MAPPINGS for leaf in owner)
    return known or any("/" not in text and len(text) > 2 for text in texts)


def told_apart(one: Statement) -> Iterator[Statement]:
    """A statement, or the statements that say each thing of it apart."""
    part = one.part
    made = [] if one.ends or one.opens else _checked(part) or _asked(part) or _contained(part) or _numbered(part)
    yield from (Statement(each) for each in made) if made else (one,)


def _checked(part: Part) -> list[Part]:
    """`reply = app.get(path, status=404)`: the request, then what its status has to be."""
    call = part.items[-1] if part.label == "assignment" else part
    if part.label not in {"assignment", "call"} or not isinstance(call, Part) or not asks(call):
        return []
    _, named = arguments(called(call)[1])
    wanted = named["status"].items[-1] if "status" in named else None
    if wanted is None or not _is_status(wanted):
        return []
    sent = Part("call", call.line, [_without(one, named["status"]) for one in call.items])
    target = part.items[:-1] if part.label == "assignment" else _bound(call.line)
    reply = target[0]
    held = Leaf(reply.text, wanted.line, NAME) if isinstance(reply, Leaf) else reply
    return [Part("assignment", part.line, [*target, sent]), _status_is(held, wanted)]


def _is_status(item: Item) -> bool:
    """Whether WebTest holds a status to be this very one, or one of these: no pattern such as "4*", and no None."""
    if isinstance(item, Leaf):
        return item.text != "None" and not item.mark & STRING
    texts = [leaf for leaf in leaves(item) if leaf.mark & STRING]
    return not texts and item.label in {"attribute", "list", "tuple"}


def _without(item: Item, surplus: Part) -> Item:
    if isinstance(item, Part) and item.label == "argument_list":
        return Part(item.label, item.line, [one for one in item.items if one is not surplus])
    return item


def _bound(line: int) -> list[Item]:
    return [Leaf(_REPLY, line, NAME | BIND), Leaf("=", line, 0)]


def _asked(part: Part) -> list[Part]:
    """`assert client.get(path).status_code == 404`: the request, then what is said of its status."""
    compared = part.items[1] if part.label == "assert_statement" and len(part.items) == 2 else None
    if not isinstance(compared, Part) or compared.label != "comparison_operator" or len(compared.items) != 3:
        return []
    left, *rest = compared.items
    if not isinstance(left, Part) or left.label != "attribute" or len(left.items) != 3:
        return []
    sent, dot, last = left.items
    call = sent.items[-1] if isinstance(sent, Part) and sent.label == "await" else sent
    if not (isinstance(call, Part) and asks(call) and isinstance(last, Leaf) and last.text in _STATUS):
        return []
    said = Part("attribute", left.line, [Leaf(_REPLY, left.line, NAME), dot, last])
    asserted = Part(part.label, part.line, [part.items[0], Part(compared.label, compared.line, [said, *rest])])
    return [Part("assignment", part.line, [*_bound(part.line), sent]), asserted]


def _contained(part: Part) -> list[Part]:
    """`page.mustcontain("a", no="b")`: a text at a time that the page holds, or does not."""
    name, given = called(part)
    page = part.items[0].items[0] if name == "mustcontain" and isinstance(part.items[0], Part) else None
    if page is None:
        return []
    plain, named = arguments(given)
    unwanted = [one.items[-1] for key, one in named.items() if key == "no"]
    if len(unwanted) != len(named) or any(isinstance(one, Part) and one.label in {"list", "tuple"} for one in unwanted):
        return []
    pairs = [*((one, "in") for one in plain), *((one, "not in") for one in unwanted)]
    return [_asserted([text, *_words(word, text.line), _part_of(page, "text", text.line)]) for text, word in pairs]


def _words(operator: str, line: int) -> list[Item]:
    return [Leaf(word, line, 0) for word in operator.split()]


def _numbered(part: Part) -> list[Part]:
    """`self.assert404(reply)` and `self.assertStatus(reply, 404)`."""
    name, given = called(part)
    if next((leaf.text for leaf in leaves(part)), "") != "self":
        return []
    plain, _ = arguments(given)
    if (found := _NUMBERED.fullmatch(name)) and plain:
        return [_status_is(plain[0], Leaf(found[1], part.line, 0))]
    return [_status_is(plain[0], plain[1])] if name in _STATUS_CHECKS and len(plain) >= 2 else []


def _status_is(reply: Item, wanted: Item) -> Part:
    many = isinstance(wanted, Part) and wanted.label in {"list", "tuple"}
    operator = Leaf("in" if many else "==", wanted.line, 0)
    return _asserted([_part_of(reply, "status_code", wanted.line), operator, wanted])


def _part_of(item: Item, name: str, line: int) -> Part:
    return Part("attribute", line, [item, Leaf(".", line, 0), Leaf(name, line, 0)])


def _asserted(compared: list[Item]) -> Part:
    line = compared[0].line
    return Part("assert_statement", line, [Leaf("assert", line, 0), Part("comparison_operator", line, compared)])
