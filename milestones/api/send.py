#!/usr/bin/env python3
"""Sends test, lint and coverage results to a Migrator server. One file, Python 3.8 or newer, nothing to install.

The token comes from MIGRATOR_TOKEN, never from the command line. Exit codes: 0 sent (with --wait: pass), 1 worse or
blocked, 2 an error, 3 not judged within --timeout.
"""

from __future__ import annotations

import argparse
import glob
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Callable, Mapping  # noqa: UP035 - Python 3.8

PASS, WORSE, ERROR, NOT_JUDGED = 0, 1, 2, 3
LARGEST = 25 * 1024 * 1024
LARGEST_RAW = 250 * 1024 * 1024
TRANSIENT = (408, 425, 429, 500, 502, 503, 504)
SHA = re.compile(r"[0-9a-f]{40}\Z")


class SendError(Exception):
    """What went wrong, in a sentence that says the mend."""


def tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command speaks


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command speaks


def find_context(env: Mapping[str, str]) -> dict[str, str]:
    """What the CI system says of the commit, branch, pull request, job, attempt and shard; git for what it does not."""
    finder = next((find for mark, find in CI_SYSTEMS if env.get(mark)), None)
    found: dict[str, str | None] = finder(env) if finder else {}
    if not found.get("sha"):
        found["sha"] = git("rev-parse", "HEAD")
    if not found.get("branch"):
        found["branch"] = git("symbolic-ref", "--short", "-q", "HEAD")
    if found["sha"]:
        found.setdefault("tree", git("rev-parse", found["sha"] + "^{tree}"))
    return {key: value for key, value in found.items() if value}


def github(env: Mapping[str, str]) -> dict[str, str | None]:
    event = read_json(env.get("GITHUB_EVENT_PATH", ""))
    request = event.get("pull_request") or {}
    merged = env.get("GITHUB_SHA", "")
    head = (request.get("head") or {}).get("sha") or merged
    found: dict[str, str | None] = {
        "sha": head,
        "branch": env.get("GITHUB_HEAD_REF") or env.get("GITHUB_REF_NAME"),
        "pull_request": str(request.get("number") or event.get("number") or ""),
        "job": env.get("GITHUB_JOB"),
        "attempt": env.get("GITHUB_RUN_ATTEMPT"),
    }
    return as_merged(found, head, merged)


def gitlab(env: Mapping[str, str]) -> dict[str, str | None]:
    head = env.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")
    merged = env.get("CI_COMMIT_SHA", "")
    found: dict[str, str | None] = {
        "sha": head or merged,
        "branch": env.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME") or env.get("CI_COMMIT_REF_NAME"),
        "pull_request": env.get("CI_MERGE_REQUEST_IID"),
        "job": env.get("CI_JOB_NAME"),
        "shard": shard(env.get("CI_NODE_INDEX"), env.get("CI_NODE_TOTAL"), first=1),
    }
    return as_merged(found, head, merged)


def jenkins(env: Mapping[str, str]) -> dict[str, str | None]:
    return {
        # The branch plugin checks out a merge; its pushed head is the second parent then.
        "sha": (git("rev-parse", "-q", "--verify", "HEAD^2") if env.get("CHANGE_ID") else "") or env.get("GIT_COMMIT"),
        "branch": env.get("CHANGE_BRANCH")
        or env.get("BRANCH_NAME")
        or re.sub(r"^origin/", "", env.get("GIT_BRANCH", "")),
        "pull_request": env.get("CHANGE_ID"),
        "job": env.get("JOB_NAME"),
    }


def circleci(env: Mapping[str, str]) -> dict[str, str | None]:
    return {
        "sha": env.get("CIRCLE_SHA1"),
        "branch": env.get("CIRCLE_BRANCH"),
        "pull_request": env.get("CIRCLE_PULL_REQUEST", "").rpartition("/")[2],
        "job": env.get("CIRCLE_JOB"),
        "shard": shard(env.get("CIRCLE_NODE_INDEX"), env.get("CIRCLE_NODE_TOTAL"), first=0),
    }


