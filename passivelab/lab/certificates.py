"""Which certificates a lab wants: one public with every public name, one for each host, one for WinRM over HTTPS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from passivelab.errors import Place
from passivelab.lab.model import Host, Lab
from passivelab.lab.nodes import plain

ROLE = "certificates"
LYNC_NAMES = ("lyncdiscoverinternal", "sip")


@dataclass(frozen=True)
class CertificateWish:
    subject: str  # the common name
    names: tuple[str, ...]  # subject alternative names, the subject first


@dataclass(frozen=True)
class CertificateWishes:
    lab: str
    public: CertificateWish
    hosts: Mapping[str, CertificateWish]
    remoting: Mapping[str, CertificateWish]  # of hosts that are reached over HTTPS


def wanted_certificates(lab: Lab) -> CertificateWishes:
    """Names as the domain page gives them: the subject stands again among the alternative names."""
    hosts = {host.name: host_wish(lab, host) for host in lab.hosts}
    remoting = {host.name: remoting_wish(host) for host in lab.hosts if host.connection.scheme == "https"}
    return CertificateWishes(lab.name, public_wish(lab), hosts, remoting)


def public_wish(lab: Lab) -> CertificateWish:
    external = [pool.external_web_fqdn for pool in lab.pools if pool.external_web_fqdn]
    # The passive pool's public name is the subject. Overrides do not count: a name is no reason for a new certificate.
    passive = [pool.external_web_fqdn for pool in lab.pools if pool.declared_passive]
    subject = next(iter([*passive, *external]), lab.names.federation)
    return wish(subject, [*external, *lab.names.all()])


def host_wish(lab: Lab, host: Host) -> CertificateWish:
    """A Lync server's certificate serves Default and WebServicesInternal, and the simple URLs from inside."""
    pools = [pool for pool in lab.pools if host.name in [server.name for server in pool.servers]]
    names = [host.fqdn]
    for pool in pools:
        names += [pool.internal_web_fqdn, lab.names.meet, lab.names.dialin, lab.names.discovery]
        names += [f"{label}.{lab.sip_domain}" for label in LYNC_NAMES]
    return wish(pools[0].fqdn if pools else host.fqdn, names)


def remoting_wish(host: Host) -> CertificateWish:
    """WinRM's own: it is there before any other certificate, and stays when others are replaced."""
    return wish(host.fqdn, [host.name])


def wish(subject: str, names: Iterable[str]) -> CertificateWish:
    return CertificateWish(subject, tuple(dict.fromkeys([subject, *names])))


@dataclass(frozen=True)
class PublicSource:
    """Who issues the public certificate, as the variables of the role certificates say."""

    kind: str = "lab-ca"
    pfx_file: str = ""
    pfx_password: str = ""  # an entry of secrets.yml
    place: Place | None = None


def public_sources(lab: Lab) -> dict[str, PublicSource]:
    """The source on each host of the role."""
    return {host.name: source_on(lab, host.name) for host in lab.hosts_of(ROLE)}


def public_source(lab: Lab) -> PublicSource:
    """The source of the lab: that of the role's first host, as all hosts have to have the same."""
    return next(iter(public_sources(lab).values()), PublicSource())


def source_on(lab: Lab, host: str) -> PublicSource:
    last = {name: values[-1] for name, values in lab.variables.get((host, ROLE), {}).items()}
    texts = {name: str(plain(value.node)) for name, value in last.items()}
    place = last["source"].place if "source" in last else None
    return PublicSource(texts.get("source", "lab-ca"), texts.get("pfx_file", ""), texts.get("pfx_password", ""), place)
