"""The files of an inventory as they are written. What is bound and checked becomes a ``Lab`` (``model``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from passivelab.lab.binding import Path, explained
from passivelab.lab.kinds import (
    Address,
    Cidr,
    ComputerName,
    Fqdn,
    Identifier,
    Name,
    NetbiosName,
    Sha256,
    SipAddress,
    Text,
)
from passivelab.lab.nodes import Node

PoolKind = Literal["standard_edition", "enterprise", "director", "edge"]
Profile = Literal["strict", "web", "additive"]
Transport = Literal["psrp", "winrm"]
Scheme = Literal["http", "https"]
Authentication = Literal["negotiate", "ntlm", "kerberos", "credssp", "basic"]
Verification = Literal["lab_ca", "system", "ignore"]
Evidence = Literal["observation", "vendor"]

# Variables of roles by role and name; what type they have is written in role.yml.
Variables = Mapping[Name, Mapping[Identifier, Node]]


# -- lab.yml ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DomainDocument:
    name: Fqdn = explained("The Active Directory domain, such as corp.contoso.com.")
    netbios: NetbiosName = explained("Its NetBIOS name, such as CORP.")


@dataclass(frozen=True)
class NamesDocument:
    federation: Fqdn = explained("The federation service name, such as sts.contoso.com: never a computer's name.")
    discovery: Fqdn = explained("The name that mobile clients ask first, such as lyncdiscover.contoso.com.")
    meet: Fqdn = explained("The simple URL for meetings.")
    dialin: Fqdn = explained("The simple URL for dial-in conferencing.")
    office_web_apps: Fqdn = explained("The public name of the Office Web Apps farm.")


@dataclass(frozen=True)
class DelegationDocument:
    """How a script on a host reaches another host: a network logon alone has no second hop."""

    session_configuration: Text | None = explained("A session configuration of the host with RunAs credentials.", None)
    credssp: bool = explained("Hand the credentials to the host (CredSSP).", False)


@dataclass(frozen=True)
class FirstContactDocument:
    """Where a fresh installation listens, before the role base has opened HTTPS: HTTP, its own administrator."""

    port: int = explained("The port of its HTTP listener.", 5985)
    authentication: Literal["negotiate", "ntlm"] = explained("How to log on; both encrypt the messages.", "negotiate")
    credentials: Name | None = explained("The entry of secrets.yml: credentials.local unless written.", None)


@dataclass(frozen=True)
class ConnectionDocument:
    transport: Transport = explained("psrp keeps one session a host; winrm runs one step at a time.", "psrp")
    scheme: Scheme = explained("https needs a certificate for WinRM on the host.", "http")
    port: int | None = explained("5985 for http and 5986 for https unless written.", None)
    authentication: Authentication = explained("How to log on.", "negotiate")
    verify: Verification = explained(
        "https: what the hosts' certificates are checked against: the lab's own root, which signs what the role base "
        "installs; the authorities that this computer trusts; or nothing.",
        "lab_ca",
    )
    ca_file: Text | None = explained("https: a file with further roots that hosts' WinRM certificates come from.", None)
    first_contact: FirstContactDocument | None = explained(
        "https: where hosts are reached that do not answer there yet. Bare machines need it.", None
    )
    delegation: DelegationDocument = explained("For steps that reach another host.", DelegationDocument())


@dataclass(frozen=True)
class CredentialsDocument:
    local: Name = explained("The entry of secrets.yml for hosts outside the domain.", "local_administrator")
    domain: Name = explained("The entry of secrets.yml for members of the domain.", "domain_administrator")


@dataclass(frozen=True)
class PoolDocument:
    fqdn: Fqdn = explained("The pool's name, such as se01.corp.contoso.com.")
    kind: PoolKind = explained("What the pool is in the topology.")
    servers: tuple[ComputerName, ...] = explained("Its hosts, as machines.yml names them.")
    external_web_fqdn: Fqdn | None = explained("The public name of its web services.", None)
    internal_web_fqdn: Fqdn | None = explained(
        "The internal name of its web services: the pool's name unless written.", None
    )
    passive: bool = explained("Whether clients sign in through AD FS (passive authentication).", False)
    profile: Profile = explained(
        "strict: as the vendor documents it; web: web methods off, registrar and Edge untouched; "
        "additive: nothing else switched off.",
        "web",
    )
    edge_pool: Fqdn | None = explained("The Edge pool that its users' external traffic goes through.", None)


@dataclass(frozen=True)
class UserDocument:
    name: Name = explained("The account's name (sAMAccountName).")
    sip_address: SipAddress = explained("The user's SIP address, without sip:.")
    clients: tuple[Name, ...] = explained("Every client that the user signs in with; the strictest decides the pool.")
    display: Text | None = explained("The display name.", None)
    upn: SipAddress | None = explained("The user principal name: the SIP address unless written.", None)
    wants_passive: bool | None = explained("Only a passive pool (true) or only a classic one (false).", None)
    pool: Fqdn | None = explained("A certain pool instead of the one found by the clients.", None)
    unified_contact_store: bool = explained("The user's contacts are kept in Exchange.", False)


@dataclass(frozen=True)
class RoleDocument:
    hosts: tuple[ComputerName, ...] = explained("The hosts that have this role, the first of them first.")
    variables: Mapping[Identifier, Node] = explained("Variables of the role for the whole lab.", {})


@dataclass(frozen=True)
class GroupDocument:
    hosts: tuple[ComputerName, ...] = explained("The hosts of the group.")
    variables: Variables = explained("Variables for these hosts: role, then name.", {})


@dataclass(frozen=True)
class HostDocument:
    joined: bool = explained("Whether the host belongs to the domain.", True)
    variables: Variables = explained("Variables for this host: role, then name.", {})
    connect_to: Text | None = explained("Another address to connect to than the one in machines.yml.", None)
    connection: ConnectionDocument | None = explained("Another way to connect than the lab's.", None)


@dataclass(frozen=True)
class LabDocument:
    """What is wanted of the machines: names, pools, users and their clients, roles."""

    lab: Name = explained("The lab's name, the same as in machines.yml.")
    domain: DomainDocument = explained("The Active Directory domain.")
    sip_domain: Fqdn = explained("The SIP domain, such as contoso.com.")
    public_address: Address = explained("The public address that leads to the reverse proxy.")
    names: NamesDocument = explained("The public names.")
    discovery_pool: Fqdn = explained("The pool that answers discovery and simple URLs: it must stay classic.")
    pools: tuple[PoolDocument, ...] = explained("The Lync pools.")
    users: tuple[UserDocument, ...] = explained("The users and their clients.")
    roles: Mapping[Name, RoleDocument] = explained("Which host has which role, in the order of the work.")
    protected: bool = explained("Refuse to tear this lab down.", False)
    client_evidence: Evidence = explained("What counts where sources about a client disagree.", "observation")
    connection: ConnectionDocument = explained("How to reach the hosts.", ConnectionDocument())
    credentials: CredentialsDocument = explained("Whose credentials to use.", CredentialsDocument())
    groups: Mapping[Name, GroupDocument] = explained("Groups of hosts that share variables.", {})
    hosts: Mapping[ComputerName, HostDocument] = explained("What is particular to one host.", {})

    def connections(self) -> list[tuple[Path, ConnectionDocument]]:
        """The lab's connection and those of single hosts, each with where it stands."""
        found: list[tuple[Path, ConnectionDocument]] = [(("connection",), self.connection)]
        for name, host in self.hosts.items():
            if host.connection is not None:
                found.append((("hosts", name, "connection"), host.connection))
        return found


