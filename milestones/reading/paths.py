"""Files and folders that a document names, and what its words make of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from milestones.facts import PathRule
from milestones.reading.commands import code_spans
from milestones.reading.words import plain

_LINK = re.compile(r"\[[^\[\]]{0,500}\]\(<?([^()\s<>]{1,1000})>?(?:\s+\"[^\"]{0,200}\")?\)")
_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//|#)", re.IGNORECASE)
_PATH = re.compile(r"^(?:\.{1,2}/)*[\w@.*{},+-]+(?:/[\w@.*{},+-]+)*/?(?::\d+(?:-\d+)?)?$")
_ENDINGS = frozenset(
    ["py", "pyi", "md", "rst", "txt", "toml", "yml", "yaml", "json", "ini", "cfg", "sh", "js", "jsx", "mjs", "cjs",
     "ts", "tsx", "css", "scss", "htm", "html", "j2", "mak", "sql", "lock", "env", "csv", "xml", "svg", "java", "kt",
     "go", "rb", "php", "rs", "c", "h", "cpp", "cs", "vue", "svelte", "service", "conf", "dockerfile", "ipynb",
     "proto", "tf", "gradle", "pt", "ejs", "erb", "hbs", "twig", "jinja", "jinja2", "phtml", "jsp", "cshtml"]
)  # fmt: skip
_BARE = re.compile(r"^(?:Dockerfile|Makefile|Procfile|LICENSE|README|CHANGELOG)$")
_RULES: tuple[tuple[str, str], ...] = (
    (
        "read_only",
        r"read[- ]only|reference[- ]only|must(?: not| never|n't) be (?:modified|changed|edited|touched)"
        r"|(?:do|must) not (?:modify|change|edit|touch)|remains? untouched|frozen|immutable",
    ),
    (
        "hotspot",
        r"hotspots?\b.{0,40}\blimited to|limit(?:ed)? (?:changes|edits|diffs) to|only (?:change|edit|modify|touch)",
    ),
    (
        "keep",
        r"(?:do|must) not (?:delete|remove|rename)|never (?:delete|remove)|\bkeep\b|\bkept\b|\bretain(?:ed)?\b",
    ),
    ("delete", r"\b(?:delete|remove|drop)\b|\b(?:deleted|removed|gone|retired)\b"),
)
_RULE = [(name, re.compile(words, re.IGNORECASE)) for name, words in _RULES]


# A cheap look before the rules: without one of these no rule can hold.
_HINT = re.compile(
    r"only|not\b|n['’]t|never|keep|kept|retain|limit|delete|remove|drop|gone|retired|frozen|untouched|immutable"
)


def is_path(text: str) -> bool:
    """Whether a code span names a file or folder: has a slash or a known ending, no spaces, not a route or a type."""
    if text.startswith(("/", "-", "http")) or not _PATH.match(text) or text.endswith("()"):
        return False
    if re.fullmatch(r"[\d./,-]+", text):
        return False
    bare = text.partition(":")[0]
    stem, _, ending = bare.rpartition(".")
    if (stem or bare[:1] == ".") and ending.lower() in _ENDINGS:
        return True
    return bool(_BARE.match(bare)) or ("/" in bare and _folder(bare))


def _folder(text: str) -> bool:
    """ "server/tests/" or "src/a/b" are folders; "and/or", "GET/POST", "text/html" are not."""
    if text.endswith("/") or text.count("/") > 1 or text.startswith("."):
        return True
    head = text.partition("/")[0]
    return head.islower() and head not in _MEDIA and bool(re.search(r"[_\-.*]", text))


_MEDIA = frozenset(["application", "text", "image", "audio", "video", "multipart", "and", "n"])


def links_in(text: str) -> Iterator[str]:
    """Targets of links that are not addresses with a scheme, as written (with any anchor)."""
    for found in _LINK.finditer(text):
        target = unquote(found[1])
        if not _SCHEME.match(target) or target.startswith("#"):
            yield target


def named_paths(text: str) -> list[str]:
    """Paths in a text's links and code spans, in order, each once."""
    links = []
    if "](" in text:
        links = [path for link in links_in(text) if (path := link.split("#")[0])]
        text = _LINK.sub(" ", text)
    spans = [span for span in code_spans(text) if is_path(span)]
    return list(dict.fromkeys([*links, *spans]))


def rule_of(text: str) -> str:
    """What a sentence or heading makes of the paths it names."""
    if not _HINT.search(text.lower()):
        return ""
    words = plain(text)
    return next((name for name, pattern in _RULE if pattern.search(words)), "")


def paths_in(text: str, line: int, inherited: str = "") -> tuple[PathRule, ...]:
    """The paths a block names, with its own rule or that of the words over it."""
    named = named_paths(text) if "`" in text or "](" in text else ()
    if not named:
        return ()
    rule = rule_of(text) or inherited
    return tuple([PathRule(path, line, rule) for path in named])
