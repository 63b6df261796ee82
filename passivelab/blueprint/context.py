"""What templates see: ``lab``, ``host``, ``role`` and ``item``. Secrets are not among it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from passivelab.lab.documents import MediaDocument
from passivelab.lab.model import Domain, Host, Lab, Names, Pool, User


class CertificateFacts(Protocol):
    """What a step wants to know of a certificate that was made on the controller."""

    @property
    def subject(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def thumbprint(self) -> str: ...


class KeyMaterial(Protocol):
    """The lab's certificates, as ``passivelab.pki`` keeps them."""

    @property
    def public(self) -> CertificateFacts: ...
    @property
    def root(self) -> CertificateFacts: ...
    @property
    def root_base64(self) -> str: ...
    @property
    def hosts(self) -> Mapping[str, CertificateFacts]: ...


@dataclass(frozen=True)
class CertificateView:
    thumbprint: str
    names: tuple[str, ...]
    subject: str
    base64: str | None = None  # the certificate itself, where scripts need it: the root's


@dataclass(frozen=True)
class CertificatesView:
    public: CertificateView


@dataclass(frozen=True)
class HostView(Host):
    certificate: CertificateView | None = None


@dataclass(frozen=True)
class LabView:
    name: str
    domain: Domain
    sip_domain: str
    public_address: str
    names: Names
    networks: Mapping[str, str]
    hosts: tuple[Host, ...]
    pools: tuple[Pool, ...]
    users: tuple[User, ...]
    discovery_pool: Pool
    certificates: CertificatesView | None
    root_certificate: CertificateView | None
    baseline: str
    media: MediaDocument | None  # installers, by name


def view_lab(lab: Lab, keys: KeyMaterial | None) -> LabView:
    """The lab with its certificates, as templates see it."""
    hosts = {host.name: view_host(host, keys) for host in lab.hosts}
    pools = {
        pool.fqdn: replace(pool, servers=tuple(hosts[server.name] for server in pool.servers)) for pool in lab.pools
    }
    return LabView(
        name=lab.name,
        domain=lab.domain,
        sip_domain=lab.sip_domain,
        public_address=lab.public_address,
        names=lab.names,
        networks=lab.networks,
        hosts=tuple(hosts.values()),
        pools=tuple(pools.values()),
        users=tuple(replace(user, pool=pools[user.pool.fqdn]) for user in lab.users),
        discovery_pool=pools[lab.discovery_pool.fqdn],
        certificates=CertificatesView(view_certificate(keys.public)) if keys else None,
        root_certificate=view_certificate(keys.root, keys.root_base64) if keys else None,
        baseline=lab.baseline,
        media=lab.media,
    )


def view_host(host: Host, keys: KeyMaterial | None) -> HostView:
    facts = keys.hosts.get(host.name) if keys else None
    fields = {name: getattr(host, name) for name in Host.__dataclass_fields__}
    return HostView(**fields, certificate=view_certificate(facts) if facts else None)


def view_certificate(facts: CertificateFacts, base64: str | None = None) -> CertificateView:
    return CertificateView(facts.thumbprint, facts.names, facts.subject, base64)
