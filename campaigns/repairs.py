"""Changes by hand in a lab that stands: each is found by the step that owns the thing, and repaired, and nothing else.

    python -m campaigns.repairs [--lab simulated] [--step adfs/] [--only explicit,own] [--jobs 2]

Explicit changes are those of hand_changes.py. Own ones come from the steps themselves: of each template the `remove` of
one instance is run by hand, so that a new step is covered without anybody thinking of a change.

After a change the plan has to name the step (an explicit one by its properties). A build then changes what the plan
showed and what had to wait for that, and is proved. What the world differs in from the one before the change is at most
what was done by hand and is no step's business, such as a certificate that somebody made.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from campaigns.forking import in_processes
from campaigns.hand_changes import CHANGES, HandChange
from campaigns.inprocess import Connector, building, in_deep_thread
from campaigns.stages import Rehearsed, errors, rehearse, remove_again, template_of
from campaigns.variants import make_lab
from campaigns.worlds import SHOWN, leaves
from passivelab.blueprint.model import Blueprint, StepInstance
from passivelab.engine.events import Event, StepFinished
from passivelab.engine.plan import Plan
from winsim.world.lab import World

Kind = Literal["explicit", "own"]
KINDS: tuple[Kind, ...] = ("explicit", "own")


@dataclass(frozen=True)
class Trial:
    """Things done by hand at one time. ``own``: the `remove` of that instance."""

    changes: tuple[HandChange, ...] = ()
    own: StepInstance | None = None

    @property
    def kind(self) -> Kind:
        return "own" if self.own is not None else "explicit"

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(f"{one.host} {one.step}" for one in self.changes) + ((str(self.own.key),) if self.own else ())


@dataclass(frozen=True)
class Verdict:
    trial: Trial
    repaired: tuple[str, ...]  # what the build changed
    complaints: tuple[str, ...]


def trials(lab: Rehearsed, only: Sequence[str], step: str) -> list[Trial]:
    instances = lab.workshop.blueprint.instances
    known = {(item.key.host, item.key.step) for item in instances}
    found = [
        Trial((change,))
        for change in CHANGES
        if change.lab == "built" and not change.refused and (change.host, change.step) in known
    ]
    by_template = {
        template_of(item): item
        for item in instances
        if (entry := lab.ledger.find(item.key.host, item.key.step)) and entry.remove and not entry.stays
    }
    found += [Trial(own=item) for item in by_template.values()]
    return [trial for trial in found if trial.kind in only and any(step in key for key in trial.keys)]


def attempt(lab: Rehearsed, trial: Trial) -> Verdict:
    """Change, plan, build; what is wrong with the plan and with the end."""
    built, world = lab.built.world(), lab.built.world()
    repaired: list[str] = []

    def note(event: Event) -> None:
        if isinstance(event, StepFinished) and event.outcome == "changed":
            repaired.append(str(event.key))

    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal.jsonl"
        journal.write_bytes(lab.journal.read_bytes())
        fault = by_hand(lab, world, trial, journal)
        if fault:
            return Verdict(trial, (), (fault,))
        # What somebody made that no step knows of stays.
        before, by_others = leaves(built), leaves(world) if trial.changes else leaves(built)
        with building(lab.workshop, world, journal, emit=note) as build:
            plan = build.read()
            complaints = list(named(plan, trial))
            complaints += [] if build.apply() else [errors(build)]
            complaints += [] if build.prove() else ["not proved"]
    shown = {str(change.key) for change in plan.pending}
    complaints += [f"changed without a word in the plan: {key}" for key in repaired if key not in shown]
    if all(change.properties for change in trial.changes):  # a thing made again is another one than the thing before
        after = leaves(world)
        left = ((after - before) - (by_others - before)) + ((before - after) - (before - by_others))
        complaints += [f"differs: {one}" for one in islice(left, SHOWN)]
    return Verdict(trial, tuple(repaired), tuple(complaints))


def by_hand(lab: Rehearsed, world: World, trial: Trial, journal: Path) -> str:
    """Do it; what went wrong with that."""
    for change in trial.changes:
        host = change.at or change.host
        identity: Literal["delegated", "local"] = "delegated" if lab.workshop.lab.host(host).joined else "local"
        session = Connector(lab.workshop, world)(host, identity)
        output = session.run(f"$ErrorActionPreference = 'Stop'; {change.script}", {}, 60)
        if output.errors:
            return "; ".join(error.message for error in output.errors)
    if trial.own is None:
        return ""
    with building(lab.workshop, world, journal, Blueprint(lab.workshop.lab.name, ())) as build:
        (item,) = [item for item in build.removals if item.instance.key == trial.own.key]
        return remove_again(build, lab.workshop, item)


def named(plan: Plan, trial: Trial) -> Iterator[str]:
    """What the plan does not show."""
    pending = {str(change.key): change for change in plan.pending}
    yield from (f"the plan does not show {key}" for key in trial.keys if key not in pending)
    for change in trial.changes:
        found = pending.get(f"{change.host} {change.step}")
        if found is not None and not change.properties and found.action != "create":
            yield f"the plan says {found.action} for what is gone"
        elif found is not None and found.action == "change":
            got = {difference.path.split(".")[0].split("[")[0] for difference in found.differences} - {""}
            if got != set(change.properties):
                yield f"the plan names {sorted(got)} instead of {sorted(change.properties)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lab", default="simulated", help="a folder under inventory/, or: other")
    parser.add_argument("--step", default="", help="only steps whose name contains this")
    parser.add_argument("--only", default=",".join(KINDS), help="which changes")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    verdicts = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        copy = make_lab(arguments.lab, folder / "lab")
        lab = in_deep_thread(lambda: rehearse(copy, folder / "journal.jsonl", keep=False))
        chosen = trials(lab, arguments.only.split(","), arguments.step)
        for verdict in in_processes(lambda trial: attempt(lab, trial), chosen, arguments.jobs):
            verdicts.append(verdict)
            for complaint in verdict.complaints:
                what = verdict.trial.changes[0].script if verdict.trial.changes else "remove"
                print(f"{verdict.trial.keys[0]}: {' '.join(what.split())[:60]}: {complaint}", flush=True)
    for kind in KINDS:
        rows = [verdict for verdict in verdicts if verdict.trial.kind == kind]
        alone = sum(verdict.repaired == verdict.trial.keys for verdict in rows)
        bad = sum(bool(verdict.complaints) for verdict in rows)
        print(f"{kind:10} {len(rows):4} changes by hand, {alone} repaired by one step alone, {bad} with complaints")
    return 1 if any(verdict.complaints for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
