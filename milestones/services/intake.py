"""What arrives: stored whole before it is answered, then worked on under a claim."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone

from milestones.clients import git
from milestones.facts import ParseError
from milestones.models import Channel, Delivery, Project, WorkState

from . import claims, looking, uploads

log = logging.getLogger(__name__)
FULL_SHA = re.compile(r"[0-9a-f]{40}")
SHARD = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})")
WAIT_DAYS = 7
SYSTEMS = ("legacy", "new", "noise")


class RefusedError(Exception):
    """What was sent cannot be taken: `reason` says why and what to send instead."""

    def __init__(self, reason: str, *, conflict: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.conflict = conflict


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of evidence as it came: `encoding` is "gzip" or empty, `key` the sender's idempotency key or empty."""

    kind: str
    sha: str
    body: bytes
    encoding: str = ""
    job: str = ""
    shard: str = ""
    system: str = ""
    attempt: int = 1
    file_name: str = ""
    key: str = ""
    tree: str = ""
    branch: str = ""
    pull_request: str = ""


def receive_uploads(project: Project, sent: Sequence[Upload]) -> list[Delivery]:
    """Store the files of one request, all of them or none. Raises RefusedError as `receive_upload` does."""
    if len(sent) == 1:
        return [receive_upload(project, sent[0])]
    whole = hashlib.sha256("".join(hashlib.sha256(one.body).hexdigest() for one in sent).encode()).hexdigest()
    with transaction.atomic():
        return [
            receive_upload(project, replace(one, key=f"{one.key}/{number}" if one.key else ""), whole)
            for number, one in enumerate(sent, 1)
        ]


def receive_upload(project: Project, upload: Upload, among: str = "") -> Delivery:
    """Store an upload, once. Raises RefusedError for a kind, commit id or key that cannot be.

    `among` is the digest of all files of one request: the same key with other files beside it is another request.
    """
    if upload.kind not in uploads.KINDS and upload.kind != uploads.EXPECTED:
        known = ", ".join(sorted(uploads.KINDS))
        raise RefusedError(f"{upload.kind!r} is no kind of evidence; send one of: {known}")
    if "\0" in "".join((upload.job, upload.shard, upload.file_name, upload.key, upload.branch, upload.pull_request)):
        raise RefusedError("job, shard, branch, file or the key holds a NUL character; leave it out")
    if upload.shard and not _shard_is_whole(upload.shard):
        raise RefusedError(f"shard={upload.shard!r} is no part of a whole; write 1/4 for the first of four")
    if upload.tree and not FULL_SHA.fullmatch(upload.tree):
        raise RefusedError(f"tree={upload.tree!r} is no full tree id; send all 40 digits (git rev-parse HEAD^{{tree}})")
    if not FULL_SHA.fullmatch(upload.sha):
        raise RefusedError(
            f"sha={upload.sha!r} is no full commit id; send all 40 hexadecimal digits (git rev-parse HEAD)"
        )
    if upload.system and upload.system not in SYSTEMS:
        raise RefusedError(f"system={upload.system!r} is none; say one of: {', '.join(SYSTEMS)}")
    if not upload.body:
        raise RefusedError(f"the {upload.kind} file is empty; send the file that the tool wrote")
    digest = hashlib.sha256(upload.body).hexdigest()
    place = [upload.kind, upload.sha, upload.job, upload.shard, str(upload.attempt), upload.file_name, digest]
    place += [upload.system] if upload.system else []
    place += [upload.tree, among] if upload.tree or among else []
    said = hashlib.sha256("\0".join(place).encode("utf-8", "surrogatepass")).hexdigest()
    row = Delivery(
        project=project, channel=Channel.UPLOAD, guid=f"key:{upload.key}" if upload.key else said, kind=upload.kind,
        sha=upload.sha, job=upload.job, shard=upload.shard, system=upload.system, attempt=upload.attempt,
        file_name=upload.file_name, encoding=upload.encoding, digest=said, body=upload.body, tree=upload.tree,
        branch=upload.branch, pull_request=upload.pull_request,
    )  # fmt: skip
    return _store(row)


