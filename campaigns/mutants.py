"""Breaks every rendered `apply` of the default lab in small ways; each mutant has to fail, or not to converge.

    python -m campaigns.mutants --seed 1 [--share 0.1] [--step adfs/trust] [--host arr01] [--jobs 2]

The lab is built once, and the world is put aside right before each change, and after each change by hand of
hand_changes.py. A mutant gets each of these worlds that its step has something to do in; the engine brings the step to
where it is wanted, with the mutant as its `apply`. It is killed where the end differs from that of the real `apply`. A
mutant that passes, but leaves another lab, has one more chance to be found out: by what is left to do of the build, and
by the proof at its end.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from campaigns.forking import in_processes
from campaigns.hand_changes import CHANGES, HandChange
from campaigns.inprocess import Connector, Snapshot, building, in_deep_thread, new_world
from campaigns.kills import copy_lab
from campaigns.mutations import mutations
from passivelab.blueprint.model import Blueprint, Key, StepInstance
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import Workshop, open_workshop
from passivelab.engine.events import Event, StepFinished, StepMoved
from passivelab.errors import NotConverged
from winsim.world.digest import digest
from winsim.world.lab import World

KILLED = ("failed", "not converged", "not refused", "stops later steps", "not proved")


@dataclass(frozen=True)
class Start:
    """A world in which a step has something to do, and where its real `apply` leads."""

    instance: StepInstance
    world: Snapshot = field(repr=False)
    ahead: frozenset[Key] = field(repr=False)  # what the build still has to do
    changed: Literal["", "built", "before"] = ""  # by hand: the built lab, or the lab before the step
    result: str = "converged"
    why: str = ""


@dataclass(frozen=True)
class Mutant:
    """The ``number``-th damage of the step's script, in each of the worlds where the step has something to do."""

    step: str
    number: int


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
    """The built lab, and for each step the worlds that its mutants start from."""

    workshop: Workshop
    starts: dict[str, list[Start]]
    folder: Path
    hosts: frozenset[str]
    _digests: dict[int, str] = field(default_factory=dict)

    @classmethod
    def prepare(cls, folder: Path, step: str = "", hosts: Collection[str] = ()) -> Campaign:
        """Build the default lab once, or some of its hosts; then change it by hand."""
        lab = copy_lab(folder / "lab")
        workshop = open_workshop(str(lab), Terminal())
        world = new_world(lab / "machines.yml")
        campaign = cls(workshop, defaultdict(list), folder, frozenset(hosts or world.hosts))
        ahead = {item.key for item in workshop.blueprint.instances if campaign.wanted(item)}

        def remember(event: Event) -> None:
            if isinstance(event, StepMoved) and event.phase == "applying" and step in event.key.step:
                instance = campaign.instance(event.key)
                start = Start(instance, Snapshot.of(world), frozenset(ahead - {event.key}))
                campaign.starts[f"{instance.role}/{instance.step}"].append(start)
            elif isinstance(event, StepFinished):
                ahead.remove(event.key)

        with building(workshop, world, folder / "reference.jsonl", wanted=campaign.wanted, emit=remember) as build:
            build.read()
            if not (build.apply() and build.prove()):
                raise SystemExit("the lab itself does not build")
        built = Snapshot.of(world)
        before = {start.instance.key: start for found in campaign.starts.values() for start in found}
        for change in CHANGES:
            if step in change.step and change.host in campaign.hosts:
                key = Key(change.host, change.step)
                start = before[key] if change.lab == "before" else Start(campaign.instance(key), built, frozenset())
                campaign._change(start, change)
        return campaign

    def wanted(self, item: StepInstance) -> bool:
        return item.key.host in self.hosts

    def instance(self, key: Key) -> StepInstance:
        found = self.workshop.blueprint.find(key)
        assert found is not None, key
        return found

    def _change(self, start: Start, change: HandChange) -> None:
        world = start.world.world()
        for host, script in ((change.at or change.host, change.script), *((change.also,) if change.also else ())):
            joined = self.workshop.lab.host(host).joined
            session = Connector(self.workshop, world)(host, "delegated" if joined else "local")
            output = session.run(f"$ErrorActionPreference = 'Stop'; {script}", {}, 60)
            assert not output.errors, f"{change.step}: {output.errors}"
        instance, before = start.instance, Snapshot.of(world)
        result, why = self._converge(world, instance)
        assert (result != "converged") == change.refused, f"{change.script}: {result} {why}"
        made = Start(instance, before, start.ahead, change.lab, result, why)
        self.starts[f"{instance.role}/{instance.step}"].append(made)

    def mutants(self) -> list[Mutant]:
        """Every damage of every template's script, as the template's first instance has it."""
        result = []
        for step, starts in self.starts.items():
            longest = max(len(mutations(start.instance.scripts.apply or "")) for start in starts)
            result += [Mutant(step, number) for number in range(longest)]
        return result

    def judge(self, mutant: Mutant) -> Verdict:
        """Try the worlds one after the other; the scripts of a template's instances differ at most in literals."""
        starts = self.starts[mutant.step]
        damages = {start.instance.key: mutations(start.instance.scripts.apply or "") for start in starts}
        longest = max(map(len, damages.values()))
        fitting = [start for start in starts if len(damages[start.instance.key]) == longest]
        # Of many instances, each mutant gets another one, and all changes by hand.
        built = [start for start in fitting if not start.changed]
        chosen = [built[mutant.number % len(built)]] if built else []
        chosen += [start for start in fitting if start.changed]
        first = damages[chosen[0].instance.key][mutant.number]
        result, why = self._tried([(start, damages[start.instance.key][mutant.number].text) for start in chosen])
        return Verdict(str(chosen[0].instance.key), first.kind, first.line, first.was, result, why)

    def control(self, step: str) -> str:
        """The scripts as they are, judged like a mutant: anything but ``same lab`` is a defect of the judge."""
        return self._tried([(start, start.instance.scripts.apply or "") for start in self.starts[step]])[0]

    def _tried(self, cases: Sequence[tuple[Start, str]]) -> tuple[str, str]:
        """The first thing that gives a script away in one of the worlds, or what it leaves."""
        left = []
        for start, text in cases:
            world = start.world.world()
            scripts = replace(start.instance.scripts, apply=text)
            result, why = self._converge(world, replace(start.instance, scripts=scripts))
            if (result, why) != (start.result, start.why):
                return "not refused" if result == "converged" else result, why
            left.append((start, world))
        found = ("same lab", "")
        for start, world in left:
            if start.result == "converged" and digest(world) != self._wanted(start):
                found = self._later(world, self._ahead(start))
                if found[0] in KILLED:
                    return found
        return found

    def _later(self, world: World, ahead: frozenset[Key]) -> tuple[str, str]:
        """What the rest of a build makes of a lab that differs; what is done is only read again, by the proof."""
        with building(self.workshop, world, self._journal(), wanted=lambda item: item.key in ahead) as build:
            build.read()
            if ahead and not build.apply():
                return "stops later steps", "; ".join(str(error) for error in build.tally.errors.values())
        with building(self.workshop, world, self._journal(), wanted=self.wanted) as build:
            return ("other lab", "") if build.prove() else ("not proved", "")

    def _converge(self, world: World, instance: StepInstance) -> tuple[str, str]:
        """Bring one step to where it is wanted: how that ends, and what there is to say."""
        steps = (instance if item.key == instance.key else item for item in self.workshop.blueprint.instances)
        blueprint = Blueprint(self.workshop.blueprint.lab, tuple(steps))
        connect = Connector(self.workshop, world)

        def only(item: StepInstance) -> bool:
            return item.key == instance.key

        with building(self.workshop, world, self._journal(), blueprint, only, connect=connect) as build:
            build.read()
            connect.lose()  # `apply` must not lean on what `current` has imported
            build.apply()
            error = build.tally.errors.get(instance.key)
        if error is None:
            return "converged", ""
        return "not converged" if isinstance(error, NotConverged) else "failed", error.message()

    def _ahead(self, start: Start) -> frozenset[Key]:
        """What a build has to do behind the step; a change by hand may concern other steps, too."""
        if start.changed != "built":
            return start.ahead
        world = start.world.world()
        self._converge(world, start.instance)
        with building(self.workshop, world, self._journal(), wanted=self.wanted) as build:
            return frozenset(item.key for item in build.read().pending)

    def _wanted(self, start: Start) -> str:
        """The digest of the lab after the step as it is."""
        if id(start) not in self._digests:
            world = start.world.world()
            self._converge(world, start.instance)
            self._digests[id(start)] = digest(world)
        return self._digests[id(start)]

    def _journal(self) -> Path:
        path = self.folder / f"mutant-{multiprocessing.current_process().pid}.jsonl"
        path.unlink(missing_ok=True)
        return path


def sample(mutants: Sequence[Mutant], seed: int, share: float) -> list[Mutant]:
    """A share of the mutants, chosen by the seed."""
    chance = random.Random(seed)
    count = max(1, round(len(mutants) * share))
    return list(mutants) if share >= 1 else chance.sample(list(mutants), min(count, len(mutants)))


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
    parser.add_argument("--host", action="append", default=[], help="build these hosts alone, and judge their steps")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write every verdict into this file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        campaign = in_deep_thread(lambda: Campaign.prepare(Path(folder), arguments.step, arguments.host))
        chosen = sample(campaign.mutants(), arguments.seed, arguments.share)
        print(f"{len(campaign.starts)} templates, {len(chosen)} mutants", flush=True)
        logging.disable()  # defects that mutants find are verdicts here
        verdicts = []
        for verdict in in_processes(campaign.judge, chosen, arguments.jobs):
            verdicts.append(verdict)
            if arguments.json:  # as it goes: a long campaign may be cut short
                with arguments.json.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(vars(verdict)) + "\n")
    print(summary(verdicts))
    killed = sum(verdict.killed for verdict in verdicts)
    return 0 if killed >= 0.95 * len(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
