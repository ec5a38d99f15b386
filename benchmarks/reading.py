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
    """The best time of each work on the processor, in turns, so that no other work decides."""
    times = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for at, work in enumerate(works):
            short.cache_clear()
            label_kind.cache_clear()
            start = time.process_time()
            work()
            times[at] = min(times[at], time.process_time() - start)
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


def typical(parts: int) -> str:
    """A plan as teams write them: prose, lists, a table and a command to each part."""
    return "\n".join(PART.format(n=number, box="x" if number % 2 else " ") for number in range(parts))


PART = """## Phase {n}: the part with number {n}

**Status:** in progress (2026-02-{n:02})

This part moves the handlers of *group {n}* to the new router. The [notes](notes/{n}.md) say why; nothing of what
clients see may change while it goes on, and both systems answer until the last handler has moved. Whoever finds a
difference writes it down before it is mended, with the request that shows it.

Acceptance criteria:

- [{box}] Each handler of the group has a test that runs on both systems.
- [ ] Answers are the same byte for byte, headers included, for every recorded request.
- [ ] The 95th percentile stays below 120 ms.
- [{box}] `src/group_{n}/old.py` is deleted.
- [ ] The page for operators tells what to watch in the first week and whom to call.

| Handler | Old | New | Note |
|---|---:|---:|---|
| list | 12 | 14 | two more for the empty list |
| detail | 9 | 9 | |
| **Total** | **21** | **23** | |

```sh
pytest -q tests/group_{n}
```
"""


def main(names: list[str]) -> None:
    texts = [Path(name).read_text() for name in names] or [typical(20) for _ in range(5)]
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
