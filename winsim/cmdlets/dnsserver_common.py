"""What the DnsServer cmdlets share: the server, errors and objects."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from winsim.cmdlets.products import entity, in_group, is_domain_account, may_leave, moment
from winsim.interpreter.command import Call, CommandError
from winsim.interpreter.net.datetimes import TimeSpan
from winsim.world.dns import DnsRecord, DnsServer, DnsServerError, DnsZone
from winsim.world.host import Host

MODULE = "DnsServer"
NAMESPACE = "Microsoft.Management.Infrastructure.CimInstance#root/Microsoft/Windows/DNS"
CIM = "Microsoft.Management.Infrastructure.CimException"


def error(code: int, message: str, category: str = "NotSpecified", target: object = None) -> CommandError:
    return CommandError(f"WIN32 {code}", message, category, target, CIM)


def server_host(call: Call) -> Host:
    """The machine that -ComputerName names, or this one; another one is a second hop."""
    name = call.text("ComputerName")
    if not name or name.lower() in ("localhost", ".", call.host.name.lower(), call.host.fqdn.lower()):
        return call.host
    found = call.world.find_host(name)
    if found is None or not call.world.resolve(call.host, name) or not found.is_up(call.world.clock.now()):
        raise error(1722, f"The RPC server is unavailable: {name}.", "ConnectionError", name)
    if not (is_domain_account(call) and may_leave(call)):
        raise error(5, f"Access was denied for DNS server {name}.", "PermissionDenied", name)
    return found


def server(call: Call, *, write: bool = False) -> DnsServer:
    host = server_host(call)
    found = host.parts.find(DnsServer)
    if found is None and host.features.has("DNS"):
        found = host.parts.need(DnsServer)
    if found is None or not host.services.running("DNS"):
        raise error(1722, f"Failed to reach the DNS service on server {host.name}.", "ResourceUnavailable", host.name)
    allowed = call.session.identity.is_admin if host is call.host else in_group(call, "Domain Admins", "DnsAdmins")
    if write and not allowed:
        raise error(5, f"Access was denied for DNS server {host.name}.", "PermissionDenied", host.name)
    return found


def guarded(body: Callable[[Call], None]) -> Callable[[Call], None]:
    @wraps(body)
    def run(call: Call) -> None:
        try:
            body(call)
        except DnsServerError as problem:
            missing = problem.code in (9601, 9714)
            raise error(problem.code, problem.message, "ObjectNotFound" if missing else "ResourceExists") from None

    return run


def shown_zone(zone: DnsZone) -> object:
    return entity(
        (f"{NAMESPACE}/DnsServerZone",),
        {
            "ZoneName": zone.name,
            "ZoneType": "Primary",
            "IsAutoCreated": zone.auto_created,
            "IsDsIntegrated": zone.integrated,
            "IsReverseLookupZone": zone.reverse,
            "IsSigned": False,
            "IsPaused": False,
            "IsReadOnly": False,
            "IsShutdown": False,
            "DynamicUpdate": zone.dynamic_update,
            "ReplicationScope": zone.replication_scope if zone.integrated else "None",
            "DirectoryPartitionName": None,
            "ZoneFile": None if zone.integrated else f"{zone.name}.dns",
            "NotifyServers": None,
            "SecondaryServers": None,
        },
    )


def shown_record(record: DnsRecord) -> object:
    return entity(
        (f"{NAMESPACE}/DnsServerResourceRecord",),
        {
            "DistinguishedName": None,
            "HostName": record.name,
            "RecordType": record.type,
            "RecordClass": "IN",
            "RecordData": _data(record),
            "TimeToLive": TimeSpan.of(seconds=record.ttl),
            "Timestamp": moment(record.timestamp),
        },
    )


def _data(record: DnsRecord) -> object:
    words = record.data.split()
    values: dict[str, dict[str, object]] = {
        "A": {"IPv4Address": record.data},
        "CNAME": {"HostNameAlias": record.data},
        "NS": {"NameServer": record.data},
        "PTR": {"PtrDomainName": record.data},
        "TXT": {"DescriptiveText": record.data},
    }
    if record.type == "SRV" and len(words) == 4:
        values["SRV"] = {"Priority": int(words[0]), "Weight": int(words[1]), "Port": int(words[2]),
                         "DomainName": words[3]}  # fmt: skip
    return entity((f"{NAMESPACE}/DnsServerResourceRecord{record.type.title()}",), values.get(record.type, {}))
