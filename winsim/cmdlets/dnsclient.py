"""DnsClient: server addresses, suffixes, the cache, and Resolve-DnsName."""

from __future__ import annotations

from winsim.cmdlets.nettcpip import FAMILIES, adapters, cim
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.values import Array, EnumValue, PSObject, UInt16, UInt32
from winsim.world.host import Adapter
from winsim.world.names import DnsRecord, NoAnswer, candidates, hosts_file, query

MODULE = "DnsClient"
RECORD = "Microsoft.DnsClient.Commands.DnsRecord"
KINDS = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33}


def server_object(adapter: Adapter, family: str) -> PSObject:
    servers = adapter.dns_servers if family == "IPv4" else []
    return cim(
        "MSFT_DNSClientServerAddress",
        {
            "InterfaceAlias": adapter.name,
            "InterfaceIndex": UInt32(adapter.index),
            "AddressFamily": UInt16(FAMILIES[family]),
            "ServerAddresses": Array(servers, "System.String"),
            "Address": Array(servers, "System.String"),
        },
    )


@cmdlet("Get-DnsClientServerAddress", ("InterfaceIndex", "InterfaceAlias", "AddressFamily"),
        net_class="Get-DnsClientServerAddress", module=MODULE, types={"AddressFamily": "String[]"})  # fmt: skip
def get_servers(call: Call) -> None:
    wanted = call.texts("AddressFamily") or ["IPv4", "IPv6"]
    for adapter in adapters(call, "MSFT_DNSClientServerAddress"):
        call.write_all(server_object(adapter, family) for family in ("IPv4", "IPv6") if family in wanted)


@cmdlet("Set-DnsClientServerAddress",
        ("InterfaceIndex", "InterfaceAlias", "ServerAddresses", "ResetServerAddresses", "PassThru"),
        net_class="Set-DnsClientServerAddress", module=MODULE)  # fmt: skip
def set_servers(call: Call) -> None:
    for adapter in adapters(call, "MSFT_DNSClientServerAddress"):
        if call.should_process(adapter.name, call.name):
            adapter.dns_servers = [] if call.switch("ResetServerAddresses") else call.texts("ServerAddresses")
            if call.switch("PassThru"):
                call.write(server_object(adapter, "IPv4"))
    call.world.touch()


@cmdlet("Clear-DnsClientCache", net_class="Clear-DnsClientCache", module=MODULE)
def clear_cache(call: Call) -> None:
    """Lookups of the lab are never cached: the hosts file and the servers are asked each time."""


@cmdlet("Register-DnsClient", net_class="Register-DnsClient", module=MODULE)
def register(call: Call) -> None:
    raise NotBuilt("Register-DnsClient")


@cmdlet("Get-DnsClient", ("InterfaceIndex", "InterfaceAlias"), net_class="Get-DnsClient", module=MODULE)
def get_client(call: Call) -> None:
    for adapter in adapters(call, "MSFT_DNSClient"):
        call.write(
            cim(
                "MSFT_DNSClient",
                {
                    "InterfaceAlias": adapter.name,
                    "InterfaceIndex": UInt32(adapter.index),
                    "ConnectionSpecificSuffix": adapter.dns_suffix,
                    "RegisterThisConnectionsAddress": adapter.registers,
                    "UseSuffixWhenRegistering": False,
                },
            )
        )


@cmdlet("Set-DnsClient",
        ("InterfaceIndex", "InterfaceAlias", "ConnectionSpecificSuffix", "RegisterThisConnectionsAddress"),
        net_class="Set-DnsClient", module=MODULE)  # fmt: skip
def set_client(call: Call) -> None:
    for adapter in adapters(call, "MSFT_DNSClient"):
        if call.has("ConnectionSpecificSuffix"):
            adapter.dns_suffix = call.text("ConnectionSpecificSuffix")
        if call.has("RegisterThisConnectionsAddress"):
            adapter.registers = call.text("RegisterThisConnectionsAddress") == "True"
    call.world.touch()


@cmdlet("Get-DnsClientGlobalSetting", net_class="Get-DnsClientGlobalSetting", module=MODULE)
def get_global(call: Call) -> None:
    call.write(
        cim(
            "MSFT_DNSClientGlobalSetting",
            {
                "UseSuffixSearchList": bool(call.host.suffixes),
                "SuffixSearchList": Array(call.host.suffixes, "System.String"),
                "UseDevolution": True,
                "DevolutionLevel": UInt32(0),
            },
        )
    )


@cmdlet("Set-DnsClientGlobalSetting", ("SuffixSearchList",), net_class="Set-DnsClientGlobalSetting", module=MODULE)
def set_global(call: Call) -> None:
    if call.has("SuffixSearchList"):
        call.host.suffixes = [suffix for suffix in call.texts("SuffixSearchList") if suffix]
        call.world.touch()


@cmdlet("Resolve-DnsName", ("Name", "Type", "Server", "NoHostsFile"),
        net_class="Microsoft.DnsClient.Commands.ResolveDnsName", module=MODULE,
        idle=("DnsOnly", "QuickTimeout"))  # fmt: skip  # the lab asks DNS only, and waits for nobody
def resolve_name(call: Call) -> None:
    name = call.text("Name").rstrip(".")
    kind = call.text("Type", "A_AAAA").upper()
    asked = "A" if kind in ("A_AAAA", "UNKNOWN") else kind
    servers = call.texts("Server")
    if asked == "A" and not call.switch("NoHostsFile") and not servers:
        mapped = hosts_file(call.host).get(name.lower(), [])
        if mapped:
            call.write_all(record_object(DnsRecord(name, "A", address)) for address in mapped)
            return
    try:
        found: list[DnsRecord] | None = None
        for candidate in candidates(call.host, name):
            found = query(call.world, call.host, candidate, asked, servers[0] if servers else "")
            if found:
                break
    except NoAnswer:
        raise _failure(name, "ERROR_TIMEOUT", "This operation returned because the timeout period expired",
                       "OperationTimeout") from None  # fmt: skip
    if found is None:
        raise _failure(name, "DNS_ERROR_RCODE_NAME_ERROR", "DNS name does not exist", "ResourceUnavailable")
    call.write_all(record_object(record) for record in found)


def _failure(name: str, id: str, text: str, category: str) -> CommandError:
    return CommandError(id, f"{name} : {text}", category, name, "System.ComponentModel.Win32Exception")


def record_object(record: DnsRecord) -> PSObject:
    properties: dict[str, object] = {
        "Name": record.name,
        "Type": EnumValue("Microsoft.DnsClient.Commands.RecordType", record.type, KINDS.get(record.type, 0)),
        "CharacterSet": EnumValue("Microsoft.DnsClient.Commands.DNSCharset", "Unicode", 1),
        "Section": EnumValue("Microsoft.DnsClient.Commands.DNSSection", "Answer", 1),
        "DataLength": UInt16(4 if record.type == "A" else len(record.data)),
        "TTL": UInt32(record.ttl),
    }
    if record.type in ("A", "AAAA"):
        properties |= {"Address": record.data, "IPAddress": record.data, "QueryType": properties["Type"]}
    elif record.type == "SRV":
        priority, weight, port, target = record.data.split()
        properties |= {"NameTarget": target, "Target": target, "Priority": UInt16(int(priority)),
                       "Weight": UInt16(int(weight)), "Port": UInt16(int(port))}  # fmt: skip
    elif record.type == "TXT":
        properties["Strings"] = Array([record.data], "System.String")
    else:
        properties |= {"NameHost": record.data, "Server": record.data}
    return PSObject(properties, (f"{RECORD}_{record.type}", RECORD, "System.Object"))
