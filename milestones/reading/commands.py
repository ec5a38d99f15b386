"""Commands that a document says to run, inline or in a fenced block."""

from __future__ import annotations

import re
from collections.abc import Iterator

from milestones.facts import Command
from milestones.reading.blocks import Block

_PROGRAMS = (
    "pytest|python3?|py|uv|uvx|make|just|npm|npx|yarn|pnpm|bun|bash|sh|zsh|docker|docker-compose|podman|git|grep|rg|curl|wget"
    "|tox|nox|ruff|mypy|pyright|flake8|black|isort|pylint|pre-commit|pip3?|poetry|pipenv|hatch|cargo|go|node|deno|php|composer"
    "|mvn|gradle|\\./gradlew|dotnet|bundle|rake|rails|rspec|ruby|mix|django-admin|alembic|flask|uvicorn|gunicorn|coverage"
    "|locust|k6|ab|wrk|kubectl|helm|terraform|ansible-playbook|find|sed|awk|cat|ls|diff|test|bandit|safety|semgrep|vulture"
)
_LINE = re.compile(
    rf"^(?:\$\s+)?(?:sudo\s+)?(?:[A-Z_][A-Z0-9_]*=\S*\s+)*(?:(?:{_PROGRAMS})(?=\s+\S)|(?:\.{{1,2}}/)?[\w./-]+\.(?:sh|bash)\b)"
)
_ALONE = re.compile(r"^(?:pytest|make|tox|nox|mypy|pre-commit)$")
_SPAN = re.compile(r"(?<!`)(`{1,3})(?!`)(.{1,2000}?)(?<!`)\1(?!`)", re.DOTALL)
_SAYS_RUN = re.compile(r"\b(?:run|runs|execute|via|with|command|invoke|using)\b[^`]{0,60}$", re.IGNORECASE)
_SHELLS = frozenset(["bash", "sh", "shell", "console", "zsh", "shell-session", "terminal"])


def code_spans(text: str) -> list[str]:
    """The inline code of a text."""
    return [code for code, _ in _spans(text)]


def _spans(text: str) -> list[tuple[str, int]]:
    """Each run of inline code with the place where it begins."""
    if "``" in text:
        return [(found[2].strip(), found.start()) for found in _SPAN.finditer(text)]
    found, at = [], -1
    parts = text.split("`")
    for n in range(1, len(parts) - 1, 2):  # the usual case: ticks alone, each second part is code
        at += len(parts[n - 1]) + 1
        found.append((parts[n].strip(), at))
        at += len(parts[n]) + 1
    return found


def commands_in(text: str) -> tuple[str, ...]:
    """The commands among a text's code spans."""
    if "`" not in text:
        return ()
    found = []
    for code, start in _spans(text):
        if " " in code or "." in code:
            if _LINE.match(code) and not _is_file(code, text[:start]):
                found.append(code)
        elif _ALONE.match(code) and _SAYS_RUN.search(text[:start]):
            found.append(code)
    return tuple(found)


def _is_file(code: str, before: str) -> bool:
    """`tools/check.sh` alone is a file unless the text says to run it."""
    return " " not in code and not _SAYS_RUN.search(before)


def fenced_commands(block: Block, label: str = "") -> Iterator[Command]:
    """The commands of a fenced block: each line of a shell's, else only lines that start with a known program."""
    if block.language == "indented":
        return
    shell = block.language.split(" ")[0].lower() in _SHELLS
    if block.language and not shell:
        return
    for line, text in _logical_lines(block):
        if text.startswith("#") or "→" in text:
            continue
        if text.startswith("$ ") or _LINE.match(text) or (shell and _ALONE.match(text)):
            yield Command(text.removeprefix("$ "), line, label)


def _logical_lines(block: Block) -> Iterator[tuple[int, str]]:
    """Lines joined where one ends in a backslash, each with the number of its first."""
    held, start = "", 0
    for number, row in enumerate(block.rows, start=block.line):
        start = start if held else number
        if row.rstrip().endswith("\\"):
            held += row.rstrip()[:-1].strip() + " "
            continue
        yield start, (held + row.strip()).strip()
        held = ""
