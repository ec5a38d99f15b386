"""The families of measures: which evidence brings each, and what a person can do to get it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

EVERY = frozenset({"*"})


@dataclass(frozen=True, slots=True)
class Family:
    """Measures that share a first name.

    `kind` is the evidence that brings them, `name` what a person calls it, `step` what to do when it lacks, with
    {sha}, {short}, {slug} and {measure} to fill in. `volume` is the last name of the measure that says how much was
    looked at, and `idle` of the one that says how much of that did nothing: when nothing is left no bound of the
    family passes, nor where `must_say` holds and the volume is not told. `rising` are the last names of measures of
    which more is better; a family that is not `directed` has no better and worse at all.
    """

    prefix: str
    kind: str
    name: str
    step: str
    volume: str = ""
    idle: str = ""
    must_say: bool = False
    rising: frozenset[str] = frozenset()
    directed: bool = True

    def next_step(self, measure: str, slug: str, sha: str) -> str:
        return self.step.format(sha=sha, short=sha[:7], slug=slug, measure=measure)

    def rises(self, measure: str) -> bool:
        """Whether more of `measure` is better."""
        return self.rising == EVERY or measure.rsplit(".", maxsplit=1)[-1] in self.rising


def _upload(
    prefix: str, kind: str, name: str, file: str, *, volume: str = "", rising: frozenset[str] = frozenset()
) -> Family:
    address = f"/api/projects/{{slug}}/evidence/{kind}?sha={{sha}}"
    step = (
        f'upload {name} for {{short}}: curl -H "Authorization: Bearer $TOKEN" --data-binary @{file} "$SERVER{address}"'
    )
    return Family(prefix, kind, name, step, volume, rising=rising)


def _lint(tool: str) -> Family:
    """A tool by the kind that its own output has; `github` are annotations."""
    return _upload(f"lint.{tool}", tool, f"{tool} results", f"{tool}.{_WRITTEN.get(tool, 'json')}", volume="files")


_WRITTEN = {"flake8": "txt", "mypy": "txt", "checkstyle": "xml", "github": "txt"}


_REREAD = "fetch the project again, so that {short} is read from the mirror"
_BY_HAND = "a person with the role sets it on the project's page"
_TESTS = (
    'upload JUnit results for {short}: curl -H "Authorization: Bearer $TOKEN" --data-binary @junit.xml '
    '"$SERVER/api/projects/{slug}/evidence/junit?sha={sha}"'
)
_PAIR = "name the pair of {measure} under [similarity] in migration.toml, and see that both its files are at {short}"
_RECORD = (
    "record the tests of both systems (pytest --record answers.jsonl) and send both: "
    'curl -H "Authorization: Bearer $TOKEN" --data-binary @answers.jsonl '
    '"$SERVER/api/projects/{slug}/evidence/recording?sha={sha}&system=new"'
)
_STATES = frozenset({"pace", "tested", "ported", "verified", "retired"})

# measures of tests that are read from source, not from results: each is a family of its own
OF_THE_AUDIT = ("tests.assertions_changed", "tests.changed_otherwise", "tests.verified")

FAMILIES: Mapping[str, Family] = {
    family.prefix: family
    for family in (
        Family(
            "tests",
            "junit",
            "JUnit results",
            _TESTS,
            volume="total",
            idle="skipped",
            must_say=True,
            rising=frozenset({"total", "passed"}),
        ),
        _upload("lint", "sarif", "lint results", "results.sarif", volume="files"),
        *(_lint(tool) for tool in ("ruff", "flake8", "pylint", "mypy", "pyright", "eslint", "checkstyle", "github")),
        _upload("coverage", "cobertura", "coverage results", "coverage.xml", volume="total", rising=EVERY),
        Family(
            "contract",
            "contract",
            "recordings of both systems",
            _RECORD,
            volume="pairs",
            rising=frozenset({"pairs", "verified"}),
        ),
        _upload("metric", "metrics", "metrics", "metrics.json"),
        Family("similarity", "similarity", "the similarity of its pair", _PAIR, directed=False),
        Family(
            "leftovers", "leftovers", "leftovers", f"list what must go in [leftovers] of migration.toml, or {_REREAD}"
        ),
        Family("leftovers.symbol", "conditions", "the code read for symbols", _REREAD),
        Family("leftovers.import", "conditions", "the code read for imports", _REREAD),
        Family("files", "conditions", "the list of files", _REREAD, directed=False),
        Family(
            "docs",
            "docs",
            "documents",
            "name the documents in docs, under [migration] in migration.toml",
            volume="documents",
            rising=frozenset({"documents"}),
        ),
        Family("routes", "routes", "routes of both systems", _REREAD, volume="legacy"),
        Family("guards", "routes", "guards of both systems", _REREAD, volume="routes"),
        Family("endpoints", "endpoints", "endpoint states", _REREAD, volume="total", rising=_STATES),
        Family("functions", "functions", "functions of both systems", _REREAD, rising=frozenset({"identical"})),
        _upload(
            "html",
            "html-pairs",
            "renderings of both systems",
            "pages.jsonl",
            volume="pairs",
            rising=frozenset(
                {"pairs", "raw_equal", "equal", "minified_equal", "score_min", "score_mean", "minified_score_min"}
            ),
        ),
        Family("templates", "templates", "templates of both systems", _REREAD, rising=frozenset({"matched"})),
        Family("readability", "readability", "hops and helpers of endpoints", _REREAD),
        Family("inventory", "inventory", "inventories", _REREAD),
        Family("audit", "audit", "the audit of the change", _REREAD),
        Family(
            "frozen", "audit", "the audit of frozen files", f"list them in [frozen] of migration.toml, or {_REREAD}"
        ),
        *(
            Family(name, "audit", "the audit of the tests", _REREAD, rising=frozenset({"verified"}))
            for name in OF_THE_AUDIT
        ),
        Family("stage", "stage", "stages", _BY_HAND, rising=frozenset({"soaked_hours"})),
        Family("calendar", "calendar", "the calendar of freezes", _BY_HAND),
        Family("hold", "hold", "holds", _BY_HAND),
    )
}


def family_of(measure: str) -> Family | None:
    """The family with the longest name that `measure` starts with: lint.ruff before lint."""
    if measure in OF_THE_AUDIT:
        return FAMILIES[measure]
    parts = measure.split(".")
    if not all(parts):
        return None
    names = (".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))
    return next((FAMILIES[name] for name in names if name in FAMILIES), None)


def complaint_about(measure: str) -> str:
    """Why `measure` cannot be a measure, with the mend, or nothing when it can."""
    if family_of(measure):
        return ""
    first = measure.split(".", maxsplit=1)[0]
    if first in FAMILIES:
        return f'"{measure}" names a family of measures and no measure of it; write {first}.NAME'
    near = difflib.get_close_matches(first, FAMILIES, n=1)
    hint = f'did you mean "{near[0]}"?' if near else "the families are " + ", ".join(sorted(FAMILIES))
    return f'"{measure}" is of no known family of measures; {hint}'
