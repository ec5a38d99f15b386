"""The example migration: a small service of our own, moved from Flask to FastAPI in a real git repository."""

from __future__ import annotations

from milestones.demo.repository import DemoCommit, DemoRepository, build

__all__ = ["DemoCommit", "DemoRepository", "build"]
