"""What a path says of its file: test or source."""

from __future__ import annotations

import re

_TEST_FOLDERS = frozenset({"test", "tests", "testing", "__tests__", "spec", "specs"})
_TEST_NAME = re.compile(r"(test_.*|.*_tests?|tests?)\.py[iw]?$")
_TEST_NAME_JS = re.compile(r".*\.(test|spec)\.[cm]?[jt]sx?$")
_HAS_TESTS = re.compile(
    rb"^[ \t]*(?:async[ \t]+)?def[ \t]+test|^[ \t]*class[ \t]+Test|\b(?:pytest|unittest)\b", re.MULTILINE
)


def is_test(path: str, data: bytes | None = None) -> bool:
    """Whether a file is test code, by folder or name; `test_x.py` elsewhere must hold tests too, if `data` is given."""
    *folders, name = path.split("/")
    if name == "conftest.py" or _TEST_FOLDERS.intersection(folders) or _TEST_NAME_JS.match(name):
        return True
    if not _TEST_NAME.match(name):
        return False
    return data is None or _HAS_TESTS.search(data) is not None
