"""The example migration's two services, recorded by their own suites: what differs, and what was made to differ."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from milestones.clients.recordings import open_recording
from milestones.demo.stages import stages
from milestones.parity.contracts import Contract, contract, index
from tests.recorder.recording import environment

OWN = {
    ("error_shape", "GET", "/invoices/{number}"),
    ("validation_status", "POST", "/api/bookings"),
    ("cookie", "POST", "/logout"),
}
# what is put into the ported service, file by file, with the difference that has to be found for it
SEEDED = {
    ("server/api.py", '"draught": berth.draught,', ""): ("json_missing", "GET", "/api/berths/{berth_id}"),
    ("server/api.py", '"length": berth.length,', '"length": str(berth.length),'): (
        "json_type", "GET", "/api/berths/{berth_id}",
    ),
    ("server/billing.py", '"amount": invoice.amount,', '"amount": invoice.amount + 1,'): (
        "json_value", "GET", "/api/invoices/{number}",
    ),
    ("server/api.py", '"cancelled": booking.cancelled,', '"cancelled": booking.cancelled, "when": 1,'): (
        "json_added", "GET", "/api/bookings/{booking_id}",
    ),
    ("server/api.py", "jsonify(booking_json(booking), 201)", "jsonify(booking_json(booking), 200)"): (
        "status", "POST", "/api/bookings",
    ),
    ("server/accounts.py", '"Unknown name or wrong password."', '"Try again."'): ("error_body", "POST", "/api/login"),
    ("server/pages.py", "httponly=True, samesite", "samesite"): ("cookie", "POST", "/login"),
    ("server/pages.py", '"private, no-store"', '"public"'): ("cache", "GET", "/invoices/{number}"),
    ("server/pages.py", 'redirect("/bookings")', 'redirect("/")'): ("redirect", "POST", "/login"),
    ("server/templates/login.html", "<form", "<p>new</p><form"): ("html", "POST", "/login"),
}  # fmt: skip


def service(folder: Path, number: str) -> Path:
    """The service as it stood at a stage."""
    for stage in stages():
        if stage.number <= number:
            stage.lay_over(folder)
    return folder


def recorded(work_tree: Path, into: Path, system: str) -> Path:
    command = ["-m", "pytest", "-q", "-p", "no:django", "-p", "no:cacheprovider", "-p", "migrator_recorder.plugin",
               "--record", str(into), "--record-system", system]  # fmt: skip
    subprocess.run(
        [sys.executable, *command], cwd=work_tree, env=environment(), capture_output=True, timeout=120, check=False
    )
    return into


def held(legacy: Path, new: Path, noise: Path) -> Contract:
    opened = [open_recording(path) for path in (legacy, new, noise)]
    try:
        old, fresh, again = (index(one) for one in opened)
        return contract(old, fresh, noise=again)
    finally:
        for one in opened:
            one.close()


@pytest.fixture(scope="module")
def legacy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The Flask service, recorded twice."""
    folder = tmp_path_factory.mktemp("legacy")
    work_tree = service(folder / "service", "02")
    return recorded(work_tree, folder / "a.jsonl", "legacy"), recorded(work_tree, folder / "b.jsonl", "legacy")


def told(found: Contract) -> set[tuple[str, str, str]]:
    return {(one.difference.kind, one.method, one.route) for one in found.differences}


def test_the_port_differs_where_its_report_says_and_nowhere_else(legacy: tuple[Path, Path], tmp_path: Path) -> None:
    found = held(legacy[0], recorded(service(tmp_path / "service", "11"), tmp_path / "new.jsonl", "new"), legacy[1])
    assert (found.pairs, found.unseen, found.problems) == (52, (), ())
    assert told(found) == OWN


@pytest.mark.parametrize("change", SEEDED, ids=lambda change: f"{SEEDED[change][0]} {SEEDED[change][2]}")
def test_a_difference_that_was_put_in_is_found_at_its_endpoint(
    legacy: tuple[Path, Path], tmp_path: Path, change: tuple[str, str, str]
) -> None:
    path, before, after = change
    work_tree = service(tmp_path / "service", "11")
    text = (work_tree / path).read_text()
    assert before in text
    (work_tree / path).write_text(text.replace(before, after, 1))
    found = held(legacy[0], recorded(work_tree, tmp_path / "new.jsonl", "new"), legacy[1])
    assert SEEDED[change] in told(found)
    assert {kind for kind, *_ in told(found) - OWN} == {SEEDED[change][0]}
