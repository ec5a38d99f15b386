"""The bell: ids in, one service call. A message that is lost is rung again by the sweep."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from milestones.services import claims, intake, waivers

log = logging.getLogger(__name__)


@shared_task  # type: ignore[untyped-decorator]
def process_delivery(pk: int) -> None:
    for more in intake.process(pk):
        ring(more)


@shared_task  # type: ignore[untyped-decorator]
def sweep() -> None:
    claims.bury_the_exhausted()
    waivers.close_the_expired()
    waivers.warn_of_ends()
    for pk in claims.due():
        ring(pk)


def ring(pk: int) -> None:
    """Tell a worker once this transaction is committed; a broker that is gone is no error, the sweep comes by."""

    def tell() -> None:
        try:
            process_delivery.apply_async((pk,), ignore_result=True, retry=False)
        except (OperationalError, OSError) as gone:
            log.warning("the broker does not answer (%s); the sweep will ring for delivery %s", gone, pk)

    transaction.on_commit(tell)
