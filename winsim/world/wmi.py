"""WMI of a host: classes as tables of plain values, and the part of WQL that filters use."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from winsim.world.directory.pending import membership
from winsim.world.parts import resolve

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

Value = str | int | bool | datetime | list[str] | None
Instance = dict[str, Value]
Table = Callable[["World", "Host"], list[Instance]]

# Classes of products: namespace and class in lower case -> f(world, host) -> instances
PRODUCT_CLASSES = {("root\\adfs", "securitytokenservice"): "winsim.world.adfs.service:wmi_instances"}

TOKEN = re.compile(r"\s*(?:(?P<text>'[^']*'|\"[^\"]*\")|(?P<op><>|!=|>=|<=|=|>|<)|(?P<paren>[()])|(?P<word>[\w.\-]+))")


class WqlError(ValueError):
    """The query is not one that WMI takes."""


def instances(world: World, host: Host, namespace: str, name: str) -> list[Instance] | None:
    """All instances of a class, None when there is no such class."""
    space = namespace.replace("/", "\\").lower()
    product = PRODUCT_CLASSES.get((space, name.lower()))
    if product is not None:
        found: list[Instance] = resolve(product)(world, host)
        return found
    table = TABLES.get(name.lower()) if space == "root\\cimv2" else None
    return table(world, host) if table is not None else None


def operating_system(world: World, host: Host) -> list[Instance]:
    now = world.clock.now()
    return [
        {
            "Caption": "Microsoft Windows Server 2012 R2 Standard",
            "Version": "6.3.9600",
            "BuildNumber": "9600",
            "CSName": host.name,
            "OSArchitecture": "64-bit",
            "ProductType": 2 if host.is_domain_controller else 3,
            "OperatingSystemSKU": 7,
            "LastBootUpTime": host.boot_time.replace(microsecond=0),
            "LocalDateTime": now,
            "InstallDate": host.files.drives["c"].root.created,
            "SystemDrive": "C:",
            "SystemDirectory": r"C:\Windows\system32",
            "WindowsDirectory": r"C:\Windows",
            "TotalVisibleMemorySize": 8388148,
            "FreePhysicalMemory": 6291456,
            "Locale": "0409",
            "OSLanguage": 1033,
            "Status": "OK",
        }
    ]


def computer_system(world: World, host: Host) -> list[Instance]:
    place = membership(host)
    return [
        {
            "Name": host.name,
            "DNSHostName": host.name.lower() if host.name.isupper() else host.name,
            "Domain": place.domain or place.workgroup,
            "Workgroup": None if place.domain else place.workgroup,
            "PartOfDomain": bool(place.domain),
            "DomainRole": place.role,
            "Manufacturer": "Microsoft Corporation",
            "Model": "Virtual Machine",
            "NumberOfProcessors": 1,
            "NumberOfLogicalProcessors": 2,
            "TotalPhysicalMemory": 8589463552,
            "SystemType": "x64-based PC",
            "UserName": None,
        }
    ]


def services(world: World, host: Host) -> list[Instance]:
    modes = {"Automatic": "Auto", "Manual": "Manual", "Disabled": "Disabled", "Boot": "Boot", "System": "System"}
    states = {"StartPending": "Start Pending", "StopPending": "Stop Pending"}
    return [
        {
            "Name": service.name,
            "DisplayName": service.display_name,
            "State": states.get(service.state, service.state),
            "Status": "OK",
            "Started": service.state == "Running",
            "StartMode": modes[service.start_type],
            "DelayedAutoStart": service.delayed,
            "StartName": service.account,
            "PathName": service.path,
            "Description": service.description,
            "AcceptStop": service.can_stop and service.state == "Running",
            "ServiceType": "Share Process",
            "ExitCode": 0 if service.state == "Running" else 1077,
            "ProcessId": service.process_id if service.state == "Running" else 0,
            "SystemName": host.name,
        }
        for service in host.services.all()
    ]


def disks(world: World, host: Host) -> list[Instance]:
    return [
        {"DeviceID": f"{drive.letter}:", "DriveType": 3, "FileSystem": "NTFS", "VolumeName": drive.label,
         "Size": drive.capacity, "FreeSpace": drive.free, "SystemName": host.name}
        for drive in host.files.drives.values()
    ]  # fmt: skip


def adapters(world: World, host: Host) -> list[Instance]:
    return [
        {
            "Index": index,
            "InterfaceIndex": adapter.index,
            "Description": adapter.description,
            "MACAddress": adapter.mac.replace("-", ":"),
            "IPEnabled": bool(adapter.addresses),
            "DHCPEnabled": adapter.dhcp,
            "IPAddress": [address.address for address in adapter.addresses],
            "DefaultIPGateway": [adapter.gateway] if adapter.gateway else None,
            "DNSServerSearchOrder": list(adapter.dns_servers),
            "DNSDomain": adapter.dns_suffix or None,
            "DNSHostName": host.name.lower(),
        }
        for index, adapter in enumerate(host.adapters)
    ]


def bios(world: World, host: Host) -> list[Instance]:
    return [{"Manufacturer": "American Megatrends Inc.", "SerialNumber": host.machine_guid, "Version": "VRTUAL - 1"}]


def time_zone(world: World, host: Host) -> list[Instance]:
    return [{"Caption": "(UTC) Coordinated Universal Time", "StandardName": "Coordinated Universal Time", "Bias": 0}]


TABLES: Mapping[str, Table] = {
    "win32_operatingsystem": operating_system,
    "win32_computersystem": computer_system,
    "win32_service": services,
    "win32_logicaldisk": disks,
    "win32_networkadapterconfiguration": adapters,
    "win32_bios": bios,
    "win32_timezone": time_zone,
}


# WQL ----------------------------------------------------------------------------------------------------------------


def parse_query(text: str) -> tuple[list[str], str, str]:
    """``select a, b from Class where ..`` -> properties ([] for all), class, condition."""
    found = re.fullmatch(r"\s*select\s+(.+?)\s+from\s+(\w+)(?:\s+where\s+(.+?))?\s*", text, re.I | re.S)
    if found is None:
        raise WqlError(text)
    names = [] if found[1].strip() == "*" else [name.strip() for name in found[1].split(",")]
    return names, found[2], found[3] or ""


def condition(text: str) -> Callable[[Instance], bool]:
    """The test that a WQL condition is: comparisons, LIKE, IS NULL, AND, OR, NOT, parentheses."""
    tokens: list[tuple[str, str]] = []
    position = 0
    while text[position:].strip():
        found = TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise WqlError(text)
        tokens.append((found.lastgroup, found[found.lastgroup]))
        position = found.end()
    parser = _Parser(tokens, text)
    test = parser.either()
    if parser.tokens:
        raise WqlError(text)
    return test


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], text: str) -> None:
        self.tokens = tokens
        self.text = text

    def next_is(self, *words: str) -> bool:
        return bool(self.tokens) and self.tokens[0][1].lower() in words

    def take(self) -> tuple[str, str]:
        if not self.tokens:
            raise WqlError(self.text)
        return self.tokens.pop(0)

    def either(self) -> Callable[[Instance], bool]:
        tests = [self.both()]
        while self.next_is("or"):
            self.take()
            tests.append(self.both())
        return lambda row: any(test(row) for test in tests)

    def both(self) -> Callable[[Instance], bool]:
        tests = [self.single()]
        while self.next_is("and"):
            self.take()
            tests.append(self.single())
        return lambda row: all(test(row) for test in tests)

    def single(self) -> Callable[[Instance], bool]:
        if self.next_is("not"):
            self.take()
            inner = self.single()
            return lambda row: not inner(row)
        if self.next_is("("):
            self.take()
            inner = self.either()
            if self.take()[1] != ")":
                raise WqlError(self.text)
            return inner
        name = self.take()[1].lower()
        operator = self.take()[1].lower()
        if operator == "is":
            wanted = [self.take()[1].lower() for _ in range(2 if self.next_is("not") else 1)]
            return lambda row: (_field(row, name) is None) is (wanted == ["null"])
        kind, value = self.take()
        literal = value[1:-1] if kind == "text" else value
        return lambda row: _compare(_field(row, name), operator, literal)


def _field(row: Instance, name: str) -> Value:
    for key, value in row.items():
        if key.lower() == name:
            return value
    raise WqlError(name)


def _compare(value: Value, operator: str, literal: str) -> bool:
    if value is None:
        return False
    if operator == "like":
        pattern = re.escape(literal).replace("%", ".*").replace("_", ".")
        return re.fullmatch(pattern, str(value), re.I | re.S) is not None
    left: object = value
    right: object = literal
    if isinstance(value, bool):
        right = literal.lower() in ("true", "1", "-1")
    elif isinstance(value, int):
        try:
            right = int(literal)
        except ValueError:
            raise WqlError(literal) from None
    else:
        left, right = str(value).lower(), literal.lower()
    tests: dict[str, Callable[[], bool]] = {
        "=": lambda: left == right,
        "<>": lambda: left != right,
        "!=": lambda: left != right,
        "<": lambda: left < right,  # type: ignore[operator]
        ">": lambda: left > right,  # type: ignore[operator]
        "<=": lambda: left <= right,  # type: ignore[operator]
        ">=": lambda: left >= right,  # type: ignore[operator]
    }
    if operator not in tests:
        raise WqlError(operator)
    return tests[operator]()


def dmtf(moment: datetime) -> str:
    """A date as WMI writes it."""
    return f"{moment:%Y%m%d%H%M%S.%f}+000"
