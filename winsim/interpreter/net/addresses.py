"""System.Net.IPAddress, IPEndPoint and System.Net.Mail.MailAddress."""

from __future__ import annotations

import ipaddress
import re

from winsim.interpreter.net.encodings import byte_array
from winsim.interpreter.net.enums import value as enum_value
from winsim.interpreter.net.identifiers import set_reference
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array, EnumValue, Int64, NetObject

BAD = "An invalid IP address was specified."


def read_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """As inet_addr reads IPv4: one to four parts, each decimal, octal or hex; the last fills what is left."""
    text = text.strip()
    if ":" in text:
        return ipaddress.IPv6Address(text.strip("[]").partition("%")[0])
    parts = text.split(".")
    if not 1 <= len(parts) <= 4 or not all(re.fullmatch(r"0[xX][0-9a-fA-F]+|\d+", part) for part in parts):
        raise ValueError(BAD)
    numbers = [
        int(p, 16) if p[:2].lower() == "0x" else int(p, 8) if p[0] == "0" and len(p) > 1 else int(p) for p in parts
    ]
    limit = 256 ** (5 - len(numbers))
    if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= limit:
        raise ValueError(BAD)
    total = numbers[-1]
    for index, number in enumerate(numbers[:-1]):
        total += number << (24 - 8 * index)
    return ipaddress.IPv4Address(total)


class IPAddress(NetObject):
    type_names = ("System.Net.IPAddress", "System.Object")

    def __init__(self, value: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
        self.value = value

    @classmethod
    def parse(cls, text: str) -> IPAddress:
        if text is None:
            raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: ipString")
        try:
            return cls(read_address(text))
        except ValueError:
            raise NetError("System.FormatException", BAD) from None

    def __str__(self) -> str:
        return str(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IPAddress) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)


