"""Parsing of JUnit XML against bare expat and junitparser: ratios of one run, and the memory of a million cases.

python -m benchmarks.results [CASES]
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from xml.parsers import expat

from milestones.results import parse, summarise

ROUNDS = 3


def write(path: Path, cases: int) -> None:
    with path.open("w") as file:
        failures = (cases + 99) // 100
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="tests">\n')
        file.write(f'<testsuite name="shop" tests="{cases}" failures="{failures}" errors="0" skipped="0">\n')
        chance = random.Random(7)
        for number in range(cases):
            place = f'classname="tests.area_{number // 1000}.test_module_{number // 100}.TestBasketOfOneShop"'
            seconds = f"{chance.expovariate(20):.3f}"
            case = f'<testcase {place} name="test_the_total_of_the_basket_number_{number}" time="{seconds}"'
            failure = '><failure message="assert 1 == 2">E  assert 1 == 2\n</failure></testcase>\n'
            file.write(case + (failure if number % 100 == 0 else " />\n"))
        file.write("</testsuite>\n</testsuites>\n")


def bare_expat(path: Path) -> None:
    parser = expat.ParserCreate()
    with path.open("rb") as file:
        while piece := file.read(65536):
            parser.Parse(piece)


def ours(path: Path) -> None:
    with path.open("rb") as file:
        for _ in parse("junit", file):
            pass


def summed_up(path: Path) -> None:
    with path.open("rb") as file:
        summarise("junit", parse("junit", file))


def junitparser(path: Path) -> None:
    from junitparser import JUnitXml

    for suite in JUnitXml.fromfile(str(path)):
        for case in suite:
            _ = (case.name, case.classname, case.time, case.result)


def best(work: Callable[[Path], None], path: Path) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work(path)
        times.append(time.process_time() - began)
    return min(times)


def memory_of(path: Path) -> int:
    """Kilobytes above the idle process, in a process of its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_growth, (path,))


def _growth(path: Path) -> int:
    before = _peak()
    ours(path)
    return _peak() - before


def _peak() -> int:
    """The peak of this very process; getrusage's would include that of the process that started it."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1])


def main(cases: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "junit.xml"
        write(path, cases)
        floor, mine, total = best(bare_expat, path), best(ours, path), best(summed_up, path)
        rival = best(junitparser, path)
        print(f"{cases:,} cases, {path.stat().st_size / 1e6:.0f} MB, {os.cpu_count()} cores, best of {ROUNDS}")
        print(f"parse / bare expat      {mine / floor:5.2f}  (at most 2.6)")
        print(f"parse + sum / expat     {total / floor:5.2f}")
        print(f"junitparser / parse     {rival / mine:5.2f}  (at least 2.5)")
        write(path, 1_000_000)
        size, memory = path.stat().st_size / 1e6, memory_of(path) / 1024
        print(f"a million cases, {size:.0f} MB: {memory:.1f} MB over idle (at most 32)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
