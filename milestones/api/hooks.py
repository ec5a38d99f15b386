"""GitHub's webhooks: authenticated on the raw bytes, stored, answered; nothing is parsed on the request."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from milestones import tasks
from milestones.models import Project
from milestones.services import intake, keys

from .evidence import TooLargeError, read_body


def _no(status: int, said: str) -> JsonResponse:
    return JsonResponse({"detail": said}, status=status)


def _signed(project: Project, body: bytes, given: str) -> bool:
    """Whether the body carries this project's signature (X-Hub-Signature-256: HMAC-SHA256 over the raw bytes)."""
    try:
        secret = keys.unseal(project.hook_secret)
    except InvalidToken:
        return False
    wanted = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace"))


@csrf_exempt
@require_POST
def github(request: HttpRequest, slug: str) -> HttpResponse:
    """Store one delivery of GitHub's, once by its id, and answer 202."""
    project = Project.objects.filter(slug=slug).exclude(hook_secret="").first()
    if project is None:
        return _no(404, f"no webhook is set up for {slug!r}; make its secret with manage.py hook_secret {slug}")
    try:
        body = read_body(request, settings.MIGRATOR_WEBHOOK_BYTES, "MIGRATOR_WEBHOOK_BYTES")
    except (TooLargeError, UnreadablePostError) as problem:
        return _no(413 if isinstance(problem, TooLargeError) else 422, f"the body cannot be taken: {problem}")
    if not _signed(project, body, request.headers.get("X-Hub-Signature-256", "")):
        return _no(401, "the signature X-Hub-Signature-256 does not fit; set this project's secret in the webhook")
    event, guid = request.headers.get("X-GitHub-Event", ""), request.headers.get("X-GitHub-Delivery", "")
    if not event or not guid or len(event) > 40 or len(guid) > 200:
        return _no(422, "the headers X-GitHub-Event and X-GitHub-Delivery are needed, as GitHub sends them")
    try:
        row = intake.receive_hook(project, event, guid, body)
    except intake.RefusedError as problem:
        return _no(409, problem.reason)
    tasks.ring(row.pk)
    return JsonResponse({"delivery": row.pk}, status=202)
