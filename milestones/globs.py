"""Path patterns of a policy: `*` and `?` within one folder, `**` across folders, as git's own pathspecs have them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> re.Pattern[str]:
    meant = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern)
    return re.compile("".join(meant.get(piece) or re.escape(piece) for piece in pieces), re.DOTALL)


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether a path from the root of the repository fits any of the patterns."""
    return any(_compiled(pattern).fullmatch(path) for pattern in patterns)
