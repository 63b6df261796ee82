"""machines.yml of a lab -> a world. The only file of an inventory that the simulator reads."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import yaml

from winsim.world.fresh import make_host
from winsim.world.host import Adapter
from winsim.world.lab import World
from winsim.world.media import place as place_media
from winsim.world.network import Network, Translation, lease


class BadMachines(Exception):
    """machines.yml does not describe machines."""


def load_machines(path: Path) -> World:
    """The world that a fresh start has; for ``baseline: prepared`` what the file lists is done already."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        world = build_world(data)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise BadMachines(f"{path}: {type(error).__name__}: {error}") from error
    if world.baseline == "prepared":
        from winsim.world.prepared import prepare

        prepare(world)
    return world


def build_world(data: dict[str, Any]) -> World:
    """Bare machines on their networks."""
    world = World(str(data["lab"]), str(data.get("baseline", "bare")))
    if world.baseline not in ("bare", "prepared"):
        raise ValueError(f"baseline: bare or prepared, not {world.baseline}")
    for name, network in data["networks"].items():
        world.network.networks[name] = make_network(name, network)
    for row in data.get("nat", ()):
        ports = [int(port) for port in row["ports"]]
        world.network.translations.append(
            Translation(row["public"], row["host"], ports, bool(row.get("hairpin", False)), row.get("address") or "")
        )
    public = data.get("public_dns", {})
    world.network.public_name_server = str(public.get("server", ""))
    world.network.public_names = {name.lower(): address for name, address in public.get("records", {}).items()}
    world.inventory = {"accounts": data["accounts"], "prepared": data.get("prepared", {})}
    administrator = data["accounts"]["local_administrator"]
    for name, row in data["hosts"].items():
        network = world.network.networks[row["network"]]
        host = make_host(
            world.lab, name, row.get("computer_name", name), administrator["password"],
            row["address"], ip_network(network.cidr).prefixlen,
        )  # fmt: skip
        connect(world, host.adapters[0], row)
        world.add(host)
        host.boot_time = world.clock.now()
    if data.get("media"):
        place_media(world, data["media"])
    return world


def make_network(name: str, row: dict[str, Any]) -> Network:
    gateway = row.get("gateway") or ip_network(str(row["cidr"]))[1]
    return Network(name, str(row["cidr"]), str(gateway), str(row.get("dns_suffix") or ""))


def connect(world: World, adapter: Adapter, row: dict[str, Any]) -> None:
    """A bare machine has what DHCP gives; a prepared one was set up by hand."""
    world.network.reservations[adapter.mac] = row["address"]
    if world.baseline == "bare":
        lease(world, adapter)
        return
    network = world.network.networks[row["network"]]
    adapter.dns_servers = list(row.get("dns", ()))
    adapter.gateway = network.gateway
    adapter.dns_suffix = network.dns_suffix
