"""How fast documents are read, against cmark-gfm alone and against Python-Markdown, in one run.

python benchmarks/reading.py FILE...        # without files: a document made up here
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import markdown
from cmarkgfm import github_flavored_markdown_to_html

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from milestones.reading import read_document
from milestones.reading.blocks import blocks_of
from milestones.reading.labels import label_kind
from milestones.reading.words import short

ROUNDS = 15


def best(*works: Callable[[], object]) -> list[float]:
    """The best time of each work, taken in turns so that a busy machine is unfair to none."""
    times = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for at, work in enumerate(works):
            short.cache_clear()
            label_kind.cache_clear()
            start = time.perf_counter()
            work()
            times[at] = min(times[at], time.perf_counter() - start)
    return times


def made_up(items: int) -> str:
    """A plan with the given number of items, about 50 bytes each."""
    rows = []
    for number in range(items):
        if number % 40 == 0:
            rows += [
                "",
                f"## Phase {number // 40} — part {number}",
                "",
                "Status: in progress",
                "",
                "Acceptance criteria:",
                "",
            ]
        rows.append(f"- [{'x' if number % 3 else ' '}] Item {number}: `src/part_{number}.py` answers in ≤ {number} ms")
    return "\n".join(rows)


def main(names: list[str]) -> None:
    texts = [Path(name).read_text() for name in names] or [made_up(400) for _ in range(5)]
    cmark, blocks, python_markdown, reading = best(
        lambda: [github_flavored_markdown_to_html(text) for text in texts],
        lambda: [blocks_of(text) for text in texts],
        lambda: [markdown.markdown(text, extensions=["tables", "fenced_code"]) for text in texts],
        lambda: [read_document("x.md", text.encode()) for text in texts],
    )
    small, large = (text.encode() for text in (made_up(1_450), made_up(14_500)))
    small_time, large_time = best(lambda: read_document("x.md", small), lambda: read_document("x.md", large))
    many = made_up(20_000).encode()[:1_000_000]
    print(f"{len(texts)} documents, {sum(map(len, texts)):,} characters, best of {ROUNDS} rounds")
    print(f"block structure with lines / cmark-gfm alone     {blocks / cmark:6.2f}  (at most 4)")
    print(f"Python-Markdown rendering / whole reading        {python_markdown / reading:6.2f}  (at least 1.5)")
    print(f"{len(large):,} bytes / {len(small):,} bytes               {large_time / small_time:6.2f}  (at most 12)")
    print(f"a document of {len(many):,} bytes is read in {best(lambda: read_document('x.md', many))[0] * 1000:.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