# -- machines.yml -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NetworkDocument:
    cidr: Cidr = explained("The network's addresses.")
    gateway: Address | None = explained(
        "Its router, the default gateway of its hosts; left alone unless written.", None
    )
    dns_suffix: Fqdn | None = explained("The suffix of its hosts' connections; left alone unless written.", None)


@dataclass(frozen=True)
class TranslationDocument:
    public: Address = explained("The public address.")
    host: ComputerName = explained("The host that answers it.")
    ports: tuple[int, ...] = explained("The ports that are translated.")
    hairpin: bool = explained("Whether hosts inside reach the public address, too.", False)
    address: Address | None = explained("Which address of the host answers; its own unless written.", None)


@dataclass(frozen=True)
class AccountDocument:
    user: Text = explained("The account's name.")
    password: Text = explained("Its password: only for simulated machines, which exist on loopback alone.")


@dataclass(frozen=True)
class MachineDocument:
    address: Address = explained("The host's address.")
    network: Name = explained("The network it stands in.")
    dns: tuple[Address, ...] = explained("The DNS servers it asks.", ())
    computer_name: Text | None = explained("Simulated labs: the name that set-up gave it; a bare machine's own.", None)


@dataclass(frozen=True)
class MachinesDocument:
    """The machines as they stand before the first build."""

    lab: Name = explained("The lab's name.")
    networks: Mapping[Name, NetworkDocument] = explained("The networks.")
    hosts: Mapping[ComputerName, MachineDocument] = explained("The machines by computer name.")
    baseline: Literal["prepared", "bare"] = explained(
        "prepared: domain, Lync topology and IIS are there; bare: fresh installations.", "prepared"
    )
    nat: tuple[TranslationDocument, ...] = explained("Address translation from the public network.", ())
    accounts: Mapping[Name, AccountDocument] | None = explained("Accounts of simulated machines.", None)
    public_dns: Node | None = explained("Simulated labs: the DNS of the internet.", None)
    prepared: Node | None = explained("Simulated labs: what the baseline prepared finds already done.", None)
    media: Node | None = explained("Simulated labs: a host's share with stand-ins for installers.", None)


