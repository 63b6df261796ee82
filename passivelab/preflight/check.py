"""All checks that need no host. Each is a function of the subject; a new one is added to the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from passivelab.blueprint.catalogue import place_of
from passivelab.blueprint.compile import Compilation
from passivelab.blueprint.context import KeyMaterial
from passivelab.blueprint.expand import RoleOnHost
from passivelab.errors import Place
from passivelab.preflight import hosts, naming, pools, proxy, templates, topology
from passivelab.preflight.finding import Finding
from passivelab.preflight.subject import Subject

Check = Callable[[Subject], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    naming.certificate_covers_public_names,
    naming.server_certificates_cover_pools,
    naming.federation_name_is_no_computer,
    naming.web_names_in_sip_domain,
    naming.simple_urls_are_no_pools,
    naming.public_names_resolve_apart,
    proxy.rules_have_hosts,
    proxy.rules_do_not_shadow,
    proxy.rules_let_passive_sign_in_through,
    proxy.every_name_has_a_rule,
    proxy.farms_do_not_loop,
    pools.discovery_is_classic,
    pools.passive_pools_have_trusts,
    pools.passive_pools_are_switched,
    pools.a_classic_pool_is_left,
    pools.unfit_clients,
    pools.disputed_clients,
    pools.contacts_in_exchange,
    pools.fallback_for_callers_without_sni,
    pools.forms_inside,
    topology.document_fits_the_inventory,
    hosts.delegated_steps_have_a_way,
    hosts.passwords_are_encrypted,
    templates.lync_settings_have_service_scope,
    templates.dormant_roles,
    templates.linted,
)


def check(
    compilation: Compilation, keys: KeyMaterial | None = None, checks: Sequence[Check] = CHECKS
) -> tuple[Finding, ...]:
    """Every finding, errors first, then by place."""
    subject = Subject(compilation, keys)
    found = [finding for one in checks for finding in one(subject)]
    found += [finding for at in compilation.placed for finding in of_role(at)]
    return tuple(sorted(dict.fromkeys(found), key=rank))


def rank(finding: Finding) -> tuple[bool, str, int, int, str]:
    place = finding.place
    position = (str(place.file), place.line, place.column) if place else ("", 0, 0)
    return (finding.severity != "error", *position, finding.code)


def of_role(at: RoleOnHost) -> Iterable[Finding]:
    """What the role's own checks.py finds on the host."""
    function: Any = getattr(at.role.checks, "check", None)
    if function is None:
        return
    variables = {name: value.value for name, value in at.values.items()}
    file = at.role.folder / "checks.py"
    try:
        for finding in function(at.scope["lab"], at.host, variables):
            yield (
                finding
                if finding.place
                else Finding(
                    finding.code,
                    at.role.marks.at().place,
                    finding.reason,
                    finding.source,
                    finding.fix,
                    finding.severity,
                )
            )
    except Exception as error:
        place: Place = place_of(error, file)
        reason = f"check() of the role {at.role.name} fails for {at.host.name}: {error!r}"
        yield Finding("checks", place, reason, "checks.py", "mend checks.py")
