"""Builds a simulated lab, takes it down and builds it again; every round must end alike.

    python -m campaigns.rebuild [--lab bare] [--rounds 5]

Printed are digests of the machines: before the first build, after it, after each teardown and after each build.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from campaigns.digest import digest
from campaigns.kills import ROOT, copy_lab
from winsim.world.digest import digest as digest_of_world
from winsim.world.machines import load_machines


@dataclass(frozen=True)
class Round:
    """One command: what its summary says, and the machines after it."""

    command: str
    changed: int
    proved: bool
    seconds: float
    digest: str

    def line(self) -> str:
        word = "proved" if self.proved else "NOT PROVED"
        return f"{self.command:<13} {self.changed:>4} changed, {word}, {self.seconds:6.1f} s  {self.digest}"


def run(lab: Path, *arguments: str) -> Round:
    """One task to its end."""
    started = time.monotonic()
    line = [sys.executable, "-m", "invoke", *arguments, "--lab", str(lab), "--json"]
    output = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    summary = json.loads(output.splitlines()[-1]) if output.strip() else {}
    seconds = time.monotonic() - started
    proved, changed = bool(summary.get("proved")), int(summary.get("changed", -1))
    return Round(arguments[0], changed, proved, seconds, digest(lab / ".passivelab" / "machines"))


def campaign(name: str, rounds: int, folder: Path) -> bool:
    lab = copy_lab(folder / name, name)
    new = digest_of_world(load_machines(lab / "machines.yml"))
    print(f"new machines  {new}", flush=True)
    done = [run(lab, "build-lab")]
    print(done[0].line(), flush=True)
    again = run(lab, "build-lab")
    print(again.line(), flush=True)
    fine = done[0].proved and again.proved and again.changed == 0 and again.digest == done[0].digest
    for _ in range(rounds):
        for arguments, wanted in ((("teardown-lab", "--yes"), new), (("build-lab",), done[0].digest)):
            outcome = run(lab, *arguments)
            same = outcome.digest == wanted
            print(f"{outcome.line()}{'' if same else '  DIFFERENT'}", flush=True)
            fine = fine and outcome.proved and same
    return fine


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lab", default="simulated", help="a folder under inventory/")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fine = campaign(arguments.lab, arguments.rounds, Path(folder))
    print("every round ended alike" if fine else "some rounds differ")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
