"""Rule 6: a milestone claimed done whose own conditions the tree refutes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from milestones.facts import Criterion
from milestones.reading.claims.pages import Contradiction, Page, Set, Tree
from milestones.reading.commands import code_spans
from milestones.reading.paths import is_path
from milestones.reading.words import plain

_NO_LONGER = re.compile(r"(?i)\b(?:no longer|does not|must not) (?:defines?|contains?|has|have)\b")
_NO_IMPORT = re.compile(
    r"(?i)\b(?:no|zero|without) (?:remaining |more )?[`\"']?(?P<name>[a-z_][\w.]*)[`\"']?(?:\.\*)?[`\"']? imports?\b"
)
_EXISTS = re.compile(r"(?i)^(?P<path>\S+) (?:exists|is in place|is present)\b")
_GONE = re.compile(r"(?i)^(?P<path>\S+) (?:is|has been|was) (?:removed|deleted|gone)(?! or\b)")
_NAME = re.compile(r"^[A-Za-z_]\w*(?:\(\))?$")
_SOURCES = (".py", ".js", ".ts", ".tsx", ".jsx")


def refuted(pages: Set) -> Iterator[Contradiction]:
    if pages.tree is None:
        return
    for page in pages.pages.values():
        for one, _ in page.milestones():
            for item in one.criteria if one.status.claims_done else ():
                if item.checked is not False:
                    yield from _judge(pages.tree, page, item, f"{one.kind.value} {one.key}")


def _judge(tree: Tree, page: Page, item: Criterion, name: str) -> Iterator[Contradiction]:
    for found in (_defined(tree, item), _imported(tree, item), _file(tree, item)):
        if found:
            yield Contradiction(6, f"{name} is claimed done, but {found}", (page.place(item.line),))


def _defined(tree: Tree, item: Criterion) -> str:
    """Symbols that a file should no longer define."""
    if not _NO_LONGER.search(item.text):
        return ""
    before, after = _NO_LONGER.split(item.text, maxsplit=1)
    files = [path for span in code_spans(before) if is_path(span) for path in tree.ending(span)]
    symbols = [span.removesuffix("()") for span in code_spans(after) if _NAME.match(span)]
    for path in files[:5]:
        text = tree.read(path).decode(errors="replace")
        left = [name for name in symbols if _defines(name, text)]
        if left:
            return f"{path} still defines {', '.join(left)}"
    return ""


def _defines(name: str, text: str) -> bool:
    return bool(
        re.search(
            rf"^\s*(?:class|def|async def|function|const|let|var)\s+{name}\b|^{name}\s*(?::[^=\n]+)?=",
            text,
            re.MULTILINE,
        )
    )


def _imported(tree: Tree, item: Criterion) -> str:
    """A package that nothing should import any more."""
    found = _NO_IMPORT.search(plain(item.text))
    if not found or found["name"].lower() in (
        "new",
        "remaining",
        "unused",
        "circular",
        "relative",
        "wildcard",
        "star",
        "direct",
    ):
        return ""
    name = re.escape(found["name"].rstrip("."))
    pattern = re.compile(rf"^\s*(?:from\s+{name}(?:\.\w+)*\s+import\b|import\s+{name}\b)".encode(), re.MULTILINE)
    named = [span.strip("/*") for span in code_spans(item.text) if "/" in span]
    for path in sorted(tree.paths):
        inside = not named or any(path.startswith(folder) for folder in named)
        if path.endswith(_SOURCES) and inside and pattern.search(tree.read(path)):
            return f"{path} still imports {found['name']}"
    return ""


def _file(tree: Tree, item: Criterion) -> str:
    """A file that should exist, or should be gone."""
    words = plain(item.text)
    spans = [
        span.rstrip("/") for span in code_spans(item.text)[:1] if is_path(span) and "/" in span and "*" not in span
    ]
    for path in spans:
        if (found := _EXISTS.match(words)) and found["path"].rstrip("/") == path and not _there(tree, path):
            return f"there is no {path}"
        if (found := _GONE.match(words)) and found["path"].rstrip("/") == path and tree.has(path):
            return f"{path} is still there"
    return ""


def _there(tree: Tree, path: str) -> bool:
    return tree.has(path) or bool(tree.ending(path)) or any(folder.endswith("/" + path) for folder in tree.folders)
