"""What a file looks like: only to name the likely right kind in an error, never to choose a parser."""

from __future__ import annotations

import re

_MARKS: tuple[tuple[str, re.Pattern[bytes]], ...] = tuple(
    (kind, re.compile(pattern, re.MULTILINE | re.DOTALL))
    for kind, pattern in (
        ("trx", rb"<TestRun[\s>]"),
        ("junit", rb"<testsuites?[\s>/]"),
        ("jacoco", rb"<!DOCTYPE report|<report[\s>]"),
        ("cobertura", rb"<!DOCTYPE coverage|<coverage[\s>]"),
        ("checkstyle", rb"<checkstyle[\s>/]"),
        (
            "sarif",
            rb'"\$schema"\s*:\s*"[^"]*sarif|\A\s*\{\s*"(?:version|runs)".{0,4000}"runs"\s*:|"runs"\s*:\s*\[\s*\{\s*"tool"',
        ),
        ("pytest-json", rb'\A\s*\{\s*"created"\s*:|"exitcode"\s*:.{0,4000}"summary"\s*:'),
        ("coverage-py", rb'\A\s*\{\s*"meta"\s*:\s*\{|"executed_lines"\s*:'),
        ("pyright", rb'"generalDiagnostics"\s*:'),
        ("eslint", rb'\A\s*\[\s*\{\s*"filePath"\s*:'),
        ("go-test", rb'^\{"Time":[^\n]{0,400}"Action"\s*:|^\{"Action"\s*:'),
        ("pylint", rb'"message-id"\s*:|"messageId"\s*:\s*"[A-Z]\d{4}"'),
        ("ruff", rb'\A\s*\[\s*\{.{0,4000}"(?:cell|noqa_row)"\s*:'),
        ("lcov", rb"^(?:TN:|SF:)"),
        ("go-cover", rb"\A\s*mode: (?:set|count|atomic)"),
        ("tap", rb"\A\s*TAP version 1[34]|^1\.\.\d+\s*$|^(?:not )?ok \d+ "),
        ("github", rb"^::(?:error|warning|notice)[ :]|##\[(?:error|warning)\]"),
        ("openmetrics", rb"^# (?:TYPE|HELP|UNIT) |^# EOF$"),
        ("unittest", rb"^Ran \d+ tests? in "),
        (
            "mypy",
            rb"^[^\s:][^:\n]*:\d+:(?:\d+:)? (?:error|note|warning): |^Success: no issues found|^Found \d+ errors? in",
        ),
        ("mypy", rb'^\{"file": [^\n]{0,4000}"severity": "'),
        ("flake8", rb"^[^\s:][^:\n]*:\d+:\d+: [A-Z]+\d+ "),
    )
)


def likely_kind(head: bytes) -> str:
    """The kind that these first bytes look like, or ""."""
    for kind, mark in _MARKS:
        if mark.search(head):
            return kind
    return ""
