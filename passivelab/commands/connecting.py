"""From a lab's hosts to sessions with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from passivelab.blueprint.model import Identity
from passivelab.commands.paths import FUNCTIONS, shown, state
from passivelab.commands.simulated import Endpoints
from passivelab.commands.watching import Watched
from passivelab.engine.hosts import Connect
from passivelab.errors import UsageError
from passivelab.lab import Connection as Declared
from passivelab.lab import Lab
from passivelab.pki import root_file
from passivelab.pki.files import write
from passivelab.transport import Connection, Session
from passivelab.transport.choice import FirstOf
from passivelab.transport.psrp import PsrpSession
from passivelab.transport.winrs import WinrsSession


def connector(lab: Lab, endpoints: Endpoints | None, transport: str | None = None) -> Connect:
    """How the engine gets a session with a host under an identity."""
    prelude = FUNCTIONS.read_text("utf-8")
    roots = trusted_roots(lab)

    def connect(host: str, identity: Identity) -> Session:
        chosen = transport or lab.host(host).connection.transport
        ways = connections(lab, host, identity, endpoints, chosen, roots)
        sessions = [_session(chosen, where, prelude) for where in ways]
        session = sessions[0] if len(sessions) == 1 else FirstOf(sessions)
        return Watched(session, lab.folder) if lab.simulated else session

    return connect


def connections(
    lab: Lab,
    name: str,
    identity: Identity,
    endpoints: Endpoints | None,
    transport: str = "psrp",
    roots: Mapping[str, str] | None = None,
) -> list[Connection]:
    """The ways to reach a host, best first: as declared, then where a fresh installation is reached.

    A machine on its way into the domain still knows its own administrator only.
    """
    host = lab.host(name)
    declared = host.connection
    accounts = [lab.credential_name(host)]
    if host.joined and lab.baseline == "bare":
        accounts.append(lab.credentials.local)
    best = Connection(
        host=name,
        address=_address(lab, name, endpoints),
        port=_port(declared.port, name, endpoints),
        user="",
        password="",
        tls=declared.scheme == "https",
        authentication=declared.authentication,
        verify=_verify(declared, (roots or {}).get(name)),
        server_name=host.fqdn,
    )
    ways = [(best, account) for account in dict.fromkeys(accounts)]
    first = declared.first_contact
    if first is not None:
        port = _port(first.port, name, endpoints)
        ways.append((replace(best, port=port, tls=False, authentication=first.authentication), first.credentials))
    result = []
    for way, account in ways:
        credential = lab.secrets.credential(account)
        plain = replace(way, user=credential.user, password=credential.password)
        result.append(plain if identity == "local" else _delegated(plain, declared, transport))
    return result


def trusted_roots(lab: Lab) -> dict[str, str]:
    """For each host that is reached over HTTPS: the file of the roots that its certificate may come from."""
    result: dict[str, str] = {}
    own: Path | None = None
    for host in lab.hosts:
        declared = host.connection
        if declared.scheme != "https" or declared.verify != "lab_ca":
            continue
        own = own or root_file(state(lab.folder) / "pki", lab.name)
        result[host.name] = str(_joined(own, declared.ca_file) if declared.ca_file else own)
    return result


def _joined(root: Path, further: Path) -> Path:
    """Both in one file beside the lab's own: the libraries take one."""
    try:
        content = root.read_bytes() + further.read_bytes()
    except OSError as error:
        raise UsageError(reason=f"ca_file {shown(further)} cannot be read: {error.strerror}") from error
    file = root.with_name(f"trusted-{sha256(content).hexdigest()[:12]}.pem")
    if not file.exists():
        write(file, content)
    return file


def _verify(declared: Declared, roots: str | None) -> bool | str:
    if declared.verify == "ignore":
        return False
    if declared.verify == "system":
        return str(declared.ca_file) if declared.ca_file else True
    return roots or True


def _address(lab: Lab, name: str, endpoints: Endpoints | None) -> str:
    if endpoints is not None and name in endpoints:
        return endpoints[name].address
    host = lab.host(name)
    return host.connect_to or host.address


def _port(port: int, name: str, endpoints: Endpoints | None) -> int:
    """Simulated hosts may have other ports than they believe."""
    if endpoints is None or name not in endpoints:
        return port
    return {5985: endpoints[name].http, 5986: endpoints[name].https}.get(port, port)


def _delegated(plain: Connection, declared: Declared, transport: str) -> Connection:
    """With a second hop. WinRS knows no session configurations: there the credentials are handed over."""
    if declared.session_configuration and transport == "psrp":
        return replace(plain, configuration=declared.session_configuration)
    if declared.credssp or transport == "winrm":
        return replace(plain, authentication="credssp")
    return plain


def _session(transport: str, connection: Connection, prelude: str) -> Session:
    return WinrsSession(connection, prelude) if transport == "winrm" else PsrpSession(connection, prelude)
