"""Text of a tool made fit to be kept and shown: no control characters, no colours, bounded."""

from __future__ import annotations

import re

LONGEST_TEXT = 2_000
LONGEST_NAME = 1_000

# DEL stands for a control character that XML cannot carry (see xmlstream); pytest writes "#x1B" for ESC.
_COLOUR = re.compile(r"(?:[\x1b\x7f]|#x1B)\[[0-9;?]*[A-Za-z]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text without colours and control characters, cut to `longest` characters."""
    if len(text) > longest * 4:
        text = text[: longest * 4]
    if not text.isprintable():
        text = _CONTROL.sub("", _COLOUR.sub("", text))
    elif "#x1B[" in text:
        text = _COLOUR.sub("", text)
    text = text.strip()
    return text if len(text) <= longest else text[: longest - 1] + "…"


def name(text: str) -> str:
    """A test's or suite's name on one line."""
    return " ".join(clean(text, LONGEST_NAME).split())


def one_line(text: str) -> str:
    """A name with its spaces as they are, but no line ends and control characters, cut like all names."""
    if not text.isprintable():
        text = _CONTROL.sub("", _COLOUR.sub("", text[: LONGEST_NAME * 4])).replace("\n", " ").replace("\t", " ")
    return text if len(text) < LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


def split_parameters(full: str) -> tuple[str, str]:
    """`test_a[x-1]` as ("test_a", "x-1"); a bracket after a space belongs to the name."""
    if not full.endswith("]"):
        return full, ""
    bare, bracket, rest = full.partition("[")
    if not bracket or not bare or bare[-1].isspace():
        return full, ""
    return bare, rest[:-1]


def whole_name(name: str, parameters: str) -> str:
    """A name as it was before `split_parameters`."""
    return f"{name}[{parameters}]" if parameters else name
