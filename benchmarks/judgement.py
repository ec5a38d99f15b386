"""Judging a commit, as gates and criteria grow, against asking the database for each gate by itself.

python -m benchmarks.judgement
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable

SIZES = ((50, 100), (500, 1000), (1000, 2000), (2000, 4000))
ROUNDS = 3


def best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def measure(gates: int, criteria: int) -> tuple[float, float, float, int, int]:
    """Seconds to judge, to judge and store, and of the rival; queries; bytes kept a judgement."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from milestones.gates.bounds import parse_bound, within
    from milestones.models import Kept, Measurement, Verdict
    from milestones.services import evaluate
    from tests.judgement_rows import many

    project = many(gates, criteria, slug=f"size-{gates}")
    now = timezone.now()
    with CaptureQueriesContext(connection) as captured:
        case = evaluate.case_of(project, project.sha, now)
    judging = best(lambda: evaluate.case_of(project, project.sha, now))
    began = time.perf_counter()
    row = evaluate.judge(project.pk, project.sha)
    storing = time.perf_counter() - began
    bounds = [gate.gate for one in case.judged for gate in one.gates]

    def rival() -> None:
        """One query a gate, and one a row that is written."""
        for text in bounds:
            bound = parse_bound(text)
            found = Measurement.objects.filter(evidence__project=project, evidence__sha=project.sha, name=bound.measure)
            first = found.first()
            state = first and within(bound, evaluate.combine([first.evidence])[bound.measure])
            Verdict.objects.filter(judgement=row, gate=text).update(state=str(state))

    began = time.perf_counter()
    if gates <= 500:  # it grows with the square
        rival()
    size = sum(len(bytes(one.body)) for one in Kept.objects.filter(pk__in=[*row.inputs.values(), row.answer]))
    return judging, storing, time.perf_counter() - began, len(captured), size


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"MIGRATOR_VAR": folder, "DJANGO_SETTINGS_MODULE": "migrator.settings"}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        first = 0.0
        for gates, criteria in SIZES:
            judging, storing, rival, queries, size = measure(gates, criteria)
            first = first or judging / gates
            told = f"  a query a gate / judged and stored {rival / storing:6.1f}" if gates <= 500 else ""
            print(
                f"{gates:5} gates, {criteria:5} criteria: {queries:2} queries, "
                f"{judging / gates / first:5.2f} times the first's time a gate, "
                f"stored / judged {storing / judging:4.1f}, {size / gates:5.0f} bytes kept a gate{told}"
            )


if __name__ == "__main__":
    main()
