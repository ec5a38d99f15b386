"""Gates proposed for a criterion from what its words say: a target, a command, an import, a symbol, a file.

A proposal is a guess at what a person meant. It proves nothing until a person accepts it or policy has it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from milestones.facts import ParseError, Target
from milestones.gates.bounds import Bound, parse_bound
from milestones.gates.criteria import words_of
from milestones.gates.measures import complaint_about

LONGEST = 1_000  # characters of a criterion that are looked at
MOST_GATES = 12  # of one proposal: a criterion that lists more is better bound by hand


@dataclass(frozen=True, slots=True)
class Said:
    """A criterion as read: its text, the folder of its document, and the code spans, commands and targets in it."""

    text: str
    folder: str = ""
    code: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the project already measures: names of measures, and of the pairs in its [similarity]."""

    measures: frozenset[str] = frozenset()
    pairs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Bounds that together would prove a criterion, and the words that they were taken from."""

    gates: tuple[str, ...]
    why: str


Rule = Callable[[Said, Known], Iterator[Suggestion]]


def suggest(said: Said, known: Known = Known()) -> tuple[Suggestion, ...]:
    """What could prove a criterion, the surest first; every gate is a bound that can be read."""
    said = replace(said, text=said.text[:LONGEST])
    found: dict[tuple[str, ...], Suggestion] = {}
    for rule in _RULES:
        for one in rule(said, known):
            gates = tuple(dict.fromkeys(gate for gate in one.gates if bound_of(gate)))
            if gates and len(gates) == len(set(one.gates)) and len(gates) <= MOST_GATES:
                found.setdefault(gates, Suggestion(gates, one.why))
    return tuple(found.values())


def bound_of(gate: str) -> Bound | None:
    """The bound that a text is, None where it is none or its measure is of no known family."""
    try:
        bound = parse_bound(gate)
    except ParseError:
        return None
    return None if complaint_about(bound.measure) else bound


# --- symbols, imports and files -------------------------------------------------------------------------------------

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*(?:\(\))?")
_GONE = re.compile(
    r"(?i)\b(?:no longer (?:defines?|contains?|has|have|uses?|exists?|needed|imported|there)|"
    r"(?:is|are|was|were|has been|have been|be|been) (?:removed|deleted|gone|dropped|retired)|"
    r"no (?:remaining |more )?(?:references?|uses?|usages?|occurrences?) (?:of|to)|(?:removed?|deleted?|drop) )"
)
_NO_LONGER = re.compile(r"(?i)\bno longer\b")
_ALTERNATIVE = re.compile(r"(?i)\b(?:or reduced|or replaced|or moved|except|unless|either|only at|instead of|until)\b")
_NO_IMPORT = re.compile(
    r"(?i)\b(?:no|zero|without|any) (?:remaining |more |direct )?(?P<names>[\w.`'\"*/ ,&-]{2,80}?)[`'\"]? imports?\b"
    r"|\bno(?: remaining| more)? imports? (?:of|from) (?P<of>[\w.`/ ,-]{2,60})"
    r"|\b(?:nothing|no (?:file|module|code|source)s?)\b.{0,30}?\bimports? (?P<by>`?[A-Za-z_][\w.]*`?)"
    r"|(?P<subject>`?[A-Za-z_][\w.]*`?) (?:is|are) (?:no longer|not) imported"
    r"|\b(?:does not|do not|no longer) imports? (?P<longer>`?[A-Za-z_][\w.]*`?)"
)
_PACKAGE = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*")
_NO_PACKAGE = frozenset(
    ["a", "an", "and", "any", "new", "or", "of", "the", "unused", "circular", "relative", "wildcard", "star", "direct",
     "local", "lazy", "cyclic", "duplicate", "more", "other", "remaining", "its", "their", "from", "old", "legacy",
     "dead", "stale", "inline", "framework", "module", "package", "import", "imports", "in", "at", "with"]
)  # fmt: skip


def _imports(said: Said, known: Known) -> Iterator[Suggestion]:
    for found in _NO_IMPORT.finditer(said.text):
        words = next(text for text in found.groupdict().values() if text)
        names = [name.rstrip(".*") for name in re.split(r"[\s,/&`'\"]+", words.lower())]
        packages = [name for name in names if _PACKAGE.fullmatch(name) and name not in _NO_PACKAGE]
        if packages:
            gates = tuple(f"leftovers.import.{name} == 0" for name in packages)
            yield Suggestion(gates, f"it says that nothing imports {_listed(packages)}")


def _symbols(said: Said, known: Known) -> Iterator[Suggestion]:
    told = _GONE.search(said.text)
    names = [code.removesuffix("()") for code in said.code if _IDENTIFIER.fullmatch(code) and _is_symbol(code)]
    if told and names and not _ALTERNATIVE.search(said.text):
        gates = tuple(f"leftovers.symbol.{name} == 0" for name in names)
        yield Suggestion(gates, f"it says that {_listed(names)} must be gone from the code")


def _is_symbol(code: str) -> bool:
    """A name that somebody gave in code, and no plain word set as code."""
    return code.endswith("()") or "_" in code or bool(re.search(r"[a-z][A-Z]|^[A-Z]\w*[a-z]", code))


_PATH = re.compile(r"/?[\w@+:-]+(?:[./][\w@+:-]+)*/?")
_FILE_NAME = re.compile(r"\.[A-Za-z]{1,6}$|/")
_NAMED = re.compile(r"\]\((?P<link>[^()\s#?]+)[^()]*\)|`(?P<code>[^`]+)`")
_MORE = r"(?:[\s,;/&(]*(?:and|or)?\s*(?:`[^`]+`|\[[^\[\]]*\]\([^()]*\)))*"  # further names between a name and its verb
_BE = r"(?:is|are|was|were|has been|have been|be)\s+(?:fully |completely |already )?"
_GONE_AFTER = re.compile(rf"(?i){_MORE}\W*(?:must |should |can )?(?:{_BE})(?:removed|deleted|gone|dropped|retired)\b")
_GONE_BEFORE = re.compile(
    r"(?i)\b(?:removed?|removal of|deleted?|deletion of|drop(?:ped)?)\s+"
    rf"(?:(?:the|file|folder|module|legacy|old|all)\s+)*\[?{_MORE}\W*$"
)
_THERE_AFTER = re.compile(
    rf"(?i){_MORE}\W*(?:exists?|{_BE}(?:in place|present|written|created|committed|checked in|added))\b"
    r"(?! (?:for|to|in)\b)"
)
_THERE_BEFORE = re.compile(
    r"(?i)\b(?:exists? (?:in|at|under)|written (?:at|to|in)|documented (?:at|in)|record(?:ed)? (?:[\w -]{1,30} )?in|"
    rf"created?(?: (?!for |from |with |in )[\w-]+){{0,3}}|there is an?)\s+[(\[]*[^`\]]{{0,60}}?{_MORE}\W*$"
)


def _files(said: Said, known: Known) -> Iterator[Suggestion]:
    if _ALTERNATIVE.search(said.text) or _NO_LONGER.search(said.text):
        return
    gone, there = [], []
    for found in _NAMED.finditer(said.text):
        path = _from_root(found["link"], said.folder) if found["link"] else (found["code"] or "").strip().strip("/")
        before, after = said.text[: found.start()][-200:], said.text[found.end() :][:200]
        if not _is_path(found["link"] or found["code"].strip()) or path.startswith(".."):
            continue
        if _GONE_AFTER.match(after) or _GONE_BEFORE.search(before):
            gone.append(path)
        elif _THERE_AFTER.match(after) or _THERE_BEFORE.search(before):
            there.append(path)
    if gone:
        yield Suggestion(tuple(f"files.{name} == 0" for name in gone), f"it says that {_listed(gone)} must be gone")
    if there and not gone:
        yield Suggestion(tuple(f"files.{name} >= 1" for name in there), f"it says that {_listed(there)} must exist")


def _from_root(link: str, folder: str) -> str:
    """A link leads from the folder of its document, or from the root where it begins with a slash."""
    return posixpath.normpath(link.strip("/") if link.startswith("/") else posixpath.join(folder, link))


def _is_path(text: str) -> bool:
    return bool(_PATH.fullmatch(text) and _FILE_NAME.search(text)) and "//" not in text and ":" not in text


# --- commands -------------------------------------------------------------------------------------------------------

_TESTS = "tests.failed == 0"
_PROGRAMS: Sequence[tuple[re.Pattern[str], str]] = tuple(
    (re.compile(rf"(?:^|[\s/]){pattern}(?=\s|$)"), gate)
    for pattern, gate in (
        (r"ruff(?: check)?", "lint.ruff.findings == 0"),
        (r"flake8", "lint.flake8.findings == 0"),
        (r"pylint", "lint.pylint.findings == 0"),
        (r"mypy", "lint.mypy.findings == 0"),
        (r"pyright", "lint.pyright.findings == 0"),
        (r"eslint", "lint.eslint.findings == 0"),
        (r"(?:pytest|tox|nox|jest|vitest|rspec|ctest)", _TESTS),
        (r"(?:-m )?unittest", _TESTS),
        (r"(?:npm|yarn|pnpm|bun|go|cargo|mvn|gradle|dotnet|mix|make|just|composer)(?: run)? tests?", _TESTS),
        (r"manage\.py test", _TESTS),
        (r"[\w./-]*tests?\.(?:sh|bash)", _TESTS),
    )
)
_FAIL_UNDER = re.compile(r"--(?:cov-)?fail-under[= ](\d{1,3}(?:\.\d+)?)")


def _commands(said: Said, known: Known) -> Iterator[Suggestion]:
    for command in said.commands:
        if found := _FAIL_UNDER.search(command):
            yield Suggestion((f"coverage.lines >= {found[1]}%",), f"it runs `{command}`")
        gate = next((gate for pattern, gate in _PROGRAMS if pattern.search(command)), "")
        if gate and not re.search(r"(?:^|\s)--collect-only|--version|--help", command):
            yield Suggestion((gate,), f"it runs `{command}`; its results have to be sent from CI")


# --- targets --------------------------------------------------------------------------------------------------------


def _targets(said: Said, known: Known) -> Iterator[Suggestion]:
    for target in said.targets:
        for measure in _measures(target, said.text, known):
            yield Suggestion(
                (f"{measure} {_expect(measure, target.expect)}",), f'it states the target "{_short(target)}"'
            )
            break


def _short(target: Target) -> str:
    return f"{target.measure} {target.expect}"


def _measures(target: Target, text: str, known: Known) -> Iterator[str]:
    words = _tokens(target.measure)
    if "coverage" in words:
        yield "coverage.branches" if "branch" in words else "coverage.lines"
    pairs = [pair for pair in sorted(known.pairs) if _tokens(pair) <= words]
    for pair in sorted(pairs, key=len, reverse=True):
        yield f"similarity.{pair}"
    if len(words) > 1:
        yield from (name for name in sorted(known.measures) if words <= _tokens(name))


def _tokens(text: str) -> frozenset[str]:
    """The words of a name or a phrase, plurals as one: "Hop counts" and hops.count share two."""
    bare = (word.removesuffix("s") for word in re.findall(r"[a-z0-9]+", text.lower().removesuffix(".py")))
    return frozenset(word for word in bare if word not in {"py", "per", "the", "of", "a", "ratio"})


def _expect(measure: str, expect: str) -> str:
    """A share is written with its sign: "coverage >= 80" speaks of percent."""
    bare = re.fullmatch(r"(<=|>=|<|>|==) ?(\d+(?:\.\d+)?)", expect)
    if bare and measure.startswith("coverage.") and float(bare[2]) > 1:
        return f"{bare[1]} {bare[2]}%"
    return re.sub(r"\s+%", "%", expect)


# --- words ----------------------------------------------------------------------------------------------------------

_PHRASES: Sequence[tuple[re.Pattern[str], str, str]] = tuple(
    (re.compile(pattern, re.IGNORECASE), gate, why)
    for pattern, gate, why in (
        (r"\b(?:tests?|suites?)\b(?: \w+){0,3} (?:must )?"
         r"(?:pass(?:es)?|stays? green|remains? green|(?:is|are) green|succeeds?)\b",
         _TESTS, "it says that tests pass"),
        (r"\b(?:no|zero) (?:failing|failed) tests?\b|\bno test fail", _TESTS, "it says that no test fails"),
        (r"\b(?:all|every) (?:legacy |old |existing )?(?:routes?|endpoints?)\b.{0,40}"
         r"\b(?:ported|migrated|served|answered|reachable|available|registered|preserved|unchanged)\b",
         "routes.missing == 0", "it says that every route is there"),
        (r"\bno (?:routes?|endpoints?) (?:is |are )?(?:lost|missing|dropped)\b", "routes.missing == 0",
         "it says that no route is lost"),
        (r"\b(?:auth\w*|login|permission|guard)s? (?:checks? )?.{0,30}\b(?:preserved|kept|unchanged|not lost)\b",
         "guards.lost == 0", "it says that no guard is lost"),
        (r"\b(?:no|zero) (?:linter?|linting|ruff) (?:errors?|findings?|warnings?)\b"
         r"|\blint(?:er|ing)?\b.{0,20}\b(?:passes|clean|finds nothing|silent|green)\b",
         "lint.ruff.findings == 0", "it says that the linter finds nothing"),
        (r"\b(?:mypy|type ?check\w*)\b.{0,20}\b(?:pass(?:es)?|clean|green)\b", "lint.mypy.findings == 0",
         "it says that the type checker finds nothing"),
    )
)  # fmt: skip


def _phrases(said: Said, known: Known) -> Iterator[Suggestion]:
    for pattern, gate, why in _PHRASES:
        if pattern.search(re.sub(r"[`*]", "", said.text)):
            yield Suggestion((gate,), why)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


_RULES: Sequence[Rule] = (_imports, _symbols, _files, _commands, _targets, _phrases)


# --- the line that a person may copy --------------------------------------------------------------------------------


def policy_line(text: str, gates: Sequence[str], others: Iterable[str]) -> str:
    """The entry of `proves` for a criterion: the fewest words that no other criterion of its milestone holds."""
    words = words_of(text).split()
    theirs = [words_of(other) for other in others]
    for count in range(min(4, len(words)), len(words) + 1):
        chosen = f" {' '.join(words[:count])} "
        if not any(chosen in other for other in theirs):
            break
    value = ", ".join(f'"{gate}"' for gate in gates)
    return f'"{" ".join(words[:count])}" = {value if len(gates) == 1 else f"[{value}]"}' if words else ""


def policy_table(key: str) -> str:
    """The table that the line belongs under."""
    bare = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"[milestones.{bare}.proves]"
