"""What a run would change, judged by what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from passivelab.blueprint.model import StepInstance
from passivelab.compare import differences
from passivelab.engine.plan import Action, Change
from passivelab.engine.readings import Readings
from passivelab.engine.subject import Graph, Removal


def planned(
    graph: Graph, readings: Readings, instances: Sequence[StepInstance], removals: Sequence[Removal]
) -> tuple[Change, ...]:
    """One change for each instance and each removal, unchanged ones with them."""
    changes = _judge_unread(graph, readings, [_of_instance(readings, item) for item in instances])
    return (*changes, *(_of_removal(readings, item) for item in removals))


def _of_instance(readings: Readings, item: StepInstance) -> Change:
    reading = readings.find(item.key)
    assert reading is not None
    if reading.state == "failed":
        return Change(item.key, item.title, "failed", error=reading.error)
    if reading.state == "unknown":
        return Change(item.key, item.title, "unknown", known_after=reading.waits_for)
    found = readings.differences(item)
    if not found:
        return Change(item.key, item.title, "unchanged")
    reboot = item.reboot is not None
    if item.desired is None:
        return Change(item.key, item.title, "remove", found, reboot=reboot)
    if item.is_gate:
        return Change(item.key, item.title, "wait", found)
    return Change(item.key, item.title, "create" if reading.value is None else "change", found, reboot=reboot)


def _judge_unread(graph: Graph, readings: Readings, changes: list[Change]) -> list[Change]:
    """What could not be read is known later only where a change of this run makes the way in; else it is an error.

    A plan that has not looked must not look like one that found nothing.
    """
    coming = {change.key for change in changes if change.action in ("create", "change")}

    def judged(change: Change) -> Change:
        reading = readings.find(change.key)
        if change.action != "unknown" or reading is None or reading.error is None:
            return change
        if any(key.host == change.key.host for key in graph.ancestors[change.key] & coming):
            return change
        return replace(change, action="failed", error=reading.error)

    return [judged(change) for change in changes]


def _of_removal(readings: Readings, item: Removal) -> Change:
    instance = item.instance
    reading = readings.find(instance.key)
    assert reading is not None
    if reading.state == "failed":
        return Change(instance.key, instance.title, "failed", error=reading.error, owned=True)
    found = differences(instance.desired, reading.value, instance.comparison)
    action: Action = "unchanged" if instance.stays else "remove"
    return Change(instance.key, instance.title, action, found, owned=True, before=item.entry.before)
