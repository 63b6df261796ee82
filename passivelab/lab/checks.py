"""What must hold between the values of an inventory. Each check gives problems at their places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from passivelab.errors import Problem
from passivelab.lab.binding import Marks, Path, did_you_mean
from passivelab.lab.clients import ClientMatrix
from passivelab.lab.documents import ConnectionDocument, LabDocument, MachinesDocument
from passivelab.lab.overrides import Overrides


@dataclass(frozen=True)
class Inventory:
    """The bound files of one lab, before they are known to fit together."""

    lab: LabDocument
    marks: Marks
    machines: MachinesDocument
    machine_marks: Marks
    overrides: Overrides
    matrix: ClientMatrix | None
    pool_names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pool_names", tuple(pool.fqdn for pool in self.lab.pools))

    def unknown(self, path: Path, what: str, name: str, known: Iterable[str], marks: Marks | None = None) -> Problem:
        known = tuple(known)
        message = f"unknown {what} {name!r}"
        expected = "one of " + ", ".join(known)
        hint = did_you_mean(name, known)
        return (marks or self.marks).problem(path, f"unknown-{what}", message, expected=expected, hint=hint)


def check_machines(inventory: Inventory) -> Iterator[Problem]:
    machines, marks = inventory.machines, inventory.machine_marks
    for name, machine in machines.hosts.items():
        if machine.network not in machines.networks:
            path: Path = ("hosts", name, "network")
            yield inventory.unknown(path, "network", machine.network, machines.networks, marks)
            continue
        cidr = machines.networks[machine.network].cidr
        if IPv4Address(machine.address) not in IPv4Network(cidr):
            message = f"{machine.address} is not in the network {machine.network}"
            yield marks.problem(("hosts", name, "address"), "address", message, expected=f"an address in {cidr}")
    for name, network in machines.networks.items():
        if network.gateway and IPv4Address(network.gateway) not in IPv4Network(network.cidr):
            message = f"{network.gateway} is not in the network {name}"
            expected = f"an address in {network.cidr}"
            yield marks.problem(("networks", name, "gateway"), "address", message, expected=expected)
    addresses = Counter(machine.address for machine in machines.hosts.values())
    for name, machine in machines.hosts.items():
        if addresses[machine.address] > 1:
            message = f"the address {machine.address} stands at {addresses[machine.address]} hosts"
            yield marks.problem(("hosts", name, "address"), "address", message, expected="an address of its own")
    for index, rule in enumerate(machines.nat):
        if rule.host not in machines.hosts:
            yield inventory.unknown(("nat", index, "host"), "host", rule.host, machines.hosts, marks)
            continue
        around = machines.networks.get(machines.hosts[rule.host].network)
        if rule.address and around is not None and IPv4Address(rule.address) not in IPv4Network(around.cidr):
            message = f"{rule.address} is not in the network of {rule.host}"
            yield marks.problem(("nat", index, "address"), "address", message, expected=f"an address in {around.cidr}")


def check_names(inventory: Inventory) -> Iterator[Problem]:
    lab, marks = inventory.lab, inventory.marks
    if lab.lab != inventory.machines.lab:
        message = f"lab.yml is of the lab {lab.lab!r}, machines.yml of {inventory.machines.lab!r}"
        yield marks.problem(("lab",), "lab-name", message, expected=inventory.machines.lab)
    # A public name under the SIP domain is what clients trust without asking (failure table 29).
    public = {field: getattr(lab.names, field) for field in lab.names.__dataclass_fields__}
    counted = Counter(public.values())
    for key, name in public.items():
        if counted[name] > 1:
            message = f"the public name {name} stands here {counted[name]} times"
            yield marks.problem(("names", key), "names", message, expected="a name for one thing")


def check_hosts(inventory: Inventory) -> Iterator[Problem]:
    """Every host that lab.yml names is a machine of machines.yml."""
    lab, known = inventory.lab, inventory.machines.hosts
    named: list[tuple[Path, str]] = []
    for role, use in lab.roles.items():
        named += ((("roles", role, "hosts", index), host) for index, host in enumerate(use.hosts))
    for group, members in lab.groups.items():
        named += ((("groups", group, "hosts", index), host) for index, host in enumerate(members.hosts))
    for index, pool in enumerate(lab.pools):
        named += ((("pools", index, "servers", at), host) for at, host in enumerate(pool.servers))
    named += ((("hosts", host), host) for host in lab.hosts)
    for path, host in named:
        if host not in known:
            yield inventory.unknown(path, "host", host, known)
    for role, use in lab.roles.items():
        yield from doubled(inventory, ("roles", role, "hosts"), use.hosts, "host")


def doubled(inventory: Inventory, path: Path, names: Iterable[str], what: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield inventory.marks.problem((*path, index), f"duplicate-{what}", f"the {what} {name!r} stands here twice")
        seen.add(name)


def check_connections(inventory: Inventory) -> Iterator[Problem]:
    """Which door a host is reached by, and what a certificate is checked against."""
    for path, connection in inventory.lab.connections():
        yield from _check_connection(inventory, path, connection)


def _check_connection(inventory: Inventory, path: Path, connection: ConnectionDocument) -> Iterator[Problem]:
    marks = inventory.marks
    if connection.scheme == "http":
        for key, value in (("first_contact", connection.first_contact), ("ca_file", connection.ca_file)):
            if value is not None:
                message = f"{key} says something about https, and the connection is http"
                yield marks.problem((*path, key), "connection", message, hint="write scheme: https, or leave it out")
        return
    if connection.verify == "ignore" and connection.ca_file:
        message = "verify: ignore checks no certificate, and ca_file names roots to check against"
        yield marks.problem((*path, "ca_file"), "connection", message, hint="leave out one of the two")
    if inventory.machines.baseline == "bare" and connection.first_contact is None:
        message = "bare machines do not listen on HTTPS yet, and nothing says where to reach them first"
        hint = "first_contact: {} is HTTP 5985 with the local administrator"
        yield marks.problem((*path, "scheme"), "first-contact", message, expected="first_contact", hint=hint)


def check_pools(inventory: Inventory) -> Iterator[Problem]:
    lab, marks, known = inventory.lab, inventory.marks, inventory.pool_names
    homes: dict[str, str] = {}
    external: dict[str, str] = {}
    for index, pool in enumerate(lab.pools):
        path: Path = ("pools", index)
        if known.index(pool.fqdn) != index:
            yield marks.problem((*path, "fqdn"), "duplicate-pool", f"the pool {pool.fqdn!r} stands here twice")
        if not pool.servers:
            yield marks.problem((*path, "servers"), "servers", f"the pool {pool.fqdn} has no servers")
        if pool.kind == "standard_edition" and len(pool.servers) > 1:
            message = f"a Standard Edition pool has one server, {pool.fqdn} has {len(pool.servers)}"
            yield marks.problem((*path, "servers"), "servers", message)
        for at, server in enumerate(pool.servers):
            if homes.setdefault(server, pool.fqdn) != pool.fqdn:
                message = f"{server} belongs to the pool {homes[server]} already"
                yield marks.problem((*path, "servers", at), "servers", message)
        if pool.kind != "edge":
            yield from _check_web_names(inventory, index, external)
        if pool.passive and pool.kind == "edge":
            message = "an Edge pool has no web services that could be passive"
            yield marks.problem((*path, "passive"), "passive", message)
        if pool.edge_pool and pool.edge_pool not in known:
            yield inventory.unknown((*path, "edge_pool"), "pool", pool.edge_pool, known)


def _check_web_names(inventory: Inventory, index: int, external: dict[str, str]) -> Iterator[Problem]:
    pool, marks = inventory.lab.pools[index], inventory.marks
    if pool.external_web_fqdn is None:
        message = f"the pool {pool.fqdn} has no external_web_fqdn"
        yield marks.problem(("pools", index), "missing-key", message, expected="the public name of its web services")
        return
    path = ("pools", index, "external_web_fqdn")
    if pool.external_web_fqdn == (pool.internal_web_fqdn or pool.fqdn):
        message = f"{pool.fqdn}: internal and external web name are the same"
        expected = "two names, each leading to a web site of its own"
        yield marks.problem(path, "web-names", message, expected=expected, found=pool.external_web_fqdn)
    other = external.setdefault(pool.external_web_fqdn, pool.fqdn)
    if other != pool.fqdn:
        message = f"{pool.external_web_fqdn} is the external web name of {other} already"
        yield marks.problem(path, "web-names", message)


def check_discovery(inventory: Inventory) -> Iterator[Problem]:
    name = inventory.lab.discovery_pool
    if name not in inventory.pool_names:
        yield inventory.unknown(("discovery_pool",), "pool", name, inventory.pool_names)


def check_users(inventory: Inventory) -> Iterator[Problem]:
    lab, marks = inventory.lab, inventory.marks
    known = inventory.matrix.clients if inventory.matrix else {}
    seen: dict[str, str] = {}
    for index, user in enumerate(lab.users):
        path: Path = ("users", index)
        for key in (user.name, user.sip_address):
            if seen.setdefault(key, user.name) != user.name or (
                key == user.name and key in [u.name for u in lab.users[:index]]
            ):
                yield marks.problem(path, "duplicate-user", f"{key} stands here twice")
        domain = user.sip_address.partition("@")[2]
        if domain != lab.sip_domain:
            message = f"{user.sip_address} is not in the SIP domain"
            yield marks.problem((*path, "sip_address"), "sip-domain", message, expected=f"..@{lab.sip_domain}")
        if not user.clients:
            yield marks.problem((*path, "clients"), "clients", f"{user.name} has no clients", expected="one at least")
        for at, client in enumerate(user.clients):
            if inventory.matrix and client not in known:
                yield inventory.unknown((*path, "clients", at), "client", client, known)
        if user.pool and user.pool not in inventory.pool_names:
            yield inventory.unknown((*path, "pool"), "pool", user.pool, inventory.pool_names)


def check_overrides(inventory: Inventory) -> Iterator[Problem]:
    for fqdn in inventory.overrides.document.pools:
        if fqdn not in inventory.pool_names:
            marks = inventory.overrides.marks
            yield inventory.unknown(("pools", fqdn), "pool", fqdn, inventory.pool_names, marks)


CHECKS: tuple[Callable[[Inventory], Iterator[Problem]], ...] = (
    check_machines,
    check_names,
    check_hosts,
    check_connections,
    check_pools,
    check_discovery,
    check_users,
    check_overrides,
)
