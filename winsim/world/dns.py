"""The DNS server role: zones and records on a host, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from winsim.world import names

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

DEFAULT_TTL = 3600


class DnsServerError(Exception):
    """A refusal of the DNS server; ``code`` is the Win32 error (9601 zone does not exist ...)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class DnsRecord:
    """``name`` is relative to its zone, ``@`` for the zone itself; ``data`` is in presentation form."""

    name: str
    type: str
    data: str
    ttl: int = DEFAULT_TTL
    timestamp: datetime | None = None  # of dynamic registrations


@dataclass
class DnsZone:
    name: str
    integrated: bool = True  # kept in Active Directory
    replication_scope: str = "Domain"
    dynamic_update: str = "Secure"
    reverse: bool = False
    auto_created: bool = False
    records: list[DnsRecord] = field(default_factory=list)
    aging: bool = False

    def find(self, name: str, type: str | None = None) -> list[DnsRecord]:
        wanted = self.relative(name)
        return [
            one for one in self.records if one.name.lower() == wanted and (type is None or one.type == type.upper())
        ]

    def relative(self, name: str) -> str:
        """A record's name in this zone: from ``@``, a relative name, or a full one."""
        key = name.lower().rstrip(".")
        if key in ("@", "", self.name.lower()):
            return "@"
        suffix = "." + self.name.lower()
        return key[: -len(suffix)] if key.endswith(suffix) else key

    def fqdn(self, record: DnsRecord) -> str:
        return self.name if record.name == "@" else f"{record.name}.{self.name}"

    def add(self, record: DnsRecord) -> DnsRecord:
        record.name = self.relative(record.name)
        if any(one.data.lower() == record.data.lower() for one in self.find(record.name, record.type)):
            raise DnsServerError(9711, "DNS record already exists.")
        others = self.find(record.name)
        if (record.type == "CNAME" and others) or any(one.type == "CNAME" for one in others):
            raise DnsServerError(9708, "CNAME record already exists for given name.")
        self.records.append(record)
        return record


@dataclass
class Answer:
    """What a name resolves to: addresses at the end of a chain of aliases, or the records asked for."""

    name: str
    records: list[tuple[str, DnsRecord]]  # full name and record
    exists: bool


@dataclass
class DnsServer:
    """The zones of one server, keyed by name in lower case."""

    zones: dict[str, DnsZone] = field(default_factory=dict)
    forwarders: list[str] = field(default_factory=list)

    def zone(self, name: str) -> DnsZone:
        found = self.zones.get(name.lower().rstrip("."))
        if found is None:
            raise DnsServerError(9601, f"The zone {name} was not found on server.")
        return found

    def create(self, zone: DnsZone) -> DnsZone:
        key = zone.name.lower().rstrip(".")
        if key in self.zones:
            raise DnsServerError(9609, f"The zone {zone.name} already exists.")
        self.zones[key] = zone
        return zone

    def remove(self, name: str) -> None:
        del self.zones[self.zone(name).name.lower()]

    def zone_of(self, name: str) -> DnsZone | None:
        """The zone that is authoritative for a full name: the longest that matches."""
        labels = name.lower().rstrip(".").split(".")
        for start in range(len(labels)):
            found = self.zones.get(".".join(labels[start:]))
            if found is not None:
                return found
        return None

    def query(self, name: str, type: str = "A") -> Answer | None:
        """None when another server has to be asked: no zone here is authoritative for the name."""
        asked = name.lower().rstrip(".")
        chain: list[tuple[str, DnsRecord]] = []
        current = asked
        for _ in range(16):
            zone = self.zone_of(current)
            if zone is None:
                return Answer(asked, chain, True) if chain else None
            matches = zone.find(current, type)
            if matches:
                return Answer(asked, [*chain, *((current, one) for one in matches)], True)
            alias = zone.find(current, "CNAME")
            if not alias:
                return Answer(asked, chain, bool(zone.find(current)))
            chain.append((current, alias[0]))
            current = alias[0].data.lower().rstrip(".")
        return Answer(asked, chain, True)

    def answer(self, world: World, host: Host, name: str, kind: str) -> list[names.DnsRecord] | None:
        """What a client gets: from the own zones, else from a forwarder, else from the internet's servers."""
        if not host.services.running("DNS"):
            raise names.NoAnswer(name)
        found = self.query(name, kind)
        if found is not None:
            given = [names.DnsRecord(full, one.type, one.data, one.ttl) for full, one in found.records]
            return given if found.exists else None
        for server in self.forwarders or [world.network.public_name_server]:
            if server not in host.addresses:
                return names.query(world, host, name, kind, server)
        raise names.NoAnswer(name)

    def all_zones(self) -> Iterator[DnsZone]:
        return (self.zones[key] for key in sorted(self.zones))


def addresses(answer: Answer) -> list[str]:
    return [record.data for _, record in answer.records if record.type == "A"]


def register(zone: DnsZone, host: str, address: str, now: datetime | None = None) -> None:
    """A dynamic registration: the host's one A record becomes ``address``."""
    zone.records = [one for one in zone.records if not (one.name.lower() == host.lower() and one.type == "A")]
    zone.records.append(DnsRecord(host.lower(), "A", address, 1200, now))


def role_removed(world: World, host: Host) -> None:
    """Without the role nobody answers; zones that the directory does not keep stay as files."""
    del world
    server = host.parts.find(DnsServer)
    if server is not None and not server.zones:
        host.parts.drop(DnsServer)
