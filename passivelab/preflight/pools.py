"""Pools: passive ones have trusts, discovery stays classic, clients fit, AD FS answers callers without SNI."""

from __future__ import annotations

from collections.abc import Iterator

from passivelab.preflight.finding import Finding
from passivelab.preflight.subject import Subject

TRUSTS = 2  # one for the internal and one for the external metadata


def discovery_is_classic(subject: Subject) -> Iterator[Finding]:
    pool = subject.lab.discovery_pool
    if pool.passive:
        reason = f"discovery leads to {pool.fqdn}, which has passive authentication"
        fix = "a pool without passive authentication as discovery_pool"
        place = subject.place("discovery_pool")
        yield Finding("discovery-passive", place, reason, "TN-2FA: discovery DNS must reach a classic server", fix)


def passive_pools_have_trusts(subject: Subject) -> Iterator[Finding]:
    for pool in subject.lab.pools:
        trusts = [item for item in subject.instances("adfs", "trust") if item.pool == pool.fqdn]
        if pool.passive and len(trusts) < TRUSTS:
            found = ", ".join(str(trust.item) for trust in trusts) or "none"
            reason = f"{pool.fqdn} is passive and has {len(trusts)} of {TRUSTS} relying-party trusts ({found})"
            fix = "give the lab the role adfs, with a trust for the internal and one for the external metadata"
            place = subject.pool_place(pool, "passive")
            yield Finding("no-trust", place, reason, "TN-ADFS: each server that will be enabled", fix)


def passive_pools_are_switched(subject: Subject) -> Iterator[Finding]:
    for pool in subject.lab.pools:
        switched = any(item.pool == pool.fqdn for item in subject.instances("lync_pool"))
        if pool.passive and not switched:
            names = ", ".join(server.name for server in pool.servers)
            reason = f"{pool.fqdn} is passive in lab.yml, and no step turns it on"
            place = subject.pool_place(pool, "passive")
            yield Finding("not-switched", place, reason, "TN-PA", f"give {names} the role lync_pool")


def a_classic_pool_is_left(subject: Subject) -> Iterator[Finding]:
    homes = [pool for pool in subject.lab.pools if pool.homes_users]
    if homes and all(pool.passive for pool in homes):
        reason = "every pool that homes users is passive: clients without passive sign-in have nowhere to go"
        place = subject.place("pools")
        yield Finding("no-classic-pool", place, reason, "BLOG: split registrar", "a second pool without it", "warning")


def disputed_clients(subject: Subject) -> Iterator[Finding]:
    """Users whose pool hangs on a statement that another source contradicts."""
    matrix = subject.lab.matrix
    for index, user in enumerate(subject.lab.users):
        for client in user.clients:
            document = matrix.clients[client]
            vendor, seen = document.vendor, document.observation
            if vendor and seen and vendor.works != seen.works:
                says = {True: "can", False: "cannot"}
                reason = (
                    f"sources disagree whether {document.title} of {user.name} can sign in on a passive pool: "
                    f"{vendor.source} says it {says[vendor.works]}, {seen.source} that it {says[seen.works]}"
                )
                fix = f"client_evidence in lab.yml decides; {matrix.prefer} counts now"
                place = subject.place(f"users.{index}.clients")
                yield Finding("client-disputed", place, reason, f"client matrix as of {matrix.as_of}", fix, "warning")


def unfit_clients(subject: Subject) -> Iterator[Finding]:
    for index, user in enumerate(subject.lab.users):
        for client in user.clients:
            verdict = subject.lab.matrix.verdict(client, user.pool.passive, user.pool.profile)
            if not verdict.works:
                place = subject.place(f"users.{index}.clients")
                reason = f"{user.name} on {user.pool.fqdn}: {verdict.reason}"
                fix = "a classic pool for this user"
                yield Finding("client-unfit", place, reason, verdict.source, fix)


def contacts_in_exchange(subject: Subject) -> Iterator[Finding]:
    """The Unified Contact Store is not supported together with passive authentication (failure table 25)."""
    for index, user in enumerate(subject.lab.users):
        if user.unified_contact_store and user.pool.passive:
            reason = f"the contacts of {user.name} are in Exchange, and {user.pool.fqdn} is passive"
            fix = "Invoke-CsUcsRollback for the user before the move, or a classic pool"
            place = subject.place(f"users.{index}.unified_contact_store")
            yield Finding("unified-contacts", place, reason, "TN-2FA: roll back before moving to a passive pool", fix)


def fallback_for_callers_without_sni(subject: Subject) -> Iterator[Finding]:
    """ARR sends no server name; AD FS 3.0 resets such connections (failure table 6)."""
    if not subject.hosts_of("reverse_proxy"):
        return
    for host in subject.hosts_of("adfs"):
        value, place = subject.variable(host.name, "adfs", "fallback_binding")
        if value is False:
            reason = f"{host.name} has no binding on 0.0.0.0:443: the reverse proxy will get 502 from AD FS"
            fix = "fallback_binding: true"
            yield Finding("sni-fallback", place, reason, "VIOREL, WAPSNI: ARR is not SNI capable", fix)


def forms_inside(subject: Subject) -> Iterator[Finding]:
    """What comes through ARR counts as intranet, where Windows authentication is the default (failure table 15)."""
    for host in subject.hosts_of("adfs")[:1]:
        value, place = subject.variable(host.name, "adfs", "intranet_providers")
        if isinstance(value, list) and "FormsAuthentication" not in value:
            reason = "AD FS offers no forms sign-in on the intranet, and everything through ARR is intranet"
            fix = "FormsAuthentication first in intranet_providers"
            yield Finding("forms-intranet", place, reason, "PS-ADFS, WSD-WIA", fix)
