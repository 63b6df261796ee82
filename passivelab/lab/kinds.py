"""What a text in a file of the user's can be: names and addresses, each with its rule and its pattern for editors."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True)
class Kind:
    """A rule for a text. ``accepts`` is the rule; ``pattern`` is what JSON Schema can say of it."""

    name: str
    expected: str
    accepts: Callable[[str], bool]
    pattern: str | None = None
    fold: bool = False  # kept in lower case: DNS does not care

    def normalise(self, text: str) -> str:
        return text.lower() if self.fold else text


LABEL = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
FQDN_PATTERN = rf"{LABEL}(\.{LABEL})+"
# The patterns of the schema do without look-behind: not every editor's engine has it.
SCHEMA_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def is_fqdn(text: str) -> bool:
    last = text.rpartition(".")[2]
    return len(text) <= 253 and not last.isdigit() and re.fullmatch(FQDN_PATTERN, text) is not None


def is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def is_cidr(text: str) -> bool:
    try:
        ipaddress.IPv4Network(text)
    except ValueError:
        return False
    return "/" in text


def is_sip_address(text: str) -> bool:
    user, at, domain = text.partition("@")
    return bool(at) and re.fullmatch(r"[A-Za-z0-9._%+'-]+", user) is not None and is_fqdn(domain)


Fqdn = Annotated[
    str,
    Kind(
        "fqdn", "a full host name such as se01.corp.contoso.com", is_fqdn, rf"^{SCHEMA_LABEL}(\.{SCHEMA_LABEL})+$", True
    ),
]
Address = Annotated[
    str, Kind("address", "an IPv4 address such as 192.168.50.10", is_address, r"^[0-9]{1,3}(\.[0-9]{1,3}){3}$")
]
Cidr = Annotated[
    str,
    Kind(
        "cidr", "a network such as 192.168.50.0/24, without host bits", is_cidr, r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]+$"
    ),
]
SipAddress = Annotated[
    str,
    Kind("sip", "an address such as anna@contoso.com, without sip:", is_sip_address, r"^[^@:\s]+@[^@\s]+$", True),
]
ComputerName = Annotated[
    str,
    Kind(
        "computer",
        "a computer name: up to 15 letters, digits and hyphens, not digits alone",
        lambda text: len(text) <= 15 and not text.isdigit() and re.fullmatch(LABEL, text) is not None,
        r"^[A-Za-z0-9][A-Za-z0-9-]{0,14}$",
        True,
    ),
]
NetbiosName = Annotated[
    str,
    Kind(
        "netbios",
        "a NetBIOS name: up to 15 capitals, digits and hyphens",
        matches(r"[A-Z0-9][A-Z0-9-]{0,14}"),
        r"^[A-Z0-9][A-Z0-9-]{0,14}$",
    ),
]
Name = Annotated[
    str,
    Kind("name", "a name: small letters, digits, - and _", matches(r"[a-z][a-z0-9_-]*"), r"^[a-z][a-z0-9_-]*$"),
]
Identifier = Annotated[
    str,
    Kind(
        "identifier", "a name: letters, digits and _", matches(r"[A-Za-z_][A-Za-z0-9_]*"), r"^[A-Za-z_][A-Za-z0-9_]*$"
    ),
]
Text = Annotated[str, Kind("text", "a text that is not empty", lambda text: bool(text.strip()))]
Sha256 = Annotated[
    str, Kind("sha256", "a SHA-256 of 64 hexadecimal digits", matches(r"[0-9A-Fa-f]{64}"), r"^[0-9A-Fa-f]{64}$", True)
]
Url = Annotated[
    str,
    Kind("url", "an address such as https://meet.contoso.com", matches(r"https?://[^\s/]+(/\S*)?"), r"^https?://\S+$"),
]
