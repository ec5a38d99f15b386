from __future__ import annotations

import importlib
import sys

import pytest


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Writes a program down and imports an application of it."""

    def start(files: dict[str, str], place: str):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        monkeypatch.syspath_prepend(str(tmp_path))
        before = set(sys.modules)
        module, _, name = place.partition(":")
        try:
            return getattr(importlib.import_module(module), name)
        finally:
            for loaded in set(sys.modules) - before:
                if str(tmp_path) in str(getattr(sys.modules[loaded], "__file__", "")):
                    del sys.modules[loaded]

    return start
