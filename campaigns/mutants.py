"""Breaks every rendered `apply` of the default lab in small ways; each mutant has to fail, or not to converge.

    python -m campaigns.mutants --seed 1 [--share 0.1] [--step adfs/trust] [--jobs 2]

The lab is built once, and the world is put aside right before each change. A mutant gets that world, and the engine
brings its step to where it is wanted, with the mutant as its `apply`. A mutant that passes has another chance to be
found out: by any later step of the build, and by the proof at its end.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from campaigns.inprocess import STACK, Snapshot, building, new_world
from campaigns.kills import copy_lab
from campaigns.mutations import Mutation, mutations
from passivelab.blueprint.model import Blueprint, Key, StepInstance
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import Workshop, open_workshop
from passivelab.engine.events import Event, StepMoved
from passivelab.errors import NotConverged
from winsim.world.digest import digest
from winsim.world.lab import World

KILLED = ("failed", "not converged", "stops later steps", "not proved")
SURVIVED = ("same lab", "other lab")


@dataclass(frozen=True)
class Mutant:
    instance: StepInstance
    mutation: Mutation


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant. It survives with the ``same lab``, or with one that differs where nobody looks."""

    key: str
    kind: str
    line: int
    was: str
    result: str
    why: str = ""

    @property
    def killed(self) -> bool:
        return self.result in KILLED


@dataclass
class Campaign:
    """The built lab: its changes, and the worlds before each of them."""

    workshop: Workshop
    before: dict[Key, Snapshot]
    folder: Path
    _digests: dict[Key, str] = field(default_factory=dict)

    @classmethod
    def prepare(cls, folder: Path) -> Campaign:
        """Build the default lab once."""
        lab = copy_lab(folder / "lab")
        workshop = open_workshop(str(lab), Terminal())
        world = new_world(lab / "machines.yml")
        before: dict[Key, Snapshot] = {}

        def remember(event: Event) -> None:
            if isinstance(event, StepMoved) and event.phase == "applying" and event.key not in before:
                before[event.key] = Snapshot.of(world)

        with building(workshop, world, folder / "reference.jsonl", emit=remember) as build:
            build.read()
            if not (build.apply() and build.prove()):
                raise SystemExit("the lab itself does not build")
        return cls(workshop, before, folder)

    def mutants(self) -> list[Mutant]:
        """Every mutant of every template, spread over the template's instances."""
        groups: defaultdict[str, list[StepInstance]] = defaultdict(list)
        for key in self.before:
            instance = self.workshop.blueprint.find(key)
            assert instance is not None
            groups[f"{instance.role}/{instance.step}"].append(instance)
        result = []
        for instances in groups.values():
            for turn, instance in enumerate(instances):
                found = mutations(instance.scripts.apply or "")
                result += [Mutant(instance, mutation) for mutation in found[turn :: len(instances)]]
        return result

    def judge(self, mutant: Mutant) -> Verdict:
        result, why = self._judge(mutant)
        mutation = mutant.mutation
        return Verdict(str(mutant.instance.key), mutation.kind, mutation.line, mutation.was, result, why)

    def _judge(self, mutant: Mutant) -> tuple[str, str]:
        key = mutant.instance.key
        world = self.before[key].world()
        scripts = replace(mutant.instance.scripts, apply=mutant.mutation.text)
        found = self._converge(world, replace(mutant.instance, scripts=scripts))
        if found is not None:
            return found
        if digest(world) == self._wanted(key):
            return "same lab", ""
        with building(self.workshop, world, self._journal()) as build:
            build.read()
            if not build.apply():
                return "stops later steps", "; ".join(str(error) for error in build.tally.errors.values())
            return ("other lab", "") if build.prove() else ("not proved", "")

    def _converge(self, world: World, instance: StepInstance) -> tuple[str, str] | None:
        """Bring one step to where it is wanted; how it failed, or None."""
        steps = (instance if item.key == instance.key else item for item in self.workshop.blueprint.instances)
        blueprint = Blueprint(self.workshop.blueprint.lab, tuple(steps))
        with building(self.workshop, world, self._journal(), blueprint, lambda item: item.key == instance.key) as build:
            build.read()
            build.apply()
            error = build.tally.errors.get(instance.key)
        if error is None:
            return None
        return "not converged" if isinstance(error, NotConverged) else "failed", error.message()

    def _wanted(self, key: Key) -> str:
        """The digest of the lab after the step as it is."""
        if key not in self._digests:
            world = self.before[key].world()
            instance = self.workshop.blueprint.find(key)
            assert instance is not None
            failure = self._converge(world, instance)
            assert failure is None, failure
            self._digests[key] = digest(world)
        return self._digests[key]

    def _journal(self) -> Path:
        path = self.folder / f"mutant-{multiprocessing.current_process().pid}.jsonl"
        path.unlink(missing_ok=True)
        return path


