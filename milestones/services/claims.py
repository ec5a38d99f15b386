"""Holding a piece of work: every write of a worker shows that the claim is still its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from milestones.codec import storable
from milestones.models import ATTEMPTS, Delivery, WorkState

WAIT = timedelta(seconds=30)


class ClaimLostError(Exception):
    """Another worker took over: nothing more may be written."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One delivery, held by this worker while its fence stands."""

    pk: int
    fence: int

    @contextmanager
    def writing(self) -> Iterator[Delivery]:
        """One transaction that holds the row, proves the claim and lengthens the lease. Raises ClaimLostError."""
        with transaction.atomic():
            held = Delivery.objects.held(self.pk, self.fence).select_for_update().defer("body").first()
            if held is None:
                raise ClaimLostError(f"delivery {self.pk} is no longer held by fence {self.fence}")
            held.lease_until = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS)
            held.save(update_fields=["lease_until"])
            yield held

    def finish(self, state: str, sentence: str) -> None:
        """Close the row for good: done or failed, with what a person reads."""
        with self.writing() as row:
            close(row, state, sentence)

    def wait(self, sentence: str, *, counted: bool = True) -> None:
        """Give the row back, to be tried again later; a wait for something else to come does not count as a try."""
        with self.writing() as row:
            row.state = WorkState.WAITING
            row.sentence = storable(sentence)
            row.not_before = timezone.now() + WAIT * 2 ** min(row.attempts, 6)
            if counted and row.attempts >= ATTEMPTS:
                close(row, WorkState.DEAD, f"given up after {ATTEMPTS} tries: {sentence}")
            elif not counted:
                row.attempts = 0
            row.save(update_fields=["state", "sentence", "not_before", "attempts"])


def close(row: Delivery, state: str, sentence: str) -> None:
    """Write the end of a row that is held; one that was asked for again meanwhile is open again at once."""
    if row.state == WorkState.RUNNING and row.not_before is not None:
        state, row.attempts = WorkState.STORED, 0
    row.state, row.sentence, row.finished_at, row.lease_until = state, storable(sentence), timezone.now(), None
    row.save(update_fields=["state", "attempts", "sentence", "finished_at", "lease_until"])


def take(pk: int) -> Claim | None:
    """The claim of a due delivery, None where there is nothing to do or another was first."""
    fence = Delivery.objects.claim(pk, timezone.now())
    return None if fence is None else Claim(pk, fence)


def bury_the_exhausted() -> int:
    """Mark as dead what was claimed five times and never came back: whoever works on it is killed by it."""
    gone = Delivery.objects.due().filter(state=WorkState.RUNNING, attempts__gte=ATTEMPTS)
    said = f"given up: {ATTEMPTS} workers ended while they worked on it; see the server's log, then try again"
    return gone.update(state=WorkState.DEAD, sentence=said, finished_at=timezone.now(), lease_until=None)


def release_the_abandoned() -> int:
    """Let go of every claim, for a program that starts and knows that no worker but its own will ever run."""
    return Delivery.objects.filter(state=WorkState.RUNNING).update(lease_until=timezone.now())


def due(limit: int = 500) -> list[int]:
    """What the sweep rings for."""
    return list(Delivery.objects.due().order_by("pk").values_list("pk", flat=True)[:limit])


def try_again(pk: int) -> bool:
    """Open a failed or dead delivery once more, as a person asked; False where it is open already."""
    ended = Delivery.objects.filter(pk=pk, state__in=[WorkState.FAILED, WorkState.DEAD, WorkState.WAITING])
    fresh = {"state": WorkState.STORED, "attempts": 0, "not_before": None, "finished_at": None, "sentence": ""}
    return ended.update(**fresh) == 1
