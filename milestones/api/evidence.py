"""The API that CI talks to: send one file of evidence, then follow what became of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from ninja import Field, NinjaAPI, Query, Schema, Status
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer

from milestones import tasks
from milestones.facts import ParseError
from milestones.models import Delivery, Judgement, Project, WorkState
from milestones.results.limits import opened
from milestones.results.manifest import read_manifest
from milestones.services import intake, keys, uploads


class Problem(Schema):
    """What is wrong and how to mend it, in one sentence."""

    detail: str


class StoredFile(Schema):
    """Where to follow a delivery."""

    delivery: int
    state: str
    address: str


class Stored(StoredFile):
    """The first file's delivery, and those of all files of the request."""

    deliveries: list[StoredFile]


class Outcome(Schema):
    """What became of the commit that an upload was about."""

    state: str
    sentences: list[str]


class Followed(Schema):
    """How far a delivery has come: stored, waiting, parsed, judged or failed."""

    delivery: int
    kind: str
    sha: str
    state: str
    sentence: str
    verdict: Outcome | None


class UploadKey(HttpBearer):
    """The bearer token of one project; it opens that project's uploads and nothing else."""

    def authenticate(self, request: HttpRequest, token: str) -> Project | None:
        return keys.project_of_token(token)


api = NinjaAPI(title="Migrator", version="1", urls_namespace="api", docs_url=None, auth=UploadKey())


@api.exception_handler(AuthenticationError)
def unknown_key(request: HttpRequest, _problem: AuthenticationError | type[AuthenticationError]) -> HttpResponse:
    """A key that is missing, wrong or past its day."""
    said = "the bearer token is missing, unknown or expired; make one with manage.py upload_token SLUG"
    return api.create_response(request, {"detail": said}, status=401)


class TooLargeError(Exception):
    pass


def _refused(status: int, said: str) -> Any:
    return Status(status, {"detail": said})


def _own(request: HttpRequest, slug: str) -> Project | None:
    project: Project = request.auth  # type: ignore[attr-defined]
    return project if project.slug == slug else None


def read_body(request: HttpRequest, limit: int, setting: str) -> bytes:
    """The raw bytes of a request, never more than the limit. Raises TooLargeError naming the setting."""
    _bounded(request, limit, setting)
    body = request.read(limit + 1)
    if len(body) > limit:
        raise TooLargeError(_too_large(limit, setting))
    return body


def _too_large(limit: int, setting: str) -> str:
    return f"larger than {limit:,} bytes ({setting}); compress it with gzip or split it"


def _bounded(request: HttpRequest, limit: int, setting: str) -> None:
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower() and not request.headers.get("Content-Length"):
        raise TooLargeError(
            "sent in chunks, of no stated length; send it with a Content-Length (curl --data-binary @FILE)"
        )
    if int(request.headers.get("Content-Length") or 0) > limit:
        raise TooLargeError(_too_large(limit, setting))


class Place(Schema):
    """What a file is about: all of it from the query."""

    sha: str
    job: str = Field("", max_length=200)
    shard: str = Field("", max_length=20)
    system: str = Field("", max_length=10)
    attempt: int = Field(1, ge=1, le=1_000_000)
    file: str = Field("", max_length=200)
    tree: str = Field("", max_length=40)
    branch: str = Field("", max_length=250)
    pull_request: str = Field("", max_length=20)


REFUSALS = frozenset({401, 404, 409, 413, 422})


@api.post("/projects/{slug}/evidence/{kind}", response={202: Stored, REFUSALS: Problem})
def send(request: HttpRequest, slug: str, kind: str, place: Query[Place]) -> Any:
    """Store one file of evidence about a commit. It is parsed and judged by a worker; follow the address."""
    project = _own(request, slug)
    if project is None:
        return _refused(404, f"this token is not for a project {slug!r}; use the token of that project")
    return _received(project, lambda: intake.receive_uploads(project, _uploads(request, kind, place)))


@api.post("/projects/{slug}/expected", response={202: Stored, REFUSALS: Problem})
def expect(request: HttpRequest, slug: str, place: Query[Place]) -> Any:
    """State what a complete set of results of a commit is: jobs, shards, suites."""
    project = _own(request, slug)
    if project is None:
        return _refused(404, f"this token is not for a project {slug!r}; use the token of that project")

    def receive() -> list[Delivery]:
        upload = _upload(request, uploads.EXPECTED, place)
        try:
            read_manifest(opened(io.BytesIO(upload.body), 1024 * 1024).read())
        except ParseError as problem:
            raise intake.RefusedError(str(problem)) from None
        return [intake.receive_upload(project, upload)]

    return _received(project, receive)