def _shard_is_whole(shard: str) -> bool:
    found = SHARD.fullmatch(shard)
    return found is not None and int(found[1]) <= int(found[2])


def receive_hook(project: Project, event: str, guid: str, body: bytes) -> Delivery:
    """Store an authenticated webhook, once by its delivery id."""
    said = hashlib.sha256(body).hexdigest()
    return _store(Delivery(project=project, channel=Channel.WEBHOOK, guid=guid, kind=event, digest=said, body=body))


def receive_look(project: Project, guid: str = "look") -> Delivery:
    """Ask for one look at the repository. The same row serves each time, opened again when the last look has ended.

    A look that is under way may have fetched before what we were told of: its `not_before` says to look once more.
    """
    row = _store(Delivery(project=project, channel=Channel.CLICK, guid=guid, kind="look", digest=guid))
    ended = [WorkState.DONE, WorkState.FAILED, WorkState.DEAD, WorkState.WAITING]
    fresh = {"state": WorkState.STORED, "attempts": 0, "not_before": None, "finished_at": None, "sentence": ""}
    Delivery.objects.filter(pk=row.pk, state=WorkState.RUNNING).update(not_before=timezone.now())
    Delivery.objects.filter(pk=row.pk, state__in=ended).update(**fresh, received_at=timezone.now())
    row.refresh_from_db()
    return row


def _store(row: Delivery) -> Delivery:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        known = Delivery.objects.defer("body").get(project=row.project, channel=row.channel, guid=row.guid)
        if known.digest != row.digest:
            raise RefusedError(
                f"{row.guid} was already used for something else; use a new key", conflict=True
            ) from None
        return known
    return row


def process(pk: int, progress: looking.Progress = looking.quiet) -> list[int]:
    """Work on one delivery if it is due; the deliveries that are due because of it. Never raises for bad input."""
    claim = claims.take(pk)
    if claim is None:
        return []
    try:
        return _work(claim, progress)
    except claims.ClaimLostError as lost:
        log.warning("%s", lost)
    except Exception as problem:  # an error of ours: kept with the row where a person sees it, and tried again
        log.exception("delivery %s", pk)
        claim.wait(f"{type(problem).__name__}: {problem}")
    return []


def _work(claim: claims.Claim, progress: looking.Progress) -> list[int]:
    row = Delivery.objects.select_related("project").get(pk=claim.pk)
    try:
        return _handler(row, progress)(claim, row)
    except (ParseError, git.GitError) as problem:
        if isinstance(problem, git.GitError) and problem.transient:
            claim.wait(problem.reason)
            return []
        claim.finish(WorkState.FAILED, str(problem))
    return []


def _handler(row: Delivery, progress: looking.Progress) -> Callable[[claims.Claim, Delivery], list[int]]:
    if row.channel == Channel.WEBHOOK:
        return _hook
    return partial(looking.look, progress=progress) if row.kind == "look" else _upload


def _hook(claim: claims.Claim, row: Delivery) -> list[int]:
    if row.kind != "push":
        said = "answered" if row.kind == "ping" else f"kept; nothing here uses {row.kind} events"
        claim.finish(WorkState.DONE, said)
        return []
    try:
        ref = str(json.loads(bytes(row.body)).get("ref", ""))
    except (ValueError, AttributeError, RecursionError) as problem:
        raise ParseError(f"the push event is not the JSON that GitHub sends: {problem}") from problem
    with claim.writing() as held:
        look = receive_look(row.project)
        claims.close(
            held, WorkState.DONE, f"{ref.removeprefix('refs/heads/') or 'something'} moved: a look was asked for"
        )
    return [look.pk]


def _upload(claim: claims.Claim, row: Delivery) -> list[int]:
    if uploads.commit_is_here(row):
        return uploads.take_in(claim, row)
    if row.received_at < timezone.now() - timedelta(days=WAIT_DAYS):
        raise ParseError(f"commit {row.sha} did not come in {WAIT_DAYS} days; push it, then try again")
    with claim.writing():
        look = receive_look(row.project)
    claim.wait(f"waits for commit {row.sha[:8]}, which is not fetched yet; a fetch was asked for", counted=False)
    return [look.pk]
