"""Request-CsCertificate: names from the topology, issued by an online authority or kept as a request."""

from __future__ import annotations

from base64 import b64encode

from winsim.cmdlets.lync_certificates import reference, uses
from winsim.cmdlets.lync_common import (
    BASE,
    MODULE,
    class_of,
    directory,
    failed,
    local_administrator,
    local_server,
    reported,
)
from winsim.cmdlets.products import QUIET
from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.world import adcs
from winsim.world import certificate_requests as requests
from winsim.world.certificates import SCHANNEL, CertificateEntry
from winsim.world.host import Host
from winsim.world.lync import Configuration, Topology


def _failure(message: str) -> CommandError:
    return failed(f"Command execution failed: {message}", "InvalidOperation", f"{BASE}.Deployment.DeploymentException")


def _names(call: Call, found: Configuration, parsed: Topology, wanted: list[str]) -> list[str]:
    """Subject first: the pool; then the names that the uses need."""
    cluster = parsed.cluster_with(call.host.fqdn)
    if cluster is None:
        raise _failure(f'The computer "{call.host.fqdn}" was not found in the topology.')
    names = [cluster.fqdn.lower(), call.host.fqdn.lower()]
    simple = [url.active_url.partition("://")[2].strip("/").lower() for url in found.simple_urls]
    if "Default" in wanted:
        names += [f"sip.{domain.lower()}" for domain in parsed.domains if call.switch("AllSipDomain")]
    if "WebServicesInternal" in wanted:
        names += [*simple, *(f"lyncdiscoverinternal.{domain.lower()}" for domain in parsed.domains)]
    if "WebServicesExternal" in wanted:
        service = parsed.service("WebServer", cluster.fqdn)
        external = service.setting("ExternalHost").lower() if service else ""
        names += [external, *simple, *(f"lyncdiscover.{domain.lower()}" for domain in parsed.domains)]
    names += [name.strip().lower() for name in call.text("DomainName").split(",")]
    return list(dict.fromkeys(name for name in names if name))


@cmdlet(
    "Request-CsCertificate",
    ("New", "Type", "CA", "CaAccount", "CaPassword", "FriendlyName", "KeySize", "Template",
     "DomainName", "AllSipDomain", "PrivateKeyExportable", "Output", "Country", "State", "City", "Organization", "OU"),
    net_class=class_of("Request-CsCertificate", "Deployment"), module=MODULE, idle=QUIET)  # fmt: skip
@reported
def request_certificate(call: Call) -> None:
    local_administrator(call)
    if not call.switch("New"):
        raise NotBuilt("Request-CsCertificate without -New")
    server = local_server(call)
    parsed = server.local.read_topology() if server.local else None
    if server.local is None or parsed is None:
        raise _failure("The local configuration store has no topology.")
    wanted = uses(call)
    if "OAuthTokenIssuer" in wanted:
        names = [parsed.default_domain.lower()]
    else:
        names = _names(call, server.local, parsed, wanted)
    request = _inf(call, names)
    if call.has("Output"):
        der = requests.create(call.host, request, call.session.identity.user)
        write_pem(call.host, call.text("Output"), der)
        call.world.touch()
        return
    entry = _issue(call, request)
    for use in wanted:
        call.write(reference(entry, use))


def _inf(call: Call, names: list[str]) -> requests.RequestFile:
    """What the cmdlet asks certreq for: a CryptoAPI exchange key of the machine."""
    parts = {"O": "Organization", "OU": "OU", "L": "City", "S": "State", "C": "Country"}
    more = [f'{key}="{call.text(name)}"' for key, name in parts.items() if call.text(name)]
    rows = {
        "subject": ",".join([f"CN={names[0]}", *more]),
        "keyspec": "1",
        "keylength": call.text("KeySize") or "2048",
        "exportable": "true" if call.switch("PrivateKeyExportable") else "false",
        "machinekeyset": "true",
        "providername": SCHANNEL,
        "hashalgorithm": "sha256",
        "friendlyname": call.text("FriendlyName"),
    }
    alternatives = "{text}" + "&".join(f"dns={name}" for name in names)
    return requests.RequestFile({"newrequest": rows, "extensions": {requests.SUBJECT_ALTERNATIVE_NAME: alternatives}})


def write_pem(host: Host, path: str, der: bytes) -> None:
    body = b64encode(der).decode()
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    label = "NEW CERTIFICATE REQUEST"
    host.files.write(path, "\r\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode())


def _issue(call: Call, request: requests.RequestFile) -> CertificateEntry:
    found = adcs.find(call.world, call.text("CA"))
    forest = directory(call)
    if found is None or not call.world.resolve(call.host, call.text("CA").partition("\\")[0]):
        raise _failure(f'The RPC server of the certification authority "{call.text("CA")}" is unavailable.')
    account = call.session.identity.user
    if call.has("CaAccount"):
        domain, _, name = call.text("CaAccount").rpartition("\\")
        logon = forest.logon(call.world, domain or forest.netbios, name)
        if logon is None or logon.password != call.text("CaPassword"):
            raise _failure("The user name or password of the certification authority's account is not correct.")
        account = logon.account
    # A machine's request waits in the machine's own store, whoever made it.
    der = requests.create(call.host, request, "")
    try:
        row = adcs.issue(call.world, found[1], der, call.text("Template") or "WebServer", account)
    except requests.RequestError as error:
        raise _failure(error.message) from None
    return requests.accept(call.host, row.der, machine=True, user="")
