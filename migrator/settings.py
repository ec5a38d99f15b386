"""All settings, each from the environment with a default that runs the embedded program under `var/`."""

from __future__ import annotations

import secrets
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env.str("MIGRATOR_VAR", str(BASE_DIR / "var")))
DEBUG = env.bool("DEBUG", False)


def _instance_secret() -> str:
    """The key of this instance: given by the operator, else made once and kept under `var/`, readable by its owner."""
    given: str = env.str("SECRET_KEY", "")
    if given:
        return given
    path = VAR_DIR / "secret_key"
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(draft)  # whoever is first wins; the file is never seen half-written
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


SECRET_KEY = _instance_secret()
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "milestones",
]
ROOT_URLCONF = "migrator.urls"
DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{VAR_DIR / 'migrator.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
