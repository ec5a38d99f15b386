"""The collected static files: made again when one of them has changed, so that nobody has to think of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def fingerprint() -> str:
    """Changes when a static file of the program or of an app comes, goes or is written."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_when_changed() -> bool:
    """Whether there was anything to do. The note is written last: an interrupted run is done again."""
    note = Path(settings.STATIC_ROOT).with_suffix(".collected")
    now = fingerprint()
    if note.is_file() and Path(settings.STATIC_ROOT).is_dir() and note.read_text() == now:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    note.write_text(now)
    return True
