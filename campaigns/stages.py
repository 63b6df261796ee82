"""One step of a lab on a copy of the world right before its change: applied, cut off, taken back, applied again."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from campaigns.inprocess import Snapshot, building, new_world
from passivelab.blueprint.model import Blueprint, StepInstance
from passivelab.commands.terminal import Terminal
from passivelab.commands.workshop import Workshop, open_workshop
from passivelab.engine import Build
from passivelab.engine.events import Event, ProofFinished, StepMoved
from passivelab.engine.script import Request, ask
from passivelab.engine.subject import Graph, Removal
from passivelab.state import Entry, Ledger, fold
from passivelab.state.journal import read
from winsim.world.digest import digest
from winsim.world.lab import World


@dataclass(frozen=True)
class Start:
    """A world in which a step has something to do."""

    instance: StepInstance
    world: Snapshot = field(repr=False)


@dataclass(frozen=True)
class Rehearsed:
    """A lab that was built once: what each change began with, and the end."""

    workshop: Workshop
    starts: tuple[Start, ...]
    new: str  # digest of the machines before
    built: Snapshot = field(repr=False)
    journal: Path

    @property
    def ledger(self) -> Ledger:
        return ledger_of(self.journal)

    @property
    def templates(self) -> dict[str, list[Start]]:
        found: defaultdict[str, list[Start]] = defaultdict(list)
        for start in self.starts:
            found[template_of(start.instance)].append(start)
        return dict(found)


def template_of(instance: StepInstance) -> str:
    return f"{instance.role}/{instance.step}"


def rehearse(lab: Path, journal: Path, *, keep: bool = True) -> Rehearsed:
    """Build a lab in this process; ``keep`` the world before each change."""
    workshop = open_workshop(str(lab), Terminal())
    world = new_world(lab / "machines.yml")
    starts: list[Start] = []
    left: list[object] = []

    def remember(event: Event) -> None:
        if isinstance(event, ProofFinished):
            left.append((event.differences, event.errors))
        if keep and isinstance(event, StepMoved) and event.phase == "applying":
            instance = workshop.blueprint.find(event.key)
            assert instance is not None
            starts.append(Start(instance, Snapshot.of(world)))

    new = digest(world)
    with building(workshop, world, journal, emit=remember) as build:
        build.read()
        assert build.apply(), errors(build)
        assert build.prove(), left
    return Rehearsed(workshop, tuple(starts), new, Snapshot.of(world), journal)


def ledger_of(journal: Path) -> Ledger:
    return fold(read(journal))


def errors(build: Build) -> str:
    return "; ".join(f"{key}: {error}" for key, error in build.tally.errors.items())


class Stage:
    """A copy of the world with one step in it. What is done gives what went wrong; nothing when all went well."""

    def __init__(self, workshop: Workshop, start: Start, journal: bytes = b"") -> None:
        self.world: World = start.world.world()
        self._workshop = workshop
        self._instance = start.instance
        self._folder = tempfile.TemporaryDirectory()
        self._journal = Path(self._folder.name) / "journal.jsonl"
        self._journal.write_bytes(journal)

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *exception: object) -> None:
        self._folder.cleanup()

    @property
    def digest(self) -> str:
        return digest(self.world)

    @property
    def journal(self) -> bytes:
        return self._journal.read_bytes()

    @property
    def owned(self) -> Entry | None:
        """What the ledger knows of the step."""
        return ledger_of(self._journal).find(self._instance.key.host, self._instance.key.step)

    def converge(self, apply: str | None = None) -> str:
        """A run of this step alone, with another script as its `apply` if one is given."""
        blueprint = self._workshop.blueprint
        if apply is not None:
            scripts = replace(self._instance.scripts, apply=apply)
            changed = replace(self._instance, scripts=scripts)
            blueprint = replace(
                blueprint,
                instances=tuple(changed if item.key == changed.key else item for item in blueprint.instances),
            )
        with building(self._workshop, self.world, self._journal, blueprint, self._is_it) as build:
            build.read()
            if not build.apply():
                return errors(build)
            return "" if build.prove() else "not proved"

    def make_again(self) -> str:
        """After a removal: a run of this step, and if that does not do, of all that it comes after, too."""
        if not self.converge():
            return ""
        blueprint = self._workshop.blueprint
        wanted = Graph(blueprint).ancestors[self._instance.key] | {self._instance.key}
        with building(self._workshop, self.world, self._journal, blueprint, lambda item: item.key in wanted) as build:
            build.read()
            return "" if build.apply() else errors(build)

    def changes_nothing(self) -> str:
        """One more run of this step alone."""
        before = self.digest
        with building(self._workshop, self.world, self._journal, wanted=self._is_it) as build:
            build.read()
            build.apply()
            if build.tally.changed or build.tally.errors:
                return f"not left alone: {errors(build)}"
        return "" if self.digest == before else "another lab without a change"

    def take_back(self, remove: str | None = None) -> str:
        """A teardown of what the step owns, with another script as its `remove` if one is given."""
        with self._teardown() as build:
            if remove is not None:
                build.removals = tuple(_with_remove(item, remove) for item in build.removals)
            build.read()
            if not build.apply():
                return errors(build)
            return "" if build.prove() else "neither absent nor as before"

    def remove_twice(self) -> str:
        """A teardown whose `remove` runs once more afterwards, on what is gone already."""
        with self._teardown() as build:
            build.read()
            if not build.apply():
                return errors(build)
            before = self.digest
            for item in build.removals:
                fault = remove_again(build, self._workshop, item)
                if fault:
                    return f"the second remove: {fault}"
            if not build.prove():
                return "neither absent nor as before"
        return "" if self.digest == before else "the second remove changed something"

    def _teardown(self) -> AbstractContextManager[Build]:
        nothing = Blueprint(self._workshop.lab.name, ())
        return building(self._workshop, self.world, self._journal, nothing, prune=True)

    def _is_it(self, item: StepInstance) -> bool:
        return item.key == self._instance.key


def _with_remove(item: Removal, remove: str) -> Removal:
    return replace(item, instance=replace(item.instance, scripts=replace(item.instance.scripts, remove=remove)))


def remove_again(build: Build, workshop: Workshop, item: Removal) -> str:
    """Run `remove` with the thing as it is now."""
    instance = item.instance
    if instance.scripts.remove is None or instance.stays:
        return ""
    session = build.hosts.session(instance.key.host, instance.identity)
    current = Request("current", "current", instance.scripts.current, needs=item.needs)
    now = ask(session, [current], instance.timeout)["current"]
    if now.fault is not None:
        return now.fault.message
    before = dict(item.entry.before) if item.entry.before is not None else None
    script = instance.scripts.remove
    name = f"{instance.key} remove"
    request = Request(name, "remove", script, current=now.value, needs=item.needs, before=before)
    secrets = {secret.name: workshop.secret(secret) for secret in instance.secrets}
    fault = ask(session, [request], instance.timeout, secrets)[name].fault
    return fault.message if fault is not None else ""
