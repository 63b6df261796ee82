"""Which names a host must resolve itself, and to what.

The public name of a pool must not reach the pool's internal web site: AD FS would read the same federation metadata
under both names and refuse the second trust (MSIS7612). A machine outside the domain cannot ask the internal DNS, so
it also gets the internal names.
"""

from __future__ import annotations

from collections.abc import Mapping

from passivelab.lab.model import Host, Lab

PROXY_ROLE = "reverse_proxy"


def public_address(lab: Lab, mode: object) -> str | None:
    if mode == "public_ip":
        return lab.public_address
    if mode == "hairpin":
        return next((host.address for host in lab.hosts if PROXY_ROLE in host.roles), None)
    return None


def derive(lab: Lab, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    address = public_address(lab, variables["public_names"])
    web_names = [pool.external_web_fqdn for pool in lab.pools if pool.external_web_fqdn]
    entries: dict[str, str] = dict.fromkeys(web_names, address) if address else {}
    if not host.joined:
        entries |= {other.fqdn: other.address for other in lab.hosts if other.joined}
    more = variables["more_entries"]
    if isinstance(more, Mapping):
        entries |= {str(name).lower(): str(value) for name, value in more.items()}
    expected = [{"name": name, "address": entries[name]} for name in web_names if name in entries]
    return {"entries": dict(sorted(entries.items())), "expected": expected}
