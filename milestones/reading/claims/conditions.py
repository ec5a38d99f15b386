"""Rule 6: a milestone claimed done whose own conditions the tree refutes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from milestones.facts import Criterion, Milestone
from milestones.reading.claims.pages import PYTHON, SOURCES, Contradiction, Page, Set, Tree
from milestones.reading.commands import code_spans
from milestones.reading.paths import is_path
from milestones.reading.words import plain

_PACKAGE = r"(?:from |import )?(?P<name{n}>[A-Za-z_][\w.-]*?)(?:\.\*)?"
_NO_IMPORT = re.compile(
    "|".join(
        form.replace("NAME", _PACKAGE.replace("{n}", str(n)))
        for n, form in enumerate(
            (
                r"\b(?:no|zero|without(?: any)?|0) (?:remaining |more |direct )?NAME imports?\b",
                r"\b(?:does not|doesn't|do not|don't|must not|no longer|never|nothing"
                r"|no (?:module|file|code)s?(?: \w+){0,3}?)"
                r" (?:[\w ]{1,20} or )?imports? (?:anything )?(?:from )?NAME(?=$|[\s.,;:)])",
                r"\bimports? of NAME (?:is|are|was|were|has been|have been) (?:gone|removed|eliminated|dropped)\b",
                r"^NAME (?:is|are) no longer imported\b",
                r"^NAME imports? (?:is|are|was|were|has been|have been) (?:gone|removed|eliminated|dropped)\b",
            )
        )
    ),
    re.IGNORECASE,
)
_NO_PACKAGE = frozenset(
    ["new", "remaining", "unused", "circular", "cyclic", "relative", "wildcard", "star", "direct", "local", "lazy",
     "it", "any", "the", "them", "anything", "from", "module", "modules", "legacy", "runtime", "framework", "old",
     "dead", "a"]
)  # fmt: skip

# In these a code span is a NUL with its number before it, so that its own letters cannot take part.
_SPAN = re.compile(r"`+[^`]+`+")
_GONE_AFTER = re.compile(
    r"(?i)^\W*\0(?:\s*(?:class|function|method|helper|module|file|folder|directory)?\s*)"
    r"(?:is|are|was|were|has been|have been) (?:removed|deleted|gone|retired|eliminated|dropped)(?! or\b)"
    r"|^\W*\0\s*(?:no longer exists?|does not exist|is no longer defined)\b"
)
_GONE_BEFORE = re.compile(
    r"(?i)^(?:remove|delete|drop|retire|removed|deleted|retired)\s+(?:the\s+)?\0\s*(?:class|function|folder|file)?\W*$"
    r"|\b(?:no|zero)\s+(?:remaining\s+)?\0\s+(?:remains?|is left|are left|left|exists?)\b"
)
_NO_LONGER = re.compile(r"(?i)\b(?:no longer|does not|must not) (?:defines?|contains?|has|have)\b")
_EXISTS_AFTER = re.compile(r"(?i)^\W*\0 (?:exists?|is in place|is present)\b")
_EXISTS_BEFORE = re.compile(
    r"(?i)\b(?:exists?|lives?|is documented|are documented|is recorded) (?:in|at|under|as)\s+\0"
)
_NAME = re.compile(r"^[A-Za-z_]\w*(?:\(\))?$")
_DISTINCT = re.compile(r"^_\w{3,}|[a-z][A-Z]|\w_\w+\(\)$|\(\)$")


def refuted(pages: Set) -> Iterator[Contradiction]:
    if pages.tree is None:
        return
    for page in pages.pages.values():
        for one, above in page.milestones():
            if one.status.claims_done or (not one.status_text and above and above[-1].status.claims_done):
                for item in _owed(one):
                    yield from _judge(pages.tree, page, item, f"{one.kind.value} {one.key}")


def _owed(one: Milestone) -> list[Criterion]:
    items = (*one.criteria, *(item for gate in one.gates for item in gate.items))
    return [item for item in dict.fromkeys(items) if item.checked is not False]


def _judge(tree: Tree, page: Page, item: Criterion, name: str) -> Iterator[Contradiction]:
    for found in (_defined(tree, item), _imported(tree, item), _file(tree, item)):
        if found:
            yield Contradiction(6, f"{name} is claimed done, but {found}", (page.place(item.line),))


def _defined(tree: Tree, item: Criterion) -> str:
    """Symbols that a file, or any file, should no longer define."""
    spans = code_spans(item.text)
    if _NO_LONGER.search(item.text):
        before, after = _NO_LONGER.split(item.text, maxsplit=1)
        files = [path for span in code_spans(before) if is_path(span) for path in tree.ending(span)]
        return _still(tree, [span for span in code_spans(after) if _NAME.match(span)], files[:5])
    bare = _SPAN.sub("\0", item.text)
    told = _GONE_AFTER.search(bare) or _GONE_BEFORE.search(bare)
    first = spans[bare[: bare.index("\0", told.start())].count("\0")] if told and spans else ""
    if not _NAME.match(first) or is_path(first):
        return ""
    files = [path for span in spans if is_path(span) for path in tree.ending(span)]
    if files:
        return _still(tree, [first], files[:5])
    return _still(tree, [first], tree.sources(SOURCES)) if _DISTINCT.search(first) else ""


def _still(tree: Tree, symbols: list[str], files: list[str]) -> str:
    names = [symbol.removesuffix("()") for symbol in symbols]
    for path in files:
        source = tree.source(path)
        left = [name for name in names if name.encode() in source and _defines(name, source.decode(errors="replace"))]
        if left:
            return f"{path} still defines {', '.join(left)}"
    return ""


def _defines(name: str, text: str) -> bool:
    return bool(
        re.search(
            rf"^\s*(?:export\s+)?(?:class|def|async def|function|const|let|var)\s+{name}\b|^{name}\s*(?::[^=\n]+)?=",
            text,
            re.MULTILINE,
        )
    )


def _imported(tree: Tree, item: Criterion) -> str:
    """A package that nothing should import any more."""
    found = _NO_IMPORT.search(plain(item.text))
    named = next((name for name in found.groups() if name), "").strip(".") if found else ""
    if not named or named.lower() in _NO_PACKAGE:
        return ""
    folders = [span.strip("/*") for span in code_spans(item.text) if "/" in span]
    name = re.escape(named)
    python = re.compile(rf"^\s*(?:from\s+{name}(?:\.\w+)*\s+import\b|import\s+{name}\b)".encode(), _FLAGS)
    script = re.compile(rf"""(?:\bfrom|\bimport|\brequire\()\s*['"]{name}(?:/[^'"]*)?['"]""".encode(), _FLAGS)
    for path in tree.sources(SOURCES):
        if folders and not any(path == folder or path.startswith(folder + "/") for folder in folders):
            continue
        pattern = python if path.endswith(PYTHON) else script
        if (folders or not _TESTS.search(path)) and pattern.search(tree.source(path)):
            return f"{path} still imports {named}"
    return ""


_FLAGS = re.MULTILINE | re.IGNORECASE
_TESTS = re.compile(r"(?:^|/)(?:tests?|__tests__|spec|testing|docs?)/|(?:^|/)(?:test_|conftest)|[._]test\.|\.spec\.")


def _file(tree: Tree, item: Criterion) -> str:
    """A file or folder that should exist, or should be gone."""
    spans, bare = code_spans(item.text), _SPAN.sub("\0", item.text)
    for form, wanted in ((_EXISTS_AFTER, True), (_EXISTS_BEFORE, True), (_GONE_AFTER, False), (_GONE_BEFORE, False)):
        told = form.search(bare)
        span = spans[bare[: bare.index("\0", told.start())].count("\0")] if told and spans else ""
        path = span.rstrip("/")
        if not is_path(span) or "*" in path or ("/" not in span and not wanted):
            continue
        if wanted and not _there(tree, path):
            return f"there is no {path}"
        if not wanted and tree.has(path):
            return f"{path} is still there"
    return ""


def _there(tree: Tree, path: str) -> bool:
    return tree.has(path) or bool(tree.ending(path)) or any(folder.endswith("/" + path) for folder in tree.folders)
