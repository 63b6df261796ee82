"""Networks, address translation, and who reaches whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from winsim.world.host import Adapter, Address

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World


@dataclass
class Network:
    name: str
    cidr: str
    gateway: str = ""
    dns_suffix: str = ""

    def holds(self, address: str) -> bool:
        return ip_address(address) in ip_network(self.cidr)


@dataclass
class Translation:
    """A public address whose ports lead to a host inside."""

    public: str
    host: str
    ports: list[int]
    hairpin: bool = False  # hosts inside reach the public address, too
    address: str = ""  # which one of the host; its first where it is empty


@dataclass
class NetworkMap:
    networks: dict[str, Network] = field(default_factory=dict)
    translations: list[Translation] = field(default_factory=list)
    public_name_server: str = ""
    public_names: dict[str, str] = field(default_factory=dict)  # what the internet's DNS answers
    reservations: dict[str, str] = field(default_factory=dict)  # what DHCP gives: MAC -> address

    def network_of(self, address: str) -> Network | None:
        return next((network for network in self.networks.values() if network.holds(address)), None)


@dataclass(frozen=True)
class Reached:
    """The end of a route: a host, and the address of it that was reached (its own, after translation)."""

    host: Host
    address: str


def is_loopback(address: str) -> bool:
    return ip_address(address).is_loopback


def route(world: World, source: Host | None, address: str, port: int) -> Reached | None:
    """Where a packet from ``source`` (None: a machine on the internet) to an address ends; None: nowhere.

    Networks of the lab are routed to each other; the internet reaches translated addresses only.
    """
    if is_loopback(address):
        return Reached(source, address) if source else None
    if source is not None:
        for host in world.hosts.values():
            if address in host.addresses:
                return Reached(host, address) if host.is_up(world.clock.now()) else None
    for translation in world.network.translations:
        if translation.public == address and port in translation.ports:
            target = world.find_host(translation.host)
            if target is None or not target.is_up(world.clock.now()) or not target.addresses:
                return None
            inside = translation.address or target.addresses[0]
            known = inside in target.addresses and (source is None or translation.hairpin)
            return Reached(target, inside) if known else None
    return None


def lease(world: World, adapter: Adapter) -> None:
    """What DHCP gives an adapter: the reserved address of its network and the router, but no DNS server."""
    address = world.network.reservations.get(adapter.mac, "")
    network = world.network.network_of(address) if address else None
    adapter.dhcp = True
    if network is None:
        adapter.addresses, adapter.gateway = [Address(_automatic(adapter.mac), 16)], ""
        return
    adapter.addresses = [Address(address, ip_network(network.cidr).prefixlen)]
    adapter.gateway = network.gateway


def _automatic(mac: str) -> str:
    """A private address that a machine gives itself when no DHCP server answers."""
    return f"169.254.{int(mac[-5:-3], 16)}.{int(mac[-2:], 16)}"


def is_plugged(world: World, host: Host) -> bool:
    """Whether whoever knows the machine by the address of machines.yml still finds it there."""
    known = [address for adapter in host.adapters if (address := world.network.reservations.get(adapter.mac))]
    return not known or any(address in host.addresses for address in known)