def _received(project: Project, receive: Callable[[], list[Delivery]]) -> Any:
    """Store what came, ring for it, and say where it can be followed; or why it cannot be taken."""
    try:
        rows = receive()
    except TooLargeError as problem:
        return _refused(413, str(problem))
    except (UnreadablePostError, MultiPartParserError):
        return _refused(422, "the body broke off or is not what its Content-Type says; send it again")
    except intake.RefusedError as problem:
        return _refused(409 if problem.conflict else 422, problem.reason)
    for row in rows:
        tasks.ring(row.pk)
    files = [
        {"delivery": row.pk, "state": _state(row), "address": reverse("api:follow", args=[project.slug, row.pk])}
        for row in rows
    ]
    return Status(202, {**files[0], "deliveries": files})


def _uploads(request: HttpRequest, kind: str, place: Place) -> list[intake.Upload]:
    """The files of a request: its body, or each part of a form (curl --form file=@a.xml --form file=@b.xml)."""
    if request.content_type != "multipart/form-data":
        return [_upload(request, kind, place)]
    _bounded(request, settings.MIGRATOR_UPLOAD_GZIPPED_BYTES, "MIGRATOR_UPLOAD_GZIPPED_BYTES")
    try:
        files = [file for name in request.FILES for file in request.FILES.getlist(name)]
    except (TooManyFilesSent, TooManyFieldsSent, RequestDataTooBig):
        raise intake.RefusedError("more files or fields than one request may have; send them in several") from None
    if not files:
        raise intake.RefusedError("the form has no file in it; send one with curl --form file=@junit.xml")
    return [_about(request, kind, place, file.read(), file.name or "") for file in files]


def _upload(request: HttpRequest, kind: str, place: Place) -> intake.Upload:
    encoding = request.headers.get("Content-Encoding", "").lower()
    if encoding not in {"", "identity", "gzip"}:
        raise intake.RefusedError(f"Content-Encoding {encoding!r} is not known here; send gzip or nothing")
    body = read_body(request, settings.MIGRATOR_UPLOAD_GZIPPED_BYTES, "MIGRATOR_UPLOAD_GZIPPED_BYTES")
    upload = _about(request, kind, place, body, place.file)
    return replace(upload, encoding="gzip" if encoding == "gzip" else "")


def _about(request: HttpRequest, kind: str, place: Place, body: bytes, name: str) -> intake.Upload:
    return intake.Upload(
        kind=kind, sha=place.sha, body=body, job=place.job, shard=place.shard, system=place.system,
        attempt=place.attempt, file_name=name[:200], key=request.headers.get("Idempotency-Key", "")[:190],
        tree=place.tree, branch=place.branch, pull_request=place.pull_request,
    )  # fmt: skip


@api.get(
    "/projects/{slug}/deliveries/{pk}", response={200: Followed, frozenset({401, 404}): Problem}, url_name="follow"
)
def follow(request: HttpRequest, slug: str, pk: int) -> Any:
    """How far a delivery has come, and once it is judged, what the commit's gates say."""
    project = _own(request, slug)
    row = Delivery.objects.filter(project=project, pk=pk).defer("body").first() if project else None
    if row is None:
        return _refused(404, f"there is no delivery {pk} of {slug!r}")
    return Status(200, {
        "delivery": row.pk, "kind": row.kind, "sha": row.sha, "state": _state(row),
        "sentence": row.sentence or "stored; a worker will take it up", "verdict": _outcome(row),
    })  # fmt: skip


def _state(row: Delivery) -> str:
    if row.state == WorkState.RUNNING:
        return "parsed" if row.evidence.exists() else "stored"
    return {WorkState.DONE: "judged", WorkState.DEAD: "failed"}.get(WorkState(row.state), row.state)


def _outcome(row: Delivery) -> dict[str, Any] | None:
    judgement = Judgement.objects.latest_at(row.project, row.sha) if row.state == WorkState.DONE else None
    if judgement is None:
        return None
    blocking = list(judgement.verdicts.blocking().order_by("position"))
    worst = next((state for state in ("fail", "unknown") if any(v.state == state for v in blocking)), "pass")
    state = worst if judgement.verdicts.exists() else "unknown"
    said = dict.fromkeys(f"{verdict.gate}: {verdict.sentence}" for verdict in blocking)
    return {"state": state, "sentences": list(said)}
