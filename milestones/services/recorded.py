"""Recordings that were sent: which system they are of, how many answers they hold, and how to read them again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from milestones.clients import git
from milestones.clients.recordings import JoinedRecordings, RecordingFile, spooled
from milestones.facts import Finding, Known, Measurement, ParseError, Problem, Summary
from milestones.models import Delivery, Evidence
from milestones.parity import contracts

from .taken import Taken, opened

KIND = "recording"
# evidence of each system has a kind of its own, so that none stands in for another
KINDS = {"new": "recording", "legacy": "recording-legacy", "noise": "recording-noise"}
PROBLEMS_TOLD = 5


def taken(row: Delivery, _repo: git.Repository) -> Taken:
    """A recording of a commit. Raises ParseError for one without an exchange, or of another system than stated."""
    lines = spooled(opened(row), row.file_name or "the recording")
    try:
        recording = contracts.index(lines)
        if not recording.entries:
            raise _empty(recording)
        system = _system(row, lines)
    finally:
        lines.close()
    count = len(recording.entries)
    measured = (Measurement(f"contract.recorded_{system}", count, "count", "", Known.MEASURED),)
    findings = tuple(Finding(one.reason, one.path, one.line, "recording") for one in recording.problems)
    return Taken(Summary(KINDS[system], measured), findings, problems=_problems(recording))


def _empty(recording: contracts.Recording) -> ParseError:
    said = recording.problems[0] if recording.problems else None
    where = f"line {said.line}: {said.reason}" if said else "it has no line"
    return ParseError(f"no exchange in it ({where}); write it with the recorder and record some requests")


def _problems(recording: contracts.Recording) -> tuple[Problem, ...]:
    """A recording with broken lines is not whole, and what is not whole proves nothing."""
    if not recording.left_out:
        return ()
    first = recording.problems[0]
    said = f"{recording.left_out} of its lines could not be read, the first at line {first.line}: {first.reason}"
    return (Problem(said, first.path, first.line),)


def _system(row: Delivery, lines: RecordingFile) -> str:
    """The system as stated; else as the lines say, which have to agree."""
    said = {system for _, _, line in lines if (system := contracts.system_of(line))}
    if not row.system:
        if len(said) == 1:
            return said.pop()
        told = "lines of both systems" if said else "no system in its lines"
        raise ParseError(f"{told}; send it with system=legacy, system=new or system=noise, one file a system")
    if said - {"legacy" if row.system == "noise" else row.system}:
        raise ParseError(
            f"sent as system={row.system}, but its lines say {', '.join(sorted(said))}; correct one of them"
        )
    return row.system


@contextmanager
def reading(rows: Sequence[Evidence]) -> Iterator[contracts.Recording | None]:
    """The recordings of these rows as one, None where there is none; a file that is gone is a problem of it."""
    with ExitStack() as held:
        files, gone = [], []
        for row in rows:
            if row.delivery is None:
                gone.append(Problem("the file that was sent is gone; send it again", row.kind))
                continue
            files.append(spooled(opened(row.delivery), row.delivery.file_name or row.kind))
            held.callback(files[-1].close)
        if not files:
            yield None
            return
        found = contracts.index(JoinedRecordings(files))
        found.problems += gone
        yield found


def of_kind(rows: Iterable[Evidence], kind: str) -> list[Evidence]:
    return [row for row in rows if row.kind == kind]
