"""Name resolution as a host does it: its own name, the hosts file, then the DNS servers of its adapters."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from winsim.world.network import route

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

HOSTS_FILE = r"C:\Windows\System32\drivers\etc\hosts"
DNS_PORT = 53


@dataclass(frozen=True)
class DnsRecord:
    name: str
    type: str  # A, AAAA, CNAME, SRV, NS, SOA, PTR, MX, TXT
    data: str  # address, target; "priority weight port target" of an SRV record
    ttl: int = 3600


@runtime_checkable
class NameServer(Protocol):
    """A part of a host that answers DNS questions."""

    def answer(self, world: World, host: Host, name: str, kind: str) -> list[DnsRecord] | None:
        """The records (CNAMEs that led to them first); [] when the name exists without such records; None: NXDOMAIN.

        ``host`` is the one the server runs on.
        """


class NoAnswer(Exception):
    """No DNS server could be reached."""


def hosts_file(host: Host) -> dict[str, list[str]]:
    """Lower-case names of the hosts file with their addresses. A UTF-16 file has no usable lines."""
    entry = host.files.find(HOSTS_FILE)
    table: dict[str, list[str]] = {}
    if entry is None:
        return table
    for line in entry.content.removeprefix(b"\xef\xbb\xbf").decode("latin-1").splitlines():
        words = line.partition("#")[0].split()
        if len(words) > 1 and _is_address(words[0]):
            for name in words[1:]:
                table.setdefault(name.lower(), []).append(words[0])
    return table


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def query(world: World, host: Host | None, name: str, kind: str = "A", server: str = "") -> list[DnsRecord] | None:
    """Asks the DNS servers of a host (or one server), as nslookup and Resolve-DnsName do. None: NXDOMAIN.

    A host of None is a machine on the internet, and a server may be given by its name. Raises NoAnswer when no server
    is there.
    """
    bare = name.rstrip(".").lower()
    if server:
        servers = [server] if _is_address(server) else resolve(world, host, server)
    else:
        servers = host.dns_servers if host else [world.network.public_name_server]
    for address in servers:
        if address == world.network.public_name_server:
            return public_answer(world, bare, kind)
        reached = route(world, host, address, DNS_PORT) if host else None
        if reached is None:
            continue
        for part in reached.host.parts.items.values():
            if isinstance(part, NameServer):
                return part.answer(world, reached.host, bare, kind)
    raise NoAnswer(name)


def public_answer(world: World, name: str, kind: str = "A") -> list[DnsRecord] | None:
    """What the DNS of the internet says."""
    address = world.network.public_names.get(name.rstrip(".").lower())
    if address is None:
        return None
    return [DnsRecord(name, "A", address)] if kind.upper() in ("A", "ANY") else []


def resolve(world: World, host: Host | None, name: str) -> list[str]:
    """The IPv4 addresses that programs on a host get for a name (GetHostAddresses); empty when it does not resolve."""
    bare = name.rstrip(".").lower()
    if _is_address(bare):
        return [bare]
    if host is not None:
        if bare == "localhost":
            return ["127.0.0.1"]
        mapped = [address for address in hosts_file(host).get(bare, []) if ":" not in address]
        if mapped:
            return mapped
        if bare in (host.name.lower(), host.fqdn.lower()):
            return list(host.addresses)
    for candidate in candidates(host, bare):
        try:
            records = query(world, host, candidate)
        except NoAnswer:
            return []
        addresses = [record.data for record in records or [] if record.type == "A"]
        if addresses:
            return addresses
    return []


def candidates(host: Host | None, name: str) -> list[str]:
    """The fully qualified names that the resolver tries for a name, in order."""
    if host is None or "." in name:
        return [name]
    return [f"{name}.{suffix}" for suffix in host.suffix_search_list] or [name]
