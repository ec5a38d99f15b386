"""`[leftovers]` of a policy."""

from __future__ import annotations

import pytest

from milestones.facts import ParseError
from milestones.gates.policy import read_policy


def test_what_must_be_gone_and_what_must_be_there_are_read():
    found = read_policy(
        '[leftovers]\nimports = ["flask_login"]\nsymbols = ["Shim"]\nmust_exist = ["create_app"]\n'
        'dependencies = ["gunicorn"]\nwords = { "docs/**" = ["porting"] }\n'
    ).leftovers
    assert (found.symbols, found.must_exist, found.words) == (("Shim",), ("create_app",), (("docs/**", ("porting",)),))
    assert found.packages == ("flask_login", "gunicorn")


def test_a_symbol_cannot_have_to_be_gone_and_to_be_there():
    with pytest.raises(ParseError, match="must be gone and must exist") as refused:
        read_policy('[leftovers]\nsymbols = ["Shim"]\nmust_exist = ["Shim"]\n')
    assert refused.value.line == 3
