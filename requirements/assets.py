"""Fetches the vendored files that assets.toml names, by npm, and writes their manifest."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "static" / "vendor"
# a map that is not shipped: browsers would ask for it, and the manifest of static files refuse it
SOURCE_MAP = re.compile(rb"\n?/[*/]# sourceMappingURL=[^\n]*\n?$")


def packed(name: str, version: str, folder: Path) -> Path:
    """The package's tarball, fetched and checked against the registry's integrity by npm itself."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{name}@{version}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - a list, no shell
    return folder / done.stdout.split()[-1]


def member(archive: tarfile.TarFile, path: str) -> bytes:
    found = archive.extractfile(f"package/{path}")
    if found is None:
        raise SystemExit(f"{archive.name} has no file {path}: mend requirements/assets.toml")
    return found.read()


def take(name: str, wanted: dict[str, Any], folder: Path) -> list[dict[str, str]]:
    """Lays one package's files below static/vendor; answers their lines of the manifest."""
    lines = []
    with tarfile.open(packed(name, wanted["version"], folder)) as archive:
        licence = json.loads(member(archive, "package.json"))["license"]
        for source, target in wanted["files"].items():
            data = SOURCE_MAP.sub(b"\n", member(archive, source))
            (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
            (VENDOR / target).write_bytes(data)
            digest = hashlib.sha256(data).hexdigest()
            lines.append({"file": target, "name": name, "version": wanted["version"], "licence": licence,
                          "source": source, "sha256": digest})  # fmt: skip
    return lines


def main() -> None:
    if shutil.which("npm") is None:
        raise SystemExit("make assets needs npm: install Node.js, for instance with apt-get install npm")
    packages = tomllib.loads((HERE / "assets.toml").read_text())
    shutil.rmtree(VENDOR, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        lines = [line for name in packages for line in take(name, packages[name], Path(folder))]
    (VENDOR / "manifest.json").write_text(json.dumps(lines, indent=2) + "\n")
    sys.stdout.write(f"{len(lines)} files in {VENDOR}\n")


if __name__ == "__main__":
    main()
