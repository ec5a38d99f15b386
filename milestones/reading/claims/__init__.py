"""What documents claim that cannot be so: eight rules over documents, some of them over a commit's tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from milestones.reading.claims.anchors import dead_links
from milestones.reading.claims.conditions import refuted
from milestones.reading.claims.counts import against_lists, differing
from milestones.reading.claims.figures import outside
from milestones.reading.claims.files import kept_and_deleted, missing, still_there
from milestones.reading.claims.pages import Contradiction, Page, Set, Tree, page_of
from milestones.reading.claims.standing import against_boxes, out_of_order, two_statuses
from milestones.reading.claims.totals import totals

__all__ = ["NEED_TREE", "RULES", "Contradiction", "Page", "Tree", "contradictions", "page_of"]

Rule = Callable[[Set], Iterator[Contradiction]]
RULES: dict[int, tuple[Rule, ...]] = {
    1: (totals,),
    2: (two_statuses,),
    3: (out_of_order, against_boxes),
    4: (differing, against_lists),
    5: (kept_and_deleted, missing, still_there),
    6: (refuted,),
    7: (outside,),
    8: (dead_links,),
}
# What bare files leave unchecked, by rule.
NEED_TREE = {
    5: "whether the paths they name exist was not checked without a tree",
    6: "conditions on symbols, imports and files were not checked without a tree",
    8: "links to documents that were not given were not checked without a tree",
}


def contradictions(pages: Iterable[Page], tree: Tree | None = None) -> tuple[Contradiction, ...]:
    """Every contradiction in the documents, in the order of the rules; the same one once."""
    together = Set(pages, tree)
    found = [one for rules in RULES.values() for rule in rules for one in rule(together)]
    return tuple(dict.fromkeys(found))
