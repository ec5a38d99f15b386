"""The queue in a folder, where no Redis is: kombu's filesystem transport, with messages that appear and go whole.

kombu writes a message where its readers look, so that a reader can take a file that is still empty, and stop over it.
Here a message is written under another name and renamed, and taken by a rename that only one reader wins.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem


class Channel(filesystem.Channel):
    """kombu's channel, with atomic putting and taking."""

    # kombu's own two base classes name this argument differently
    def _put(self, queue: str, payload: dict[str, Any], **_: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}"
        draft = folder / f"{name}.draft"
        draft.write_text(json.dumps(payload))
        draft.rename(folder / f"{name}.{queue}.msg")

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        """The oldest message. Raises Empty."""
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] == f"{queue}.msg":
                with suppress(FileNotFoundError, ValueError):  # another was faster; or a power cut left half of it
                    return _take(Path(self.data_folder_in, name))
        raise Empty


def _take(path: Path) -> dict[str, Any]:
    taken = path.with_suffix(".taken")
    path.rename(taken)
    try:
        found: dict[str, Any] = json.loads(taken.read_bytes())
        return found
    finally:
        taken.unlink()


class Transport(filesystem.Transport):
    """What the broker's address names."""

    Channel = Channel
