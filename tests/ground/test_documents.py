"""The vendored files are those of the manifest, and the documents name the settings that there are."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from pathlib import Path

from milestones.gates.policy import read_policy
from tests.processes import ROOT

VENDOR = ROOT / "static" / "vendor"


def test_every_vendored_file_is_in_the_manifest_with_its_hash() -> None:
    listed = {line["file"]: line["sha256"] for line in json.loads((VENDOR / "manifest.json").read_text())}
    there = {file.relative_to(VENDOR).as_posix(): file for file in VENDOR.rglob("*") if file.is_file()}
    del there["manifest.json"]
    assert listed == {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in there.items()}


def test_the_manifest_has_the_versions_that_are_asked_for_and_a_licence_each() -> None:
    asked = {
        name: one["version"] for name, one in tomllib.loads((ROOT / "requirements/assets.toml").read_text()).items()
    }
    lines = json.loads((VENDOR / "manifest.json").read_text())
    assert {line["name"]: line["version"] for line in lines} == asked
    assert {line["licence"] for line in lines} <= {"MIT", "OFL-1.1", "Apache-2.0", "0BSD"}


def test_every_setting_of_the_environment_is_in_the_operator_s_document() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "migrator/settings.py").read_text()))
    told = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/operating.md").read_text()))
    assert read - told == {"MIGRATOR_QUEUE_PREFIX"}  # for tests that share a Redis
    assert len(read) > 25


def test_each_target_of_the_makefile_tells_what_it_does() -> None:
    text = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == set(re.findall(r"^([a-z-]+):.*  ## \S", text, re.MULTILINE))


def test_what_a_document_links_to_is_there() -> None:
    missing = [
        f"{page.name}: {target}"
        for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"))
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text())
        if not Path(page.parent, target).exists()
    ]
    assert missing == []


def test_the_policy_of_the_readme_can_be_read() -> None:
    found = re.search(r"```toml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found
    policy = read_policy(found[1])
    assert [bound.measure for bound in policy.milestones[0].done] == [
        "tests.failed",
        "leftovers.imports",
        "similarity.api",
    ]
