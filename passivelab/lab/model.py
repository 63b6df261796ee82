"""A lab: what is wanted of its hosts. Immutable, complete, every name checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from passivelab.errors import Place
from passivelab.lab.clients import ClientMatrix
from passivelab.lab.documents import Authentication, MediaDocument, PoolKind, Profile, Scheme, Transport, Verification
from passivelab.lab.nodes import Node
from passivelab.lab.secrets import Secrets


@dataclass(frozen=True)
class Domain:
    name: str
    netbios: str


@dataclass(frozen=True)
class Names:
    federation: str
    discovery: str
    meet: str
    dialin: str
    office_web_apps: str

    def all(self) -> tuple[str, ...]:
        return (self.federation, self.discovery, self.meet, self.dialin, self.office_web_apps)


@dataclass(frozen=True)
class FirstContact:
    """Where a fresh installation is reached: on HTTP, with the account of ``credentials``, an entry of secrets.yml."""

    credentials: str
    port: int = 5985
    authentication: Authentication = "negotiate"


@dataclass(frozen=True)
class Connection:
    """How to reach a host. ``session_configuration`` and ``credssp`` are for delegated steps."""

    transport: Transport = "psrp"
    scheme: Scheme = "http"
    port: int = 5985
    authentication: Authentication = "negotiate"
    verify: Verification = "lab_ca"
    ca_file: Path | None = None
    first_contact: FirstContact | None = None
    session_configuration: str | None = None
    credssp: bool = False

    @property
    def delegates(self) -> bool:
        """Whether a script can reach a third machine."""
        return bool(self.session_configuration) or self.credssp


@dataclass(frozen=True)
class Host:
    name: str
    fqdn: str  # the short name for a machine outside the domain
    address: str
    network: str
    roles: tuple[str, ...]
    joined: bool
    prefix: int = 24
    gateway: str = ""  # "": whatever the host has
    dns_suffix: str = ""
    dns: tuple[str, ...] = ()
    connect_to: str = ""  # a name or an address
    connection: Connection = field(default_factory=Connection)


@dataclass(frozen=True)
class Pool:
    fqdn: str
    name: str  # the first label
    kind: PoolKind
    passive: bool
    profile: Profile
    servers: tuple[Host, ...]
    external_web_fqdn: str
    internal_web_fqdn: str
    declared_passive: bool  # as lab.yml has it, before overrides
    edge_pool: str | None = None

    @property
    def service_identity(self) -> str:
        return f"Service:WebServer:{self.fqdn}"

    @property
    def homes_users(self) -> bool:
        """A Director authenticates and redirects, an Edge server relays: users live on neither."""
        return self.kind in ("standard_edition", "enterprise")


@dataclass(frozen=True)
class User:
    name: str
    display: str
    sip_address: str  # without sip:
    upn: str
    clients: tuple[str, ...]
    wants_passive: bool | None
    pool: Pool
    fixed_pool: str | None = None  # where lab.yml names the pool itself
    unified_contact_store: bool = False  # contacts are kept in Exchange

    @property
    def sip_uri(self) -> str:
        return f"sip:{self.sip_address}"


Level = Literal["role default", "lab", "group", "host", "overrides", "command line"]


@dataclass(frozen=True)
class Sourced:
    """A value that knows where it came from. The node's type is checked against role.yml later."""

    node: Node
    level: Level
    place: Place
    scope: str = ""  # the group's or the host's name


@dataclass(frozen=True)
class RoleUse:
    """A role of the lab and its hosts; ``place`` is where lab.yml asks for it."""

    name: str
    hosts: tuple[str, ...]
    place: Place


@dataclass(frozen=True)
class Translation:
    public: str
    host: str
    ports: tuple[int, ...]
    hairpin: bool
    address: str = ""  # "": the host's own


@dataclass(frozen=True)
class Credentials:
    """Entries of secrets.yml: who logs on to members of the domain, and who to all other hosts."""

    local: str
    domain: str


@dataclass(frozen=True)
class Lab:
    name: str
    folder: Path
    protected: bool
    baseline: Literal["prepared", "bare"]
    domain: Domain
    sip_domain: str
    public_address: str
    names: Names
    networks: Mapping[str, str]
    nat: tuple[Translation, ...]
    hosts: tuple[Host, ...]
    pools: tuple[Pool, ...]
    users: tuple[User, ...]
    discovery_pool: Pool
    roles: tuple[RoleUse, ...]
    credentials: Credentials
    secrets: Secrets
    matrix: ClientMatrix
    # (host, role) -> variable -> the values set for it, the last of which counts.
    variables: Mapping[tuple[str, str], Mapping[str, tuple[Sourced, ...]]]
    # Where the values of the inventory stand, by dotted path: pools.0.passive, users.2.clients ...
    origins: Mapping[str, Place]
    media: MediaDocument | None = None
    simulated: bool = False  # machines.yml holds the accounts of machines that this computer simulates

    def host(self, name: str) -> Host:
        return next(host for host in self.hosts if host.name == name)

    def pool(self, fqdn: str) -> Pool | None:
        return next((pool for pool in self.pools if pool.fqdn == fqdn), None)

    def hosts_of(self, role: str) -> tuple[Host, ...]:
        """The role's hosts in the order of lab.yml."""
        use = next((use for use in self.roles if use.name == role), None)
        return tuple(self.host(name) for name in use.hosts) if use else ()

    def credential_name(self, host: Host) -> str:
        """The entry of secrets.yml to log on to the host with."""
        return self.credentials.domain if host.joined else self.credentials.local
