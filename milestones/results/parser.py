"""What a parser of one format is: how it reads, and what a person calls it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from milestones.facts import Fact


class Family(StrEnum):
    """What a format is evidence of; it decides what an empty result means."""

    TESTS = "tests"
    COVERAGE = "coverage"
    LINT = "lint"
    METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class Parser:
    """One format: `read` streams its facts, `title` names it to a person, `make` is a command that writes it."""

    read: Callable[[BinaryIO], Iterator[Fact]]
    family: Family
    title: str
    make: str
