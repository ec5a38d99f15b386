"""A project's mirror: where it may come from, how it is brought up to date, what stands in it."""

from __future__ import annotations

import ipaddress
import re
import socket
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from milestones.clients import git
from milestones.codec import storable
from milestones.models import Commit, Project

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST = 1900 * 365 * 86_400
POLICY_FILE = "migration.toml"
SSH = re.compile(r"[\w.-]+@[\w.-]+:")


def protocols_for(source: str) -> str:
    """The protocols that git may speak for this source. Raises GitError for an address that is not allowed."""
    if "://" not in source and SSH.match(source):
        raise git.GitError(f"{source} is an ssh address; give the https address of the repository")
    scheme = source.partition("://")[0].lower() if "://" in source else "file"
    if scheme != "file" and scheme not in settings.MIGRATOR_PROTOCOLS.split(":"):
        allowed = ", ".join(settings.MIGRATOR_PROTOCOLS.split(":"))
        raise git.GitError(f"{scheme}:// addresses are not allowed here, only {allowed} (MIGRATOR_PROTOCOLS)")
    if scheme != "file" and "@" in source.partition("://")[2].partition("/")[0]:
        raise git.GitError("the address holds a name or a password, which would be kept in the open; give it without")
    if scheme == "file":
        git.find_git_dir(source)
    else:
        _refuse_private(source)
    return scheme


def _refuse_private(source: str) -> None:
    host = ""
    try:
        host = urlsplit(source).hostname or ""
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except (OSError, ValueError):  # ValueError: no address at all, or no name that could be asked for
        raise git.GitError(f"the host {host!r} of {source[:1000]} cannot be found; check the address") from None
    private = [address for address in found if not ipaddress.ip_address(str(address).split("%")[0]).is_global]
    if private and not settings.MIGRATOR_PRIVATE_ADDRESSES:
        raise git.GitError(f"{host} is a private address; the operator may allow it with MIGRATOR_PRIVATE_ADDRESSES=1")


def update(project: Project) -> git.Repository:
    """Fetch the project's source into its mirror. Raises GitError."""
    return git.fetch_mirror(
        project.source,
        project.mirror,
        protocols=protocols_for(project.source),
        limit_bytes=settings.MIGRATOR_MIRROR_BYTES,
    )


def repository(project: Project) -> git.Repository | None:
    """The mirror as it is, None before the first fetch."""
    return git.Repository(project.mirror) if project.mirror.exists() else None


def default_branch(project: Project) -> str:
    """The branch whose policy is in force. Raises GitError where the source names none."""
    named = project.default_branch or git.remote_head(project.source, protocols_for(project.source))
    if not named:
        raise git.GitError(f"{project.source} has no HEAD branch; name one with --default-branch")
    return named


def policy_file(repo: git.Repository, revision: str) -> str:
    """The text of `migration.toml` at a revision, "" where there is none. Raises GitError for one over the limit."""
    entry = next((e for e in repo.tree(revision) if e.path == POLICY_FILE), None)
    if entry is None:
        return ""
    if not entry.is_file:
        raise git.GitError(
            f"{POLICY_FILE} is a symbolic link or a submodule, which is not followed; put the file there"
        )
    if (entry.size or 0) > settings.MIGRATOR_DOC_BYTES:
        raise git.GitError(f"{POLICY_FILE} is larger than {settings.MIGRATOR_DOC_BYTES:,} bytes")
    return repo.read(revision, POLICY_FILE).decode("utf-8", "replace")


def remember_commit(project: Project, repo: git.Repository, sha: str) -> Commit:
    """The row of a commit that something is about to be known of."""
    info = repo.commit(sha)
    row, _ = Commit.objects.get_or_create(
        project=project,
        sha=info.sha,
        defaults={
            "tree": info.tree,
            "parent": info.parents[0] if info.parents else "",
            "author": storable(info.author[:150], 200),
            "subject": storable(info.subject[:400], 500),
            "committed_at": _moment(info.committed_at),
        },
    )
    return row


def _moment(seconds: int) -> datetime:
    """A commit's time; its author may have written any number, and a row has room for the year 1 to 9998."""
    return EPOCH + timedelta(seconds=min(max(seconds, -LONGEST), LONGEST))
