"""Slowing down whoever tries passwords: each wrong one from an address for a name doubles the wait."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Now

from milestones.models import LoginFailure

FREE = 4  # wrong passwords that cost nothing
LONGEST = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)


def _key(address: str, name: str) -> str:
    return hashlib.sha256(f"{address}\0{name.casefold()[:200]}".encode("utf-8", "surrogatepass")).hexdigest()


def wait(address: str, name: str) -> int:
    """For how many seconds more this address may not try this name."""
    row = LoginFailure.objects.filter(key=_key(address, name)).annotate(now=Now()).first()
    if row is None or row.count < FREE:
        return 0
    pause = min(timedelta(seconds=2 ** min(row.count - FREE + 1, 20)), LONGEST)
    left = row.last_at + pause - row.now
    return max(0, -(-int(left.total_seconds() * 10) // 10))


def failed(address: str, name: str) -> None:
    """Count a wrong password; what is a day old is forgotten."""
    LoginFailure.objects.filter(last_at__lt=Now() - FORGOTTEN).delete()
    row, new = LoginFailure.objects.get_or_create(key=_key(address, name), defaults={"count": 1, "last_at": Now()})
    if not new:
        LoginFailure.objects.filter(pk=row.pk).update(count=F("count") + 1, last_at=Now())


def succeeded(address: str, name: str) -> None:
    LoginFailure.objects.filter(key=_key(address, name)).delete()