def sample(mutants: Sequence[Mutant], seed: int, share: float) -> list[Mutant]:
    """At least one mutant of each step, and a share of all."""
    chance = random.Random(seed)
    count = max(1, round(len(mutants) * share))
    return list(mutants) if share >= 1 else chance.sample(list(mutants), min(count, len(mutants)))


_CAMPAIGN: Campaign | None = None  # inherited by the processes that judge


def _judge(mutant: Mutant) -> Verdict:
    assert _CAMPAIGN is not None
    return in_deep_thread(_CAMPAIGN, mutant)


def in_deep_thread(campaign: Campaign, mutant: Mutant) -> Verdict:
    result: list[Verdict] = []
    before = threading.stack_size(STACK)
    thread = threading.Thread(target=lambda: result.append(campaign.judge(mutant)))
    try:
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    return result[0]


def judge_all(campaign: Campaign, mutants: Sequence[Mutant], jobs: int) -> Iterator[Verdict]:
    global _CAMPAIGN
    _CAMPAIGN = campaign
    if jobs == 1:
        yield from map(_judge, mutants)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap_unordered(_judge, mutants, chunksize=1)


def summary(verdicts: Iterable[Verdict]) -> str:
    """Figures by kind of damage, then the survivors."""
    rows = list(verdicts)
    kinds = Counter(verdict.kind for verdict in rows)
    killed = Counter(verdict.kind for verdict in rows if verdict.killed)
    lines = [f"{kind:20} {killed[kind]:5} of {count:5} killed" for kind, count in sorted(kinds.items())]
    results = Counter(verdict.result for verdict in rows)
    lines.append(", ".join(f"{count} {name}" for name, count in results.most_common()))
    total = sum(killed.values())
    lines.append(f"{total} of {len(rows)} mutants killed: {100 * total / max(1, len(rows)):.1f} %")
    for verdict in sorted((verdict for verdict in rows if not verdict.killed), key=lambda verdict: verdict.key):
        was = " ".join(verdict.was.split())[:110]
        lines.append(f"survived ({verdict.result}) {verdict.key}, line {verdict.line}: {verdict.kind}: {was}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--step", default="", help="only mutants of steps whose name contains this")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write every verdict into this file")
    arguments = parser.parse_args()
    threading.stack_size(STACK)
    with tempfile.TemporaryDirectory() as folder:
        campaign = Campaign.prepare(Path(folder))
        chosen = [item for item in campaign.mutants() if arguments.step in str(item.instance.key)]
        chosen = sample(chosen, arguments.seed, arguments.share)
        print(f"{len(campaign.before)} changes of the default lab, {len(chosen)} mutants", flush=True)
        verdicts = list(judge_all(campaign, chosen, arguments.jobs))
    print(summary(verdicts))
    if arguments.json:
        arguments.json.write_text("".join(json.dumps(vars(verdict)) + "\n" for verdict in verdicts), "utf-8")
    killed = sum(verdict.killed for verdict in verdicts)
    return 0 if killed >= 0.95 * len(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
