"""One step's life: current, differs?, journal, apply, current again, converged, journal."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from passivelab.blueprint.model import Await, Key, Plain, Secret, StepInstance, Unknown
from passivelab.compare import ABSENT, Difference, differences
from passivelab.engine.events import Event, Phase, Said, StepMoved
from passivelab.engine.hosts import Hosts
from passivelab.engine.needs import first_unknown, known
from passivelab.engine.readings import Reading, Readings
from passivelab.engine.reboot import Rebooter
from passivelab.engine.script import Answer, Fault, Request, SecretValue, names_secret
from passivelab.engine.subject import Graph, Removal
from passivelab.errors import ConnectionGone, NotConverged, SecretError, StepFailed, TimedOut, Waiting
from passivelab.state import Entry, Journal
from passivelab.state.ledger import unstructure

Deliver = Callable[[str, "bytes | None"], None]  # key material for the controller; None: what there was is stale


def refuse_delivery(reference: str, content: bytes | None) -> None:
    """A run whose owner keeps nothing."""
    raise SecretError(name=reference, reason="nobody keeps what the host gave")


ATTEMPTS = 3  # of a change whose connection went away: reading again decides whether another one is needed


@dataclass(frozen=True)
class Result:
    outcome: Literal["unchanged", "changed", "removed"]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Tools:
    """What steps work with, for one run."""

    graph: Graph
    hosts: Hosts
    readings: Readings
    journal: Journal
    rebooter: Rebooter
    secret: Callable[[Secret], SecretValue]
    emit: Callable[[Event], None]
    owned: Mapping[tuple[str, str], Entry]
    deliver: Deliver = refuse_delivery


class StepRunner:
    """Brings one instance to where it is wanted; raises StepFailed, NotConverged or a TransportError."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def converge(self, instance: StepInstance) -> Result:
        """An instance of the blueprint."""
        readings = self._tools.readings
        self._settle_before(instance)
        needs = self._needs(instance)
        reading = readings.find(instance.key)
        if reading is None or not readings.is_fresh(instance.key):
            reading = readings.read_together([(instance, needs), *readings.ahead(instance)])[0]
        found = self._differences(instance, reading)
        if not found:
            return Result("unchanged")
        if instance.is_gate and instance.desired is not None:
            self._await(instance, needs, reading)
            return Result("unchanged")
        owned = self._tools.owned.get((instance.key.host, instance.key.step))
        if instance.desired is None:
            self._change(instance, needs, reading, "remove", before=owned.before if owned else None)
            return Result("removed", found)
        self._change(instance, needs, reading, "create" if reading.value is None else "change", before=None)
        return Result("changed", found)

    def take_back(self, item: Removal) -> Result:
        """A thing that is in the ledger and no longer wanted."""
        instance = item.instance
        reading = self._tools.readings.find(instance.key)
        if reading is None or not self._tools.readings.is_fresh(instance.key):
            reading = self._read(instance, item.needs)
        if reading.error:
            raise reading.error
        found = differences(_plain_target(instance), reading.value, instance.comparison)
        # What is gone already, perhaps together with what it stood on, is not made again. A removal that was cut off
        # may have left something that `current` does not see: it is taken up again.
        as_before = not found and not item.entry.going
        if as_before or reading.value is None or instance.stays or instance.scripts.remove is None:
            self._done(instance.key, "remove", {"kept": bool(found)})
            return Result("unchanged")
        self._change(instance, item.needs, reading, "remove", before=item.entry.before)
        return Result("removed", found)

    # -- parts of a life ------------------------------------------------------------------------------------------

    def _settle_before(self, instance: StepInstance) -> None:
        """A restart that is owed happens before the next step, unless that one asks for the same restart."""
        if instance.reboot != "merge":
            self._settle(instance)

    def _settle(self, instance: StepInstance) -> None:
        host = instance.key.host
        if self._tools.rebooter.settle(host, instance.key, instance.title):
            self._tools.readings.note_restart(host)

    def _needs(self, instance: StepInstance) -> dict[str, Plain]:
        values = self._tools.readings.needs(instance)
        result = known(values)
        if result is None:
            missing = first_unknown(values)
            assert missing is not None
            raise StepFailed(
                step=instance.key.step,
                host=instance.key.host,
                phase="current",
                reason=f"{missing.key} does not give {missing.export}",
                place=instance.template,
                expected=f"a value {missing.export} in the current state of {missing.key}",
                hint="the step that exports it has to be converged, and its `current` has to emit the property",
            )
        return result

    def _read(self, instance: StepInstance, needs: Mapping[str, Plain], delay: float = 0.0) -> Reading:
        return self._tools.readings.read(instance, needs, delay)

    def _differences(self, instance: StepInstance, reading: Reading) -> tuple[Difference, ...]:
        if reading.error:
            raise reading.error
        return self._tools.readings.differences(instance)

    def _change(
        self,
        instance: StepInstance,
        needs: Mapping[str, Plain],
        reading: Reading,
        action: Literal["create", "change", "remove"],
        before: Mapping[str, Plain] | None,
    ) -> None:
        tools = self._tools
        block: Literal["apply", "remove"] = "remove" if action == "remove" else "apply"
        script = instance.scripts.remove if block == "remove" else instance.scripts.apply
        if script is None:
            raise tools.readings.failure(instance, block, Fault("NoBlock", f"the step has no block {block}"))
        # A removal must not fail for an installer or a PFX that is gone and that only `apply` needs.
        used = [one for one in instance.secrets if block == "apply" or names_secret(script, one.name)]
        secrets = {secret.name: tools.secret(secret) for secret in used}
        if instance.delivers:
            tools.deliver(instance.delivers, None)
        if instance.reboot:
            tools.rebooter.owe(instance.key.host)
        self._intend(instance, needs, reading, action)
        tools.readings.note_change(instance.key)
        if instance.new_session:
            tools.hosts.renew(instance.key.host, instance.identity)
        request = Request(
            f"{instance.key} {block}",
            block,
            script,
            desired=tools.readings.desired(instance) if instance.key in tools.graph.index else instance.desired,
            current=reading.value,
            needs=needs,
            before=dict(before) if before is not None else None,
        )
        after = self._run_through(instance, request, needs, secrets)
        if instance.reboot == "before_next":
            self._settle(instance)
            after = None
        final = self._await(instance, needs, after)
        if instance.reconnects:
            tools.hosts.reconnect(instance.key.host)
        self._done(instance.key, action, {"current": final.value})

    def _run_through(
        self,
        instance: StepInstance,
        request: Request,
        needs: Mapping[str, Plain],
        secrets: Mapping[str, SecretValue],
    ) -> Reading | None:
        """Run a block, again where its connection went away; None where only another look tells what it has done."""
        attempts = 0
        while True:
            attempts += 1
            phase: Phase = "removing" if request.block == "remove" else "applying"
            self._tools.emit(StepMoved(instance.key, instance.title, phase))
            try:
                return self._run(instance, request, needs, secrets)
            except ConnectionGone:
                reading = self._read(instance, needs)
                # What stood on a thing may be left when the thing itself is gone: `remove` runs to its end. What
                # `apply` hands to the controller was in the answer that is lost.
                certain = request.block == "apply" and not instance.delivers
                if reading.error or (certain and not self._left(instance, reading)):
                    return None
                if attempts == ATTEMPTS:
                    raise
                request = replace(request, current=reading.value)

    def _run(
        self,
        instance: StepInstance,
        request: Request,
        needs: Mapping[str, Plain],
        secrets: Mapping[str, SecretValue],
    ) -> Reading:
        """Run a block that changes something, and in the same script read what it has changed, and what follows."""
        readings = self._tools.readings
        along = [(instance, needs), *([] if instance.reboot else readings.ahead(instance))]
        requests = [request, *(readings.request(item, values) for item, values in along)]
        tick = readings.tick
        try:
            answers = self._tools.hosts.change(
                instance.key.host, instance.identity, requests, instance.timeout, secrets
            )
        except TimedOut as error:
            raise StepFailed(
                step=instance.key.step,
                host=instance.key.host,
                phase=request.block,
                reason=f"not finished after {error.limit:.0f} s",
                place=instance.template,
                hint="raise `timeout` of the step, or look on the host for what it waits for",
            ) from error
        answer = answers[request.id]
        if instance.delivers and request.block == "apply" and answer.fault is None:
            answer = self._deliver(instance, instance.delivers, answer)
        self._report(instance, request.block, answer)
        taken = [readings.accept(item, answers[str(item.key)], tick) for item, _ in along]
        return taken[0]

    def _deliver(self, instance: StepInstance, reference: str, answer: Answer) -> Answer:
        """Hand the last value of apply to the controller: it is shown nowhere."""
        try:
            self._tools.deliver(reference, base64.b64decode(answer.output[-1], validate=True))
        except (IndexError, ValueError) as error:
            fault = Fault("NoDelivery", f"apply has to emit {reference} in Base64 last")
            raise self._tools.readings.failure(instance, "apply", fault) from error
        return replace(answer, output=answer.output[:-1])

    def _report(self, instance: StepInstance, block: str, answer: Answer) -> None:
        """Tell what a block said; raises its fault."""
        for text in answer.output:
            self._tools.emit(Said(instance.key, "output", text))
        for text in answer.warnings:
            self._tools.emit(Said(instance.key, "warning", text))
        if answer.fault is not None:
            self._tools.journal.append(
                {"kind": "failed", "host": instance.key.host, "step": instance.key.step, "reason": answer.fault.message}
            )
            raise self._tools.readings.failure(instance, block, answer.fault)

    def _await(self, instance: StepInstance, needs: Mapping[str, Plain], first: Reading | None) -> Reading:
        """Read until nothing is left to do, as long as the step says. Time is that of the host."""
        delays = () if instance.wait is None else _delays(instance.wait)
        limit, elapsed = sum(delays), 0.0
        reading = first or self._read(instance, needs)
        for delay in delays:
            if not reading.error and not self._left(instance, reading):
                return reading
            elapsed += delay
            self._tools.emit(StepMoved(instance.key, instance.title, "waiting", elapsed, limit))
            reading = self._read(instance, needs, delay)
        if reading.error:
            raise reading.error
        left = self._left(instance, reading)
        if not left:
            return reading
        if instance.waits_for is not None:
            raise Waiting(
                step=instance.key.step, host=instance.key.host, what=instance.waits_for, place=instance.template
            )
        raise NotConverged(
            step=instance.key.step,
            host=instance.key.host,
            differences=tuple(describe(difference) for difference in left),
            place=instance.template,
            hint=f"waited {limit:.0f} s (of the host) for it" if delays else None,
        )

    def _left(self, instance: StepInstance, reading: Reading) -> tuple[Difference, ...]:
        if instance.key in self._tools.graph.index:
            return self._tools.readings.differences(instance)
        return differences(_plain_target(instance), reading.value, instance.comparison)

    def _intend(self, instance: StepInstance, needs: Mapping[str, Plain], reading: Reading, action: str) -> None:
        record: dict[str, object] = {
            "kind": "intent",
            "action": action,
            "host": instance.key.host,
            "step": instance.key.step,
            "before": reading.value,
        }
        if action != "remove":
            desired = self._tools.readings.desired(instance)
            record["entry"] = unstructure(self._tools.graph.entry(instance, needs, desired))
        self._tools.journal.append(record)

    def _done(self, key: Key, action: str, more: Mapping[str, object]) -> None:
        self._tools.journal.append({"kind": "done", "action": action, "host": key.host, "step": key.step, **more})


def describe(difference: Difference) -> str:
    """One line for a person: property, wanted, got."""
    name = difference.path or "the whole"
    return f"{name}: wanted {show(difference.wanted)}, got {show(difference.got)}"


def show(value: object) -> str:
    if value is ABSENT or isinstance(value, Unknown):
        return str(value)
    if isinstance(value, str):
        return f"'{value}'"
    return "null" if value is None else str(value)


def _plain_target(instance: StepInstance) -> Mapping[str, object] | None:
    return instance.desired


def _delays(wait: Await) -> tuple[float, ...]:
    """The pauses between reads, in seconds of the host."""
    interval = max(wait.interval, 0.05)
    return (interval,) * max(1, round(wait.limit / interval))
