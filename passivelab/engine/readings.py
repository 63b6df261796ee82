"""What the hosts say: readings of instances, and whether they still hold."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

from passivelab.blueprint.model import DesiredValue, Key, Plain, StepInstance, Unknown
from passivelab.compare import Difference, differences
from passivelab.engine.events import Event, HostRead
from passivelab.engine.hosts import Hosts
from passivelab.engine.needs import first_unknown, known, needs_of, reads_needs, resolve
from passivelab.engine.script import Answer, Fault, Request
from passivelab.engine.subject import Graph
from passivelab.errors import NoDelegation, PassivelabError, Place, StepFailed, TransportError

# Where line and column of a block stand in the user's files.
Locate = Callable[[StepInstance, str, int, int], Place]
Fixed = Mapping[Key, Mapping[str, Plain]]


@dataclass(frozen=True)
class Reading:
    """One instance as its host has it. ``unknown``: it needs a value, or a way to the host, that is not there yet."""

    key: Key
    state: Literal["present", "absent", "failed", "unknown"]
    value: dict[str, Plain] | None = None
    error: PassivelabError | None = None
    tick: int = 0
    waits_for: Key | None = None


class Readings:
    """The engine's knowledge of the hosts, shared by the threads of a run."""

    def __init__(
        self,
        graph: Graph,
        hosts: Hosts,
        emit: Callable[[Event], None],
        workers: int = 8,
        locate: Locate = lambda item, block, line, column: item.template,
    ) -> None:
        self.locate = locate
        self._graph = graph
        self._hosts = hosts
        self._emit = emit
        self._workers = workers
        self._lock = threading.Lock()
        self._readings: dict[Key, Reading] = {}
        self._changed: dict[Key, int] = {}
        self._restarted: dict[str, int] = {}
        self._tick = 0

    # -- what is known --------------------------------------------------------------------------------------------

    def find(self, key: Key) -> Reading | None:
        return self._readings.get(key)

    def export(self, key: Key, name: str) -> Plain | Unknown:
        """The value that an instance gives to others: known once it is as wanted."""
        instance, reading = self._graph.index.get(key), self._readings.get(key)
        if instance is None or reading is None or reading.value is None or self.differences(instance):
            return Unknown(key, name)
        wanted = instance.exports.get(name, name).casefold()
        return next((value for prop, value in reading.value.items() if prop.casefold() == wanted), Unknown(key, name))

    def desired(self, instance: StepInstance) -> dict[str, DesiredValue] | None:
        if instance.desired is None:
            return None
        return {name: resolve(value, self.export) for name, value in instance.desired.items()}

    def needs(self, instance: StepInstance) -> dict[str, Plain | Unknown]:
        return needs_of(instance, self.export)

    def differences(self, instance: StepInstance) -> tuple[Difference, ...]:
        """How an instance that was read differs from what is wanted."""
        reading = self._readings[instance.key]
        return differences(self.desired(instance), reading.value, instance.comparison)

    def is_fresh(self, key: Key) -> bool:
        """Whether nothing that the instance depends on has changed since it was read; a restart may change all."""
        reading = self._readings.get(key)
        if reading is None or reading.state in ("failed", "unknown"):
            return False
        with self._lock:
            # Of what only the ledger knows, the ancestors are not known: every change counts.
            relevant = (key, *self._graph.ancestors[key]) if key in self._graph.index else tuple(self._changed)
            changed = [self._restarted.get(key.host, -1), *(self._changed.get(other, -1) for other in relevant)]
        return max(changed) <= reading.tick

    def note_change(self, key: Key) -> None:
        """Something of this instance is being changed: readings of it and of what depends on it are stale."""
        with self._lock:
            self._tick += 1
            self._changed[key] = self._tick

    def note_restart(self, host: str) -> None:
        """The host has restarted: what it said before that is stale."""
        with self._lock:
            self._tick += 1
            self._restarted[host] = self._tick

    # -- reading --------------------------------------------------------------------------------------------------

    def read_all(self, instances: Iterable[StepInstance], fixed: Fixed | None = None) -> None:
        """Read instances, all of a host and identity in one script; hosts in parallel.

        Those that need values of others wait for a further round. ``fixed`` gives the values of what only the ledger
        knows.
        """
        waiting = list(instances)
        while waiting:
            values = {item.key: (fixed or {}).get(item.key) or known(self.needs(item)) for item in waiting}
            ready = [item for item in waiting if values[item.key] is not None or not reads_needs(item)]
            if not ready:
                for item in waiting:
                    self._store(self._unknown(item))
                return
            self._read_hosts(ready, values)
            waiting = [item for item in waiting if item not in ready]

    def read(self, instance: StepInstance, needs: Mapping[str, Plain], delay: float = 0.0) -> Reading:
        """Read one instance; ``delay`` seconds of its host pass first."""
        return self.read_together([(instance, needs)], delay)[0]

    def read_together(
        self, items: Sequence[tuple[StepInstance, Mapping[str, Plain]]], delay: float = 0.0
    ) -> list[Reading]:
        """Read instances of one host and identity in one script."""
        requests = [self.request(item, needs) for item, needs in items]
        requests[0] = replace(requests[0], delay=delay)
        tick = self._tick
        first = items[0][0]
        answers = self._hosts.read(first.key.host, first.identity, requests)
        return [self.accept(item, answers[str(item.key)], tick) for item, _ in items]

    @property
    def tick(self) -> int:
        """The moment, counted in changes: a reading that was asked for now shows all of them."""
        return self._tick

    def request(self, instance: StepInstance, needs: Mapping[str, Plain]) -> Request:
        return Request(str(instance.key), "current", instance.scripts.current, self._plain(instance), needs=dict(needs))

    def accept(self, instance: StepInstance, answer: Answer, tick: int) -> Reading:
        if answer.state == "present":
            return self._store(Reading(instance.key, "present", answer.value or {}, tick=tick))
        if answer.state == "absent":
            return self._store(Reading(instance.key, "absent", tick=tick))
        fault = answer.fault or Fault("NoAnswer", "the host gave no reason")
        return self._store(Reading(instance.key, "failed", error=self.failure(instance, "current", fault), tick=tick))

    def failure(self, instance: StepInstance, block: str, fault: Fault) -> StepFailed:
        """A fault that a host reported, as an error of the step, with its place in the template."""
        return StepFailed(
            step=instance.key.step,
            host=instance.key.host,
            phase=block,
            reason=fault.message,
            error_id=fault.id,
            place=self.locate(instance, block, fault.line, fault.column),
        )

    def ahead(self, instance: StepInstance) -> list[tuple[StepInstance, Mapping[str, Plain]]]:
        """What follows on the host under the same identity and can be read along, as far as nothing will change.

        The first that will probably be changed is the last that is worth it. Should something on another host change
        meanwhile, a reading is stale and taken again: too much costs little, and nothing is believed too long.
        """
        result: list[tuple[StepInstance, Mapping[str, Plain]]] = []
        for item in self._graph.following(instance.key):
            values = known(self.needs(item))
            if values is None and reads_needs(item):
                break
            reading = self._readings.get(item.key)
            if item.identity == instance.identity:
                result.append((item, values or {}))
            if reading is None or reading.error or reading.state == "unknown" or self.differences(item):
                break
        return result

    def _read_hosts(self, ready: Sequence[StepInstance], values: Mapping[Key, Mapping[str, Plain] | None]) -> None:
        by_host: defaultdict[str, list[StepInstance]] = defaultdict(list)
        for item in ready:
            by_host[item.key.host].append(item)

        def read_host(host: str) -> None:
            started = time.monotonic()
            error: TransportError | None = None
            for identity in ("local", "delegated"):
                group = [item for item in by_host[host] if item.identity == identity]
                error = self._read_group(group, values) or error
            reason = error.message() if error else None
            self._emit(HostRead(host, len(by_host[host]), time.monotonic() - started, reason))

        with ThreadPoolExecutor(self._workers, "read") as pool:
            for future in [pool.submit(read_host, host) for host in by_host]:
                future.result()

    def _read_group(
        self, group: Sequence[StepInstance], values: Mapping[Key, Mapping[str, Plain] | None]
    ) -> TransportError | None:
        if not group:
            return None
        requests = [self.request(item, values[item.key] or {}) for item in group]
        tick = self._tick
        try:
            answers = self._hosts.read(group[0].key.host, group[0].identity, requests)
        except NoDelegation as error:
            # A machine that has not got that far: what its steps find is known once another step has made the way.
            for item in group:
                self._store(Reading(item.key, "unknown", error=error))
            return None
        except TransportError as error:
            for item in group:
                self._store(Reading(item.key, "failed", error=error, tick=tick))
            return error
        for item in group:
            self.accept(item, answers[str(item.key)], tick)
        return None

    def _plain(self, instance: StepInstance) -> DesiredValue:
        """What ``$Desired`` is while reading: only values that are known."""
        desired = self.desired(instance)
        if desired is None:
            return None
        return {name: value for name, value in desired.items() if not _has_unknown(value)}

    def _unknown(self, instance: StepInstance) -> Reading:
        first = first_unknown(self.needs(instance))
        return Reading(instance.key, "unknown", waits_for=first.key if first else None)

    def _store(self, reading: Reading) -> Reading:
        with self._lock:
            self._readings[reading.key] = reading
        return reading


def _has_unknown(value: DesiredValue) -> bool:
    if isinstance(value, list):
        return any(map(_has_unknown, value))
    if isinstance(value, dict):
        return any(map(_has_unknown, value.values()))
    return isinstance(value, Unknown)