# -- secrets.yml, overrides.yml, media.yml ----------------------------------------------------------------------------


@dataclass(frozen=True)
class SecretDocument:
    """A reference to a secret: exactly one of env, file, keyring, prompt and machines."""

    env: Identifier | None = explained("The environment variable that holds it.", None)
    file: Text | None = explained("The file that holds it, without the line's end; ~ is the home folder.", None)
    keyring: Text | None = explained("service/user in the system's keyring.", None)
    prompt: Text | None = explained("The question that asks for it.", None)
    machines: Text | None = explained("An account of machines.yml (simulated labs).", None)
    user: Text | None = explained("The account's name, which makes the secret a credential.", None)


@dataclass(frozen=True)
class PoolOverride:
    passive: bool = explained("Whether passive authentication is on for the pool.")


@dataclass(frozen=True)
class OverridesDocument:
    """Choices made by commands: enable-passive-auth and disable-passive-auth write them."""

    pools: Mapping[Fqdn, PoolOverride] = explained("Pools by name.", {})
    variables: Variables = explained("Variables of roles: role, then name.", {})


@dataclass(frozen=True)
class MediumDocument:
    file: Text = explained("The file's name in the media folder.")
    version: Text = explained("The product's version.")
    size: int = explained("Its size.", unit="bytes")
    sha256: Sha256 = explained("Its SHA-256.")
    source: Text | None = explained("Where to get it.", None)


@dataclass(frozen=True)
class MediaDocument:
    media: Mapping[Name, MediumDocument] = explained("Installers by name.")
    folder: Text | None = explained("Where they are on the controller.", None)
    share: Text | None = explained("A share from which hosts pull them.", None)


# -- clients.yml of the role registrars -------------------------------------------------------------------------------


@dataclass(frozen=True)
class EvidenceDocument:
    works: bool = explained("Whether the client can sign in on a passive pool.")
    source: Text = explained("Who says so.")
    note: Text | None = explained("In which circumstances.", None)


@dataclass(frozen=True)
class ClientDocument:
    title: Text = explained("What the client is called.")
    version: Text | None = explained("Which versions are meant.", None)
    vendor: EvidenceDocument | None = explained("What the vendor says.", None)
    observation: EvidenceDocument | None = explained("What was seen.", None)
    inferred: EvidenceDocument | None = explained("What follows from other facts, where nobody says anything.", None)


@dataclass(frozen=True)
class ClientsDocument:
    """Which clients can sign in on a pool with passive authentication."""

    as_of: Text = explained("The date of the newest fact.")
    sources: Mapping[Identifier, Text] = explained("What the sources' short names stand for.")
    clients: Mapping[Name, ClientDocument] = explained("The clients by name.")
