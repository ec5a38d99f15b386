"""Which frameworks a file may serve by, told from its bytes alone: quick enough for every file of a long history."""

from __future__ import annotations

import re


def _imported(package: str) -> str:
    return rf"^[ \t]*(?:from[ \t]+{package}\b|import[ \t][^\n#]*\b{package}\b)"


def _sign(package: str, words: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    return re.compile(_imported(package).encode(), re.MULTILINE), re.compile(words.encode())


# what imports a framework, and what stands in a file that makes an application of it or registers something on one
_PYTHON = {
    "flask": _sign(
        r"(?:flask\w*|quart)", r"\b(?:Flask|Blueprint|Quart|Api|Namespace|Resource|MethodView|add_url_rule)\b|\.route\("
    ),
    "pyramid": _sign("pyramid", r"\b(?:Configurator|view_config|view_defaults|add_route|add_view|includeme)\b"),
    "django": _sign("django", r"\burlpatterns\b"),
    "fastapi": _sign("fastapi", r"\b(?:FastAPI|APIRouter)\b"),
    "starlette": _sign("starlette", r"\b(?:Starlette|Route|Mount|Router|WebSocketRoute)\("),
}
_EXPRESS = re.compile(rb"""(?:require\(\s*|\bfrom\s+|\bimport\s+)["']express["']""")


def named_frameworks(data: bytes, script: bool = False) -> frozenset[str]:
    """The frameworks that a file imports and seems to serve by; what it really registers, a route table says."""
    if script:
        return frozenset({"express"} if _EXPRESS.search(data) else ())
    return frozenset(
        name for name, (imported, serves) in _PYTHON.items() if serves.search(data) and imported.search(data)
    )
