"""The bound and checked files of an inventory become a ``Lab``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from passivelab.errors import Place, Problem
from passivelab.lab.binding import Marks
from passivelab.lab.checks import Inventory
from passivelab.lab.clients import ClientMatrix
from passivelab.lab.documents import ConnectionDocument, HostDocument, MediaDocument, PoolDocument, TranslationDocument
from passivelab.lab.homing import Stranded, find_pool
from passivelab.lab.model import (
    Connection,
    Credentials,
    Domain,
    FirstContact,
    Host,
    Lab,
    Names,
    Pool,
    RoleUse,
    Sourced,
    Translation,
    User,
)
from passivelab.lab.secrets import Secrets


@dataclass(frozen=True)
class Parts:
    """What comes from other files than lab.yml and machines.yml."""

    folder: Path
    secrets: Secrets
    media: MediaDocument | None
    passive: Mapping[str, bool]  # pools by name: the choices that win over lab.yml
    variables: Mapping[tuple[str, str], Mapping[str, tuple[Sourced, ...]]]


def build_lab(inventory: Inventory, matrix: ClientMatrix, parts: Parts, problems: list[Problem]) -> Lab | None:
    """The lab, or None where a user is left without a pool."""
    document, machines = inventory.lab, inventory.machines
    hosts = {name: build_host(inventory, parts.folder, name) for name in machines.hosts}
    pools = [build_pool(pool, hosts, parts.passive.get(pool.fqdn)) for pool in document.pools]
    users = home_users(inventory, pools, matrix, problems)
    if users is None:
        return None
    names = document.names
    return Lab(
        name=document.lab,
        folder=parts.folder,
        protected=document.protected,
        baseline=machines.baseline,
        domain=Domain(document.domain.name, document.domain.netbios),
        sip_domain=document.sip_domain,
        public_address=document.public_address,
        names=Names(names.federation, names.discovery, names.meet, names.dialin, names.office_web_apps),
        networks={name: network.cidr for name, network in machines.networks.items()},
        nat=tuple(translation(rule) for rule in machines.nat),
        hosts=tuple(hosts.values()),
        pools=tuple(pools),
        users=users,
        discovery_pool=next(pool for pool in pools if pool.fqdn == document.discovery_pool),
        roles=tuple(
            RoleUse(name, use.hosts, inventory.marks.at("roles", name).place) for name, use in document.roles.items()
        ),
        credentials=Credentials(document.credentials.local, document.credentials.domain),
        secrets=parts.secrets,
        matrix=matrix,
        variables=parts.variables,
        origins=origins(inventory.marks),
        media=parts.media,
        simulated=machines.accounts is not None,
    )


def origins(marks: Marks) -> Mapping[str, Place]:
    return {".".join(str(part) for part in path): mark.place for path, mark in marks.by_path.items() if path}


def build_host(inventory: Inventory, folder: Path, name: str) -> Host:
    document, machine = inventory.lab, inventory.machines.hosts[name]
    network = inventory.machines.networks[machine.network]
    particular = document.hosts.get(name, HostDocument())
    return Host(
        name=name,
        fqdn=f"{name}.{document.domain.name}" if particular.joined else name,
        address=machine.address,
        network=machine.network,
        roles=tuple(role for role, use in document.roles.items() if name in use.hosts),
        joined=particular.joined,
        prefix=IPv4Network(network.cidr).prefixlen,
        gateway=network.gateway or "",
        dns_suffix=network.dns_suffix or "",
        dns=machine.dns,
        connect_to=particular.connect_to or machine.address,
        connection=build_connection(particular.connection or document.connection, document.credentials.local, folder),
    )


def build_connection(document: ConnectionDocument, local: str, folder: Path) -> Connection:
    first = document.first_contact
    return Connection(
        transport=document.transport,
        scheme=document.scheme,
        port=document.port or (5986 if document.scheme == "https" else 5985),
        authentication=document.authentication,
        verify=document.verify,
        first_contact=FirstContact(first.credentials or local, first.port, first.authentication) if first else None,
        ca_file=folder / Path(document.ca_file).expanduser() if document.ca_file else None,
        session_configuration=document.delegation.session_configuration,
        credssp=document.delegation.credssp,
    )


def translation(rule: TranslationDocument) -> Translation:
    return Translation(rule.public, rule.host, rule.ports, rule.hairpin, rule.address or "")


def build_pool(document: PoolDocument, hosts: Mapping[str, Host], chosen: bool | None) -> Pool:
    return Pool(
        fqdn=document.fqdn,
        name=document.fqdn.partition(".")[0],
        kind=document.kind,
        passive=document.passive if chosen is None else chosen,
        profile=document.profile,
        servers=tuple(hosts[name] for name in document.servers),
        external_web_fqdn=document.external_web_fqdn or "",
        internal_web_fqdn=document.internal_web_fqdn or document.fqdn,
        declared_passive=document.passive,
        edge_pool=document.edge_pool,
    )


def home_users(
    inventory: Inventory, pools: Sequence[Pool], matrix: ClientMatrix, problems: list[Problem]
) -> tuple[User, ...] | None:
    users, complete = [], True
    for index, document in enumerate(inventory.lab.users):
        found = find_pool(document, pools, matrix)
        if isinstance(found, Stranded):
            complete = False
            message = f"no pool is left for {document.name}"
            hint = "a classic pool beside the passive one takes clients that cannot sign in through AD FS"
            path = ("users", index, "clients")
            problems.append(inventory.marks.problem(path, "no-pool", message, found=found.explain(), hint=hint))
            continue
        users.append(
            User(
                name=document.name,
                display=document.display or document.name,
                sip_address=document.sip_address,
                upn=document.upn or document.sip_address,
                clients=document.clients,
                wants_passive=document.wants_passive,
                pool=found,
                fixed_pool=document.pool,
                unified_contact_store=document.unified_contact_store,
            )
        )
    return tuple(users) if complete else None
