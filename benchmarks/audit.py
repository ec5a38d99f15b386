"""Best matches between the functions of two files against difflib on every pair: `python -m benchmarks.audit`."""

from __future__ import annotations

import difflib
import random
import time

from milestones.parity.functions import LEAST_SIMILAR, best_pairs

FUNCTIONS = 120
LINES = 20


def made(seed: int) -> list[list[str]]:
    """Return the tokens of the functions of a file of about 2,500 lines, drawn from the words of a service."""
    draw = random.Random(seed)
    common = ["self", ".", "=", "return", "if", "in", "for", "==", "[", "]", "request", "None", "not", ":"]
    functions = []
    for number in range(FUNCTIONS):
        own = [f"name_{number}_{n}" for n in range(12)]
        functions.append(
            [draw.choice(common if draw.random() < 0.6 else own) for _ in range(LINES * draw.randint(3, 9))]
        )
    return functions


def edited(functions: list[list[str]], seed: int) -> list[list[str]]:
    draw = random.Random(seed)
    return [[word if draw.random() < 0.85 else "edited" for word in words] for words in functions]


def best_of_all(old: list[list[str]], new: list[list[str]]) -> list[float]:
    """Return each old function's best ratio by comparing every pair."""
    return [max(difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() for b in new) for a in old]


def main() -> None:
    old = made(1)
    new = edited(old, 2)
    random.Random(3).shuffle(new)
    start = time.perf_counter()
    pairs = best_pairs(old, new)
    ours = time.perf_counter() - start
    start = time.perf_counter()
    best = best_of_all(old, new)
    theirs = time.perf_counter() - start
    agree = sum(abs(best[i] - ratio) < 1e-12 for i, _, ratio in pairs)
    above = sum(ratio >= LEAST_SIMILAR for ratio in best)
    print(f"best matches: {theirs / ours:.0f} times as fast as difflib on every pair; {agree} of {above} agree")


if __name__ == "__main__":
    main()
