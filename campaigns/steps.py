"""Every step of every role: run twice, cut off, taken back, and taken back twice.

    python -m campaigns.steps [--lab bare] [--step adfs/] [--only back,cuts,back-cuts] [--all] [--jobs 2]

The lab is built once in this process, and the world is put aside right before each change. On a copy of that world the
engine works on this one step, as often as somebody wants to try something:

* back: applied; run once more, which must change nothing; taken back, and then absent or as before; `remove` once more
  on what is gone, which must do nothing; applied again (with what it comes after, where that has gone along), which
  must end in the same world as the first time;
* cuts: `apply` ends right after one of its statements, as with a lost connection; the next run must end in the world
  that an uninterrupted one ends in, and the ledger must have the same entry;
* back-cuts: the same with `remove`.

Of each template the last instance is tried, with ``--all`` every one. Worlds are compared by their digest.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from campaigns.cutting import Cut, cuts
from campaigns.forking import in_processes
from campaigns.inprocess import Snapshot, in_deep_thread
from campaigns.stages import Rehearsed, Stage, Start, rehearse
from campaigns.variants import make_lab
from campaigns.worlds import difference
from passivelab.commands.workshop import Workshop
from winsim.world.digest import at_rest
from winsim.world.lab import World

ALL = ("back", "cuts", "back-cuts")


@dataclass(frozen=True)
class Trial:
    """Something to try with the ``number``-th start of a lab."""

    what: str
    number: int


@dataclass(frozen=True)
class Verdict:
    key: str
    what: str
    tried: int  # how often something was tried: cuts count one by one
    reached: int  # cuts that the script got to; where a step was taken back: 1 if the whole world is as before
    complaints: tuple[str, ...] = ()


def trials(lab: Rehearsed, only: Sequence[str], step: str, every: bool) -> list[Trial]:
    """What is to be tried: with the last instance of each template, or with every one."""
    last = {id(starts[-1]) for starts in lab.templates.values()}
    return [
        Trial(what, number)
        for what in only
        for number, start in enumerate(lab.starts)
        if step in start.instance.key.step and (every or id(start) in last)
    ]


def attempt(lab: Rehearsed, trial: Trial) -> Verdict:
    start = lab.starts[trial.number]
    if trial.what == "cuts":
        return cut_apply(lab.workshop, start)
    if trial.what == "back-cuts" and removable(start):
        return cut_remove(lab.workshop, start)
    return back(lab.workshop, start) if trial.what == "back" else Verdict(str(start.instance.key), trial.what, 0, 0)


def removable(start: Start) -> bool:
    return start.instance.scripts.remove is not None and not start.instance.stays


def back(workshop: Workshop, start: Start) -> Verdict:
    same = False
    complaints: list[str] = []
    with Stage(workshop, start) as stage:
        fault = stage.converge() or stage.changes_nothing()
        if not fault and removable(start):
            after = Snapshot.of(stage.world)
            fault = stage.remove_twice()
            same = not difference(start.world.world(), stage.world)
            if not fault:
                fault = stage.make_again()
                # What is replicated by itself meanwhile has had its time in both.
                complaints += compared("made again", at_rest(after.world()), at_rest(stage.world))
        complaints += [fault] if fault else []
    return Verdict(str(start.instance.key), "back", 1, int(same), tuple(complaints))


def cut_apply(workshop: Workshop, start: Start) -> Verdict:
    places, reached, complaints = cuts(start.instance.scripts.apply or ""), 0, []
    with Stage(workshop, start) as whole:
        fault = whole.converge()
        for place in [] if fault else places:
            with Stage(workshop, start) as stage:
                if not stage.converge(place.text):
                    continue  # the script took another way
                reached += 1
                found = stage.converge()
                if not found and stage.owned != whole.owned:
                    found = "the ledger has another entry"
                complaints += told(place, found, whole, stage)
    return Verdict(str(start.instance.key), "cuts", len(places), reached, tuple([fault] if fault else complaints))


def cut_remove(workshop: Workshop, start: Start) -> Verdict:
    places, reached, complaints = cuts(start.instance.scripts.remove or ""), 0, []
    with Stage(workshop, start) as whole:
        fault = whole.converge()
        made, journal = Start(start.instance, Snapshot.of(whole.world)), whole.journal
        fault = fault or whole.take_back()
        for place in [] if fault else places:
            with Stage(workshop, made, journal) as stage:
                if not stage.take_back(place.text):
                    continue
                reached += 1
                complaints += told(place, stage.take_back(), whole, stage)
    return Verdict(str(start.instance.key), "back-cuts", len(places), reached, tuple([fault] if fault else complaints))


def told(place: Cut, found: str, whole: Stage, stage: Stage) -> list[str]:
    """What came of a cut; nothing when it ended as the whole script does."""
    found = found or "; ".join(compared("the end", whole.world, stage.world))
    return [f"cut after line {place.line} ({' '.join(place.after.split())[:60]}): {found}"] if found else []


def compared(name: str, wanted: World, got: World) -> Iterator[str]:
    found = difference(wanted, got)
    if found:
        yield f"{name}: {found}"


def summary(verdicts: Sequence[Verdict]) -> str:
    lines = []
    for what in dict.fromkeys(verdict.what for verdict in verdicts):
        rows = [verdict for verdict in verdicts if verdict.what == what]
        tried, reached = sum(row.tried for row in rows), sum(row.reached for row in rows)
        more = f"{reached} leave the world as it was" if what == "back" else f"{reached} of {tried} cuts reached"
        bad = sum(len(row.complaints) for row in rows)
        lines.append(f"{what:10} {sum(row.tried > 0 for row in rows):4} instances, {more}, {bad} complaints")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lab", default="simulated", help="a folder under inventory/, or: other")
    parser.add_argument("--step", default="", help="only steps whose name contains this")
    parser.add_argument("--only", default=",".join(ALL), help="what to try")
    parser.add_argument("--all", action="store_true", help="every instance, and not only one of each template")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    verdicts = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        lab = in_deep_thread(lambda: rehearse(make_lab(arguments.lab, place / "lab"), place / "journal.jsonl"))
        print(f"{len(lab.starts)} changes of {len(lab.templates)} templates", flush=True)
        chosen = trials(lab, arguments.only.split(","), arguments.step, arguments.all)
        for verdict in in_processes(lambda trial: attempt(lab, trial), chosen, arguments.jobs):
            verdicts.append(verdict)
            for complaint in verdict.complaints:
                print(f"{verdict.key}: {verdict.what}: {complaint}", flush=True)
    print(summary(verdicts))
    return 1 if any(verdict.complaints for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
