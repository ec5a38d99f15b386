"""`[leftovers]` of a policy: what must be gone in the end, and what must be there."""

from __future__ import annotations

from dataclasses import dataclass

from milestones.gates.sections import Section


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What must be gone: packages imported or installed, symbols, words by the paths in which they are looked for.

    `must_exist` are symbols that the new system has to have. Packages to be installed no more are those of `imports`
    as well, as `flask_login` and `flask-login` are one.
    """

    imports: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    must_exist: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()

    @property
    def packages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.imports, *self.dependencies)))


NO_LEFTOVERS = Leftovers()


def read_leftovers(section: Section) -> Leftovers:
    """Raises ParseError with the line."""
    section.only("imports", "symbols", "words", "must_exist", "dependencies")
    words = section.table("words")
    gone, there = section.strings("symbols"), section.strings("must_exist")
    if both := sorted(set(gone) & set(there)):
        raise section.error(f'"{both[0]}" must be gone and must exist; keep it in one of the lists', "must_exist")
    return Leftovers(
        section.strings("imports"),
        gone,
        tuple((glob, words.strings(glob)) for glob in words.values),
        there,
        section.strings("dependencies"),
    )
