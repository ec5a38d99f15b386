"""Secrets: hashed where we only compare them, encrypted where we must know them again."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import timedelta

from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from milestones.models import EntryLink, Project, UploadToken

ENTRY_LINK_HOURS = 24


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _box() -> Fernet:
    key = hashlib.sha256(b"secrets at rest\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(secret: str) -> str:
    """Encrypted text to keep in a row."""
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """What `seal` hid. Raises cryptography.fernet.InvalidToken under another instance key."""
    return _box().decrypt(sealed.encode()).decode()


def new_upload_token(project: Project, label: str, days: int | None = 365) -> str:
    """A key for one project's uploads, 256 bits; shown this once."""
    secret = f"mig_{secrets.token_urlsafe(32)}"
    expires = timezone.now() + timedelta(days=days) if days else None
    UploadToken.objects.create(
        project=project, label=label, prefix=secret[:10], digest=digest(secret), expires_at=expires
    )
    return secret


def project_of_token(secret: str) -> Project | None:
    """The project that a presented key may upload to."""
    found = UploadToken.objects.usable().select_related("project").filter(digest=digest(secret)).first()
    return found.project if found else None


def new_hook_secret(project: Project) -> str:
    """A fresh webhook secret, kept encrypted; the one before stops working."""
    secret = secrets.token_urlsafe(32)
    project.hook_secret = seal(secret)
    project.save(update_fields=["hook_secret"])
    return secret


def new_entry_link(user: User) -> str:
    """A token that logs this person in once, within a day."""
    secret = secrets.token_urlsafe(32)
    until = timezone.now() + timedelta(hours=ENTRY_LINK_HOURS)
    EntryLink.objects.create(user=user, digest=digest(secret), expires_at=until)
    return secret


def use_entry_link(secret: str) -> User | None:
    """The person of an unused link, which is used up by this; one of two who come at once gets in."""
    open_ = EntryLink.objects.filter(digest=digest(secret), used_at=None, expires_at__gt=timezone.now())
    if open_.update(used_at=timezone.now()) != 1:
        return None
    return EntryLink.objects.select_related("user").get(digest=digest(secret)).user
