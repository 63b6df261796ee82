"""Which certificates a host needs follows from what else it is for; where they come from, from `source`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from passivelab.lab.model import Host, Lab
from passivelab.preflight.finding import Finding

PUBLIC = frozenset({"adfs", "reverse_proxy", "lync_pool"})
SERVER = frozenset({"lync_pool", "office_web_apps"})
DOMAIN_PAGE = "certreq -submit asks the authority under the name of a member of the domain"


def derive(lab: Any, host: Host, variables: Mapping[str, object]) -> dict[str, object]:
    source, public, server = str(variables["source"]), needs_public(host), needs_server(host)
    servers_enrol = server_source(variables) == "ad-cs"
    authority, holder = authority_of(lab), holder_of(lab)
    is_holder = holder is not None and holder.name == host.name
    known = lab.certificates
    answered = bool(known and known.answered)
    return {
        "install_public": public,
        "install_server": server,
        "authority": authority or host,
        "holder": holder or host,
        "trusts_authority": source == "ad-cs" or servers_enrol,
        "public_from_ad_cs": source == "ad-cs",
        "server_from_ad_cs": servers_enrol,
        "requests_public": source == "csr" and is_holder,
        "accepts_public": source == "csr" and is_holder and answered,
        "awaits_answer": source == "csr" and not answered,
        "enrols_public": source == "ad-cs" and is_holder,
        "exports_public": is_holder and (source == "ad-cs" or (source == "csr" and answered)),
        "chain": chain_of(lab),
        "own_certificates": own_certificates(host, variables["additional"]),
        "enrolments": enrolments(lab, host, source == "ad-cs" and is_holder, servers_enrol and server),
    }


def needs_public(host: Host) -> bool:
    return bool(set(host.roles) & PUBLIC)


def needs_server(host: Host) -> bool:
    return bool(set(host.roles) & SERVER)


def server_source(variables: Mapping[str, object]) -> str:
    chosen = str(variables["server_source"])
    if chosen != "as-source":
        return chosen
    return "ad-cs" if variables["source"] == "ad-cs" else "lab-ca"


def authority_of(lab: Lab) -> Host | None:
    return next((host for host in lab.hosts if "certificate_authority" in host.roles), None)


def holder_of(lab: Lab) -> Host | None:
    """The host that makes the key of the public certificate: the first that needs it and belongs to the domain."""
    known = (host for host in lab.hosts if "certificates" in host.roles and host.joined)
    return next((host for host in known if needs_public(host)), None)


def chain_of(lab: Any) -> list[dict[str, str]]:
    """What lies above the public certificate, each in the store where it belongs."""
    known = lab.certificates
    stores = (("CA", known.intermediates), ("Root", known.roots)) if known else ()
    return [
        {"store": store, "thumbprint": one.thumbprint, "subject": one.subject, "base64": one.base64}
        for store, found in stores
        for one in found
    ]


def own_certificates(host: Host, files: object) -> list[dict[str, str]]:
    """PFX files of the user's for a reverse proxy; another file is another certificate."""
    if "reverse_proxy" not in host.roles or not isinstance(files, Mapping):
        return []
    return [
        {"name": str(name), "file": str(file), "friendly_name": f"passivelab {name} {file}"}
        for name, file in sorted(files.items())
    ]


def enrolments(lab: Any, host: Any, public: bool, server: bool) -> list[dict[str, object]]:
    """The certificates that the host asks AD CS for."""
    found: list[dict[str, object]] = []
    if public and lab.certificates:
        found.append(enrolment("public", "Public certificate", "passivelab public", lab.certificates.public))
    if server and host.certificate:
        found.append(
            enrolment("server", f"Server certificate of {host.fqdn}", f"passivelab {host.fqdn}", host.certificate)
        )
    return found


def enrolment(key: str, title: str, friendly_name: str, certificate: Any) -> dict[str, object]:
    names = {"key": key, "title": title, "friendly_name": friendly_name}
    return {**names, "subject": certificate.subject, "names": certificate.names}


def check(lab: Any, host: Host, variables: Mapping[str, object]) -> Iterator[Finding]:
    source = str(variables["source"])
    if server_source(variables) == "ad-cs" and needs_server(host) and not host.joined:
        reason = f"{host.name} is no member of the domain and cannot enrol its server certificate from AD CS"
        yield Finding("enrolment-outside-domain", None, reason, DOMAIN_PAGE, "set server_source: lab-ca for this host")
    if source in ("ad-cs", "csr") and needs_public(host) and holder_of(lab) is None:
        reason = "no member of the domain needs the public certificate: nobody can make its key"
        yield Finding("no-holder", None, reason, DOMAIN_PAGE, "give one of the members the role certificates")
