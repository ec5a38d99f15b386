"""Route paths of the frameworks in one form: `/users/{id}`, with what each parameter accepts kept beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType

SEGMENT = "[^/]+"
ANYTHING = ".*"
UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_EXPLOSIVE = re.compile(r"\([^()]*[+*}][^()]*\)[+*{]|\(\(|\\[1-9]|\(\?P=")  # may take for ever on a short text
_SAMPLES = (
    "sample", "7", "7.5", "0f8fad5b-d9cb-469f-a165-70867728950e", "2024", "a", "abcdefab", "2024-05-17", "ab", "en",
    "abcdefabcdefabcdefabcdef", "A", "a-b", "a.b", "x/y", "json", "12", "true", "0f8fad5bd9cb469fa16570867728950e",
)  # fmt: skip


@dataclass(frozen=True)
class Pattern:
    """A path: literal text at even places of `parts`, parameters as (name, regular expression) at odd ones."""

    literals: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...] = ()

    @cached_property
    def template(self) -> str:
        names = [f"{{{name}}}" for name, _ in self.parameters]
        return "".join(part for pair in zip(self.literals, [*names, ""], strict=True) for part in pair) or "/"

    @property
    def converters(self) -> tuple[tuple[str, str], ...]:
        return tuple((name, rule) for name, rule in self.parameters if rule != SEGMENT)

    @cached_property
    def expression(self) -> re.Pattern[str]:
        return _compiled(self)

    def matches(self, path: str) -> bool:
        return self.expression.fullmatch(path) is not None

    @cached_property
    def sample(self) -> str:
        """A path that the pattern matches, of values that no literal route is likely to have."""
        values = [_sample(rule) for _, rule in self.parameters]
        return "".join(part for pair in zip(self.literals, [*values, ""], strict=True) for part in pair) or "/"

    @cached_property
    def deep_sample(self) -> str:
        """The same with a slash in the value of each parameter that takes one; "" where none does."""
        if not any(_spans(rule) for _, rule in self.parameters):
            return ""
        values = ["x/y" if _spans(rule) else _sample(rule) for _, rule in self.parameters]
        return "".join(part for pair in zip(self.literals, [*values, ""], strict=True) for part in pair)

    @property
    def is_fallback(self) -> bool:
        """Whether it catches whatever nothing else does: no literal segment, and a parameter across slashes."""
        return not any(part.strip("/") for part in self.literals) and any(_spans(rule) for _, rule in self.parameters)

    def after(self, prefix: Pattern) -> Pattern:
        """This pattern with another in front."""
        if not prefix.literals:
            return self
        joined = (*prefix.literals[:-1], prefix.literals[-1] + self.literals[0], *self.literals[1:])
        return Pattern(joined, (*prefix.parameters, *self.parameters))


def _spans(rule: str) -> bool:
    return rule.startswith(".") or rule == r"[^/].*?"


def _safe(rule: str) -> str:
    if len(rule) > 200 or _EXPLOSIVE.search(rule):
        return SEGMENT
    try:
        re.compile(rule)
    except (re.error, OverflowError, RecursionError):
        return SEGMENT
    return rule


@lru_cache(maxsize=20_000)
def _compiled(pattern: Pattern) -> re.Pattern[str]:
    rules = [f"(?:{_safe(rule)})" for _, rule in pattern.parameters]
    return re.compile(
        "".join(part for pair in zip(map(re.escape, pattern.literals), [*rules, ""], strict=True) for part in pair)
    )


@lru_cache(maxsize=2_000)
def _sample(rule: str) -> str:
    expression = re.compile(_safe(rule))
    fitting = (text for text in _SAMPLES if expression.fullmatch(text))
    return next(fitting, None) or _listed(rule) or "sample"


def _listed(rule: str) -> str:
    """The first of the words in a rule such as `(?:one|two)`."""
    first = re.match(r"\(?(?:\?:)?([\w-]+)", rule)
    return first[1] if first else ""


def _split(text: str, token: re.Pattern[str], read: Callable[[re.Match[str]], tuple[str, str]]) -> Pattern:
    literals, parameters, end = [], [], 0
    for found in token.finditer(text):
        literals.append(text[end : found.start()])
        parameters.append(read(found))
        end = found.end()
    return Pattern((*literals, text[end:]), tuple(parameters))


# --- Flask (Werkzeug's rules)

_FLASK = re.compile(r"<(?:(\w+)(?:\((.*?)\))?:)?([^<>:]+)>")
_FLASK_RULES = {"int": r"-?\d+", "float": r"-?\d+\.\d+", "path": r"[^/].*?", "uuid": UUID, "string": SEGMENT}


def flask(rule: str, own: Mapping[str, str] = MappingProxyType({})) -> Pattern:
    """A rule of werkzeug; `own` are the regular expressions of the project's converters by name."""
    return _split(rule, _FLASK, lambda found: _flask_parameter(found, own))


