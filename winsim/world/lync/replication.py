"""Replication of the central management store: writes reach the machines after a while, if their services run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .state import LyncServer, ManagementStore, Replica

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

# Lab seconds until a change reaches the first machine by itself, after Invoke-CsManagementStoreReplication, and
# between two machines; how long the master waits before it tries a silent machine again.
BY_ITSELF = 90.0
ON_REQUEST = 45.0
APART = 5.0
RETRY = 60.0


def changed(world: World, store: ManagementStore) -> None:
    """A write to the store: every replica is out of date until it has it."""
    store.configuration.revision += 1
    world.touch()
    send(world, store, BY_ITSELF)


def send(world: World, store: ManagementStore, delay: float, only: str = "") -> None:
    topology = store.configuration.read_topology()
    created = world.clock.now()
    for index, fqdn in enumerate(topology.replicas if topology else ()):
        if only and fqdn != only.lower():
            continue
        replica = store.replicas.setdefault(fqdn, Replica(fqdn))
        replica.last_creation = created
        _schedule(world, fqdn, delay + index * APART)


def _schedule(world: World, fqdn: str, delay: float) -> None:
    """One delivery at a time for a machine: a later request brings nothing that the earlier one lacks."""
    reference = f"{__name__}:deliver"
    waiting = [event for event in world.clock.due if event.action == reference and event.arguments == {"fqdn": fqdn}]
    earliest = min((event.at for event in waiting), default=None)
    if earliest is not None and (earliest - world.clock.now()).total_seconds() <= delay:
        return
    for event in waiting:
        world.clock.due.remove(event)
    world.clock.at(delay, reference, fqdn=fqdn)


def deliver(world: World, fqdn: str) -> None:
    """The file transfer agent copies the configuration to a machine, and its replicator reports."""
    store = world.parts.find(ManagementStore)
    if store is None:
        return
    topology = store.configuration.read_topology()
    if topology is None or fqdn not in topology.replicas:
        store.replicas.pop(fqdn, None)
        return
    host = world.find_host(fqdn)
    if host is None or not _master_runs(world, topology.management_pool) or not _listens(world, host):
        _schedule(world, fqdn, RETRY)
        return
    server = host.parts.need(LyncServer)
    server.local = store.configuration.snapshot()
    replica = store.replicas.setdefault(fqdn, Replica(fqdn))
    replica.revision = store.configuration.revision
    replica.last_status = world.clock.now()
    replica.version = server.version
    world.touch()


def _master_runs(world: World, pool: str) -> bool:
    host = world.find_host(pool)
    if host is None or not host.is_up(world.clock.now()):
        return False
    return all(host.services.running(name) for name in ("MASTER", "FTA", "MSSQL$RTC"))


def _listens(world: World, host: Host) -> bool:
    server = host.parts.find(LyncServer)
    if server is None or not server.replica_enabled or server.local is None:
        return False
    return host.is_up(world.clock.now()) and host.services.running("REPLICA")


def is_current(store: ManagementStore, replica: Replica) -> bool:
    return replica.revision == store.configuration.revision
