"""Names: certificates cover them, no computer bears the federation service's, clients trust them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from passivelab.lab.certificates import public_source
from passivelab.preflight.finding import Finding
from passivelab.preflight.subject import Subject


def covers(names: Iterable[str], wanted: str) -> bool:
    """Whether a certificate with these names is valid for the wanted one: a star stands for one label."""
    parent = wanted.partition(".")[2]
    folded = {name.lower() for name in names}
    return wanted.lower() in folded or f"*.{parent.lower()}" in folded


def certificate_covers_public_names(subject: Subject) -> Iterator[Finding]:
    if subject.keys is None:
        return
    names = subject.keys.public.names
    for name, place in subject.public_names().items():
        if not covers(names, name):
            reason = f"the public certificate ({subject.keys.public.subject}) does not cover {name}"
            fix = "a certificate with this name among its alternative names"
            yield Finding("certificate-name", place, reason, "one-certificate lab, SAN set", fix)
    for name in names:
        if name.startswith("*."):
            reason = f"the public certificate has the wildcard {name}"
            fix = "name every public name instead"
            place = public_source(subject.lab).place
            yield Finding("certificate-wildcard", place, reason, "BLOG advises against wildcards", fix, "warning")


def server_certificates_cover_pools(subject: Subject) -> Iterator[Finding]:
    if subject.keys is None:
        return
    for pool in subject.lab.pools:
        for server in pool.servers:
            facts = subject.keys.hosts.get(server.name)
            for name in (pool.fqdn, pool.internal_web_fqdn):
                if facts is not None and not covers(facts.names, name):
                    reason = f"the certificate of {server.name} does not cover {name}"
                    fix = "a server certificate with the pool's names"
                    place = subject.pool_place(pool, "fqdn")
                    yield Finding("certificate-name", place, reason, "Lync Default and WebServicesInternal", fix)


def federation_name_is_no_computer(subject: Subject) -> Iterator[Finding]:
    """A server with the farm's name makes Kerberos and the SPN fail (failure table 35)."""
    lab = subject.lab
    federation = lab.names.federation
    for host in lab.hosts:
        if federation in (host.fqdn, f"{host.name}.{lab.domain.name}", f"{host.name}.{lab.sip_domain}"):
            reason = f"the federation service {federation} has the name of the computer {host.name}"
            fix = "another name for the federation service, such as sts"
            place = subject.place("names.federation")
            yield Finding(
                "federation-name", place, reason, "adfsToolbox: SPN host/<service> would be a computer's", fix
            )


def web_names_in_sip_domain(subject: Subject) -> Iterator[Finding]:
    """Clients ask whether to trust a web service outside their SIP domain (failure table 29)."""
    domain = subject.lab.sip_domain
    for pool in subject.lab.pools:
        name = pool.external_web_fqdn
        if name and not name.endswith(f".{domain}"):
            reason = f"the web name {name} is outside the SIP domain {domain}: clients will ask whether to trust it"
            fix = f"a name in {domain}, or TrustModelData on the clients"
            place = subject.pool_place(pool, "external_web_fqdn")
            yield Finding("web-name-domain", place, reason, "masteringlync, confusedamused", fix, "warning")


def simple_urls_are_no_pools(subject: Subject) -> Iterator[Finding]:
    """A simple URL with a name that a pool has leads to that pool's own pages."""
    pools = {name: pool for pool in subject.lab.pools for name in (pool.fqdn, pool.external_web_fqdn) if name}
    for field in ("meet", "dialin"):
        name = getattr(subject.lab.names, field)
        if name in pools:
            reason = f"the simple URL {name} is a name of the pool {pools[name].fqdn}"
            place, source = subject.place(f"names.{field}"), "TN13: planning for simple URLs"
            yield Finding("simple-url", place, reason, source, "a name of its own, such as meet and dialin")


def public_names_resolve_apart(subject: Subject) -> Iterator[Finding]:
    """AD FS must not reach the internal site under the external name (failure table 1, MSIS7612)."""
    addresses = {server.address: pool for pool in subject.lab.pools for server in pool.servers}
    for at in subject.compilation.placed:
        entries = vars(at.scope["role"]).get("entries")
        if at.role.name != "public_names" or not isinstance(entries, dict):
            continue
        for name, address in entries.items():
            pool = next((pool for pool in subject.lab.pools if pool.external_web_fqdn == name), None)
            if pool is not None and address in addresses:
                reason = f"on {at.host.name} {name} leads to {address}, a Lync server itself: its internal site answers"
                fix = "the public address, or the reverse proxy's own (variable public_names)"
                place = subject.pool_place(pool, "external_web_fqdn")
                yield Finding("same-site", place, reason, "KB2546710, BLOG: identical federation metadata", fix)
        value, place = subject.variable(at.host.name, "public_names", "public_names")
        if value == "dns" and "adfs" in at.host.roles:
            reason = f"on {at.host.name} DNS alone decides where the pools' public names lead"
            fix = "see that DNS gives this host the public address; public_ip and hairpin do not depend on it"
            yield Finding("names-by-dns", place, reason, "BLOG: duplicate trusts", fix, "warning")
