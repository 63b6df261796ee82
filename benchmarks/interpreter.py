"""How fast the simulated lab runs PowerShell: ``python benchmarks/interpreter.py``.

Four programs whose times under real PowerShell 7.6 on two cores of the same kind are known, the parser over the
rendered scripts of the default lab, and the reading of every step. Plain Python doing the same work in the same run
says how fast the machine is just now.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from passivelab.blueprint.compile import compile_blueprint
from passivelab.lab import load_lab
from passivelab.lab.certificates import wanted_certificates
from passivelab.pki import Pki
from pslang.parser import parse
from winsim.interpreter.hosting import PipelineRequest, RemoteCommand
from winsim.interpreter.session import Session
from winsim.run_script import ADMINISTRATOR, Recorder, throw_away_world

ROOT = Path(__file__).resolve().parent.parent

# name, PowerShell, milliseconds of real PowerShell 7.6
PROGRAMS = (
    (
        "100 000 iterations of $x = ($x + $i) % 7",
        "$x = 0; for ($i = 0; $i -lt 100000; $i++) { $x = ($x + $i) % 7 }; $x",
        461,
    ),
    (
        "20 000 objects through three commands",
        "(1..20000 | ForEach-Object { $_ * 2 } | Where-Object { $_ % 3 -eq 0 } | Measure-Object).Count",
        1150,
    ),
    (
        "10 000 function calls",
        "function Add($a, $b) { $a + $b }; $s = 0; foreach ($i in 1..10000) { $s = Add $s 1 }; $s",
        809,
    ),
    (
        "5 000 -replace and -match",
        "$n = 0; foreach ($i in 1..5000) { $t = \"item-$i\" -replace '\\d+', 'x'; "
        "if (\"item-$i\" -match '(\\d+)') { $n++ } }; $n",
        33,
    ),
)


def plain_loop() -> int:
    x = 0
    for i in range(100000):
        x = (x + i) % 7
    return x


def plain_objects() -> int:
    return sum(1 for _ in (i for i in (n * 2 for n in range(1, 20001)) if i % 3 == 0))


def plain_calls() -> int:
    def add(a: int, b: int) -> int:
        return a + b

    s = 0
    for _ in range(10000):
        s = add(s, 1)
    return s


def plain_regex() -> int:
    n = 0
    for i in range(1, 5001):
        re.sub(r"\d+", "x", f"item-{i}")
        n += re.search(r"(\d+)", f"item-{i}") is not None
    return n


PLAIN: tuple[Callable[[], int], ...] = (plain_loop, plain_objects, plain_calls, plain_regex)


def timed(work: Callable[[], object], rounds: int = 3) -> float:
    """The best of some rounds, in milliseconds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best * 1000


def run(script: str) -> None:
    world, host = throw_away_world()
    outcome = Session(world, host, ADMINISTRATOR).invoke(PipelineRequest([RemoteCommand(script, True)]), Recorder())
    if outcome.state != "completed":
        raise SystemExit(f"the script ended as {outcome.state}: {outcome.error}")


def scripts() -> Iterator[str]:
    lab = load_lab(ROOT / "inventory" / "simulated")
    keys = Pki.open(ROOT / ".passivelab" / "benchmark" / "pki", wanted_certificates(lab))
    for instance in compile_blueprint(lab, ROOT / "roles", keys).instances:
        blocks = instance.scripts
        yield from (text for text in (blocks.current, blocks.apply, blocks.remove) if text)


def main() -> None:
    print(f"{'program':44} {'lab ms':>8} {'PowerShell 7.6 ms':>18} {'plain Python ms':>16}")
    for (name, script, real), plain in zip(PROGRAMS, PLAIN, strict=True):
        print(f"{name:44} {timed(lambda script=script: run(script)):8.0f} {real:18} {timed(plain):16.1f}")  # type: ignore[misc]
    texts = list(scripts())
    size = sum(len(text.encode()) for text in texts)
    spent = timed(lambda: [parse(text) for text in texts])
    speed = size / 1e3 / spent
    print(f"\nparser: {len(texts)} scripts of the default lab, {size / 1e6:.2f} MB, {speed:.1f} MB/s")


if __name__ == "__main__":
    main()
