"""All settings, each from the environment with a default that runs the embedded program under `var/`."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import structlog
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env.str("MIGRATOR_VAR", str(BASE_DIR / "var"))).absolute()
VAR_DIR.mkdir(parents=True, exist_ok=True)
DEBUG = env.bool("DEBUG", False)


def _instance_secret() -> str:
    """The key of this instance: given by the operator, else made once and kept under `var/`, readable by its owner."""
    given: str = env.str("SECRET_KEY", "")
    if given:
        return given
    path = VAR_DIR / "secret_key"
    if not path.exists():
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

# --- where it answers -----------------------------------------------------------------------------------------------

HOST: str = env.str("HOST", "127.0.0.1")
PORT: int = env.int("PORT", 8000)

WEB_PROCESSES: int = env.int("WEB_PROCESSES", 1)  # of eight threads each
WORKER_PROCESSES: int = env.int("WORKER_PROCESSES", 2)


def _address(host: str, port: int) -> str:
    """The address a person on this machine types: one that listens everywhere is reached at 127.0.0.1."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://{name}:{port}"


SITE_URL: str = env.str("SITE_URL", _address(HOST, PORT)).rstrip("/")
SITE_IS_SECURE = SITE_URL.startswith("https://")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[]) or sorted(
    {"localhost", "127.0.0.1", "[::1]", HOST, urlsplit(SITE_URL).hostname or "localhost"}
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[]) or [SITE_URL]

# --- limits, each named in the error that it causes -----------------------------------------------------------------

MIGRATOR_MIRROR_BYTES: int = env.int("MIGRATOR_MIRROR_BYTES", 2_000_000_000)
MIGRATOR_HISTORY_COMMITS: int = env.int("MIGRATOR_HISTORY_COMMITS", 20_000)
MIGRATOR_DOC_BYTES: int = env.int("MIGRATOR_DOC_BYTES", 1_000_000)
MIGRATOR_SOURCE_BYTES: int = env.int("MIGRATOR_SOURCE_BYTES", 5_000_000)
MIGRATOR_TREE_ENTRIES: int = env.int("MIGRATOR_TREE_ENTRIES", 200_000)
MIGRATOR_UPLOAD_GZIPPED_BYTES: int = env.int("MIGRATOR_UPLOAD_GZIPPED_BYTES", 25_000_000)
MIGRATOR_UPLOAD_BYTES: int = env.int("MIGRATOR_UPLOAD_BYTES", 250_000_000)
MIGRATOR_TEST_CASES: int = env.int("MIGRATOR_TEST_CASES", 1_000_000)
MIGRATOR_FINDINGS: int = env.int("MIGRATOR_FINDINGS", 100_000)
MIGRATOR_WEBHOOK_BYTES: int = env.int("MIGRATOR_WEBHOOK_BYTES", 25_000_000)
# uploads and webhooks are counted by the views that read them; this holds for whatever reads `request.body`
DATA_UPLOAD_MAX_MEMORY_SIZE = max(MIGRATOR_WEBHOOK_BYTES, MIGRATOR_UPLOAD_GZIPPED_BYTES)

# --- what git may reach on behalf of the web; the person at the command line may track a local path ------------------

MIGRATOR_PROTOCOLS: str = env.str("MIGRATOR_PROTOCOLS", "https")  # joined by colons, as git has it: https:ssh
MIGRATOR_LOCAL_ROOTS: list[str] = env.list("MIGRATOR_LOCAL_ROOTS", default=[])
MIGRATOR_PRIVATE_ADDRESSES: bool = env.bool("MIGRATOR_PRIVATE_ADDRESSES", False)

# --- the program ----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "django_structlog",
    "milestones",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]
ROOT_URLCONF = "migrator.urls"
WSGI_APPLICATION = "migrator.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"

# --- the database: the truth ----------------------------------------------------------------------------------------


def _database() -> dict[str, Any]:
    embedded = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VAR_DIR / "migrator.sqlite3")}
    found: dict[str, Any] = env.db("DATABASE_URL") if env.str("DATABASE_URL", "") else embedded
    options = found.setdefault("OPTIONS", {})
    if found["ENGINE"].endswith("sqlite3"):
        options.setdefault("transaction_mode", "IMMEDIATE")  # a writer waits its turn instead of failing half-way
        options.setdefault("timeout", 20)
        options.setdefault("init_command", "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    else:
        options.setdefault("connect_timeout", 5)
        found["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)
        found["CONN_HEALTH_CHECKS"] = True
    return found


DATABASES = {"default": _database()}

# --- the queue: a bell, which may be lost ---------------------------------------------------------------------------

LEASE_SECONDS: int = env.int("MIGRATOR_LEASE_SECONDS", 900)
REDIS_URL: str = env.str("REDIS_URL", "")
QUEUE_DIR = VAR_DIR / "queue"


def _queue_options() -> dict[str, Any]:
    """How the broker is reached; its short time-outs keep a dead one from holding up a request."""
    if REDIS_URL:
        prefix = env.str("MIGRATOR_QUEUE_PREFIX", "migrator.")
        return {"socket_connect_timeout": 1, "socket_timeout": 2, "max_retries": 0, "global_keyprefix": prefix}
    folders = {"data_folder_in": "messages", "data_folder_out": "messages", "control_folder": "control"}
    for name in folders.values():
        (QUEUE_DIR / name).mkdir(parents=True, exist_ok=True)
    return {option: str(QUEUE_DIR / name) for option, name in folders.items()} | {"polling_interval": 0.1}


CELERY_BROKER_URL = REDIS_URL or "files://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = _queue_options()
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False  # the sweep rings again; a request does not wait for it
CELERY_TASK_DEFAULT_QUEUE = "migrator"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
# shorter than the lease, so that whoever lost its claim is gone before the next one has it
CELERY_TASK_TIME_LIMIT: int = env.int("MIGRATOR_TASK_SECONDS", LEASE_SECONDS * 2 // 3)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = bool(REDIS_URL)  # broadcasts over files would cost a poll each
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "milestones.tasks.sweep", "schedule": 30.0, "options": {"expires": 30}},
}

# --- people ---------------------------------------------------------------------------------------------------------

LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- headers --------------------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_IS_SECURE
SECURE_HSTS_SECONDS: int = env.int("SECURE_HSTS_SECONDS", 31_536_000 if SITE_IS_SECURE else 0)
X_FRAME_OPTIONS = "DENY"
if env.bool("BEHIND_PROXY", False):  # only where a proxy of one's own sets the header, and strips a stranger's
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- static files ---------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

# --- logs -----------------------------------------------------------------------------------------------------------

LOG_LEVEL: str = env.str("LOG_LEVEL", "WARNING").upper()
LOG_JSON: bool = env.bool("LOG_JSON", False)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO

_log_steps: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.UnicodeDecoder(),
]
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_log_steps,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def _log_endings() -> list[Any]:
    if LOG_JSON:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _log_steps,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_log_endings()],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        # a 404 is no news; the request line above it says so where LOG_LEVEL asks for it
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
        # a schedule of an older or broken-off run is made anew; the sweep in it is all there is
        "celery.beat": {"handlers": [], "level": "ERROR", "propagate": True},
        "django.server": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
    },
}
