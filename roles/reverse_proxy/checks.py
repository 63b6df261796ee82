"""Farms and rules of the reverse proxy: one of each for every public name, in a stated order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from passivelab.lab.model import Host, Lab
from passivelab.preflight.finding import Finding
from passivelab.preflight.installers import SOURCE as UNLISTED

LYNC_PORTS = (8080, 4443)
WEB_PORTS = (80, 443)
PUBLIC = "public"
PULLED = "share"
SOURCE = "BLOG: one address with one SAN certificate or several of each, no wildcard and no odd ports"
ROUTING = "Microsoft Application Request Routing 3.0"
TITLES = {
    "arr_setup": ROUTING,
    "url_rewrite": "IIS URL Rewrite Module 2",
    "web_farm_framework": "Microsoft Web Farm Framework Version 2.2",
    "request_router": ROUTING,
    "external_disk_cache": "Microsoft External Disk Cache Version 1 for IIS 7",
}


@dataclass(frozen=True)
class Farm:
    """A server farm: the public name, and the one server behind it by its internal name."""

    name: str
    address: str
    http_port: int
    https_port: int
    timeout: int  # seconds


@dataclass(frozen=True)
class Listener:
    """An address of the proxy with the certificate that answers there."""

    address: str
    certificate: str
    is_public: bool
    is_own: bool


@dataclass(frozen=True)
class Rule:
    """A global rewrite rule that sends one host name to its farm."""

    name: str
    host: str
    https: bool
    url: str


def farms(lab: Lab, variables: Mapping[str, object]) -> Iterator[Farm]:
    web, other = int(str(variables["web_timeout"])), int(str(variables["other_timeout"]))
    for pool in lab.pools:
        if pool.external_web_fqdn:
            yield Farm(pool.external_web_fqdn, pool.internal_web_fqdn, *LYNC_PORTS, web)
    director = lab.discovery_pool
    for name in (lab.names.discovery, lab.names.meet, lab.names.dialin):
        if name:
            yield Farm(name, director.internal_web_fqdn, *LYNC_PORTS, web)
    office = next((host for host in lab.hosts if "office_web_apps" in host.roles), None)
    if office and lab.names.office_web_apps:
        yield Farm(lab.names.office_web_apps, office.fqdn, *WEB_PORTS, other)
    wanted = variables["federation_server"]
    nodes = [host for host in lab.hosts if "adfs" in host.roles and wanted in ("", host.name)]
    if nodes and lab.names.federation:
        yield Farm(lab.names.federation, nodes[0].fqdn, *WEB_PORTS, other)


def rules(lab: Lab, all_farms: list[Farm]) -> Iterator[Rule]:
    """AD FS first, then the other names; the discovery name also on plain HTTP, where mobile clients ask first."""
    for farm in sorted(all_farms, key=lambda farm: farm.name != lab.names.federation):
        yield Rule(f"ARR_{farm.name}_loadbalance_SSL", farm.name, True, f"https://{farm.name}/{{R:0}}")
        if farm.name == lab.names.discovery:
            yield Rule(f"ARR_{farm.name}_loadbalance", farm.name, False, f"http://{farm.name}/{{R:0}}")


def derive(lab: Lab, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    all_farms = list(farms(lab, variables))
    listening = list(listeners(variables["listeners"]))
    return {
        "has_listeners": bool(listening),
        "listener_list": listening,
        "more_addresses": [{"address": one.address} for one in listening if one.address != host.address],
        "farms": all_farms,
        "rules": list(rules(lab, all_farms)),
        "package_list": list(packages(lab, variables["packages"])) if lab.baseline == "bare" else [],
        "pulls": variables["source"] == PULLED,
        "share_root": share_root(lab, variables["share"]),
    }


def share_root(lab: Lab, wanted: object) -> str:
    """Where the packages are pulled from. A machine outside the domain knows the others by their full names only."""
    share = str(wanted or (lab.media.share if lab.media is not None else None) or "").rstrip("\\")
    server, _, rest = share.removeprefix("\\\\").partition("\\")
    known = next((host.fqdn for host in lab.hosts if host.name == server.lower()), server)
    return rf"\\{known}\{rest}" if rest else ""


def listeners(wanted: object) -> Iterator[Listener]:
    for address, certificate in sorted(wanted.items()) if isinstance(wanted, Mapping) else ():
        yield Listener(str(address), str(certificate), certificate == PUBLIC, certificate != PUBLIC)


def check(lab: Lab, host: Host, variables: Mapping[str, object]) -> Iterator[Finding]:
    port = variables["https_port"]
    if port != WEB_PORTS[1]:
        reason = f"{host.name} listens on {port}: clients and the addresses that Lync gives them expect 443"
        yield Finding("proxy-port", None, reason, SOURCE, "https_port: 443, on an address of its own", "warning")
    if variables["source"] == PULLED and lab.baseline == "bare":
        yield from unpullable(lab, host, variables)
    for one in listeners(variables["listeners"]):
        problem = address_problem(lab, host, one.address)
        if problem:
            yield Finding("listener-address", None, problem, SOURCE, "a free address of the proxy's own network")
    yield from unseen(lab, host, {one.address for one in listeners(variables["listeners"])})


def unseen(lab: Lab, host: Host, addresses: set[str]) -> Iterator[Finding]:
    """The public address leads to an address of the proxy on which nothing listens."""
    inside = {
        rule.address or host.address for rule in lab.nat if (rule.public, rule.host) == (lab.public_address, host.name)
    }
    if addresses and inside and not inside & addresses:
        reason = f"{lab.public_address} leads to {', '.join(sorted(inside))} of {host.name}, where it does not listen"
        fix = "one of the listeners there, or another address in the entry of nat"
        yield Finding("listener-unseen", None, reason, SOURCE, fix)


def unpullable(lab: Lab, host: Host, variables: Mapping[str, object]) -> Iterator[Finding]:
    """What keeps a proxy from pulling its packages, or from knowing that they are the right ones."""
    if not share_root(lab, variables["share"]):
        reason = f"{host.name} pulls its packages, and neither media.yml nor the variable share says from where"
        yield Finding("proxy-share", None, reason, UNLISTED, r"share: \\server\share, in media.yml or for the role")
    for package in packages(lab, variables["packages"]):
        if not package["sha256"]:
            reason = f"{host.name} would run {package['name']}, which media.yml does not list"
            fix = "list it in media.yml with its size and SHA-256"
            yield Finding("installer-unlisted", None, reason, UNLISTED, fix)


def address_problem(lab: Lab, host: Host, text: str) -> str | None:
    try:
        address = ip_address(text)
    except ValueError:
        return f"{text!r} is no address that {host.name} could listen on"
    if address not in ip_network(lab.networks[host.network]):
        return f"{text} is not in the network {host.network} of {host.name}"
    other = next((one for one in lab.hosts if one.address == text and one.name != host.name), None)
    return f"{text} is the address of {other.name}, not of {host.name}" if other is not None else None


def packages(lab: Lab, names: object) -> Iterator[dict[str, object]]:
    """The offline packages by what they are called once they are installed."""
    assert isinstance(names, list | tuple)
    media = lab.media.media if lab.media is not None else {}
    for name in map(str, names):
        medium = media.get(name)
        file = medium.file.rpartition("/")[2] if medium else ""
        hash = medium.sha256 if medium else ""
        yield {
            "name": name,
            "title": TITLES.get(name, name),
            "file": file,
            "path": medium.file.replace("/", "\\") if medium else "",
            "sha256": hash,
            "is_setup": file.lower().endswith(".exe"),
            # What the combined set-up brings, in the order in which it can be taken off.
            "brings": [TITLES["external_disk_cache"], ROUTING, TITLES["web_farm_framework"], TITLES["url_rewrite"]],
        }
