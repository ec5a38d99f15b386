"""What of the legacy framework is still imported."""

from __future__ import annotations

from milestones.codec import to_plain
from milestones.facts import Finding, Known, Measurement, Problem
from milestones.gates.policy import Policy
from milestones.parity import leftovers

from ..reader import ABSENT, bounded
from .kind import FINDINGS_KEPT, Case, Kind, Static


def _wanted(policy: Policy) -> bool:
    return bool(policy.leftovers.imports)


def _read(case: Case) -> Static:
    reader = case.reader
    python = (e for e in reader.repo.tree(case.sha) if e.is_file and e.path.endswith((".py", ".pyi", ".pyw")))
    sources, large = bounded(python)
    facts = reader.cached(
        f"imports/{leftovers.VERSION}", sources, lambda _path, data: to_plain(leftovers.file_facts(data).as_json())
    )
    files = [(path, leftovers.FileFacts.from_json(plain)) for path, plain in facts.items()]
    absent = [Problem(ABSENT, entry.path) for entry in sources if entry.path not in facts]
    found = leftovers.imports_left(files, case.policy.leftovers.imports)
    unread = (*found.unparsed, *absent, *large)
    counts = {"": len(found.places), "_source": found.in_source, "_tests": found.in_tests}
    measured = [Measurement(f"leftovers.imports{part}", value, "count", "", Known.STATIC, len(unread))
                for part, value in counts.items()]  # fmt: skip
    findings = tuple(Finding(f"imports {one.name}", one.path, one.line, "import") for one in found.places)
    return Static("leftovers", tuple(measured), findings[:FINDINGS_KEPT], unread)


KIND = Kind(1, _wanted, _read)
