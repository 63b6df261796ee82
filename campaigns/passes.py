"""Whole builds and teardowns in which every step is disturbed once.

    python -m campaigns.passes [--lab bare] [--seed 1] [--rounds 1]

* A second build changes nothing.
* A build that loses the connection within every `apply`, right after a statement that the seed chooses, ends in the
  lab that an undisturbed build ends in, and the ledger owns the same things with the same values from before.
* A teardown that loses the connection within every `remove`, and runs every `remove` once more on what is gone, ends
  in the machines from before the build.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from campaigns.cutting import Choose, cuts, cutting
from campaigns.inprocess import Connector, building, in_deep_thread, new_world
from campaigns.kills import copy_lab
from campaigns.stages import Rehearsed, errors, ledger_of, rehearse, remove_again
from campaigns.worlds import difference
from passivelab.blueprint.model import Blueprint
from passivelab.engine.events import Event, StepFinished
from winsim.world.digest import digest


class Disturbance:
    """Cuts each script that changes something once, at a place of its syntax tree that the seed chooses."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.cut: dict[str, int] = {}  # request -> the line of its script

    def choose(self, name: str, script: str) -> str | None:
        places = cuts(script)
        if name in self.cut or not places:
            return None
        place = self._chance.choice(places)
        self.cut[name] = place.line
        return place.text


def second_build(lab: Rehearsed, folder: Path) -> list[str]:
    world = lab.built.world()
    before = digest(world)
    with building(lab.workshop, world, _copy(lab.journal, folder / "second.jsonl")) as build:
        plan = build.read()
        found = [f"still to be done: {change.key}" for change in plan.pending]
        build.apply()
        found += [f"changed {build.tally.changed} steps"] if build.tally.changed else []
        found += [] if build.prove() else ["not proved"]
    return [*found, *([] if digest(world) == before else ["another lab without a change"])]


def cut_build(lab: Rehearsed, folder: Path, disturbance: Disturbance) -> list[str]:
    """From new machines, with every `apply` cut off once."""
    workshop = lab.workshop
    world = new_world(workshop.lab.folder / "machines.yml")
    journal = folder / "cut.jsonl"
    connect = cutting(Connector(workshop, world), disturbance.choose)
    with building(workshop, world, journal, connect=connect) as build:
        build.read()
        if not build.apply():
            return [errors(build)]
        found = [] if build.prove() else ["not proved"]
    other = difference(lab.built.world(), world)
    found += [f"another lab: {other}"] if other else []
    ours, theirs = ledger_of(journal).entries, lab.ledger.entries
    # Values from before hold generated ids: what they have in common is which there were.
    shape = {key: entry.before is None for key, entry in theirs.items()}
    return found + ([] if shape == {key: entry.before is None for key, entry in ours.items()} else ["owned otherwise"])


def cut_teardown(lab: Rehearsed, folder: Path, choose: Choose) -> list[str]:
    """Everything taken back, every `remove` cut off once; when a thing is gone, its `remove` runs once more."""
    workshop, world = lab.workshop, lab.built.world()
    found: list[str] = []

    def repeat(event: Event) -> None:
        if isinstance(event, StepFinished) and event.outcome == "removed":
            fault = remove_again(build, workshop, items[event.key])
            found.extend([f"{event.key}: the second remove: {fault}"] if fault else [])

    nothing = Blueprint(workshop.lab.name, ())
    connect = cutting(Connector(workshop, world), choose)
    journal = _copy(lab.journal, folder / "teardown.jsonl")
    with building(workshop, world, journal, nothing, emit=repeat, connect=connect, prune=True) as build:
        items = {item.instance.key: item for item in build.removals}
        build.read()
        if not build.apply():
            return [*found, errors(build)]
        found += [] if build.prove() else ["not proved"]
    found += [f"still owned: {key}" for key in ledger_of(journal).entries]
    other = difference(new_world(workshop.lab.folder / "machines.yml"), world)
    return [*found, *([f"not the machines from before: {other}"] if other else [])]


def _copy(journal: Path, target: Path) -> Path:
    shutil.copy(journal, target)
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lab", default="simulated", help="a folder under inventory/")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1, help="each with the next seed")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        copy = copy_lab(folder / "lab", arguments.lab)
        good = in_deep_thread(lambda: rounds(copy, folder, range(arguments.seed, arguments.seed + arguments.rounds)))
    return 0 if good else 1


def rounds(copy: Path, folder: Path, seeds: range) -> bool:
    lab = rehearse(copy, folder / "journal.jsonl", keep=False)
    good = _tell("second build", lambda: second_build(lab, folder))
    for seed in seeds:
        (folder / str(seed)).mkdir()
        built, gone = Disturbance(seed), Disturbance(seed)
        good &= _tell(f"cut build, seed {seed}", lambda: cut_build(lab, folder / str(seed), built))  # noqa: B023
        good &= _tell(f"cut teardown, seed {seed}", lambda: cut_teardown(lab, folder / str(seed), gone.choose))  # noqa: B023
        print(f"cut off: {len(built.cut)} apply, {len(gone.cut)} remove", flush=True)
    return good


def _tell(name: str, work: Callable[[], list[str]]) -> bool:
    started = time.monotonic()
    found = work()
    print(f"{name}: {'as it should be' if not found else 'WRONG'}, {time.monotonic() - started:.1f} s", flush=True)
    for line in found:
        print(f"  {line}", flush=True)
    return not found


if __name__ == "__main__":
    sys.exit(main())