def convert_address(value: object) -> object:
    if value is None or isinstance(value, IPAddress):
        return value
    if isinstance(value, str):
        return IPAddress.parse(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return of_number(int(value))
    if isinstance(value, list):
        return of_bytes([int(item) for item in value])
    raise ValueError(f"Cannot convert {to_text(value)} to System.Net.IPAddress.")


ADDRESS = TypeDef(
    "System.Net.IPAddress", python=(IPAddress,), accelerators=("ipaddress",), convert=convert_address, to_text=str
)


@ADDRESS.constructor("System.Int64")
def of_number(number: int) -> IPAddress:
    """The number holds the bytes in network order, lowest first."""
    if not 0 <= number <= 0xFFFFFFFF:
        raise NetError(
            "System.ArgumentOutOfRangeException",
            "Specified argument was out of the range of valid values.\r\nParameter name: newAddress",
        )
    return IPAddress(ipaddress.IPv4Address(number.to_bytes(4, "little")))


@ADDRESS.constructor("System.Byte[]")
def of_bytes(data: list[int]) -> IPAddress:
    if len(data) not in (4, 16):
        raise NetError("System.ArgumentException", "An invalid IP address was specified.\r\nParameter name: address")
    return IPAddress(ipaddress.ip_address(bytes(int(b) for b in data)))


@ADDRESS.static_method("Parse", "System.String")
def parse(text: str) -> IPAddress:
    return IPAddress.parse(text)


@ADDRESS.static_method("TryParse", "System.String", "ref System.Net.IPAddress")
def try_parse(text: str, result: object) -> bool:
    try:
        set_reference(result, IPAddress.parse(text or ""))
    except NetError:
        set_reference(result, None)
        return False
    return True


@ADDRESS.static_method("IsLoopback", "System.Net.IPAddress")
def is_loopback(address: IPAddress) -> bool:
    return address.value.is_loopback


@ADDRESS.static_method("HostToNetworkOrder", "System.Int32")
@ADDRESS.static_method("NetworkToHostOrder", "System.Int32")
def swap(value: int) -> int:
    return int.from_bytes(value.to_bytes(4, "little", signed=True), "big", signed=True)


for _name, _text in (
    ("Any", "0.0.0.0"),
    ("Loopback", "127.0.0.1"),
    ("Broadcast", "255.255.255.255"),
    ("None", "255.255.255.255"),
    ("IPv6Any", "::"),
    ("IPv6Loopback", "::1"),
    ("IPv6None", "::"),
):

    @ADDRESS.static_property(_name)
    def known(text: str = _text) -> IPAddress:
        return IPAddress(ipaddress.ip_address(text))


@ADDRESS.property("Address")
def address_number(this: IPAddress) -> Int64:
    if this.value.version == 6:
        raise NetError(
            "System.Net.Sockets.SocketException",
            "The attempted operation is not supported for the type of object referenced",
        )
    return Int64(int.from_bytes(this.value.packed, "little"))


@ADDRESS.property("AddressFamily")
def family(this: IPAddress) -> EnumValue:
    return enum_value(
        "System.Net.Sockets.AddressFamily", "InterNetwork" if this.value.version == 4 else "InterNetworkV6"
    )


@ADDRESS.property("ScopeId")
def scope_id(this: IPAddress) -> object:
    if this.value.version == 4:
        raise NetError(
            "System.Net.Sockets.SocketException",
            "The attempted operation is not supported for the type of object referenced",
        )
    return Int64(0)


def _flags() -> None:
    tests = {
        "IsIPv6Multicast": lambda v: v.version == 6 and v.is_multicast,
        "IsIPv6LinkLocal": lambda v: v.version == 6 and v.is_link_local,
        "IsIPv6SiteLocal": lambda v: v.version == 6 and v.is_site_local,
        "IsIPv6Teredo": lambda v: v.version == 6 and v.teredo is not None,
        "IsIPv4MappedToIPv6": lambda v: v.version == 6 and v.ipv4_mapped is not None,
    }
    for name, test in tests.items():

        @ADDRESS.property(name)
        def flag(this: IPAddress, test: object = test) -> bool:
            assert callable(test)
            return bool(test(this.value))


_flags()


@ADDRESS.property("IPAddressToString")
def address_text(this: IPAddress) -> str:
    return str(this)


@ADDRESS.method("GetAddressBytes")
def get_address_bytes(this: IPAddress) -> Array:
    return byte_array(this.value.packed)


@ADDRESS.method("MapToIPv4")
def map_to_v4(this: IPAddress) -> IPAddress:
    mapped = this.value.ipv4_mapped if isinstance(this.value, ipaddress.IPv6Address) else None
    return IPAddress(mapped) if mapped is not None else this


@ADDRESS.method("ToString")
def to_string(this: IPAddress) -> str:
    return str(this)


class MailAddress(NetObject):
    type_names = ("System.Net.Mail.MailAddress", "System.Object")

    def __init__(self, text: str, name: str = "") -> None:
        found = re.fullmatch(r'\s*(?:"?([^"<]*?)"?\s*<)?([^\s<>@]+)@([^\s<>@]+)>?\s*', text)
        if not found:
            raise NetError(
                "System.FormatException", "The specified string is not in the form required for an e-mail address."
            )
        self.display_name = name or found[1] or ""
        self.user, self.host = found[2], found[3]

    @property
    def address(self) -> str:
        return f"{self.user}@{self.host}"

    def __str__(self) -> str:
        return f'"{self.display_name}" <{self.address}>' if self.display_name else self.address


MAIL = TypeDef("System.Net.Mail.MailAddress", python=(MailAddress,), accelerators=("mailaddress",), to_text=str)
MAIL.attribute("DisplayName", "User", "Host", "Address")


@MAIL.constructor("System.String", "System.String", optional=1)
def make_mail(text: str, name: str = "") -> MailAddress:
    return MailAddress(text, name or "")


TYPES = (ADDRESS, MAIL)
