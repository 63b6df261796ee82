"""What the engine works on: an instance of the blueprint, or one that only the ledger still knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import cast

from passivelab.blueprint.model import (
    Await,
    Blueprint,
    Comparison,
    DesiredValue,
    Identity,
    Key,
    Place,
    Plain,
    Scripts,
    Secret,
    StepInstance,
)
from passivelab.compare import same
from passivelab.state import Entry


@dataclass(frozen=True)
class Removal:
    """A ledger's entry to take back: what must hold afterwards, and the instance whose ``remove`` does it."""

    entry: Entry
    instance: StepInstance
    needs: Mapping[str, Plain] = field(default_factory=dict)


def removal(entry: Entry, place: Place) -> Removal:
    """Afterwards the thing is absent, or as it was in everything that the lab had set."""
    target: dict[str, DesiredValue] | None = None
    if entry.before is not None:
        wanted = {name.casefold() for name in entry.properties}
        target = {name: value for name, value in entry.before.items() if name.casefold() in wanted}
    instance = StepInstance(
        key=Key(entry.host, entry.step),
        role=entry.role,
        step=entry.step.split("[")[0].rpartition("/")[2],
        item=None,
        title=entry.title,
        template=place,
        scripts=Scripts("", entry.current, None, entry.remove),
        desired=target,
        after=(),
        identity=cast(Identity, entry.identity),
        secrets=tuple(Secret(**cast("dict[str, str]", dict(secret))) for secret in entry.secrets),  # type: ignore[arg-type]
        wait=Await(*entry.wait) if entry.wait else None,
        comparison=_backwards(entry),
        reboot=cast("None", entry.reboot),
        pool=entry.pool,
        timeout=entry.timeout,
        stays=entry.stays,
    )
    return Removal(entry, instance, dict(entry.needs))


def _backwards(entry: Entry) -> dict[str, Comparison]:
    """How a taken-back thing is compared: of a list that others may add to, what the lab has added must be gone."""
    rules = {name: Comparison(**{**rule, "without": ()}) for name, rule in entry.comparison.items()}  # type: ignore[arg-type]
    had = {name.casefold(): value for name, value in (entry.before or {}).items()}
    for name, ours in entry.members.items():
        before = had.get(name.casefold())
        there = before if isinstance(before, list) else [] if before is None else [before]
        added = tuple(one for one in ours if not any(same(one, other, rules[name]) for other in there))
        rules[name] = replace(rules[name], without=added)
    return rules


def _members(instance: StepInstance, desired: Mapping[str, DesiredValue] | None) -> dict[str, tuple[DesiredValue, ...]]:
    """The members of lists that others may add to, too. Where only the order counts, they belong to other instances."""
    wanted = {name.casefold(): value for name, value in (desired or {}).items()}
    found = {
        name: wanted.get(name.casefold())
        for name, rule in instance.comparison.items()
        if rule.members == "managed" and rule.rule != "ordered"
    }
    return {name: tuple(value) for name, value in found.items() if isinstance(value, list)}


class Graph:
    """The order of a blueprint: ancestors, and what has to be known of it to take instances back later."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.index = {instance.key: instance for instance in blueprint.instances}
        self.order = {instance.key: number for number, instance in enumerate(blueprint.instances)}
        hosts = dict.fromkeys(key.host for key in self.index)
        self._by_host = {host: blueprint.of_host(host) for host in hosts}
        self.ancestors: dict[Key, frozenset[Key]] = {}
        for instance in blueprint.instances:
            direct = self.direct(instance)
            self.ancestors[instance.key] = frozenset(direct).union(*(self.ancestors.get(key, ()) for key in direct))

    def following(self, key: Key) -> tuple[StepInstance, ...]:
        """The instances of the same host behind this one."""
        if key not in self.index:
            return ()
        items = self._by_host[key.host]
        return items[items.index(self.index[key]) + 1 :]

    def direct(self, instance: StepInstance) -> tuple[Key, ...]:
        """The instances right before this one: declared, and those whose values it needs."""
        return tuple(dict.fromkeys((*instance.after, *(need.source for need in instance.needs))))

    def behind(self, key: Key) -> dict[str, int]:
        """For each host the last of its instances that this one comes after."""
        result: dict[str, int] = {}
        for ancestor in self.ancestors[key]:
            order = self.order.get(ancestor, -1)
            result[ancestor.host] = max(order, result.get(ancestor.host, -1))
        return result

    def entry(
        self, instance: StepInstance, needs: Mapping[str, Plain], desired: Mapping[str, DesiredValue] | None
    ) -> Entry:
        """An instance as the ledger keeps it; its value before is in the journal's intent."""
        return Entry(
            host=instance.key.host,
            step=instance.key.step,
            role=instance.role,
            title=instance.title,
            order=self.order[instance.key],
            behind=self.behind(instance.key),
            current=instance.scripts.current,
            remove=instance.scripts.remove,
            identity=instance.identity,
            pool=instance.pool,
            timeout=instance.timeout,
            needs=dict(needs),
            secrets=tuple(asdict(secret) for secret in instance.secrets),
            comparison={name: asdict(rule) for name, rule in instance.comparison.items()},
            properties=tuple(instance.desired or ()),
            members=_members(instance, desired),
            reboot=instance.reboot,
            wait=(instance.wait.limit, instance.wait.interval) if instance.wait else None,
            stays=instance.stays,
        )


def removal_edges(removals: Iterable[Removal], kept: Iterable[Entry]) -> dict[Key, list[Key]]:
    """What must go, or change, before each removal: everything that came after it when it was made."""
    going = list(removals)
    entries = [(item.instance.key, item.entry) for item in going]
    entries += [(Key(entry.host, entry.step), entry) for entry in kept]
    return {
        item.instance.key: [key for key, entry in entries if key != item.instance.key and entry.depends_on(item.entry)]
        for item in going
    }
