"""DNS server: zones, records and forwarders."""

from __future__ import annotations

from winsim.cmdlets.dnsserver_common import (
    MODULE,
    NAMESPACE,
    error,
    guarded,
    server,
    server_host,
    shown_record,
    shown_zone,
)
from winsim.cmdlets.products import QUIET, entity, items, plain, property_of
from winsim.interpreter.command import Call, NotBuilt, cmdlet
from winsim.interpreter.net.datetimes import TimeSpan
from winsim.interpreter.values import Array
from winsim.world.dns import DEFAULT_TTL, DnsRecord, DnsServer, DnsServerError, DnsZone


@cmdlet("Get-DnsServerZone", ("Name", "ComputerName"), net_class="Get-DnsServerZone", module=MODULE)
@guarded
def get_zone(call: Call) -> None:
    found = server(call)
    names = call.texts("Name")
    for name in names:
        zone = found.zones.get(name.lower().rstrip("."))
        if zone is None:
            text = f"The zone {name} was not found on server {server_host(call).name}."
            call.write_error(error(9601, text, "ObjectNotFound", name))
        else:
            call.write(shown_zone(zone))
    if not names:
        call.write_all(shown_zone(zone) for zone in found.all_zones())


@cmdlet(
    "Add-DnsServerPrimaryZone",
    ("Name", "ReplicationScope", "ZoneFile", "DynamicUpdate", "PassThru", "ComputerName", "NetworkId"),
    net_class="Add-DnsServerPrimaryZone", module=MODULE,
)  # fmt: skip
@guarded
def add_zone(call: Call) -> None:
    found = server(call, write=True)
    integrated = call.has("ReplicationScope")
    name = _reverse_name(call.text("NetworkId")) if call.has("NetworkId") else call.text("Name")
    if integrated and not server_host(call).is_domain_controller:
        raise error(9718, f"Failed to create zone {name}: the server is not a domain controller.", "InvalidOperation")
    zone = DnsZone(
        name, integrated, call.text("ReplicationScope") or "None",
        call.text("DynamicUpdate") or ("Secure" if integrated else "None"), call.has("NetworkId"),
    )  # fmt: skip
    if call.should_process(name, "Add-DnsServerPrimaryZone"):
        found.create(zone)
        zone.records.append(DnsRecord("@", "NS", f"{server_host(call).fqdn.lower()}."))
        call.world.touch()
        if call.switch("PassThru"):
            call.write(shown_zone(zone))


