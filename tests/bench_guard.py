"""What the text guard costs: loading, a rationale of 300 words, memory; part of `make bench`.

How much it finds is measured on labelled texts, through `flask anonymise`: docs/text-guard.md.
"""

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

WORDS = 300
ROUNDS = 20
RESIDENT = "from bench_guard import resident_in; print(*resident_in())"


def rows() -> Iterator[tuple[str, str, str]]:
    before, after = subprocess.run(
        [sys.executable, "-c", RESIDENT],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    yield "guard: process before and after loading", f"{before} MB", f"{after} MB"
    from portal import textguard

    started = time.perf_counter()
    textguard.load()
    yield "guard: loading", f"{time.perf_counter() - started:.2f} s", ""
    texts, times = [rationale(number) for number in range(ROUNDS + 2)], []
    for text in texts:
        started = time.perf_counter()
        textguard.scan(text)
        times.append((time.perf_counter() - started) * 1000)
    times = sorted(times[2:])
    name = f"guard: a rationale of {WORDS} words"
    yield name, f"{statistics.median(times):.0f} ms", f"{times[int(len(times) * 0.95)]:.0f} ms"


def rationale(seed: int) -> str:
    """So many words of the demonstration's decisions, with a name among them."""
    from minutes.demonstration import texts

    rng, words = random.Random(seed), ["Frau", "Karimi", "legte", "Nachweise", "vor."]
    while len(words) < WORDS:
        decision = texts.bulk_decision(rng, "lenkungskreis")
        words += f"{decision.outline} {decision.arguments} {decision.conclusion}".split()
    return " ".join(words[:WORDS])


def resident_in() -> tuple[int, int]:
    """Resident MB of a process with the whole portal, before and after it loaded the guard."""
    from bench import resident

    import portal.app  # noqa: F401
    from portal import textguard

    before = resident("self")
    textguard.load()
    textguard.scan(rationale(1))
    return before, resident("self")


if __name__ == "__main__":
    for name, median, slowest in rows():
        print(f"{name:<42}{median:>12}{slowest:>18}")
