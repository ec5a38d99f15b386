"""What the API takes and what it refuses, each refusal with one sentence that names the mend."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from milestones.models import Delivery, Evidence, Project
from milestones.services import intake, keys
from tests import http
from tests.example import ferry, junit, track
from tests.repositories import Work

pytestmark = pytest.mark.django_db(transaction=True)
SHA = "a" * 40


@pytest.fixture
def project() -> Project:
    return Project.objects.create(slug="ferry", name="Ferry", source="/nowhere")


@pytest.fixture
def post(project: Project, client: Client) -> Any:
    token = keys.new_upload_token(project, "CI")

    def send(path: str, body: bytes = junit(), slug: str = "ferry", key: str = token, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {key}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        address = f"/api/projects/{slug}/evidence/{path}"
        return client.post(address, body, content_type="application/octet-stream", headers=given)

    return send


def test_an_upload_is_stored_whole_before_it_is_answered(post: Any) -> None:
    answer = post(f"junit?sha={SHA}&job=unit&attempt=2")
    assert answer.status_code == 202
    row = Delivery.objects.get(pk=answer.json()["delivery"])
    assert (row.kind, row.sha, row.job, row.attempt, bytes(row.body)) == ("junit", SHA, "unit", 2, junit())
    assert answer.json()["address"] == f"/api/projects/ferry/deliveries/{row.pk}"


def test_the_same_upload_again_has_the_same_answer(post: Any) -> None:
    assert post(f"junit?sha={SHA}").json() == post(f"junit?sha={SHA}").json()
    assert Delivery.objects.count() == 1


def test_another_body_under_the_same_key_is_a_conflict(post: Any) -> None:
    assert post(f"junit?sha={SHA}", Idempotency_Key="one").status_code == 202
    refused = post(f"junit?sha={SHA}", junit(failed=1), Idempotency_Key="one")
    assert refused.status_code == 409
    assert "use a new key" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("junit?sha=abc123", junit(), 422, "all 40 hexadecimal digits"),
        (f"junit?sha={SHA.upper()}", junit(), 422, "all 40 hexadecimal digits"),
        (f"junti?sha={SHA}", junit(), 422, "send one of: "),
        (f"junit?sha={SHA}", b"", 422, "the junit file is empty"),
        ("junit", junit(), 422, "sha"),
        (f"junit?sha={SHA}&attempt=0", junit(), 422, "attempt"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_sentence(
    post: Any, path: str, body: bytes, status: int, said: str
) -> None:
    answer = post(path, body)
    assert answer.status_code == status
    assert said in str(answer.json()["detail"])
    assert not Delivery.objects.exists()


def test_a_bad_token_and_another_projects_token_are_refused(post: Any) -> None:
    other = keys.new_upload_token(Project.objects.create(slug="tram", name="Tram", source="/there"), "CI")
    refused = post(f"junit?sha={SHA}", key="mig_wrong")
    assert refused.status_code == 401
    assert "manage.py upload_token" in refused.json()["detail"]
    assert post(f"junit?sha={SHA}", key=other).status_code == 404
    assert not Delivery.objects.exists()


def test_a_body_over_the_limit_is_refused_by_the_name_of_the_setting(post: Any, settings: Any) -> None:
    settings.MIGRATOR_UPLOAD_GZIPPED_BYTES = 100
    answer = post(f"junit?sha={SHA}")
    assert answer.status_code == 413
    assert "MIGRATOR_UPLOAD_GZIPPED_BYTES" in answer.json()["detail"]


def test_a_body_in_chunks_is_refused_with_what_to_send_instead(post: Any) -> None:
    answer = post(f"junit?sha={SHA}", b"", Transfer_Encoding="chunked", Content_Length="")
    assert answer.status_code == 413
    assert "send it with a Content-Length" in answer.json()["detail"]


def test_another_projects_deliveries_are_not_there(post: Any, client: Client) -> None:
    address = post(f"junit?sha={SHA}").json()["address"]
    other = keys.new_upload_token(Project.objects.create(slug="tram", name="Tram", source="/there"), "CI")
    assert client.get(address, headers={"Authorization": f"Bearer {other}"}).status_code == 404


@pytest.fixture
def ferry_work(tmp_path: Path) -> tuple[Work, str]:
    work, _legacy, ported = ferry(tmp_path / "ferry")
    return work, ported


def worked(row: Delivery) -> Delivery:
    intake.process(row.pk)
    row.refresh_from_db()
    return row


def test_an_upload_for_a_commit_that_is_not_fetched_waits_and_says_so(ferry_work: tuple[Work, str]) -> None:
    work, _ported = ferry_work
    project = track(work)
    later = work.commit({"ferry/times.py": "import os\n"}, "Later")
    row = worked(intake.receive_upload(project, intake.Upload("junit", later, junit())))
    assert row.state == "waiting"
    assert "which is not fetched yet; a fetch was asked for" in row.sentence
    look = Delivery.objects.get(kind="look")
    assert look.state == "stored"
    assert intake.process(look.pk) == [row.pk]
    assert worked(row).state == "done"


def test_a_truncated_file_fails_with_its_line_and_stores_nothing_of_it(ferry_work: tuple[Work, str]) -> None:
    work, ported = ferry_work
    project = track(work)
    row = worked(intake.receive_upload(project, intake.Upload("junit", ported, junit(failed=2)[:-30])))
    assert row.state == "failed"
    assert row.sentence.startswith("line 1:")
    assert bytes(row.body), "what arrived stays"
    assert not Evidence.objects.filter(kind="junit").exists()


def test_gzip_is_taken_as_it_came(ferry_work: tuple[Work, str]) -> None:
    work, ported = ferry_work
    project = track(work)
    body = gzip.compress(junit(failed=1, passed=5))
    row = worked(intake.receive_upload(project, intake.Upload("junit", ported, body, encoding="gzip")))
    assert row.state == "done", row.sentence
    evidence = Evidence.objects.get(kind="junit")
    assert {m.name: m.value for m in evidence.measurements.filter(subject="")}["tests.total"] == 6


class TestWebhook:
    BODY = b'{"ref": "refs/heads/main"}'

    def deliver(self, client: Client, secret: str, body: bytes = BODY, guid: str = "g-1", **more: str) -> Any:
        headers = {
            "X-GitHub-Event": "push",
            "X-GitHub-Delivery": guid,
            "X-Hub-Signature-256": http.signature(secret, body),
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        return client.post("/hooks/github/ferry", body, content_type="application/json", headers=headers)

    def test_a_signed_push_is_stored_and_taken_once(self, client: Client, project: Project) -> None:
        secret = keys.new_hook_secret(project)
        assert self.deliver(client, secret).status_code == 202
        assert self.deliver(client, secret).status_code == 202
        assert Delivery.objects.filter(channel="webhook").count() == 1

    def test_a_bad_signature_is_refused_and_nothing_is_kept(self, client: Client, project: Project) -> None:
        keys.new_hook_secret(project)
        answer = self.deliver(client, "another secret")
        assert answer.status_code == 401
        assert "X-Hub-Signature-256" in answer.json()["detail"]
        assert not Delivery.objects.exists()

    def test_a_signature_is_over_the_raw_bytes(self, client: Client, project: Project) -> None:
        secret = keys.new_hook_secret(project)
        spaced = self.BODY.replace(b": ", b":")
        assert (
            self.deliver(client, secret, spaced, X_Hub_Signature_256=http.signature(secret, self.BODY)).status_code
            == 401
        )

    def test_without_a_secret_there_is_no_webhook(self, client: Client, project: Project) -> None:
        answer = self.deliver(client, "")
        assert answer.status_code == 404
        assert "manage.py hook_secret ferry" in answer.json()["detail"]

    def test_a_ping_is_answered_and_broken_json_is_kept_and_named(self, client: Client, project: Project) -> None:
        secret = keys.new_hook_secret(project)
        ping = self.deliver(client, secret, b"{}", "g-2", X_GitHub_Event="ping").json()["delivery"]
        assert worked(Delivery.objects.get(pk=ping)).state == "done"
        broken = self.deliver(client, secret, b'{"ref": ', "g-3").json()["delivery"]
        row = worked(Delivery.objects.get(pk=broken))
        assert row.state == "failed"
        assert "not the JSON that GitHub sends" in row.sentence
