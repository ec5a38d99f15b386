"""What all tests share."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.processes import process

settings.register_profile("default", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database or the queue: only that can go another way on PostgreSQL and Redis."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db", "live_server", "settings"}:
            item.add_marker("database")


@pytest.fixture
def run_worker(transactional_db: None) -> Callable[..., Any]:
    """`with run_worker() as child:` is a real Celery worker on this test's database and queue."""
    return lambda **extra: process(
        "-m", "celery", "--app", "migrator", "--quiet", "worker", "--concurrency", "1",
        "--without-gossip", "--without-mingle", "--without-heartbeat", **extra,
    )  # fmt: skip


@pytest.fixture
def worker(run_worker: Callable[..., Any]) -> Iterator[subprocess.Popen[str]]:
    with run_worker() as child:
        yield child


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless Chromium; without one the test fails, for a suite is never skipped in silence."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("no Chromium on PATH: install it (Debian, Ubuntu: apt-get install chromium) or name it in CHROMIUM")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps a loop in this thread; the ORM is used beside it
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page of a browser that has been nowhere yet."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session", autouse=True)
def _no_keys_left_in_redis() -> Iterator[None]:
    yield
    url = os.environ.get("REDIS_URL")
    if url:
        import redis

        store = redis.Redis.from_url(url)
        for key in store.scan_iter(f"{os.environ['MIGRATOR_QUEUE_PREFIX']}*"):
            store.delete(key)
