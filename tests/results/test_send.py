"""migrator-send against a real server on loopback, from a bare environment, and what it finds in each CI system."""

import ast
import gzip
import json
import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from milestones.api import send

SENDER = Path(send.__file__)
SHA = "3f" * 20
OLD_PYTHON = next(iter(sorted(Path.home().glob(".pyenv/versions/3.8*/bin/python"))), None)
PYTHONS = [
    pytest.param(sys.executable, id="this-python"),
    pytest.param(
        str(OLD_PYTHON),
        id="python-3.8",
        marks=pytest.mark.skipif(
            OLD_PYTHON is None, reason="no Python 3.8 under ~/.pyenv; its syntax is tested anyway"
        ),
    ),
]


class Intake(ThreadingHTTPServer):
    """Stores what is sent; answers by script: statuses before a 202, states before the verdict."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[tuple[str, dict[str, list[str]], dict[str, str], bytes]] = []
        self.refusals: list[int] = []
        self.answers: list[dict[str, object]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Intake

    def answer(self, status: int, body: dict[str, object]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        if status in (301, 302):
            self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()
        self.wfile.write(raw)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.refusals:
            self.answer(self.server.refusals.pop(0), {"sentence": "not now"})
            return
        parts = urlsplit(self.path)
        self.server.received.append((parts.path, parse_qs(parts.query), dict(self.headers), body))
        number = len(self.server.received)
        address = f"/api/projects/shop/deliveries/{number}"
        self.answer(202, {"delivery": number, "state": "stored", "address": address})

    def do_GET(self) -> None:
        answers = self.server.answers
        self.answer(200, answers.pop(0) if len(answers) > 1 else answers[0])

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def intake() -> Iterator[Intake]:
    server = Intake()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "junit.xml"
    path.write_text("<testsuites/>")
    return path


def run(intake: Intake, folder: Path, *words: str, python: str = sys.executable, **env: str) -> tuple[int, str, str]:
    """As `env -i`: nothing but what is named here."""
    bare = {"MIGRATOR_TOKEN": "secret-token", "MIGRATOR_RETRY_PAUSE": "0.01", "PATH": os.defpath, **env}
    command = [python, str(SENDER), "--server", intake.address, "--project", "shop", *words]
    done = subprocess.run(command, cwd=folder, env=bare, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def judged(state: str, *sentences: str) -> dict[str, object]:
    verdict = {"state": state, "sentences": list(sentences)}
    return {"state": "judged", "sentence": "", "sha": SHA, "verdict": verdict}


@pytest.mark.parametrize("python", PYTHONS)
def test_files_by_pattern_arrive_gzipped_with_their_commit_and_job(intake, tmp_path, report, python):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "more.xml").write_text("<testsuite/>")
    words = ("junit", "**/*.xml", "--sha", SHA, "--job", "unit tests", "--shard", "1/4")
    assert run(intake, tmp_path, *words, python=python)[0] == 0
    assert [gzip.decompress(body) for *_, body in intake.received] == [b"<testsuite/>", b"<testsuites/>"]
    path, query, headers, _ = intake.received[1]
    assert path == "/api/projects/shop/evidence/junit"
    assert (query["sha"], query["job"], query["shard"]) == ([SHA], ["unit tests"], ["1/4"])
    assert headers["Authorization"] == "Bearer secret-token"
    assert headers["Content-Encoding"] == "gzip"


def test_the_command_that_is_installed_is_the_file_that_is_served():
    folder = SENDER.parents[2] / "sender"
    assert (folder / "migrator_send.py").read_bytes() == SENDER.read_bytes()
    scripts = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts == {"migrator-send": f"migrator_send:{send.main.__name__}"}


def test_it_is_written_in_the_python_of_3_8():
    ast.parse(SENDER.read_text(), feature_version=(3, 8))


def test_the_same_file_sent_again_has_the_same_key_and_another_has_not(intake, tmp_path, report):
    for text in ("<testsuites/>", "<testsuites/>", "<testsuites> </testsuites>"):
        report.write_text(text)
        assert run(intake, tmp_path, "junit", "junit.xml", "--sha", SHA)[0] == 0
    first, again, other = (headers["Idempotency-Key"] for _, _, headers, _ in intake.received)
    assert first == again != other


def test_what_may_pass_is_tried_again_and_what_may_not_is_not(intake, tmp_path, report):
    intake.refusals = [503, 429, 500]
    assert run(intake, tmp_path, "junit", "junit.xml", "--sha", SHA)[0] == 0
    intake.refusals = [403, 500]
    code, _, errors = run(intake, tmp_path, "junit", "junit.xml", "--sha", SHA)
    assert (code, intake.refusals) == (2, [500])
    assert "403: not now" in errors
    assert "secret-token" not in errors


def test_a_server_that_stays_away_is_an_error_after_the_tries(intake, tmp_path, report):
    intake.refusals = [503] * 9
    code, _, errors = run(intake, tmp_path, "junit", "junit.xml", "--sha", SHA, "--retries", "2")
    assert (code, len(intake.refusals)) == (2, 6)
    assert "3 times" in errors


def test_a_redirect_is_not_followed_with_the_token(intake, tmp_path, report):
    intake.refusals = [302]
    code, _, errors = run(intake, tmp_path, "junit", "junit.xml", "--sha", SHA)
    assert code == 2
    assert "redirects" in errors


ENDS = [
    ([judged("pass", "all 12 tests pass")], 0, "all 12 tests pass"),
    ([{"state": "stored"}, {"state": "waiting"}, {"state": "parsed"}, judged("fail", "2 tests failed")], 1, "2 tests"),
    ([judged("unknown", "shard 2 of 4 is missing")], 1, "shard 2"),
    ([{"state": "failed", "sentence": "line 3: the XML stops"}], 2, "line 3"),
    ([{"state": "waiting"}], 3, "not judged"),
]


@pytest.mark.parametrize(("answers", "code", "words"), ENDS)
def test_waiting_ends_with_the_verdict_and_its_exit_code(intake, report, answers, code, words):
    intake.answers = list(answers)
    tmp_path = report.parent
    found, said, _ = run(intake, tmp_path, "junit", "junit.xml", "--sha", SHA, "--wait", "--timeout", "1")
    assert found == code
    assert words in said


WRONG = [
    (("junit", "none*.xml", "--sha", SHA), "no file matches"),
    (("junit", "junit.xml"), "no commit found"),
    (("junit", "junit.xml", "--sha", "abc"), "no full commit"),
    (("junit", "empty.xml", "--sha", SHA), "is empty"),
    (("junit", "junit.xml", "--sha", SHA, "--shard", "5"), "--shard"),
    (("junit", "junit.xml", "--sha", SHA, "--server", "migrator"), "no address"),
]


@pytest.mark.parametrize(("words", "sentence"), WRONG)
def test_wrong_usage_is_one_sentence_and_exit_2(intake, tmp_path, report, words, sentence):
    (tmp_path / "empty.xml").write_text("\n")
    code, _, errors = run(intake, tmp_path, *words, GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert code == 2
    assert sentence in errors
    assert errors.count("\n") == 1
    assert not intake.received


def test_it_finds_the_commit_and_branch_of_a_git_work_tree(tmp_path, monkeypatch):
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q", "-b", "port", "."], cwd=tmp_path, check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "Begin"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    found = send.find_context({})
    assert found["branch"] == "port"
    assert found["sha"] == send.git("rev-parse", "HEAD")
    assert found["tree"] == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


MERGED = "ab" * 20
CI = [
    ({"GITLAB_CI": "true", "CI_COMMIT_SHA": SHA, "CI_COMMIT_REF_NAME": "port", "CI_JOB_NAME": "unit",
      "CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "4"}, {"sha": SHA, "branch": "port", "job": "unit", "shard": "2/4"}),
    ({"GITLAB_CI": "true", "CI_COMMIT_SHA": MERGED, "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": SHA,
      "CI_MERGE_REQUEST_IID": "7", "CI_COMMIT_REF_NAME": "x"}, {"sha": SHA, "merge_sha": MERGED, "pull_request": "7"}),
    ({"JENKINS_URL": "http://x/", "GIT_COMMIT": SHA, "GIT_BRANCH": "origin/port", "JOB_NAME": "shop"},
     {"sha": SHA, "branch": "port", "job": "shop"}),
    ({"CIRCLECI": "true", "CIRCLE_SHA1": SHA, "CIRCLE_BRANCH": "port", "CIRCLE_JOB": "unit", "CIRCLE_NODE_INDEX": "0",
      "CIRCLE_NODE_TOTAL": "2", "CIRCLE_PULL_REQUEST": "https://example.org/a/b/pull/9"},
     {"sha": SHA, "job": "unit", "shard": "1/2", "pull_request": "9"}),
    ({"BUILDKITE": "true", "BUILDKITE_COMMIT": SHA, "BUILDKITE_BRANCH": "port", "BUILDKITE_PULL_REQUEST": "false",
      "BUILDKITE_STEP_KEY": "unit", "BUILDKITE_RETRY_COUNT": "1", "BUILDKITE_PARALLEL_JOB": "3",
      "BUILDKITE_PARALLEL_JOB_COUNT": "4"}, {"sha": SHA, "job": "unit", "attempt": "2", "shard": "4/4"}),
    ({"TF_BUILD": "True", "BUILD_SOURCEVERSION": MERGED, "SYSTEM_PULLREQUEST_SOURCECOMMITID": SHA,
      "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/port", "SYSTEM_PULLREQUEST_PULLREQUESTID": "5",
      "SYSTEM_JOBATTEMPT": "2"}, {"sha": SHA, "branch": "port", "merge_sha": MERGED, "attempt": "2"}),
]  # fmt: skip


@pytest.mark.parametrize(("env", "expected"), CI, ids=lambda value: next(iter(value)))
def test_it_finds_the_commit_in_ci(env, expected):
    found = send.find_context(env)
    assert {key: found.get(key) for key in expected} == expected


def test_a_pull_request_of_github_is_about_the_commit_that_was_pushed(tmp_path):
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 12, "head": {"sha": SHA}}}))
    env = {"GITHUB_ACTIONS": "true", "GITHUB_SHA": MERGED, "GITHUB_EVENT_PATH": str(event), "GITHUB_JOB": "unit",
           "GITHUB_HEAD_REF": "port", "GITHUB_REF_NAME": "12/merge", "GITHUB_RUN_ATTEMPT": "3"}  # fmt: skip
    found = send.find_context(env)
    assert (found["sha"], found["merge_sha"], found["branch"]) == (SHA, MERGED, "port")
    assert (found["pull_request"], found["job"], found["attempt"]) == ("12", "unit", "3")