def _reverse_name(network: str) -> str:
    address, _, prefix = network.partition("/")
    labels = address.split(".")[: int(prefix) // 8]
    return ".".join(reversed(labels)) + ".in-addr.arpa"


@cmdlet("Set-DnsServerPrimaryZone", ("Name", "DynamicUpdate", "ReplicationScope", "PassThru", "ComputerName"),
        net_class="Set-DnsServerPrimaryZone", module=MODULE)  # fmt: skip
@guarded
def set_zone(call: Call) -> None:
    zone = server(call, write=True).zone(call.text("Name"))
    if call.should_process(zone.name, "Set-DnsServerPrimaryZone"):
        zone.dynamic_update = call.text("DynamicUpdate") or zone.dynamic_update
        zone.replication_scope = call.text("ReplicationScope") or zone.replication_scope
        call.world.touch()
        if call.switch("PassThru"):
            call.write(shown_zone(zone))


@cmdlet("Remove-DnsServerZone", ("Name", "PassThru", "ComputerName"), net_class="Remove-DnsServerZone",
        module=MODULE, idle=QUIET)  # fmt: skip
@guarded
def remove_zone(call: Call) -> None:
    found = server(call, write=True)
    zone = found.zone(call.text("Name"))
    if call.should_process(zone.name, "Remove-DnsServerZone"):
        if call.switch("PassThru"):
            call.write(shown_zone(zone))
        found.remove(zone.name)
        call.world.touch()


def _ttl(call: Call) -> int:
    value = call.get("TimeToLive")
    return value.ticks // 10_000_000 if isinstance(value, TimeSpan) else DEFAULT_TTL


def _add(call: Call, kind: str, data: list[str]) -> None:
    zone = server(call, write=True).zone(call.text("ZoneName"))
    for text in data:
        record = DnsRecord(call.text("Name"), kind, text, _ttl(call))
        if not call.should_process(record.name, call.name):
            continue
        try:
            zone.add(record)
        except DnsServerError as problem:
            message = (
                f"Failed to create resource record {call.text('Name')} in zone {zone.name} on server "
                f"{server_host(call).name}."
            )
            raise error(problem.code, message, "ResourceExists", call.text("Name")) from None
        if call.switch("PassThru"):
            call.write(shown_record(record))
    call.world.touch()


_RECORD = ("Name", "ZoneName", "TimeToLive", "PassThru", "ComputerName")


@cmdlet("Add-DnsServerResourceRecordA", (*_RECORD, "IPv4Address"),
        net_class="Add-DnsServerResourceRecordA", module=MODULE)  # fmt: skip
@guarded
def add_address(call: Call) -> None:
    _add(call, "A", [plain(one) for one in items(call.get("IPv4Address"))])


@cmdlet("Add-DnsServerResourceRecordCName", (*_RECORD, "HostNameAlias"),
        net_class="Add-DnsServerResourceRecordCName", module=MODULE)  # fmt: skip
@guarded
def add_alias(call: Call) -> None:
    _add(call, "CNAME", [call.text("HostNameAlias").rstrip(".") + "."])


@cmdlet(
    "Add-DnsServerResourceRecord",
    (*_RECORD, "A", "CName", "Srv", "IPv4Address", "HostNameAlias", "DomainName", "Priority", "Weight", "Port"),
    net_class="Add-DnsServerResourceRecord", module=MODULE,
)  # fmt: skip
@guarded
def add_record(call: Call) -> None:
    if call.switch("A"):
        _add(call, "A", [plain(one) for one in items(call.get("IPv4Address"))])
    elif call.switch("CName"):
        _add(call, "CNAME", [call.text("HostNameAlias").rstrip(".") + "."])
    elif call.switch("Srv"):
        target = call.text("DomainName").rstrip(".") + "."
        _add(call, "SRV", [f"{call.text('Priority')} {call.text('Weight')} {call.text('Port')} {target}"])
    else:
        raise NotBuilt("Add-DnsServerResourceRecord of a type other than A, CName and Srv")


@cmdlet("Get-DnsServerResourceRecord", ("ZoneName", "Name", "RRType", "ComputerName"),
        net_class="Get-DnsServerResourceRecord", module=MODULE)  # fmt: skip
@guarded
def get_record(call: Call) -> None:
    zone = server(call).zone(call.text("ZoneName"))
    kind = call.text("RRType").upper()
    rows = zone.records if not call.has("Name") else zone.find(call.text("Name"))
    rows = [one for one in rows if not kind or one.type == kind]
    if call.has("Name") and not rows:
        text = f"Failed to get {call.text('Name')} record in {zone.name} zone on {server_host(call).name} server."
        raise error(9714, text, "ObjectNotFound", call.text("Name"))
    call.write_all(shown_record(one) for one in rows)


@cmdlet(
    "Remove-DnsServerResourceRecord",
    ("ZoneName", "Name", "RRType", "RecordData", "InputObject", "PassThru", "ComputerName"),
    net_class="Remove-DnsServerResourceRecord", module=MODULE, idle=QUIET)  # fmt: skip
@guarded
def remove_record(call: Call) -> None:
    zone = server(call, write=True).zone(call.text("ZoneName"))
    given = call.get("InputObject")
    if given is not None:
        name, kind = plain(property_of(given, "HostName")), plain(property_of(given, "RecordType"))
        inner = property_of(given, "RecordData")
        address = property_of(inner, "IPv4Address", "HostNameAlias")
        wanted = {plain(address).lower()} if address is not None else set()
    else:
        name, kind = call.text("Name"), call.text("RRType")
        wanted = {plain(one).lower() for one in items(call.get("RecordData"))}
    rows = [one for one in zone.find(name, kind) if not wanted or one.data.lower() in wanted]
    if not rows:
        text = f"Failed to get {name} record in {zone.name} zone on {server_host(call).name} server."
        raise error(9714, text, "ObjectNotFound", name)
    if call.should_process(name, "Remove-DnsServerResourceRecord"):
        if call.switch("PassThru"):
            call.write_all(shown_record(one) for one in rows)
        zone.records = [one for one in zone.records if one not in rows]
        call.world.touch()


def _forwarder(found: DnsServer) -> object:
    return entity(
        (f"{NAMESPACE}/DnsServerForwarder",),
        {
            "UseRootHint": True,
            "Timeout": 3,
            "EnableReordering": True,
            "IPAddress": Array(found.forwarders) if found.forwarders else None,
        },
    )


@cmdlet("Get-DnsServerForwarder", ("ComputerName",), net_class="Get-DnsServerForwarder", module=MODULE)
@guarded
def get_forwarder(call: Call) -> None:
    call.write(_forwarder(server(call)))


@cmdlet("Set-DnsServerForwarder", ("IPAddress", "PassThru", "ComputerName"), net_class="Set-DnsServerForwarder",
        module=MODULE)  # fmt: skip
@guarded
def set_forwarder(call: Call) -> None:
    found = server(call, write=True)
    if call.should_process("forwarders", "Set-DnsServerForwarder"):
        found.forwarders = [plain(one) for one in items(call.get("IPAddress"))]
        call.world.touch()
        if call.switch("PassThru"):
            call.write(_forwarder(found))


@cmdlet("Add-DnsServerForwarder", ("IPAddress", "PassThru", "ComputerName"), net_class="Add-DnsServerForwarder",
        module=MODULE)  # fmt: skip
@guarded
def add_forwarder(call: Call) -> None:
    found = server(call, write=True)
    for one in items(call.get("IPAddress")):
        if plain(one) not in found.forwarders:
            found.forwarders.append(plain(one))
    call.world.touch()
    if call.switch("PassThru"):
        call.write(_forwarder(found))


@cmdlet("Remove-DnsServerForwarder", ("IPAddress", "PassThru", "ComputerName"),
        net_class="Remove-DnsServerForwarder", module=MODULE, idle=QUIET)  # fmt: skip
@guarded
def remove_forwarder(call: Call) -> None:
    found = server(call, write=True)
    for one in items(call.get("IPAddress")):
        if plain(one) not in found.forwarders:
            raise error(9714, f"Failed to remove forwarder {plain(one)}.", "ObjectNotFound")
        found.forwarders.remove(plain(one))
    call.world.touch()
    if call.switch("PassThru"):
        call.write(_forwarder(found))
