"""Whole builds and teardowns in which every step is disturbed once.

    python -m campaigns.passes [--lab bare] [--seed 1] [--rounds 1 | --every] [--only build]

* A second build changes nothing.
* A build that loses the connection within every `apply`, right after a statement of it, ends in the lab that an
  undisturbed build ends in, and the ledger owns the same things with the same values from before.
* A teardown that loses the connection within every `remove`, and runs every `remove` once more on what is gone, ends
  in the machines from before the build.

Each round cuts each template's script after a statement that no round before has cut it after; the instances of a
template share the work. With ``--every`` the rounds go on until no statement is left.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from campaigns.cutting import cuts, cutting
from campaigns.inprocess import Connector, building, in_deep_thread, new_world
from campaigns.stages import Rehearsed, ledger_of, rehearse, remove_again
from campaigns.variants import make_lab
from campaigns.worlds import difference
from passivelab.blueprint.model import Blueprint
from passivelab.engine import Build
from passivelab.engine.events import Event, StepFinished
from passivelab.state import Ledger
from winsim.world.digest import GENERATED, digest


@dataclass
class Coverage:
    """Which statements of which templates a script was cut after, over all rounds; the host got that far, or not."""

    tried: dict[tuple[str, int], dict[int, bool]] = field(default_factory=dict)

    def next(self, template: str, count: int) -> int | None:
        """The first statement that was not tried; templates render into scripts of different length."""
        known = self.tried.setdefault((template, count), {})
        return next((number for number in range(count) if number not in known), None)

    def text(self) -> str:
        every = [reached for known in self.tried.values() for reached in known.values()]
        whole = sum(count for _, count in self.tried)
        templates = len({template for template, _ in self.tried})
        return f"{templates} scripts of templates: cut after {len(every)} of {whole} statements, {sum(every)} reached"


class Disturbance:
    """Cuts each script that changes something once: after a statement that was not tried before, or a random one."""

    def __init__(self, seed: int, coverage: Coverage | None = None) -> None:
        self._chance = random.Random(seed)
        self._coverage = coverage
        self._untold: tuple[dict[int, bool], int] | None = None
        self.cut: dict[str, int] = {}  # request -> the line of its script
        self.new = 0  # cuts that no round before had

    def choose(self, name: str, script: str) -> str | None:
        places = cuts(script)
        if name in self.cut or not places:
            return None
        number = self._chance.randrange(len(places))
        if self._coverage is not None:
            _, step, block = name.split(" ")
            template = f"{step.partition('[')[0]} {block}"
            fresh = self._coverage.next(template, len(places))
            self.new += fresh is not None
            number = number if fresh is None else fresh
            self._untold = self._coverage.tried[(template, len(places))], number
        self.cut[name] = places[number].line
        return places[number].text

    def reached(self, reached: bool) -> None:
        """Whether the script came to its cut."""
        if self._untold is not None:
            known, number = self._untold
            known[number] = reached or known.get(number, False)


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
    connect = cutting(Connector(workshop, world), disturbance)
    with building(workshop, world, journal, connect=connect) as build:
        build.read()
        if not build.apply():
            return told(build, disturbance, "apply")
        found = [] if build.prove() else ["not proved"]
    other = difference(lab.built.world(), world)
    found += [f"another lab: {other}"] if other else []
    ours, theirs = values_before(ledger_of(journal)), values_before(lab.ledger)
    return found + [f"owned otherwise: {key}" for key in sorted({*ours, *theirs}) if ours.get(key) != theirs.get(key)]


def values_before(ledger: Ledger) -> dict[str, str]:
    """Of each owned thing the value that it had before, generated texts aside."""
    return {
        f"{host} {step}": GENERATED.sub("#", json.dumps(entry.before, sort_keys=True))
        for (host, step), entry in ledger.entries.items()
    }


def told(build: Build, disturbance: Disturbance, block: str) -> list[str]:
    return [
        f"{key}: cut after line {disturbance.cut.get(f'{key} {block}')}: {error}"
        for key, error in build.tally.errors.items()
    ]


def cut_teardown(lab: Rehearsed, folder: Path, disturbance: Disturbance) -> list[str]:
    """Everything taken back, every `remove` cut off once; when a thing is gone, its `remove` runs once more."""
    workshop, world = lab.workshop, lab.built.world()
    found: list[str] = []

    def repeat(event: Event) -> None:
        if isinstance(event, StepFinished) and event.outcome == "removed":
            fault = remove_again(build, workshop, items[event.key])
            found.extend([f"{event.key}: the second remove: {fault}"] if fault else [])

    nothing = Blueprint(workshop.lab.name, ())
    connect = cutting(Connector(workshop, world), disturbance)
    journal = _copy(lab.journal, folder / "teardown.jsonl")
    with building(workshop, world, journal, nothing, emit=repeat, connect=connect, prune=True) as build:
        items = {item.instance.key: item for item in build.removals}
        build.read()
        if not build.apply():
            return [*found, *told(build, disturbance, "remove")]
        found += [] if build.prove() else ["not proved"]
    found += [f"still owned: {key}" for key in ledger_of(journal).entries]
    other = difference(new_world(workshop.lab.folder / "machines.yml"), world)
    return [*found, *([f"not the machines from before: {other}"] if other else [])]


def _copy(journal: Path, target: Path) -> Path:
    shutil.copy(journal, target)
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lab", default="simulated", help="a folder under inventory/, or: other")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--every", action="store_true", help="rounds until every statement was cut after")
    parser.add_argument("--only", choices=PASSES, help="build or teardown")
    arguments = parser.parse_args()
    works = {name: work for name, work in PASSES.items() if arguments.only in (None, name)}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        copy = make_lab(arguments.lab, folder / "lab")
        first, last = arguments.seed, arguments.seed + (1000 if arguments.every else arguments.rounds)
        good = in_deep_thread(lambda: rounds(copy, folder, range(first, last), works))
    return 0 if good else 1


Pass = Callable[[Rehearsed, Path, Disturbance], list[str]]
PASSES: Mapping[str, Pass] = {"build": cut_build, "teardown": cut_teardown}


def rounds(copy: Path, folder: Path, seeds: range, works: Mapping[str, Pass]) -> bool:
    lab = rehearse(copy, folder / "journal.jsonl", keep=False)
    good = _tell("second build", lambda: second_build(lab, folder))
    for name, work in works.items():
        coverage = Coverage()
        for seed in seeds:
            disturbance, place = Disturbance(seed, coverage), folder / f"{name} {seed}"
            place.mkdir()
            good &= _tell(f"{name} {seed}", partial(work, lab, place, disturbance))
            if not disturbance.new:
                break
        print(coverage.text(), flush=True)
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
