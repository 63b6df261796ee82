"""One Windows machine."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from winsim.world.accounts import ADMINISTRATORS, LocalAccounts
from winsim.world.certificates import CertificateStores, KeyContainer, new_container_name
from winsim.world.clock import Clock
from winsim.world.events import EventLog
from winsim.world.features import Features
from winsim.world.files import EPOCH, FileSystem
from winsim.world.parts import Parts
from winsim.world.registry import Registry
from winsim.world.security import FULL_CONTROL
from winsim.world.services import ServiceManager

FILE_READ_DATA = 0x1
COMPONENT_SERVICING = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing"


@dataclass
class Address:
    address: str
    prefix: int = 24


@dataclass
class Adapter:
    name: str
    index: int
    mac: str
    addresses: list[Address] = field(default_factory=list)
    gateway: str = ""
    dns_servers: list[str] = field(default_factory=list)
    dns_suffix: str = ""
    dhcp: bool = False
    registers: bool = True
    category: str = "Public"  # of the connected network: Public, Private, DomainAuthenticated
    description: str = "Microsoft Hyper-V Network Adapter"


@dataclass
class BootAction:
    """Work for the next boot; ``action`` names a function ``f(world, host, **arguments)`` in winsim."""

    action: str
    arguments: dict[str, object] = field(default_factory=dict)


@dataclass
class Host:
    """State of a machine. ``id`` is its name in the inventory and never changes; ``name`` is the computer name."""

    id: str
    name: str  # NetBIOS computer name, upper case
    domain: str = ""  # DNS name of the domain it has joined
    domain_netbios: str = ""
    is_domain_controller: bool = False
    workgroup: str = "WORKGROUP"
    pending_name: str = ""  # takes effect at the next boot
    primary_suffix: str = ""
    suffixes: list[str] = field(default_factory=list)  # the DNS suffix search list, when set by hand
    adapters: list[Adapter] = field(default_factory=list)
    accounts: LocalAccounts = field(default_factory=LocalAccounts)
    files: FileSystem = field(default_factory=FileSystem)
    registry: Registry = field(default_factory=Registry)
    certificates: CertificateStores = field(default_factory=CertificateStores)
    services: ServiceManager = field(default_factory=ServiceManager)
    features: Features = field(default_factory=Features)
    events: EventLog = field(default_factory=EventLog)
    environment: dict[str, str] = field(default_factory=dict)  # of the machine
    parts: Parts = field(default_factory=Parts)  # iis, http.sys, products
    modules: dict[str, str] = field(default_factory=dict)  # lower-case PowerShell module of a product -> its folder
    machine_sid: str = ""
    machine_guid: str = ""
    boot_time: datetime = EPOCH
    boots: int = 1
    down_until: datetime | None = None
    at_boot: list[BootAction] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock, metadata={"transient": True})

    def connect(self, clock: Clock) -> None:
        """Gives the parts that write times the lab's clock."""
        self.clock = self.files.clock = self.events.clock = clock

    @property
    def fqdn(self) -> str:
        suffix = self.primary_suffix or self.domain
        return f"{self.name}.{suffix}" if suffix else self.name

    @property
    def addresses(self) -> list[str]:
        return [entry.address for adapter in self.adapters for entry in adapter.addresses]

    @property
    def dns_servers(self) -> list[str]:
        return [server for adapter in self.adapters for server in adapter.dns_servers]

    @property
    def suffix_search_list(self) -> list[str]:
        own = [suffix for suffix in (self.primary_suffix or self.domain,) if suffix]
        connection = [adapter.dns_suffix for adapter in self.adapters if adapter.dns_suffix]
        return self.suffixes or list(dict.fromkeys(own + connection))

    @property
    def is_member(self) -> bool:
        return bool(self.domain)

    def is_up(self, now: datetime) -> bool:
        return self.down_until is None or now >= self.down_until

    def has_module(self, name: str) -> bool:
        """Whether a PowerShell module is installed here."""
        key = name.lower()
        return key in self.modules or self.features.brings_module(key)

    # certificates -------------------------------------------------------------------------------------------------

    def store_key(
        self,
        pkcs8: bytes,
        provider: str,
        provider_type: int,
        key_spec: int = 1,
        *,
        machine: bool = True,
        persisted: bool = True,
        exportable: bool = False,
        owner: str = "",
    ) -> KeyContainer:
        """Makes a key container with the file that carries its access list."""
        container = KeyContainer(
            new_container_name(self.machine_guid), pkcs8, provider, provider_type, key_spec,
            machine, persisted, exportable, owner,
        )  # fmt: skip
        self.certificates.add_container(container)
        if machine:
            self.files.make_directory(container.path.rpartition("\\")[0])
            access = self.files.write(container.path, b"\x02\x00\x00\x00").access
            access.protected = True
            access.grant("NT AUTHORITY\\SYSTEM", FULL_CONTROL)
            access.grant("BUILTIN\\Administrators", FULL_CONTROL)
        return container

    def drop_key(self, container: str) -> None:
        key = self.certificates.containers.pop(container, None)
        if key is not None and key.machine and self.files.exists(key.path):
            self.files.remove(key.path)

    def can_read_key(self, container: str, account: str) -> bool:
        """Whether an account (or the Administrators group) was granted read on a private key."""
        key = self.certificates.containers.get(container)
        if key is None:
            return False
        if not key.machine:
            return key.owner.lower() == account.lower()
        entry = self.files.find(key.path)
        if account.lower() in ("localsystem", "nt authority\\system"):
            return True
        return entry is not None and entry.access.allows(account, FILE_READ_DATA)

    # restarts -----------------------------------------------------------------------------------------------------

    def require_reboot(self) -> None:
        """Leaves the mark of a component that waits for a restart."""
        self.registry.create(COMPONENT_SERVICING + r"\RebootPending").volatile = True

    @property
    def reboot_pending(self) -> bool:
        return self.registry.find(COMPONENT_SERVICING + r"\RebootPending") is not None or bool(self.pending_name)

    @property
    def uptime(self) -> timedelta:
        return self.clock.now() - self.boot_time

    # accounts -----------------------------------------------------------------------------------------------------

    def is_administrator(self, account: str, groups: frozenset[str]) -> bool:
        """Whether an account with these groups is a member of the local Administrators group."""
        group = self.accounts.group(ADMINISTRATORS)
        members = {member.lower() for member in group.members} if group else set()
        short = account.lower().removeprefix(f"{self.name.lower()}\\")
        return short in members or account.lower() in members or bool(groups & members)


def new_guid() -> str:
    return str(uuid.uuid4())
