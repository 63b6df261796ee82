"""NetTCPIP, NetAdapter, NetConnection: addresses and adapters of the host, and connection tests."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Address

from winsim.interpreter.command import Call, CommandError, cmdlet
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Byte, EnumValue, PSObject, UInt32
from winsim.interpreter.wildcards import wildcard_match
from winsim.web.http import is_listening
from winsim.world.host import Adapter, Address, Host
from winsim.world.network import route

CIM = "Microsoft.Management.Infrastructure.CimInstance"
TYPES = "Microsoft.PowerShell.Cmdletization.GeneratedTypes."
FAMILIES = {"IPv4": 2, "IPv6": 23}


def cim(class_name: str, properties: dict[str, object]) -> PSObject:
    return PSObject(properties, (f"{CIM}#root/standardcimv2/{class_name}", CIM, "System.Object"))


def missing(class_name: str, property: str, value: str) -> CommandError:
    message = (
        f"No {class_name} objects found with property '{property}' equal to '{value}'.  Verify the value of the "
        "property and retry."
    )
    return CommandError(f"CmdletizationQuery_NotFound_{property}", message, "ObjectNotFound", value,
                        "Microsoft.PowerShell.Cmdletization.Cim.CimJobException")  # fmt: skip


def adapters(call: Call, class_name: str) -> Iterator[Adapter]:
    """Those that -InterfaceIndex or -InterfaceAlias names, all without either."""
    known = call.host.adapters
    for parameter, text in (("InterfaceIndex", lambda a: str(a.index)), ("InterfaceAlias", lambda a: a.name)):
        if call.has(parameter):
            for value in call.texts(parameter):
                found = [adapter for adapter in known if text(adapter).lower() == value.lower()]
                if not found:
                    call.write_error(missing(class_name, parameter, value))
                yield from found
            return
    yield from known


def family(name: str) -> EnumValue:
    return EnumValue(TYPES + "NetIPAddress.AddressFamily", name, FAMILIES[name])


def address_object(adapter: Adapter, address: Address) -> PSObject:
    origin = EnumValue(
        TYPES + "NetIPAddress.PrefixOrigin", "Dhcp" if adapter.dhcp else "Manual", 3 if adapter.dhcp else 1
    )
    return cim(
        "MSFT_NetIPAddress",
        {
            "IPAddress": address.address,
            "IPv4Address": address.address,
            "IPv6Address": None,
            "InterfaceIndex": UInt32(adapter.index),
            "InterfaceAlias": adapter.name,
            "AddressFamily": family("IPv4"),
            "Type": EnumValue(TYPES + "NetIPAddress.Type", "Unicast", 1),
            "PrefixLength": Byte(address.prefix),
            "PrefixOrigin": origin,
            "SuffixOrigin": origin,
            "AddressState": EnumValue(TYPES + "NetIPAddress.AddressState", "Preferred", 4),
            "SkipAsSource": False,
            "PolicyStore": "ActiveStore",
        },
    )


LOOPBACK = Adapter("Loopback Pseudo-Interface 1", 1, "", [Address("127.0.0.1", 8)])


@cmdlet("Get-NetIPAddress", ("IPAddress", "InterfaceIndex", "InterfaceAlias", "AddressFamily", "PrefixLength"),
        net_class="Get-NetIPAddress", module="NetTCPIP", types={"AddressFamily": "String[]"})  # fmt: skip
def get_address(call: Call) -> None:
    if call.has("AddressFamily") and "IPv4" not in call.texts("AddressFamily"):
        return
    chosen = list(adapters(call, "MSFT_NetIPAddress"))
    if not call.has("InterfaceIndex") and not call.has("InterfaceAlias"):
        chosen.append(LOOPBACK)
    wanted = call.texts("IPAddress")
    found = [(adapter, entry) for adapter in chosen for entry in adapter.addresses]
    for value in wanted:
        if value not in (entry.address for _, entry in found):
            call.write_error(missing("MSFT_NetIPAddress", "IPAddress", value))
    call.write_all(address_object(adapter, entry) for adapter, entry in found if not wanted or entry.address in wanted)


@cmdlet("New-NetIPAddress",
        ("IPAddress", "InterfaceIndex", "InterfaceAlias", "PrefixLength", "DefaultGateway", "AddressFamily"),
        net_class="New-NetIPAddress", module="NetTCPIP", types={"AddressFamily": "String"})  # fmt: skip
def new_address(call: Call) -> None:
    text = call.text("IPAddress")
    try:
        IPv4Address(text)
    except AddressValueError:
        raise CommandError(
            "Windows System Error 87", "Invalid parameter IPAddress " + text, "InvalidArgument", "MSFT_NetIPAddress",
            "Microsoft.Management.Infrastructure.CimException",
        ) from None  # fmt: skip
    for adapter in adapters(call, "MSFT_NetIPAddress"):
        if text in call.host.addresses:
            raise CommandError("Windows System Error 5010", "Instance MSFT_NetIPAddress already exists ",
                               "InvalidArgument", "MSFT_NetIPAddress",
                               "Microsoft.Management.Infrastructure.CimException")  # fmt: skip
        entry = Address(text, int(call.text("PrefixLength", "32")))
        if adapter.dhcp:  # an address written by hand ends DHCP, and what that gave goes
            adapter.dhcp, adapter.addresses, adapter.gateway = False, [], ""
        adapter.addresses.append(entry)
        if call.has("DefaultGateway"):
            adapter.gateway = call.text("DefaultGateway")
        call.world.touch()
        call.write(address_object(adapter, entry))


@cmdlet("Remove-NetIPAddress", ("IPAddress", "InterfaceIndex", "InterfaceAlias", "AddressFamily"),
        net_class="Remove-NetIPAddress", module="NetTCPIP", types={"AddressFamily": "String[]"})  # fmt: skip
def remove_address(call: Call) -> None:
    wanted, families = call.texts("IPAddress"), [text.lower() for text in call.texts("AddressFamily")]
    if families and "ipv4" not in families:  # the lab has no IPv6 addresses
        return
    for adapter in adapters(call, "MSFT_NetIPAddress"):
        for entry in [entry for entry in adapter.addresses if not wanted or entry.address in wanted]:
            if call.should_process(entry.address, "Remove"):
                adapter.addresses.remove(entry)
    call.world.touch()


@cmdlet("Get-NetIPConfiguration", ("InterfaceIndex", "InterfaceAlias"),
        net_class="Get-NetIPConfiguration", module="NetTCPIP", idle=("All",))  # fmt: skip
def get_configuration(call: Call) -> None:
    for adapter in adapters(call, "MSFT_NetIPInterface"):
        gateway = cim("MSFT_NetRoute", {"NextHop": adapter.gateway}) if adapter.gateway else None
        call.write(
            PSObject(
                {
                    "InterfaceAlias": adapter.name,
                    "InterfaceIndex": UInt32(adapter.index),
                    "InterfaceDescription": adapter.description,
                    "IPv4Address": [address_object(adapter, entry) for entry in adapter.addresses],
                    "IPv4DefaultGateway": gateway,
                },
                ("NetIPConfiguration", "System.Object"),
            )
        )


@cmdlet("Get-NetAdapter", ("Name", "InterfaceIndex", "Physical"), net_class="Get-NetAdapter", module="NetAdapter")
def get_adapter(call: Call) -> None:
    names = [name.lower() for name in call.texts("Name")]
    indexes = call.texts("InterfaceIndex")
    for adapter in call.host.adapters:
        if (names and adapter.name.lower() not in names and names != ["*"]) or (
            indexes and str(adapter.index) not in indexes
        ):
            continue
        call.write(
            cim(
                "MSFT_NetAdapter",
                {
                    "Name": adapter.name,
                    "InterfaceAlias": adapter.name,
                    "ifIndex": UInt32(adapter.index),
                    "InterfaceIndex": UInt32(adapter.index),
                    "InterfaceDescription": adapter.description,
                    "MacAddress": adapter.mac,
                    "Status": "Up",
                    "LinkSpeed": "10 Gbps",
                },
            )
        )


@cmdlet("Get-NetConnectionProfile", ("Name", "InterfaceIndex", "InterfaceAlias", "NetworkCategory"),
        net_class="Get-NetConnectionProfile", module="NetConnection")  # fmt: skip
def get_profile(call: Call) -> None:
    category = call.text("NetworkCategory").lower()
    for adapter in profiled(call):
        found = profile_object(call.host, adapter)
        if not category or to_text(found["NetworkCategory"]).lower() == category:
            call.write(found)


def profiled(call: Call) -> list[Adapter]:
    """The adapters on the network that -Name names; all are on the same one."""
    names = call.texts("Name")
    known = any(wildcard_match(name, network_name(call.host)) for name in names)
    return list(adapters(call, "MSFT_NetConnectionProfile")) if known or not names else []


def network_name(host: Host) -> str:
    return host.domain or "Network"


def profile_object(host: Host, adapter: Adapter) -> PSObject:
    category = "DomainAuthenticated" if host.is_member else adapter.category
    codes = {"Public": 0, "Private": 1, "DomainAuthenticated": 2}
    return cim(
        "MSFT_NetConnectionProfile",
        {
            "Name": network_name(host),
            "InterfaceAlias": adapter.name,
            "InterfaceIndex": UInt32(adapter.index),
            "NetworkCategory": EnumValue(TYPES + "NetConnectionProfile.NetworkCategory", category, codes[category]),
            "IPv4Connectivity": EnumValue(TYPES + "NetConnectionProfile.IPv4Connectivity", "LocalNetwork", 3),
        },
    )


@cmdlet("Set-NetConnectionProfile", ("Name", "InterfaceIndex", "InterfaceAlias", "NetworkCategory"),
        net_class="Set-NetConnectionProfile", module="NetConnection")  # fmt: skip
def set_profile(call: Call) -> None:
    for adapter in profiled(call):
        if call.host.is_member:
            raise CommandError("MI RESULT 1", "Unable to set the NetworkCategory due to one of the following possible "
                               "reasons: not running PowerShell elevated; the NetworkCategory cannot be changed from "
                               "'DomainAuthenticated'", "NotSpecified", None,
                               "Microsoft.Management.Infrastructure.CimException")  # fmt: skip
        adapter.category = call.text("NetworkCategory")
    call.world.touch()


COMMON_PORTS = {"HTTP": 80, "RDP": 3389, "SMB": 445, "WINRM": 5985}


@cmdlet("Test-NetConnection", ("ComputerName", "Port", "CommonTCPPort", "InformationLevel"),
        net_class="Test-NetConnection", module="NetTCPIP")  # fmt: skip
def test_connection(call: Call) -> None:
    name = call.text("ComputerName") or "internetbeacon.msedge.net"
    port = int(call.text("Port")) if call.has("Port") else COMMON_PORTS.get(call.text("CommonTCPPort").upper(), 0)
    addresses = call.world.resolve(call.host, name)
    reached = route(call.world, call.host, addresses[0], port) if addresses else None
    answers = reached is not None
    if port and reached is not None:
        answers = port_answers(call, reached.host, reached.address, port)
    if not addresses:
        call.warning(f"Name resolution of {name} failed -- Status: HostNotFound" if not port else
                     f"TCP connect to {name}:{port} failed")  # fmt: skip
    if call.text("InformationLevel").lower() == "quiet":
        call.write(answers)
        return
    properties: dict[str, object] = {
        "ComputerName": name,
        "RemoteAddress": addresses[0] if addresses else None,
        "InterfaceAlias": call.host.adapters[0].name,
        "SourceAddress": call.host.addresses[0] if call.host.addresses else None,
        "PingSucceeded": reached is not None,
    }
    if port:
        properties |= {"RemotePort": UInt32(port), "TcpTestSucceeded": answers}
    call.write(PSObject(properties, ("TestNetConnectionResult", "System.Object")))


SERVICE_PORTS = {53: "DNS", 88: "Kdc", 389: "NTDS", 636: "NTDS", 3268: "NTDS", 9389: "ADWS", 445: "LanmanServer",
                 135: "RpcSs", 5985: "WinRM", 5061: "RTCSRV", 1433: "MSSQLSERVER"}  # fmt: skip


def port_answers(call: Call, host: Host, address: str, port: int) -> bool:
    """Whether something listens: http.sys or the service that owns the port."""
    if any(is_listening(call.world, host, address, scheme, port) for scheme in ("http", "https")):
        return True
    service = SERVICE_PORTS.get(port)
    return service is not None and host.services.running(service)