def buildkite(env: Mapping[str, str]) -> dict[str, str | None]:
    request = env.get("BUILDKITE_PULL_REQUEST", "")
    return {
        "sha": env.get("BUILDKITE_COMMIT") if SHA.match(env.get("BUILDKITE_COMMIT", "")) else "",
        "branch": env.get("BUILDKITE_BRANCH"),
        "pull_request": "" if request == "false" else request,
        "job": env.get("BUILDKITE_STEP_KEY") or env.get("BUILDKITE_LABEL"),
        "attempt": str(int(env.get("BUILDKITE_RETRY_COUNT") or 0) + 1),
        "shard": shard(env.get("BUILDKITE_PARALLEL_JOB"), env.get("BUILDKITE_PARALLEL_JOB_COUNT"), first=0),
    }


def azure(env: Mapping[str, str]) -> dict[str, str | None]:
    head = env.get("SYSTEM_PULLREQUEST_SOURCECOMMITID")
    merged = env.get("BUILD_SOURCEVERSION", "")
    branch = env.get("SYSTEM_PULLREQUEST_SOURCEBRANCH") or env.get("BUILD_SOURCEBRANCH", "")
    found: dict[str, str | None] = {
        "sha": head or merged,
        "branch": re.sub(r"^refs/heads/", "", branch),
        "pull_request": env.get("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER") or env.get("SYSTEM_PULLREQUEST_PULLREQUESTID"),
        "job": env.get("SYSTEM_JOBNAME") or env.get("AGENT_JOBNAME"),
        "attempt": env.get("SYSTEM_JOBATTEMPT"),
        "shard": shard(env.get("SYSTEM_JOBPOSITIONINPHASE"), env.get("SYSTEM_TOTALJOBSINPHASE"), first=1),
    }
    return as_merged(found, head, merged)


def as_merged(found: dict[str, str | None], head: str | None, merged: str) -> dict[str, str | None]:
    """A pull request is tested as merged: the tree that ran goes beside the commit that was pushed."""
    if head and head != merged:
        found.update(merge_sha=merged, tree=git("rev-parse", merged + "^{tree}"))
    return found


CI_SYSTEMS = (
    ("GITHUB_ACTIONS", github),
    ("GITLAB_CI", gitlab),
    ("JENKINS_URL", jenkins),
    ("CIRCLECI", circleci),
    ("BUILDKITE", buildkite),
    ("TF_BUILD", azure),
)


def shard(index: str | None, total: str | None, first: int) -> str:
    """ "2/4" where a job runs in parallel, counted from 1; "" where it does not."""
    try:
        place, every = int(index or "") - first + 1, int(total or "")
    except ValueError:
        return ""
    return f"{place}/{every}" if every > 1 else ""


