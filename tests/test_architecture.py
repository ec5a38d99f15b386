"""The rules of the house, held on the tree as it is; and the checker held on trees that break them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture import broken_rules, modules

ROOT = Path(__file__).resolve().parent.parent


def test_the_house_keeps_its_rules() -> None:
    assert broken_rules(ROOT) == []


def test_every_part_of_the_program_was_looked_at() -> None:
    looked_at = {module.unit for module in modules(ROOT)}
    assert looked_at >= {"facts", "source", "reading", "results", "parity", "gates", "clients", "models", "services"}


def planted(root: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return broken_rules(root)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("facts.py", "from milestones.source import tree", "milestones/facts.py:1: facts may not import source"),
        ("gates/a.py", "from milestones.services import x", "milestones/gates/a.py:1: gates may not import services"),
        ("gates/a.py", "from milestones.parity import x", "milestones/gates/a.py:1: gates may not import parity"),
        ("gates/a.py", "from ..parity import x", "milestones/gates/a.py:1: gates may not import parity"),
        ("gates/a.py", "from .. import parity", "milestones/gates/a.py:1: gates may not import parity"),
        ("gates/a.py", "import milestones.clients.git", "milestones/gates/a.py:1: gates may not import clients"),
        ("clients/a.py", "import milestones.parity", "milestones/clients/a.py:1: clients may not import parity"),
        ("models/a.py", "import milestones.services", "milestones/models/a.py:1: models may not import services"),
        ("services/a.py", "def f():\n    from milestones.tasks import g",
         "milestones/services/a.py:2: services may not import tasks"),
        ("services/a.py", "import migrator.settings",
         "milestones/services/a.py:1: imports migrator.settings; the project imports the program, not the reverse"),
        ("novel/a.py", "", "milestones/novel/a.py: novel has no layer; give it one in tests/architecture.py"),
        ("parity/a.py", "from django.conf import settings",
         "milestones/parity/a.py:1: parity may not import django.conf.settings; it knows no framework"),
        ("clients/a.py", "from django.db import models",
         "milestones/clients/a.py:1: a client may not import django.db.models; it knows no tables"),
        ("reading/a.py", "import subprocess",
         "milestones/reading/a.py:1: reading may not import subprocess; it is pure"),
        ("reading/a.py", "from pathlib import Path",
         "milestones/reading/a.py:1: reading may not import pathlib.Path; it is pure"),
        ("results/a.py", "open('x')", "milestones/results/a.py:1: results may not call open(); it is pure"),
        ("gates/a.py", "import datetime\nnow = datetime.datetime.now()", None),
        ("gates/a.py", "from datetime import datetime\nnow = datetime.now()",
         "milestones/gates/a.py:2: gates may not read the clock; take the time as an argument"),
        ("web/a.py", "\n" * 401, "milestones/web/a.py: 401 lines; split it by noun at 400"),
        ("web/utils.py", "", "milestones/web/utils.py: a vague name; say which noun or format it is about"),
        ("web/a.py", "def f():\n" + "    x = 1\n" * 41,
         "1 of 1 functions are over 40 lines: milestones/web/a.py:1 f"),
    ],
)  # fmt: skip
def test_a_planted_violation_is_found(tmp_path: Path, name: str, text: str, sentence: str | None) -> None:
    found = planted(tmp_path, {f"milestones/{name}": text})
    assert found == [sentence] if sentence else len(found) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gates/a.py", "from milestones.facts import Verdict\nfrom milestones.gates import b\nfrom . import c"),
        ("gates/a.py", "from pathlib import PurePosixPath\nfrom urllib.parse import urlsplit\nimport re"),
        ("clients/a.py", "import subprocess\nfrom django.core.mail import send_mail"),
        ("services/a.py", "from milestones.models import Project\nfrom milestones.clients import git"),
        ("web/a.py", "from milestones.tasks import process_delivery\nfrom milestones.api import b"),
        ("demo/service/a.py", "\n" * 900 + "import flask"),
        ("web/a.py", "\n" * 400),
    ],
)
def test_what_is_allowed_is_let_be(tmp_path: Path, name: str, text: str) -> None:
    assert planted(tmp_path, {f"milestones/{name}": text}) == []


def test_an_import_cycle_is_found_and_those_who_lead_into_it_are_not_blamed(tmp_path: Path) -> None:
    found = planted(
        tmp_path,
        {
            "milestones/services/a.py": "from . import b",
            "milestones/services/b.py": "from .c import x",
            "milestones/services/c.py": "import milestones.services.a",
            "milestones/services/d.py": "from milestones.services import a",
            "milestones/services/e.py": "",
        },
    )
    assert found == ["import cycle among milestones.services.a, milestones.services.b, milestones.services.c"]


def test_an_import_inside_a_function_makes_no_cycle(tmp_path: Path) -> None:
    lazily = {"milestones/web/a.py": "import milestones.web.b", "milestones/web/b.py": "def f():\n    from . import a"}
    assert planted(tmp_path, lazily) == []
