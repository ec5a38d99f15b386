"""The settings of a test run: everything it writes lies in a folder of its own, and goes when it ends."""

import atexit
import os
import secrets
import shutil
import tempfile

# pytest-django reads the settings before any conftest, so the folder is made here; xdist workers make one each
_var = tempfile.mkdtemp(prefix="migrator-test-")
_mine = os.getpid()
_run = secrets.token_hex(4)


def _tidy() -> None:
    if os.getpid() == _mine:  # a forked child leaves by the same door
        shutil.rmtree(_var, ignore_errors=True)


atexit.register(_tidy)
os.environ["MIGRATOR_VAR"] = _var
os.environ["MIGRATOR_QUEUE_PREFIX"] = f"migrator-test-{_run}."
os.environ.setdefault("SECRET_KEY", "a key for tests alone, of no value to anybody")
for _name in ("SITE_URL", "HOST", "PORT", "ALLOWED_HOSTS", "LOG_LEVEL", "LOG_JSON", "DEBUG"):
    os.environ.pop(_name, None)

from migrator.settings import *  # noqa: E402, F403
from migrator.settings import DATABASES, VAR_DIR  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # a file, as in earnest: a worker process and a thread see the same rows
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["TEST"] = {"NAME": f"test_migrator_{_run}"}
    DATABASES["default"]["CONN_MAX_AGE"] = 0

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
(VAR_DIR / "static").mkdir(exist_ok=True)