def _flask_parameter(found: re.Match[str], own: Mapping[str, str]) -> tuple[str, str]:
    converter, arguments, name = found[1] or "string", found[2] or "", found[3]
    if converter in own:
        return name, own[converter] or arguments.strip().strip("'\"") or SEGMENT
    if converter == "any":
        words = [word.strip().strip("'\"") for word in arguments.split(",")]
        return name, f"(?:{'|'.join(map(re.escape, words))})"
    if converter == "int" and "signed" not in arguments:
        return name, r"\d+"
    return name, _FLASK_RULES.get(converter, SEGMENT)


# --- Starlette and FastAPI

_STARLETTE = re.compile(r"{([a-zA-Z_]\w*)(?::([a-zA-Z_]\w*))?}")
_STARLETTE_RULES = {"path": ANYTHING, "int": "[0-9]+", "float": r"[0-9]+(?:\.[0-9]+)?", "uuid": UUID}


def starlette(path: str) -> Pattern:
    return _split(path, _STARLETTE, lambda found: (found[1], _STARLETTE_RULES.get(found[2] or "", SEGMENT)))


# --- Pyramid

_PYRAMID = re.compile(r"{([a-zA-Z_]\w*)(?::((?:[^{}]|{[^{}]*})*))?}|\*(\w+)$|(?<=/):([a-zA-Z_]\w*)")


def pyramid(pattern: str) -> Pattern:
    def read(found: re.Match[str]) -> tuple[str, str]:
        if found[3]:
            return found[3], ANYTHING
        return found[1] or found[4], found[2] or SEGMENT

    return _split(pattern if pattern.startswith("/") else f"/{pattern}", _PYRAMID, read)


# --- Django

_DJANGO = re.compile(r"<(?:(\w+):)?(\w+)>")
_DJANGO_RULES = {"int": "[0-9]+", "slug": "[-a-zA-Z0-9_]+", "uuid": UUID, "path": ".+"}


def django(route: str) -> Pattern:
    return _split(route, _DJANGO, lambda found: (found[2], _DJANGO_RULES.get(found[1] or "", SEGMENT)))


def django_regex(route: str) -> Pattern:
    """The pattern of a `re_path`: its groups are the parameters, the rest is read as text."""
    literals: list[str] = []
    parameters: list[tuple[str, str]] = []
    literal = ""
    for kind, text in _regex_tokens(route.lstrip("^")):
        if kind == "group":
            literals.append(literal)
            literal = ""
            parameters.append(_group(text, len(parameters)))
        else:
            literal += text
    return Pattern((*literals, literal), tuple(parameters))


def _regex_tokens(text: str) -> Iterator[tuple[str, str]]:
    index = 0
    while index < len(text):
        letter = text[index]
        if letter == "\\" and index + 1 < len(text):
            following = text[index + 1]
            if following not in "AZzbB":
                yield ("group", f"(\\{following})") if following in "dwsDWS" else ("text", following)
            index += 2
        elif letter == "(":
            end = _closing(text, index)
            yield "group", text[index:end]
            index = end
        else:
            if letter not in "^$?+*":
                yield "text", letter
            index += 1


def _closing(text: str, start: int) -> int:
    depth, index = 0, start
    while index < len(text):
        if text[index] == "\\":
            index += 1
        elif text[index] == "(":
            depth += 1
        elif text[index] == ")":
            depth -= 1
            if depth == 0:
                break
        index += 1
    return index + 1


def _group(text: str, number: int) -> tuple[str, str]:
    named = re.match(r"\(\?P<(\w+)>(.*)\)$", text, re.DOTALL)
    if named:
        return named[1], named[2]
    return str(number), text[1:-1].removeprefix("?:")


# --- Express

_EXPRESS = re.compile(r":(\w+)(?:\(((?:[^()]|\([^()]*\))*)\))?\??|\*(\w*)")


def express(path: str) -> Pattern:
    def read(found: re.Match[str]) -> tuple[str, str]:
        if found[1]:
            return found[1], found[2] or SEGMENT
        return found[3] or "0", ANYTHING

    return _split(re.sub(r"[{}]", "", path), _EXPRESS, read)
