from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.places import Town


@pytest.fixture
def town(tmp_path: Path, transactional_db: None) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.work.repo.close()
