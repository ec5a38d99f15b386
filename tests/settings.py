"""The settings of a test run: everything it writes lies in a folder of its own."""

import os
import tempfile

# pytest-django reads the settings before any conftest, so the folder is made here; xdist workers make one each
os.environ["MIGRATOR_VAR"] = tempfile.mkdtemp(prefix="migrator-test-")
os.environ.setdefault("SECRET_KEY", "a key for tests alone, of no value to anybody")

from migrator.settings import *  # noqa: E402, F403
