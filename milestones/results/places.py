"""Paths as tools write them, brought to paths of the repository."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from milestones.facts import ParseError

LONGEST = 4096
HIGHEST_LINE = 10_000_000

# Where the CI systems check a repository out; what follows is a path of the repository.
WORKSPACES = re.compile(
    r"""^(?:/home/runner/work/[^/]+/[^/]+ | /__w/[^/]+/[^/]+ | /github/workspace
      | [A-Za-z]:/a/[^/]+/[^/]+ | [A-Za-z]:/a/\d+/s | /home/vsts/work/\d+/s
      | /home/circleci/(?:project|repo) | /root/project
      | /var/lib/jenkins/workspace/[^/]+ | /home/jenkins/(?:agent/)?workspace/[^/]+
      | /var/lib/buildkite-agent/builds/[^/]+/[^/]+/[^/]+ | /builds/[^/]+/[^/]+
      | /workspaces?/[^/]+(?=/[^/]+/) | /opt/atlassian/pipelines/agent/build)/""",
    re.VERBOSE,
)


@lru_cache(maxsize=4096)
def placed(path: str) -> str:
    """The path with forward slashes, relative where it lies in a CI workspace; ParseError if it climbs out."""
    if len(path) > LONGEST:
        raise ParseError(f"a path of {len(path):,} characters; paths may have {LONGEST:,}")
    if "\0" in path:
        raise ParseError("a path with a NUL character in it; write the file again")
    plain = _without_scheme(path).replace("\\", "/")
    plain = WORKSPACES.sub("", plain, count=1)
    return _resolved(plain, path)


def _without_scheme(path: str) -> str:
    if not path.startswith("file:"):
        return path
    try:
        bare = unquote(urlsplit(path).path)
    except ValueError:
        return path
    return bare[1:] if re.match(r"/[A-Za-z]:/", bare) else bare


def _resolved(plain: str, written: str) -> str:
    if "." not in plain and "//" not in plain:
        return plain
    parts: list[str] = []
    for part in plain.split("/"):
        if part == "..":
            if not parts:
                raise ParseError(
                    f"the path {written[:200]!r} leads out of the repository; run the tool at the repository's root"
                )
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return ("/" if plain.startswith("/") else "") + "/".join(parts)


def settle(path: str, tree: Collection[str]) -> str:
    """The file of `tree` that is meant: the tool ran elsewhere, or knows neither checkout nor source folder.

    First the longest end of the path that is in the tree, then the one file of the tree that ends in the path.
    """
    rest = path
    while rest not in tree and "/" in rest:
        rest = rest.partition("/")[2]
    if rest in tree and (rest == path or "/" in rest or path.startswith("/")):
        return rest
    ends = [known for known in tree if known.endswith("/" + path)]
    return ends[0] if len(ends) == 1 else path


def line_number(value: object) -> int | None:
    """A line as a tool wrote it: None where it says nothing or 0; ParseError for what is no line."""
    if value is None or value == "":
        return None
    try:
        number = int(value)  # type: ignore[call-overload]
    except (TypeError, ValueError, OverflowError):
        raise ParseError(f"{str(value)[:40]!r} is no line number; write the file again with the tool itself") from None
    if not 0 <= number <= HIGHEST_LINE:
        raise ParseError(f"the line number {str(number)[:40]} is out of range; write the file again")
    return number or None
