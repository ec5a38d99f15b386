"""Reading one document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from milestones.facts import Checkboxes, Command, Criterion, Document, ParseError, PathRule, Problem, Status, Table
from milestones.reading.blocks import Block, blocks_of, printable
from milestones.reading.commands import commands_in, fenced_commands
from milestones.reading.drafts import Draft, Names, freeze, hoist
from milestones.reading.outline import Outline
from milestones.reading.paths import paths_in, rule_of
from milestones.reading.progress import apply_fields, apply_progress, apply_prose, apply_targets
from milestones.reading.segments import header_role, segments
from milestones.reading.statuses import stated_status
from milestones.reading.tables import table_of
from milestones.reading.words import plain

VERSION = 3
LARGEST = 1_000_000  # bytes of one document

_FRONT = re.compile(r"\A---[ \t]*\n((?:[^\n]{0,500}\n){0,60}?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_FIELD = re.compile(r"^(\w[\w -]{0,40}):\s*(.*?)\s*$", re.MULTILINE)


def read_document(path: str, data: bytes) -> Document:
    """The facts of one Markdown document; what cannot be read is among its `problems`, never raised."""
    if len(data) > LARGEST:
        size = f"{len(data) / 1_000_000:.1f} MB" if len(data) > LARGEST + 1 else "it"  # read only as far as that shows
        return Document(path, problems=(Problem(f"{size} is over the limit of 1 MB for one document", path),))
    text, problems = decoded(path, data)
    front, text = front_matter(printable(text))
    try:
        blocks = blocks_of(text)
    except ParseError as error:
        return Document(path, problems=(*problems, Problem(error.reason, path, error.line)))
    return _Reading(path, blocks, front).document(problems)


def decoded(path: str, data: bytes) -> tuple[str, tuple[Problem, ...]]:
    """The text, with a problem for every kind of bytes that Markdown may not hold."""
    problems = []
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        problems.append(Problem("holds a NUL byte; it is read as a replacement character", path, line))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.append(Problem("is not UTF-8; the bytes that are not are read as replacement characters", path, line))
        text = data.decode("utf-8-sig", errors="replace")
    return text, tuple(problems)


def front_matter(text: str) -> tuple[dict[str, str], str]:
    """The fields of a YAML head, and the text with that head blanked so that lines keep their numbers."""
    found = _FRONT.match(text)
    if not found or not _FIELD.search(found[1]):
        return {}, text
    fields = {name.lower(): value.strip("\"'") for name, value in _FIELD.findall(found[1])}
    return fields, "\n" * found.group().count("\n") + text[found.end() :]


class _Reading:
    """One document's blocks on their way to its facts."""

    def __init__(self, path: str, blocks: list[Block], front: dict[str, str]) -> None:
        self.path, self.blocks, self.front = path, blocks, front
        self.tables: list[Table] = []
        self.problems: list[Problem] = []
        self.outline = Outline(path, blocks)

    def document(self, problems: tuple[Problem, ...]) -> Document:
        self.outline.read()
        self.read_tables()
        roots = self.outline.roots
        self.finish(roots)
        names = Names()
        status, status_text = self.status()
        return Document(
            path=self.path,
            title=self.front.get("title") or self.outline.title,
            status=status,
            status_text=status_text,
            milestones=tuple(freeze(draft, self.path, names) for draft in roots),
            criteria=names.named(self.loose(), ""),
            checkboxes=self.checkboxes(),
            tables=tuple(self.tables),
            commands=tuple(self.commands()),
            paths=tuple(self.paths()),
            problems=(*problems, *self.problems),
        )

    def loose(self) -> list[Criterion]:
        preface = self.outline.preface
        return sorted([*preface.criteria, *preface.non_goals], key=lambda item: item.line)

    def status(self) -> tuple[Status, str]:
        preface = self.outline.preface
        if not preface.status_text and (said := self.front.get("status")):
            return stated_status(said), said
        if not preface.status_text:
            return self.quoted_status()
        return preface.status, preface.status_text

    def quoted_status(self) -> tuple[Status, str]:
        """The status in a quotation right under the title, where many documents keep their particulars."""
        for block in self.blocks[:12]:
            if block.kind == "heading" and block.level > 1:
                break
            for segment in segments(block) if block.quoted and block.kind == "paragraph" else ():
                if segment.rest and header_role(plain(segment.label), segment.rest) == "status":
                    return stated_status(segment.rest), segment.rest
        return Status.NONE, ""

    def finish(self, drafts: list[Draft]) -> None:
        """Ends, order, and lists that stand under the wrong heading, from the top down."""
        last = self.blocks[-1].end or self.blocks[-1].last_line if self.blocks else 0
        drafts.sort(key=lambda draft: draft.line)
        for draft in drafts:
            draft.last_line = draft.last_line or last
            hoist(draft, drafts)
            self.finish(draft.children)

    def read_tables(self) -> None:
        apply_prose(self.outline)
        for block in self.blocks:
            if block.kind != "table" or block.quoted:
                continue
            if table := table_of(block):
                self.tables.append(table)
                apply_fields(self.outline, table)
                apply_progress(self.outline, table)
                apply_targets(self.outline, table)
            else:
                self.problems.append(Problem("a table is too wide to be read", self.path, block.line))

    def checkboxes(self) -> Checkboxes:
        boxes = self.outline.boxes
        depths = Counter(str(depth) for depth, _ in boxes)
        return Checkboxes(len(boxes), sum(checked for _, checked in boxes), dict(sorted(depths.items())))

    def commands(self) -> Iterator[Command]:
        heading = ""
        for block in self.blocks:
            if block.kind == "heading":
                heading = plain(block.text)
            elif block.kind == "fence":
                yield from fenced_commands(block, heading)
            else:
                for line, row in enumerate(block.rows, start=block.line):
                    if "`" in row:
                        yield from (Command(text, line, heading) for text in commands_in(row))

    def paths(self) -> Iterator[PathRule]:
        """Every path, with the rule of its own line, else of the label or item that its list hangs from."""
        above: list[tuple[int, str]] = []
        for block in self.blocks:
            if block.kind == "fence":
                continue
            depth = block.depth if block.kind == "item" else -1
            while above and above[-1][0] >= depth and block.kind != "table":
                above.pop()
            inherited = above[-1][1] if above else ""
            for number, row in enumerate(block.rows, start=block.line):
                if "`" in row or "](" in row:
                    yield from paths_in(row, number, inherited)
            if block.rows and block.rows[-1].endswith((":", ":*", ":**")):
                above.append((depth, rule_of(block.text)))
