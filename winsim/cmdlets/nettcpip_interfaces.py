"""NetTCPIP: interfaces with their DHCP state, and routes."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Interface

from winsim.cmdlets.nettcpip import TYPES, adapters, cim, family, missing
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.values import EnumValue, PSObject, UInt16, UInt32
from winsim.world.host import Adapter
from winsim.world.network import lease

MODULE = "NetTCPIP"
DEFAULT = "0.0.0.0/0"
# Enumerations of the module itself.
FAMILY = {"AddressFamily": "String[]"}


def asks_for_ipv4(call: Call) -> bool:
    return not call.has("AddressFamily") or "IPv4" in call.texts("AddressFamily")


def interface_object(adapter: Adapter) -> PSObject:
    dhcp = EnumValue(TYPES + "NetIPInterface.Dhcp", "Enabled" if adapter.dhcp else "Disabled", 1 if adapter.dhcp else 0)
    return cim(
        "MSFT_NetIPInterface",
        {
            "InterfaceIndex": UInt32(adapter.index),
            "ifIndex": UInt32(adapter.index),
            "InterfaceAlias": adapter.name,
            "ifAlias": adapter.name,
            "AddressFamily": family("IPv4"),
            "Dhcp": dhcp,
            "ConnectionState": EnumValue(TYPES + "NetIPInterface.ConnectionState", "Connected", 1),
            "NlMtu": UInt32(1500),
            "PolicyStore": "ActiveStore",
        },
    )


@cmdlet("Get-NetIPInterface", ("InterfaceIndex", "InterfaceAlias", "AddressFamily", "Dhcp"),
        net_class="Get-NetIPInterface", module=MODULE, types=FAMILY | {"Dhcp": "String[]"})  # fmt: skip
def get_interface(call: Call) -> None:
    wanted = [text.lower() for text in call.texts("Dhcp")]
    if asks_for_ipv4(call):
        found = (interface_object(adapter) for adapter in adapters(call, "MSFT_NetIPInterface"))
        call.write_all(one for one in found if not wanted or str(one["Dhcp"]).lower() in wanted)


@cmdlet("Set-NetIPInterface", ("InterfaceIndex", "InterfaceAlias", "AddressFamily", "Dhcp", "PassThru"),
        net_class="Set-NetIPInterface", module=MODULE, types=FAMILY | {"Dhcp": "String"})  # fmt: skip
def set_interface(call: Call) -> None:
    """Without DHCP an adapter loses what DHCP gave it; with DHCP, what was written by hand."""
    for adapter in adapters(call, "MSFT_NetIPInterface"):
        if not asks_for_ipv4(call) or not call.should_process(adapter.name, call.name):
            continue
        wanted = call.text("Dhcp").lower()
        if wanted == "disabled" and adapter.dhcp:
            adapter.dhcp, adapter.addresses, adapter.gateway = False, [], ""
        elif wanted == "enabled" and not adapter.dhcp:
            lease(call.world, adapter)
        if call.switch("PassThru"):
            call.write(interface_object(adapter))
    call.world.touch()


def routes(adapter: Adapter) -> Iterator[tuple[str, str]]:
    """Prefix and next hop."""
    if adapter.gateway:
        yield DEFAULT, adapter.gateway
    for entry in adapter.addresses:
        yield str(IPv4Interface(f"{entry.address}/{entry.prefix}").network), "0.0.0.0"


def route_object(adapter: Adapter, prefix: str, next_hop: str) -> PSObject:
    return cim(
        "MSFT_NetRoute",
        {
            "DestinationPrefix": prefix,
            "NextHop": next_hop,
            "InterfaceIndex": UInt32(adapter.index),
            "ifIndex": UInt32(adapter.index),
            "InterfaceAlias": adapter.name,
            "AddressFamily": family("IPv4"),
            "RouteMetric": UInt16(256),
            "PolicyStore": "ActiveStore",
        },
    )


CHOICE = ("DestinationPrefix", "InterfaceIndex", "InterfaceAlias", "NextHop", "AddressFamily")


def chosen(call: Call) -> list[tuple[Adapter, str, str]]:
    """The routes that the parameters name; a prefix that no route has is an error."""
    if not asks_for_ipv4(call):
        return []
    found = [(adapter, *one) for adapter in adapters(call, "MSFT_NetRoute") for one in routes(adapter)]
    for parameter, position in (("DestinationPrefix", 1), ("NextHop", 2)):
        if not call.has(parameter):
            continue
        wanted = call.texts(parameter)
        for value in wanted:
            if value not in [one[position] for one in found]:
                call.write_error(missing("MSFT_NetRoute", parameter, value))
        found = [one for one in found if one[position] in wanted]
    return found


@cmdlet("Get-NetRoute", CHOICE, net_class="Get-NetRoute", module=MODULE, types=FAMILY)
def get_route(call: Call) -> None:
    call.write_all(route_object(*one) for one in chosen(call))


@cmdlet("New-NetRoute", CHOICE, net_class="New-NetRoute", module=MODULE, types={"AddressFamily": "String"})
def new_route(call: Call) -> None:
    if call.text("DestinationPrefix") != DEFAULT:
        raise NotBuilt(f"New-NetRoute -DestinationPrefix {call.text('DestinationPrefix')}")
    for adapter in adapters(call, "MSFT_NetRoute"):
        if adapter.gateway:
            raise CommandError("Windows System Error 87", "Instance MSFT_NetRoute already exists ", "InvalidArgument",
                               "MSFT_NetRoute", "Microsoft.Management.Infrastructure.CimException")  # fmt: skip
        adapter.gateway = call.text("NextHop")
        call.world.touch()
        call.write(route_object(adapter, DEFAULT, adapter.gateway))


@cmdlet("Remove-NetRoute", CHOICE, net_class="Remove-NetRoute", module=MODULE, types=FAMILY)
def remove_route(call: Call) -> None:
    for adapter, prefix, next_hop in chosen(call):
        if not call.should_process(f"{prefix} {next_hop}", call.name):
            continue
        if prefix != DEFAULT:
            raise NotBuilt("Remove-NetRoute of a route that belongs to an address")
        adapter.gateway = ""
    call.world.touch()
