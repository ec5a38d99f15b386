"""A wrong fact corrected once: at once for the change question, for a promotion only from the default branch."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from milestones.facts import Finding, Known, Measurement, State
from milestones.gates.accepting import accept, lines_for
from milestones.gates.pieces import Piece, fingerprint
from milestones.gates.policy import Acceptance, read_policy
from milestones.services import change, correct, judging
from tests.attacks.places import Town
from tests.example import POLICY, PORTED

TODAY = date(2026, 11, 21)


@pytest.fixture
def town(tmp_path: Path, transactional_db: None) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.work.repo.close()


def leftovers(sha: str, town: Town) -> tuple[str, float | None]:
    row = judging.judge_commit(town.project, sha).verdicts.filter(gate="leftovers.imports == 0")[0]
    return row.state, row.value


def test_a_correction_counts_for_the_change_at_once_and_for_a_promotion_from_policy(town: Town) -> None:
    base = town.ported
    head = town.push({"ferry/times.py": "import flask\n" + PORTED})
    assert change.judge_change(town.project, head, base).state is State.FAIL
    what = next(one.what for one in correct.correctable(town.project) if one.what.startswith("leftovers.imports"))
    assert what == "leftovers.imports ferry/times.py imports flask"
    correct.correct(town.project, what, by=town.boss, why='Only in a "comment".')
    found = change.judge_change(town.project, head, base)
    assert not [one for one in found.worse if "leftovers" in one.sentence]
    assert leftovers(head, town) == ("fail", 1.0), "a promotion asks the default branch"

    lines = correct.toml_of(town.project)
    town.push({"migration.toml": POLICY.format(start=town.legacy) + "\n" + lines})
    assert leftovers(head, town) == ("pass", 0.0)
    assert correct.toml_of(town.project) == "", "policy says it now"


def finding(text: str = "GET /docs is new", path: str = "") -> Finding:
    return Finding(text, path, 3, "routes.extra")


def piece(*found: Finding, known: Known = Known.STATIC, static: bool = True) -> Piece:
    measured = (Measurement("routes.extra", float(len(found)), known=known),)
    return Piece("routes", "a" * 40, static=static, measurements=measured, findings=found)


def left(one: Acceptance, *found: Finding, **more: object) -> float:
    kept, _ = accept([piece(*found, **more)], [one], TODAY)  # type: ignore[arg-type]
    return kept[0].measurements[0].value


def test_a_correction_is_about_its_own_words_and_no_longer_ones() -> None:
    docs = Acceptance("routes.extra GET /docs", "its own")
    assert left(docs, finding(), finding("GET /docs/extra is new"), finding("GET /other is new")) == 2
    assert left(Acceptance("routes.missing GET /docs", "no"), finding()) == 1
    assert left(Acceptance("routes.extra", "all of them"), finding()) == 1, "a measure alone corrects nothing"


def test_a_correction_is_pinned_to_content_and_ends_with_its_day() -> None:
    pinned = Acceptance("routes.extra GET /docs", "its own", content=fingerprint(finding()))
    assert left(pinned, finding()) == 0
    assert left(pinned, finding(path="server/docs.py")) == 1
    assert left(Acceptance("routes.extra GET /docs", "x", until=date(2026, 11, 20)), finding()) == 1
    assert left(Acceptance("routes.extra GET /docs", "x", until=TODAY), finding()) == 0


def test_what_a_program_measured_is_waived_and_never_corrected() -> None:
    assert left(Acceptance("routes.extra GET /docs", "x"), finding(), known=Known.MEASURED, static=False) == 1


@pytest.mark.parametrize("odd", ['a "quote"', "back\\slash", "two\nlines", "tab\there", "bell\x07", "umlaut ä ♥"])
def test_the_lines_that_are_written_are_read_as_they_were_meant(odd: str) -> None:
    one = Acceptance(f"routes.extra {odd}", odd, "@ola", date(2027, 1, 1), "abc")
    said = tomllib.loads(lines_for([one]))["accept"][0]
    assert (said["what"], said["why"], said["until"]) == (one.what, odd, date(2027, 1, 1))
    if "\n" not in odd:
        assert read_policy(lines_for([one])).accept[0].what == one.what.strip()
