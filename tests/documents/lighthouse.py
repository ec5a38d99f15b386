"""A small repository whose documents promise, claim, contradict each other and take back."""

from __future__ import annotations

from tests.repositories import Work

PLAN = """# Lighthouse: the move

See [the report](report.md#what-was-done), [nothing](gone.md) and [the code](../lamp/light.py).

## Milestone 1 — Lamp (reached)

Definition of done:

- [x] No `oldlamp` imports remain.
- [x] `lamp/wick.py` is deleted.
- [ ] The keeper has seen it.{more}

## Milestone 2 — Stairs

Status: {status}

Definition of done:

- `_Ladder` and `climb_up()` are removed.
- All tests pass.

## Sizes

| Part | Steps |
|---|---|
| Low | 3 |
| High | 4 |
| Total | {total} |
"""

REPORT = """# Report

## What was done

Milestone 2 is complete.

![a picture](https://tracker.example/pixel.png)
"""

POLICY = """[migration]
name = "Lighthouse: oldlamp to newlamp"
docs = ["docs/*.md"]

[milestones.1]
done = ["docs.weakened == 0"]

[milestones.2]
done = ["docs.contradictions == 0"]
"""

CODE = "import oldlamp\n\n\ndef light():\n    return _Ladder()\n"


def plan(more: str = "", status: str = "in progress", total: int = 9) -> str:
    return PLAN.format(more="".join(f"\n- [ ] {one}" for one in more.split("|") if one), status=status, total=total)


def begin(work: Work) -> str:
    """The first commit: a total that is wrong, an import and a symbol that are still there."""
    files = {"docs/plan.md": plan(), "docs/report.md": REPORT, "lamp/light.py": CODE, "migration.toml": POLICY}
    return work.commit(files, "Begin")
