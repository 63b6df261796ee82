"""Kills builds and teardowns at random moments (SIGKILL); the next one must end where an uninterrupted one does.

    python -m campaigns.kills --seed 1 --count 10 [--teardown]
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
from dataclasses import dataclass
from pathlib import Path

from campaigns.digest import digest

ROOT = Path(__file__).resolve().parents[1]
BUILD = ("build-lab", "--json")
TEARDOWN = ("teardown-lab", "--yes", "--json")


@dataclass(frozen=True)
class Outcome:
    """One kill: when it came, and how the lab was after the next run."""

    moment: float
    command: str
    proved: bool
    digest: str


def copy_lab(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("lab.yml", "machines.yml", "secrets.yml"):
        shutil.copy(ROOT / "inventory" / "simulated" / name, folder / name)
    return folder


def command(lab: Path, arguments: tuple[str, ...]) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "invoke", *arguments, "--lab", str(lab)]
    return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def run(lab: Path, arguments: tuple[str, ...]) -> tuple[bool, float]:
    """Run to the end; whether it proved its result, and how long it took."""
    started = time.monotonic()
    output = command(lab, arguments).communicate()[0]
    last = json.loads(output.splitlines()[-1]) if output.strip() else {}
    return bool(last.get("proved")), time.monotonic() - started


def kill(lab: Path, arguments: tuple[str, ...], moment: float) -> None:
    process = command(lab, arguments)
    try:
        process.communicate(timeout=moment)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def campaign(seed: int, count: int, teardown: bool, folder: Path) -> tuple[str, list[Outcome]]:
    """The digest of an uninterrupted run, and what became of each interrupted one."""
    chance = random.Random(seed)
    reference = copy_lab(folder / "reference")
    proved, seconds = run(reference, BUILD)
    if not proved:
        raise SystemExit("the uninterrupted build was not proved")
    arguments: tuple[str, ...] = BUILD
    if teardown:
        arguments = TEARDOWN
        proved, seconds = run(reference, TEARDOWN)
    wanted = digest(reference / ".passivelab" / "machines")
    outcomes = []
    for number in range(count):
        lab = copy_lab(folder / f"killed-{number:03d}")
        # One root and one set of keys: they are made on the controller and part of every world.
        shutil.copytree(reference / ".passivelab" / "pki", lab / ".passivelab" / "pki")
        if teardown:
            run(lab, BUILD)
        moment = chance.uniform(0.5, seconds)
        kill(lab, arguments, moment)
        proved, _ = run(lab, arguments)
        outcomes.append(Outcome(moment, arguments[0], proved, digest(lab / ".passivelab" / "machines")))
        shutil.rmtree(lab)
    return wanted, outcomes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--teardown", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wanted, outcomes = campaign(arguments.seed, arguments.count, arguments.teardown, Path(folder))
    bad = 0
    for outcome in outcomes:
        same = outcome.digest == wanted
        bad += not (same and outcome.proved)
        word = "same" if same else "DIFFERENT"
        print(f"killed {outcome.command} after {outcome.moment:6.2f} s: proved {outcome.proved}, digest {word}")
    print(f"{len(outcomes) - bad} of {len(outcomes)} recovered to {wanted[:16]}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
