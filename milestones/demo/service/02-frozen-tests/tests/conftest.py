"""A small harbour, one skipper, one officer, and the second of June for ever."""

from datetime import date

import pytest

from server.app import create_app
from server.store import Store


@pytest.fixture
def store():
    store = Store(today=lambda: date(2025, 6, 2))
    store.add_berth("A1", 8, 1.8)
    store.add_berth("A2", 12, 2.4)
    store.add_person("ingrid", "sild")
    store.add_person("olav", "torsk")
    store.add_person("office", "fyrlykt", office=True)
    return store


@pytest.fixture
def client(store):
    return create_app(store).test_client()


@pytest.fixture
def token_of(store):
    passwords = {"ingrid": "sild", "olav": "torsk", "office": "fyrlykt"}
    return lambda name: {"Authorization": f"Bearer {store.log_in(name, passwords[name])}"}


@pytest.fixture
def booking(store):
    return store.book(1, "ingrid", "Havfrua", date(2025, 6, 10), date(2025, 6, 13))
