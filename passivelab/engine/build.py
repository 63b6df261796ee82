"""A whole run: read, plan, apply in the order of the graph, prove in fresh sessions."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from passivelab.blueprint.keys import DELIVERED
from passivelab.blueprint.model import Blueprint, Key, Place, Secret, StepInstance
from passivelab.engine.events import (
    Event,
    Outcome,
    Planned,
    ProofFinished,
    ProofStarted,
    RunStarted,
    StepFinished,
    StepMoved,
    Summary,
)
from passivelab.engine.hosts import Connect, Hosts
from passivelab.engine.needs import first_unknown
from passivelab.engine.plan import Plan
from passivelab.engine.planning import planned
from passivelab.engine.proof import judged
from passivelab.engine.readings import Locate, Readings
from passivelab.engine.reboot import LIMIT, SERVICE_LIMIT, Rebooter
from passivelab.engine.scheduler import Scheduler
from passivelab.engine.script import SecretValue
from passivelab.engine.step import Deliver, Result, StepRunner, Tools, refuse_delivery
from passivelab.engine.subject import Graph, Removal, removal, removal_edges
from passivelab.errors import NotConverged, PassivelabError, StepFailed, TransportError, Waiting
from passivelab.state import Entry, Journal, Ledger, fold


@dataclass(frozen=True)
class Scope:
    """Which instances a run may change. Others are read where their values are needed."""

    wanted: Callable[[StepInstance], bool] = lambda _: True
    unwanted: Callable[[Entry], bool] = lambda _: True  # which of the ledger's, no longer wanted, count
    prune: bool = False  # take those back, and not only show them


@dataclass(frozen=True)
class Means:
    """How a run reaches the outside."""

    connect: Connect
    secret: Callable[[Secret], SecretValue]
    emit: Callable[[Event], None]
    journal: Journal
    workers: int = 8
    locate: Locate = lambda item, block, line, column: item.template
    deliver: Deliver = refuse_delivery


def _outcome(error: PassivelabError) -> Outcome:
    if isinstance(error, TransportError):
        return "unreachable"
    return "waiting" if isinstance(error, Waiting) else "failed"


def _patience(ledger: Ledger) -> dict[str, float]:
    """Seconds for which hosts may be away: those that restarted, or whose WinRM did, in a run without an end."""
    return {**dict.fromkeys(ledger.cut_off, SERVICE_LIMIT), **dict.fromkeys(ledger.reboots, LIMIT)}


@dataclass
class Tally:
    changed: int = 0
    failed: int = 0
    waiting: int = 0  # of the failed ones: nothing is wrong with them
    unreachable: int = 0
    skipped: int = 0
    errors: dict[Key, PassivelabError] = field(default_factory=dict)


class Build:
    """One run over a blueprint. ``read`` and then ``apply`` and ``prove``; ``close`` in any case."""

    def __init__(self, blueprint: Blueprint, means: Means, scope: Scope | None = None) -> None:
        self.means = means
        self.scope = scope or Scope()
        self.graph = Graph(blueprint)
        self.ledger: Ledger = fold(means.journal.records)
        self.hosts = Hosts(means.connect, _patience(self.ledger), means.emit)
        self.readings = Readings(self.graph, self.hosts, means.emit, means.workers, means.locate)
        self.tally = Tally()
        self.proved = False
        self.began = False  # whether anything may have been changed
        self._pending: set[Key] = set()
        self._started = time.monotonic()
        self._proof_hosts: Hosts | None = None
        self._scheduler: Scheduler[Key] | None = None
        self.instances = tuple(item for item in blueprint.instances if self.scope.wanted(item))
        wanted = {(item.key.host, item.key.step) for item in blueprint.instances}
        self.removals = tuple(
            removal(entry, Place(means.journal.path))
            for address, entry in sorted(self.ledger.entries.items(), key=lambda pair: -pair[1].order)
            if address not in wanted and self.scope.unwanted(entry)
        )

    # -- plan -----------------------------------------------------------------------------------------------------

    def start(self, command: str) -> None:
        hosts = tuple(dict.fromkeys(item.key.host for item in self._everything()))
        run = self.ledger.runs + 1
        self.means.emit(RunStarted(command, self.graph.blueprint.lab, run, hosts, len(self._everything())))

    def read(self) -> Plan:
        """Read every instance and say what would change."""
        sources = self._sources()
        fixed = {item.instance.key: item.needs for item in self.removals}
        self.readings.read_all([*sources, *self.instances, *(item.instance for item in self.removals)], fixed)
        changes = planned(self.graph, self.readings, self.instances, self.removals)
        plan = Plan(self.graph.blueprint.lab, changes, self.scope.prune)
        self._pending = {change.key for change in plan.pending}
        self.means.emit(Planned(plan))
        return plan

    def lost(self) -> dict[str, TransportError]:
        """Hosts of the run that could not be read at all, with the reason.

        A delegated step alone says nothing: its way in may be what the build makes.
        """
        found: dict[str, TransportError] = {}
        for item in self._everything():
            reading = self.readings.find(item.key)
            if item.identity == "local" and reading is not None and isinstance(reading.error, TransportError):
                found.setdefault(item.key.host, reading.error)
        return found

    def give_up(self, lost: Mapping[str, TransportError]) -> None:
        """End before anything is changed."""
        self.tally.unreachable = len(lost)
        self.tally.skipped = len(self._everything())

    def _sources(self) -> list[StepInstance]:
        """Instances outside the scope whose values those inside need."""
        inside = {item.key for item in self.instances}
        result: dict[Key, StepInstance] = {}
        waiting = [need.source for item in self.instances for need in item.needs]
        while waiting:
            key = waiting.pop()
            if key not in inside and key not in result and key in self.graph.index:
                result[key] = self.graph.index[key]
                waiting.extend(need.source for need in result[key].needs)
        return list(result.values())

    # -- apply ----------------------------------------------------------------------------------------------------

    def apply(self) -> bool:
        """Bring everything in scope to where it is wanted; True when nothing failed."""
        means = self.means
        self._fetch_secrets()
        self.began = True
        rebooter = Rebooter(self.hosts, means.journal, means.emit, dict(self.ledger.reboots))
        tools = Tools(
            self.graph,
            self.hosts,
            self.readings,
            means.journal,
            rebooter,
            means.secret,
            means.emit,
            self.ledger.entries,
            means.deliver,
        )
        runner = StepRunner(tools)
        builds = {item.key: item for item in self.instances}
        removals = {item.instance.key: item for item in self.removals} if self.scope.prune else {}

        def work(key: Key) -> bool:
            if key in builds:
                return self._one(builds[key], lambda: runner.converge(builds[key]))
            return self._one(removals[key].instance, lambda: runner.take_back(removals[key]))

        nodes = [*removals, *builds]
        edges = self._edges(builds, removals)
        self._scheduler = Scheduler(nodes, edges, lambda key: key.host, work, self._skip, means.workers)
        self._scheduler.run()
        for host in sorted({key.host for key in nodes}):
            self._settle(rebooter, host, nodes)
        return not self.tally.errors

    def _fetch_secrets(self) -> None:
        """Every secret that a change will need: one that is missing, or asked for, is so before anything changes."""
        items = [*self.instances, *(item.instance for item in self.removals if self.scope.prune)]
        given = {item.delivers for item in self.instances if item.key in self._pending}
        for item in items:
            if item.secrets and item.key in self._pending:
                # What a host hands over in this run, or a step gives that waits for someone, is not there yet.
                waits = first_unknown(self.readings.needs(item)) is not None
                for secret in item.secrets:
                    if secret.reference not in given and not (waits and secret.reference in DELIVERED):
                        self.means.secret(secret)

    def stop(self) -> None:
        """Start no further step; what runs is finished."""
        if self._scheduler is not None:
            self._scheduler.stop()

    def _edges(self, builds: Mapping[Key, StepInstance], removals: Mapping[Key, Removal]) -> dict[Key, list[Key]]:
        edges = {key: self._inside(item, builds) for key, item in builds.items()}
        kept = [entry for address, entry in self.ledger.entries.items() if Key(*address) in builds]
        edges.update(removal_edges(removals.values(), kept))
        try:
            TopologicalSorter(edges).prepare()
        except CycleError:
            # Entries of different blueprints may contradict each other: then newest first, after everything wanted.
            going = sorted(removals, key=lambda key: -removals[key].entry.order)
            for number, key in enumerate(going):
                edges[key] = [*builds, *going[:number]]
        return edges

    def _inside(self, item: StepInstance, builds: Mapping[Key, StepInstance]) -> list[Key]:
        """The nearest ancestors in scope: what lies between two of them outside is taken as given."""
        if len(builds) == len(self.graph.index):
            return list(self.graph.direct(item))
        return [key for key in self.graph.ancestors[item.key] if key in builds]

    def _one(self, item: StepInstance, life: Callable[[], Result]) -> bool:
        started = time.monotonic()
        self.means.emit(StepMoved(item.key, item.title, "reading"))
        try:
            result = life()
        except (StepFailed, NotConverged, Waiting, TransportError) as error:
            outcome = _outcome(error)
            self.tally.errors[item.key] = error
            self.tally.failed += outcome in ("failed", "waiting")
            self.tally.waiting += outcome == "waiting"
            self.tally.unreachable += outcome == "unreachable"
            self.means.emit(StepFinished(item.key, item.title, outcome, time.monotonic() - started, error=error))
            return False
        self.tally.changed += result.outcome != "unchanged"
        self.means.emit(
            StepFinished(item.key, item.title, result.outcome, time.monotonic() - started, result.differences)
        )
        return True

    def _skip(self, key: Key, origin: Key) -> None:
        self.tally.skipped += 1
        item = self.graph.index.get(key)
        title = item.title if item else self.ledger.entries[(key.host, key.step)].title
        self.means.emit(StepFinished(key, title, "skipped", 0.0, blocked_by=origin))

    def _settle(self, rebooter: Rebooter, host: str, nodes: list[Key]) -> None:
        last = [key for key in nodes if key.host == host][-1]
        if rebooter.owes(host) and not any(key.host == host for key in self.tally.errors):
            rebooter.settle(host, last, "restart of the host")

    # -- prove ----------------------------------------------------------------------------------------------------

    def prove(self) -> bool:
        """Read everything in scope again, in fresh sessions; True when no difference is left."""
        started = time.monotonic()
        items = [*self._sources(), *self.instances]
        removals = self.removals if self.scope.prune else ()
        fixed = {item.instance.key: item.needs for item in removals}
        count = len(self.instances) + len(removals)
        self.means.emit(ProofStarted(count))
        self._proof_hosts = Hosts(self.means.connect)
        means = self.means
        readings = Readings(self.graph, self._proof_hosts, lambda event: None, means.workers, means.locate)
        readings.read_all([*items, *(item.instance for item in removals)], fixed)
        proof = judged(readings, items, removals)
        self.proved = proof.complete
        took, reached = time.monotonic() - started, self._proof_hosts.endpoints()
        self.means.emit(ProofFinished(proof.complete, count, took, proof.left, proof.errors, proof.stays, reached))
        return self.proved

    # -- end ------------------------------------------------------------------------------------------------------

    def summary(self) -> Summary:
        pipelines, requests = self.hosts.pipelines(), self.hosts.requests()
        if self._proof_hosts is not None:
            pipelines.update(self._proof_hosts.pipelines())
            requests.update(self._proof_hosts.requests())
        tally = self.tally
        return Summary(
            lab=self.graph.blueprint.lab,
            steps=len(self._everything()),
            changed=tally.changed,
            failed=tally.failed,
            waiting=tally.waiting,
            unreachable=tally.unreachable,
            skipped=tally.skipped,
            proved=self.proved,
            pipelines=dict(sorted(pipelines.items())),
            requests=dict(sorted(requests.items())),
            seconds=round(time.monotonic() - self._started, 3),
        )

    def close(self) -> None:
        self.hosts.close()
        if self._proof_hosts is not None:
            self._proof_hosts.close()

    def _everything(self) -> list[StepInstance]:
        return [*self.instances, *(item.instance for item in self.removals if self.scope.prune)]