def git(*words: str) -> str:
    """What git answers, or "" where there is no git, no repository or no such thing."""
    try:
        done = subprocess.run(["git", *words], capture_output=True, timeout=30, check=False)  # noqa: S603, S607
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def read_json(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
        return value if isinstance(value, dict) else {}
    except (OSError, ValueError):
        return {}


def expand(patterns: list[str]) -> list[str]:
    """The files that the patterns name, each once; SendError for a pattern that names none."""
    found: list[str] = []
    for pattern in patterns:
        names = [pattern] if os.path.isfile(pattern) else sorted(glob.glob(pattern, recursive=True))
        names = [name for name in names if os.path.isfile(name)]
        if not names:
            raise SendError(f"no file matches {pattern}; check the path, and that the step before wrote it")
        found.extend(name for name in names if name not in found)
    return found


def packed(path: str) -> bytes:
    """The file gzipped, the same bytes each time, so that sending it twice is sending it once."""
    try:
        with open(path, "rb") as file:
            raw = file.read(LARGEST_RAW + 1)
    except OSError as error:
        raise SendError(f"{path} cannot be read: {error.strerror}") from None
    if not raw.strip():
        raise SendError(f"{path} is empty; check that the tool ran to its end")
    if len(raw) > LARGEST_RAW:
        raise SendError(f"{path} is larger than {LARGEST_RAW >> 20} MB; send it in shards")
    body = raw if raw[:2] == b"\x1f\x8b" else gzip.compress(raw, mtime=0)
    if len(body) > LARGEST:
        raise SendError(f"{path} is larger than {LARGEST >> 20} MB gzipped; send it in shards")
    return body


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to another place."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None: ...


class Server:
    def __init__(
        self, address: str, token: str, tries: int = 6, pause: float = 1.0, say: Callable[[str], None] = lambda _: None
    ) -> None:
        parts = urllib.parse.urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise SendError(f"{address!r} is no address of a server; give --server https://...")
        if not token:
            raise SendError("there is no token; set MIGRATOR_TOKEN to the project's upload token")
        self.address, self.token = address.rstrip("/"), token
        self.tries, self.pause, self.say = tries, pause, say
        self.opener = urllib.request.build_opener(NoRedirects)

    def call(self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """The answer as a dict; what may pass is tried again, twice as late each time."""
        for attempt in range(1, self.tries + 1):
            try:
                return self.once(path, body, headers or {})
            except TransientError as error:
                if attempt == self.tries:
                    raise SendError(f"{error}, {self.tries} times; try again later") from None
                wait = error.after if error.after is not None else min(60.0, self.pause * 2 ** (attempt - 1))
                self.say(f"{error}; trying again in {wait:.0f} s")
                time.sleep(wait)
        raise SendError("nothing was tried")

    def once(self, path: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
        address = urllib.parse.urljoin(self.address + "/", path.lstrip("/"))
        request = urllib.request.Request(address, data=body, headers=dict(headers))  # noqa: S310 - http or https, checked
        request.add_unredirected_header("Authorization", "Bearer " + self.token)
        request.add_header("User-Agent", "migrator-send/1")
        try:
            with self.opener.open(request, timeout=60) as answer:
                return read_answer(answer.read(4 << 20))
        except urllib.error.HTTPError as error:
            raise refused(error) from None
        except (OSError, urllib.error.URLError) as error:
            raise TransientError(f"the server does not answer ({getattr(error, 'reason', error)})") from None


class TransientError(Exception):
    """Worth another try, after so many seconds where the server says how many."""

    def __init__(self, text: str, after: float | None = None) -> None:
        super().__init__(text)
        self.after = after


def refused(error: urllib.error.HTTPError) -> Exception:
    text = sentence_of(error.read(64 << 10))
    text = f"the server answers {error.code}" + (f": {text}" if text else "")
    if error.code in TRANSIENT:
        after = error.headers.get("Retry-After", "")
        return TransientError(text, min(300.0, float(after)) if re.match(r"\d{1,6}\Z", after) else None)
    if error.code in (301, 302, 303, 307, 308):
        return SendError(f"{text}: it redirects; give the final address as --server")
    return SendError(text)


def sentence_of(body: bytes) -> str:
    try:
        value = read_answer(body)
    except SendError:
        return ""
    return next((str(value[key]) for key in ("sentence", "detail", "error") if isinstance(value.get(key), str)), "")


def read_answer(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body.decode("utf-8"))
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise SendError("the answer is not what a Migrator server says; check --server")
    return value


def send(server: Server, project: str, kind: str, path: str, context: dict[str, str]) -> dict[str, Any]:
    """Sends one file; the server's answer."""
    body = packed(path)
    keys = ("sha", "job", "attempt", "shard", "branch", "pull_request", "merge_sha", "tree")
    query = [(key, context[key]) for key in keys if context.get(key)]
    query.append(("file", os.path.basename(path)))
    place = "/api/projects/{}/evidence/{}".format(
        urllib.parse.quote(project, safe=""), urllib.parse.quote(kind, safe="")
    )
    key = hashlib.sha256(json.dumps([place, query]).encode() + b"\0" + body).hexdigest()
    headers = {"Content-Type": "application/octet-stream", "Content-Encoding": "gzip", "Idempotency-Key": key}
    return server.call(place + "?" + urllib.parse.urlencode(query), body, headers)


def wait(server: Server, addresses: list[str], timeout: float, say: Callable[[str], None], pause: float = 1.0) -> int:
    """Follows the deliveries until all are judged; the exit code, with the verdict said."""
    end = time.monotonic() + timeout
    open_ones, last = list(addresses), {}
    while open_ones:
        for address in list(open_ones):
            answer = server.call(address)
            state = answer.get("state")
            if state == "failed":
                tell("failed: %s" % (answer.get("sentence") or "the server could not read it"))
                return ERROR
            if state == "judged":
                open_ones.remove(address)
                last = answer  # the verdict is of the commit, so the newest says it all
            else:
                say(answer.get("sentence") or str(state))
        if open_ones and time.monotonic() >= end:
            tell(f"not judged within {timeout:g} s; the server goes on with it")
            return NOT_JUDGED
        time.sleep(min(pause, max(0.0, end - time.monotonic())) if open_ones else 0)
        pause = min(10.0, pause * 1.5)
    return said(last)


def said(answer: dict[str, Any]) -> int:
    """Prints a verdict with its reasons; unknown blocks just as fail does."""
    verdict = answer.get("verdict") or {}
    state = verdict.get("state") or "unknown"
    tell("{} at {}".format(state, (answer.get("sha") or "")[:12]))
    for sentence in verdict.get("sentences") or ():
        tell(f"  - {sentence}")
    return PASS if state == "pass" else WORSE


def arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="migrator-send", description=__doc__.partition("\n")[0])
    parser.add_argument("kind", help="what the files are: junit, ruff, cobertura, ...; never guessed")
    parser.add_argument("files", nargs="+", help="files or patterns; ** goes down folders")
    parser.add_argument("--server", default=os.environ.get("MIGRATOR_SERVER", ""), help="or MIGRATOR_SERVER")
    parser.add_argument("--project", default=os.environ.get("MIGRATOR_PROJECT", ""), help="or MIGRATOR_PROJECT")
    for name in ("sha", "branch", "pull-request", "job", "attempt", "shard"):
        parser.add_argument("--" + name, default="", help="found by itself in CI")
    parser.add_argument("--wait", action="store_true", help="wait for the verdict and exit by it")
    parser.add_argument("--timeout", type=float, default=600, help="seconds to wait (600)")
    parser.add_argument("--retries", type=int, default=5, help="further tries where the server is not there (5)")
    parser.add_argument("--quiet", action="store_true")
    return parser.parse_args(words)


def context_of(options: argparse.Namespace, env: Mapping[str, str]) -> dict[str, str]:
    context = find_context(env)
    for key in ("sha", "branch", "pull_request", "job", "attempt", "shard"):
        if getattr(options, key):
            context[key] = getattr(options, key)
    sha = context.get("sha", "").lower()
    if not SHA.match(sha):
        found = f"{sha} is no full commit" if sha else "no commit found"
        raise SendError(f"{found}; give --sha with the full 40-digit commit")
    context["sha"] = sha
    if context.get("shard") and not re.match(r"[1-9]\d{0,3}/[1-9]\d{0,3}\Z", context["shard"]):
        raise SendError("--shard is the number of this part and of all, as 1/4")
    return context


def run(options: argparse.Namespace, env: Mapping[str, str]) -> int:
    if not options.project:
        raise SendError("which project? give --project or set MIGRATOR_PROJECT")
    loud = sys.stderr.isatty() and not options.quiet and not env.get("CI")
    say: Callable[[str], None] = progress if loud else (lambda _text: None)
    context = context_of(options, env)
    files = expand(options.files)
    pause = float(env.get("MIGRATOR_RETRY_PAUSE") or 1.0)
    server = Server(options.server, env.get("MIGRATOR_TOKEN", ""), max(1, options.retries + 1), pause, say)
    addresses = []
    for number, path in enumerate(files, 1):
        answer = send(server, options.project, options.kind, path, context)
        say(f"[{number}/{len(files)}] {path}: {answer.get('sentence') or answer.get('state')}")
        address = str(answer.get("address") or "")
        if not re.match("/[^/]", address):
            raise SendError("the answer has no address to follow; is --server the address of a Migrator server?")
        addresses.append(address)
    tell(f"sent {len(files)} file(s) for {context['sha'][:12]}")
    return wait(server, addresses, options.timeout, say, pause) if options.wait else PASS


def main(words: list[str] | None = None) -> int:
    try:
        return run(arguments(words), os.environ)
    except SendError as error:
        progress(f"migrator-send: {error}")
    except KeyboardInterrupt:
        progress("migrator-send: stopped")
    return ERROR


if __name__ == "__main__":
    sys.exit(main())
