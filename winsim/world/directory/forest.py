"""A new forest: its containers, built-in groups and first accounts, as dcpromo leaves them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from . import names, objects, state
from .state import Directory, DirectoryObject

_GLOBAL = state.GLOBAL_GROUP | state.SECURITY_GROUP
_UNIVERSAL = state.UNIVERSAL_GROUP | state.SECURITY_GROUP
_LOCAL = state.LOCAL_GROUP | state.SECURITY_GROUP

# name, RID, group type
_DOMAIN_GROUPS = (
    ("Domain Admins", 512, _GLOBAL),
    ("Domain Users", 513, _GLOBAL),
    ("Domain Guests", 514, _GLOBAL),
    ("Domain Computers", 515, _GLOBAL),
    ("Domain Controllers", 516, _GLOBAL),
    ("Cert Publishers", 517, _LOCAL),
    ("Schema Admins", 518, _UNIVERSAL),
    ("Enterprise Admins", 519, _UNIVERSAL),
    ("Group Policy Creator Owners", 520, _GLOBAL),
    ("Read-only Domain Controllers", 521, _GLOBAL),
    ("Protected Users", 525, _GLOBAL),
    ("RAS and IAS Servers", 553, _LOCAL),
    ("DnsAdmins", 1101, _LOCAL),
    ("DnsUpdateProxy", 1102, _GLOBAL),
)

_BUILTIN_GROUPS = (
    ("Administrators", 544),
    ("Users", 545),
    ("Guests", 546),
    ("Account Operators", 548),
    ("Server Operators", 549),
    ("Remote Desktop Users", 555),
    ("Windows Authorization Access Group", 560),
    ("Remote Management Users", 580),
)


def create(domain: str, netbios: str, domain_sid: str, controller: str, now: datetime) -> Directory:
    """A forest whose first controller is ``controller``; its administrator has no password yet."""
    directory = Directory(domain.lower(), netbios.upper(), domain_sid, [controller.lower()])
    root = names.of_domain(directory.domain)
    add = _Adder(directory, now)
    add(root, "domainDNS", sid=domain_sid, name=directory.domain.split(".", maxsplit=1)[0])
    for container in ("Users", "Computers", "System", "Program Data", "Managed Service Accounts", "LostAndFound"):
        add(f"CN={container},{root}", "container", protected=True)
    add(f"CN=Microsoft,CN=Program Data,{root}", "container")
    add(f"CN=Builtin,{root}", "builtinDomain", protected=True)
    add(f"OU=Domain Controllers,{root}", "organizationalUnit", protected=True)
    _configuration(add, directory, root)
    for name, rid, kind in _DOMAIN_GROUPS:
        add.group(f"CN={name},CN=Users,{root}", kind, f"{domain_sid}-{rid}")
    for name, rid in _BUILTIN_GROUPS:
        add.group(f"CN={name},CN=Builtin,{root}", _LOCAL | state.BUILTIN_GROUP, f"S-1-5-32-{rid}")
    _first_accounts(add, directory, root)
    add_controller(directory, controller, now)
    return directory


class _Adder:
    def __init__(self, directory: Directory, now: datetime) -> None:
        self.directory = directory
        self.now = now

    def __call__(
        self, dn: str, object_class: str, *, sid: str = "", name: str = "", protected: bool = False, **attributes: str
    ) -> DirectoryObject:
        values = {key.replace("__", "-"): [value] for key, value in attributes.items()}
        values["name"] = [name or names.relative(dn)]
        return objects.insert(
            self.directory, dn, object_class, values, now=self.now, sid=sid, protected=protected, check_parent=False
        )

    def group(self, dn: str, kind: int, sid: str) -> DirectoryObject:
        return self(dn, "group", sid=sid, groupType=str(kind), sAMAccountName=names.relative(dn))


def configuration_dn(directory: Directory) -> str:
    return f"CN=Configuration,{names.of_domain(directory.domain)}"


def schema_dn(directory: Directory) -> str:
    return f"CN=Schema,{configuration_dn(directory)}"


def _configuration(add: _Adder, directory: Directory, root: str) -> None:
    configuration = configuration_dn(directory)
    add(configuration, "configuration", protected=True)
    add(schema_dn(directory), "dMD", objectVersion=str(directory.schema_version), protected=True)
    add(f"CN=Partitions,{configuration}", "crossRefContainer", protected=True)
    add(
        f"CN={directory.netbios},CN=Partitions,{configuration}",
        "crossRef",
        nETBIOSName=directory.netbios,
        dnsRoot=directory.domain,
        nCName=root,
    )
    add(f"CN=Services,{configuration}", "container", protected=True)
    add(f"CN=Public Key Services,CN=Services,{configuration}", "container")
    for name in ("AIA", "Certification Authorities", "Enrollment Services"):
        add(f"CN={name},CN=Public Key Services,CN=Services,{configuration}", "container")
    add(f"CN=Sites,{configuration}", "sitesContainer", protected=True)
    add(f"CN=Default-First-Site-Name,CN=Sites,{configuration}", "site")
    add(f"CN=Servers,CN=Default-First-Site-Name,CN=Sites,{configuration}", "serversContainer")


def _first_accounts(add: _Adder, directory: Directory, root: str) -> None:
    sid = directory.domain_sid
    administrator = add(
        f"CN=Administrator,CN=Users,{root}",
        "user",
        sid=f"{sid}-500",
        sAMAccountName="Administrator",
        userAccountControl=str(state.NORMAL_ACCOUNT | state.PASSWORD_NEVER_EXPIRES),
    )
    add(
        f"CN=Guest,CN=Users,{root}",
        "user",
        sid=f"{sid}-501",
        sAMAccountName="Guest",
        userAccountControl=str(state.NORMAL_ACCOUNT | state.DISABLED | state.PASSWORD_NOT_REQUIRED),
    )
    add(
        f"CN=krbtgt,CN=Users,{root}",
        "user",
        sid=f"{sid}-502",
        sAMAccountName="krbtgt",
        userAccountControl=str(state.NORMAL_ACCOUNT | state.DISABLED),
    )
    for group in ("Domain Admins", "Schema Admins", "Enterprise Admins", "Group Policy Creator Owners"):
        objects.add_member(directory, f"CN={group},CN=Users,{root}", administrator.dn)
    for member in (administrator.dn, f"CN=Domain Admins,CN=Users,{root}", f"CN=Enterprise Admins,CN=Users,{root}"):
        objects.add_member(directory, f"CN=Administrators,CN=Builtin,{root}", member)
    objects.add_member(directory, f"CN=Users,CN=Builtin,{root}", f"CN=Domain Users,CN=Users,{root}")


def add_controller(directory: Directory, host: str, now: datetime) -> DirectoryObject:
    """The computer account of a domain controller, and its place among the sites."""
    root = names.of_domain(directory.domain)
    account = add_computer(directory, host, f"OU=Domain Controllers,{root}", now, controller=True)
    server = f"CN={host.upper()},CN=Servers,CN=Default-First-Site-Name,CN=Sites,{configuration_dn(directory)}"
    if objects.get(directory, server) is None:
        objects.insert(directory, server, "server", {"dNSHostName": [f"{host.lower()}.{directory.domain}"]}, now=now)
    return account


def add_computer(
    directory: Directory, host: str, container: str, now: datetime, *, controller: bool = False
) -> DirectoryObject:
    """The account of a machine that joined, with the names that it registers for itself."""
    fqdn = f"{host.lower()}.{directory.domain}"
    flags = state.SERVER_TRUST | state.TRUSTED_FOR_DELEGATION if controller else state.WORKSTATION_TRUST
    principals = [
        f"{service}/{name}"
        for service in ("HOST", "RestrictedKrbHost", "WSMAN", "TERMSRV")
        for name in (host.upper(), fqdn)
    ]
    return objects.insert(
        directory,
        f"CN={host.upper()},{container}",
        "computer",
        {
            "sAMAccountName": [f"{host.upper()}$"],
            "dNSHostName": [fqdn],
            "userAccountControl": [str(flags)],
            "servicePrincipalName": principals,
            "operatingSystem": ["Windows Server 2012 R2 Standard"],
            "operatingSystemVersion": ["6.3 (9600)"],
            "primaryGroupID": ["516" if controller else "515"],
        },
        now=now,
    )


def domain_sid(seed: UUID) -> str:
    """A domain SID made from random bits."""
    value = seed.int
    parts = [(value >> shift) & 0xFFFFFFFF for shift in (0, 32, 64)]
    return "S-1-5-21-" + "-".join(str(part) for part in parts)
