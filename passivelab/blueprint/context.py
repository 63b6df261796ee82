"""What templates see: ``lab``, ``host``, ``role`` and ``item``. Secrets are not among it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from passivelab.lab.documents import MediaDocument
from passivelab.lab.model import Domain, Host, Lab, Names, Pool, Translation, User


class CertificateFacts(Protocol):
    """What a step wants to know of a certificate that was made on the controller."""

    @property
    def subject(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def thumbprint(self) -> str: ...
    @property
    def der(self) -> bytes: ...


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
    @property
    def remoting(self) -> Mapping[str, CertificateFacts]: ...
    @property
    def issuance(self) -> IssuanceFacts: ...


class IssuanceFacts(Protocol):
    """What is known of a public certificate that others issue."""

    @property
    def intermediates(self) -> Sequence[CertificateFacts]: ...
    @property
    def roots(self) -> Sequence[CertificateFacts]: ...
    @property
    def answered(self) -> bool: ...
    @property
    def request_token(self) -> str: ...
    @property
    def export_token(self) -> str: ...
    @property
    def request_file(self) -> str: ...


@dataclass(frozen=True)
class CertificateView:
    thumbprint: str
    names: tuple[str, ...]
    subject: str
    base64: str | None = None  # the certificate itself, where scripts need it: the root's


@dataclass(frozen=True)
class CertificatesView:
    public: CertificateView
    intermediates: tuple[CertificateView, ...] = ()
    roots: tuple[CertificateView, ...] = ()
    answered: bool = False  # the request's certificate lies beside it
    request_token: str = ""
    export_token: str = ""
    request_file: str = ""


@dataclass(frozen=True)
class HostView(Host):
    certificate: CertificateView | None = None
    remoting_certificate: CertificateView | None = None  # of WinRM over HTTPS


@dataclass(frozen=True)
class LabView:
    name: str
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
        nat=lab.nat,
        hosts=tuple(hosts.values()),
        pools=tuple(pools.values()),
        users=tuple(replace(user, pool=pools[user.pool.fqdn]) for user in lab.users),
        discovery_pool=pools[lab.discovery_pool.fqdn],
        certificates=view_certificates(keys) if keys else None,
        root_certificate=view_certificate(keys.root, keys.root_base64) if keys else None,
        baseline=lab.baseline,
        media=lab.media,
    )


def view_host(host: Host, keys: KeyMaterial | None) -> HostView:
    facts = keys.hosts.get(host.name) if keys else None
    remoting = keys.remoting.get(host.name) if keys else None
    fields = {name: getattr(host, name) for name in Host.__dataclass_fields__}
    return HostView(
        **fields,
        certificate=view_certificate(facts) if facts else None,
        remoting_certificate=view_certificate(remoting) if remoting else None,
    )


def view_certificates(keys: KeyMaterial) -> CertificatesView:
    facts = keys.issuance
    return CertificatesView(
        view_certificate(keys.public, encoded(keys.public)),
        tuple(view_certificate(one, encoded(one)) for one in facts.intermediates),
        tuple(view_certificate(one, encoded(one)) for one in facts.roots),
        facts.answered,
        facts.request_token,
        facts.export_token,
        facts.request_file,
    )


def encoded(facts: CertificateFacts) -> str:
    return b64encode(facts.der).decode("ascii")


def view_certificate(facts: CertificateFacts, base64: str | None = None) -> CertificateView:
    return CertificateView(facts.thumbprint, facts.names, facts.subject, base64)
