"""The state of a forest with one domain: plain values that can be stored and compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from winsim.world.accounts import Logon
    from winsim.world.lab import World

# userAccountControl
DISABLED = 0x2
PASSWORD_NOT_REQUIRED = 0x20
NORMAL_ACCOUNT = 0x200
WORKSTATION_TRUST = 0x1000
SERVER_TRUST = 0x2000
PASSWORD_NEVER_EXPIRES = 0x10000
SMARTCARD_REQUIRED = 0x40000
TRUSTED_FOR_DELEGATION = 0x80000
NOT_DELEGATED = 0x100000

# groupType
GLOBAL_GROUP = 0x2
LOCAL_GROUP = 0x4
UNIVERSAL_GROUP = 0x8
BUILTIN_GROUP = 0x1
SECURITY_GROUP = -0x80000000


@dataclass
class DirectoryObject:
    """One object; every attribute holds a list of texts in LDAP form, its name in canonical spelling."""

    dn: str
    guid: str
    object_class: str
    attributes: dict[str, list[str]] = field(default_factory=dict)
    sid: str = ""
    password: str | None = None
    protected: bool = False  # from accidental deletion
    created: datetime | None = None
    changed: datetime | None = None

    def values(self, attribute: str) -> list[str]:
        wanted = attribute.lower()
        for name, values in self.attributes.items():
            if name.lower() == wanted:
                return values
        return []

    def first(self, attribute: str, default: str = "") -> str:
        return next(iter(self.values(attribute)), default)

    def number(self, attribute: str) -> int:
        return int(self.first(attribute, "0"))

    @property
    def sam(self) -> str:
        return self.first("sAMAccountName")

    @property
    def enabled(self) -> bool:
        return not self.number("userAccountControl") & DISABLED


@dataclass
class KdsRootKey:
    key_id: str
    effective_time: datetime
    creation_time: datetime
    controller: str


@dataclass
class Directory:
    """A forest of one domain. ``objects`` is keyed by the distinguished name in lower case."""

    domain: str = ""
    netbios: str = ""
    domain_sid: str = ""
    controllers: list[str] = field(default_factory=list)  # names of hosts
    domain_mode: str = "Windows2012R2Domain"
    forest_mode: str = "Windows2012R2Forest"
    schema_version: int = 69
    next_rid: int = 1103
    safe_mode_password: str = ""
    objects: dict[str, DirectoryObject] = field(default_factory=dict)
    root_keys: list[KdsRootKey] = field(default_factory=list)

    def logon(self, world: World, domain: str, user: str) -> Logon | None:
        """The answer to ``AccountAuthority`` of the base world."""
        from . import logons

        return logons.logon(self, domain, user)
