"""Which shims a finished milestone was to take away."""

from __future__ import annotations

import pytest

from milestones.parity.inventories.overdue import Promise, promised_away


@pytest.mark.parametrize(
    ("name", "text", "overdue"),
    [
        ("class SessionBridge", "Remove SessionBridge and its tests", True),
        ("function forms.old_adapter", "`old_adapter()` is retired", True),
        ("class SessionBridge", "Add SessionBridge for the old sessions", False),
        ("class SessionBridge", "SessionBridge is not removed yet", False),
        ("class SessionBridge", "SessionBridges were removed", False),
        ("class SessionBridge", "Keep SessionBridge. Remove `old_adapter`", False),
        ("function legacy", "All legacy code is removed", False),
        ("function legacy", "`legacy()` is removed", True),
        ("function go", "app/compat.py is deleted", True),
        ("function go", "lib/app/compat.py is deleted", False),
    ],
)
def test_a_shim_is_overdue_where_a_sentence_takes_it_away(name: str, text: str, overdue: bool) -> None:
    promise = Promise("4", text, "plan.md", 3)
    assert promised_away(name, "app/compat.py", [promise]) == (promise if overdue else None)
