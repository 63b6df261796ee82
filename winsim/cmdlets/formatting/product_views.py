"""The default views of Windows' modules, as their output is known; widths are those of printed examples."""

from __future__ import annotations

from winsim.cmdlets.formatting.view import Column, View, named
from winsim.interpreter.members import get_property_of
from winsim.interpreter.net.dates import text_of
from winsim.interpreter.net.datetimes import DateTime
from winsim.interpreter.texts import to_text

CIM = "microsoft.management.infrastructure.ciminstance#root/"
IIS = "microsoft.iis.powershell.framework."
DNS_DATA = (
    "IPv4Address",
    "IPv6Address",
    "HostNameAlias",
    "NameServer",
    "DomainName",
    "DescriptiveText",
    "PtrDomainName",
)


def read(value: object, name: str) -> str:
    return to_text(get_property_of(value, name))


def members(value: object, name: str) -> list[object]:
    """The elements of a collection that a property holds."""
    found = get_property_of(value, name)
    return list(found) if isinstance(found, list) else [] if found is None else [found]


def feature_name(value: object) -> str:
    """Indented by its place in the tree, with a cross where it is installed."""
    cross = "X" if read(value, "Installed") == "True" else " "
    return f"{'    ' * (int(read(value, 'Depth')) - 1)}[{cross}] {read(value, 'DisplayName')}"


def feature_result(value: object) -> str:
    names = [read(feature, "DisplayName") for feature in members(value, "FeatureResult")]
    return "{" + ", ".join(names[:4]) + ("..." if len(names) > 4 else "") + "}"


def event_time(value: object) -> str:
    moment = get_property_of(value, "TimeGenerated")
    return text_of(moment, "MMM dd HH:mm") if isinstance(moment, DateTime) else ""


def site_bindings(value: object) -> str:
    """One binding a line: protocol and information, with the flags of https."""
    lines = []
    for binding in members(get_property_of(value, "bindings"), "Collection"):
        line = f"{read(binding, 'protocol')} {read(binding, 'bindingInformation')}"
        secure = read(binding, "protocol") == "https"
        lines.append(f"{line} sslFlags={read(binding, 'sslFlags')}" if secure else line)
    return "\n".join(lines)


def site_names(value: object) -> str:
    return "\n".join(read(site, "Value") for site in members(value, "Sites"))


def dns_data(value: object) -> str:
    """What a record of a zone says, in the words of its kind."""
    data = get_property_of(value, "RecordData")
    if read(value, "RecordType") == "SRV":
        return "".join(f"[{read(data, name)}]" for name in ("Priority", "Weight", "Port", "DomainName"))
    return next((text for text in (read(data, name) for name in DNS_DATA) if text), "")


def dns_timestamp(value: object) -> str:
    """0 stands for a record that does not age."""
    return read(value, "Timestamp") or "0"


def resolved(label: str, width: int) -> View:
    columns = (named("Name", width), named("Type", 6), named("TTL", 5, "Left"), named("Section", 10), named(label))
    return View("table", columns)


PRODUCTS: dict[str, View] = {
    "microsoft.windows.servermanager.commands.feature": View(
        "table",
        (
            Column("Display Name", None, feature_name, 55),
            named("Name", 26),
            named("InstallState", 13, "Right", "Install State"),
        ),
    ),
    "microsoft.windows.servermanager.commands.featureoperationresult": View(
        "table",
        (
            named("Success", 7, "Left"),
            named("RestartNeeded", 14, "Left", "Restart Needed"),
            named("ExitCode", 14, "Left", "Exit Code"),
            Column("Feature Result", None, feature_result),
        ),
    ),
    "system.diagnostics.eventlogentry": View(
        "table",
        (
            named("Index", 8, "Right"),
            Column("Time", None, event_time, 13),
            named("EntryType", 11),
            named("Source", 20),
            named("InstanceID", 12, "Right"),
            named("Message"),
        ),
    ),
    "system.diagnostics.eventing.reader.eventlogrecord": View(
        "table",
        (
            named("TimeCreated", 26, "Left"),
            named("Id", 8, "Right"),
            named("LevelDisplayName", 16),
            named("Message"),
        ),
        named("ProviderName"),
    ),
    f"{IIS}configurationelement#site": View(
        "table",
        (
            named("name", 16, label="Name"),
            named("id", 4, "Left", "ID"),
            named("state", 10, label="State"),
            named("physicalPath", 30, label="Physical Path"),
            Column("Bindings", None, site_bindings),
        ),
        wrap=True,
    ),
    f"{IIS}configurationelement#bindings#binding": View(
        "table", (named("protocol", 20), named("bindingInformation", 39), named("sslFlags", 0, "Left"))
    ),
    f"{IIS}sslbinding": View(
        "table",
        (
            named("IPAddress", 19, label="IP Address"),
            named("Port", 6, "Left"),
            named("Host", 16, label="Host Name"),
            named("Store", 16),
            Column("Sites", None, site_names),
        ),
    ),
    f"{CIM}microsoft/windows/dns/dnsserverzone": View(
        "table",
        (
            named("ZoneName", 35),
            named("ZoneType", 15),
            named("IsAutoCreated", 15, "Left"),
            named("IsDsIntegrated", 15, "Left"),
            named("IsReverseLookupZone", 20, "Left"),
            named("IsSigned", 8, "Left"),
        ),
    ),
    f"{CIM}microsoft/windows/dns/dnsserverresourcerecord": View(
        "table",
        (
            named("HostName", 25),
            named("RecordType", 10),
            Column("Timestamp", None, dns_timestamp, 20),
            named("TimeToLive", 15, "Left"),
            Column("RecordData", None, dns_data),
        ),
    ),
    f"{CIM}standardcimv2/msft_netadapter": View(
        "table",
        (
            named("Name", 25),
            named("InterfaceDescription", 39),
            named("ifIndex", 7, "Right"),
            named("Status", 12),
            named("MacAddress", 17),
            named("LinkSpeed", 14, "Right"),
        ),
    ),
    "microsoft.dnsclient.commands.dnsrecord_a": resolved("IPAddress", 46),
    "microsoft.dnsclient.commands.dnsrecord_aaaa": resolved("IPAddress", 46),
    "microsoft.dnsclient.commands.dnsrecord_ptr": resolved("NameHost", 30),
}
