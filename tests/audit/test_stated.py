"""A first policy holds the rules that the documents state, each with the line that says so."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from django.core.management import call_command

from milestones.gates.policy import read_policy
from tests.repositories import Work

ROADMAP = """# Roadmap

## Trees that stay as they are

These are reference only and MUST NOT be modified:

- [legacy/](../legacy) the old system

Do not delete or rename the pages in `app/templates/`.

Keep merge hotspots limited to:

- `app/http/views.py`

No new route folder is made. No test modifications are allowed.
"""


def test_the_words_of_a_document_become_lines_of_the_policy(tmp_path: Path) -> None:
    work = Work(tmp_path / "work")
    work.commit(
        {"docs/roadmap.md": ROADMAP, "legacy/a.py": "x\n", "app/templates/a.html": "x\n", "app/http/views.py": "x\n",
         "tests/test_a.py": "def test_a():\n    assert 1\n"}
    )  # fmt: skip
    out = StringIO()
    call_command("propose", str(work.folder), stdout=out)
    text = out.getvalue()
    frozen = read_policy(text).frozen
    assert frozen.read_only == ("legacy/**",)
    assert frozen.keep == ("app/templates/**",)
    assert frozen.hotspots == ("app/http/views.py",)
    assert "docs/roadmap.md:7" in text
    assert "# docs/roadmap.md:15 states a rule for no_new" in text
    assert "# docs/roadmap.md:15 states a rule for tests" in text
