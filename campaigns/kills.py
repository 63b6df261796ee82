"""Kills builds and teardowns at random moments (SIGKILL); the next one must end where an uninterrupted one does.

    python -m campaigns.kills --seed 1 --count 10 [--lab bare] [--only 3,7]

A moment is so many lines of the run's output, and up to a quarter of a second more: a busy machine changes nothing
about which moments are tried. Every second kill hits a teardown. After a kill the same command runs again, to its end;
then the machines must have the digest of those of an uninterrupted run, and the ledger must own the same things, each
with the value that it had before the first change. ``--only`` repeats some kills of a seed, by their number.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaigns.digest import digest
from passivelab.state.journal import read
from passivelab.state.ledger import fold

ROOT = Path(__file__).resolve().parents[1]
BUILD = ("build-lab", "--json")
TEARDOWN = ("teardown-lab", "--yes", "--json")
LONGEST_DELAY = 0.25  # seconds after a line of output


@dataclass(frozen=True)
class End:
    """How a lab is after a run: whether that was proved, the machines' digest, and what the ledger owns."""

    proved: bool
    digest: str
    owned: Mapping[str, Any]
    lines: int = 0
    last: str = ""  # the end of its output, where it was not proved


@dataclass(frozen=True)
class Outcome:
    """One kill: when it came, and how the lab was after the next run."""

    command: str
    line: int
    delay: float
    end: End

    def agrees(self, wanted: End) -> bool:
        return self.end.proved and self.end.digest == wanted.digest and self.end.owned == wanted.owned

    def text(self, wanted: End) -> str:
        told = "the same lab" if self.agrees(wanted) else f"DIFFERENT: {self._difference(wanted)}"
        return f"killed {self.command} after line {self.line:3} and {self.delay:.2f} s: {told}"

    def _difference(self, wanted: End) -> str:
        ours, theirs = self.end.owned, wanted.owned
        owned = sorted(key for key in {*ours, *theirs} if ours.get(key, "-") != theirs.get(key, "-"))
        told = f"proved {self.end.proved}, digest {self.end.digest[:16]} for {wanted.digest[:16]}"
        return f"{told}, owned otherwise: {', '.join(owned) or 'nothing'}{self.end.last}"


def copy_lab(folder: Path, name: str = "simulated") -> Path:
    """The inventory of that name, without what was made of it."""
    shutil.copytree(ROOT / "inventory" / name, folder, ignore=shutil.ignore_patterns("media", ".passivelab"))
    return folder


def command(lab: Path, arguments: tuple[str, ...]) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "invoke", *arguments, "--lab", str(lab)]
    return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def owned(lab: Path) -> dict[str, Any]:
    """What the ledger says: host and step of each owned thing, and what was there before."""
    entries = fold(read(lab / ".passivelab" / "journal.jsonl")).entries
    return {f"{host} {step}": entry.before for (host, step), entry in sorted(entries.items())}


def run(lab: Path, arguments: tuple[str, ...]) -> End:
    """Run to the end."""
    output = command(lab, arguments).communicate()[0].splitlines()
    last = json.loads(output[-1]) if output else {}
    proved = bool(last.get("proved"))
    said = "" if proved else "\n".join(["", *output[-5:]])
    return End(proved, digest(lab / ".passivelab" / "machines"), owned(lab), len(output), said)


def kill(lab: Path, arguments: tuple[str, ...], line: int, delay: float) -> None:
    """Start a run and kill it ``delay`` seconds after its ``line``-th line of output."""
    process = command(lab, arguments)
    assert process.stdout is not None
    for _ in range(line):
        if not process.stdout.readline():
            break
    time.sleep(delay)
    process.kill()
    process.communicate()


def campaign(seed: int, numbers: Sequence[int], name: str, folder: Path) -> bool:
    """Print what became of each interrupted run; whether all recovered."""
    chance = random.Random(seed)
    new, built, gone = folder / "new", folder / "built", folder / "gone"
    command(copy_lab(new, name), ("ping",)).communicate()  # the same machines for all, keys and all
    shutil.copytree(new, built)
    ends: dict[tuple[str, ...], End] = {BUILD: run(built, BUILD)}
    shutil.copytree(built, gone)
    ends[TEARDOWN] = run(gone, TEARDOWN)
    if not all(end.proved for end in ends.values()):
        raise SystemExit("the uninterrupted runs were not proved")
    recovered = 0
    for number in range(1, max(numbers) + 1):
        arguments = BUILD if number % 2 else TEARDOWN
        wanted = ends[arguments]
        line, delay = chance.randint(1, wanted.lines - 1), chance.uniform(0, LONGEST_DELAY)
        if number not in numbers:
            continue
        lab = folder / "killed"
        shutil.copytree(built if arguments is TEARDOWN else new, lab)
        if arguments is BUILD:
            # One root and one set of keys: they are made on the controller and part of every world.
            shutil.copytree(built / ".passivelab" / "pki", lab / ".passivelab" / "pki", dirs_exist_ok=True)
        kill(lab, arguments, line, delay)
        outcome = Outcome(arguments[0], line, delay, run(lab, arguments))
        print(f"{number:3}: {outcome.text(wanted)}", flush=True)
        recovered += outcome.agrees(wanted)
        shutil.rmtree(lab)
    print(f"{recovered} of {len(numbers)} recovered", flush=True)
    return recovered == len(numbers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--lab", default="simulated", help="a folder under inventory/")
    parser.add_argument("--only", default="", help="kills to repeat, by their number")
    arguments = parser.parse_args()
    numbers = [int(text) for text in arguments.only.split(",") if text] or range(1, arguments.count + 1)
    with tempfile.TemporaryDirectory() as folder:
        return 0 if campaign(arguments.seed, numbers, arguments.lab, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
