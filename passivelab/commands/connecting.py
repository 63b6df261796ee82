"""From a lab's hosts to sessions with them."""

from __future__ import annotations

from dataclasses import replace

from passivelab.blueprint.model import Identity
from passivelab.commands.paths import FUNCTIONS
from passivelab.commands.simulated import Endpoints
from passivelab.engine.hosts import Connect
from passivelab.lab import Connection as Declared
from passivelab.lab import Lab
from passivelab.transport import Connection, Session
from passivelab.transport.choice import FirstOf
from passivelab.transport.psrp import PsrpSession
from passivelab.transport.winrs import WinrsSession


def connector(lab: Lab, endpoints: Endpoints | None, transport: str | None = None) -> Connect:
    """How the engine gets a session with a host under an identity."""
    prelude = FUNCTIONS.read_text("utf-8")

    def connect(host: str, identity: Identity) -> Session:
        chosen = transport or lab.host(host).connection.transport
        ways = connections(lab, host, identity, endpoints, chosen)
        sessions = [_session(chosen, where, prelude) for where in ways]
        return sessions[0] if len(sessions) == 1 else FirstOf(sessions)

    return connect


def connections(
    lab: Lab, name: str, identity: Identity, endpoints: Endpoints | None, transport: str = "psrp"
) -> list[Connection]:
    """The ways to reach a host, best first.

    A machine on its way into the domain, or to HTTPS, may still be where a fresh installation is: on HTTP, under its
    own administrator.
    """
    host = lab.host(name)
    declared = host.connection
    accounts = [lab.credential_name(host)]
    if host.joined and lab.baseline == "bare":
        accounts.append(lab.credentials.local)
    address, port, tls = host.connect_to or host.address, declared.port, declared.scheme == "https"
    if endpoints is not None and name in endpoints:
        address, port, tls = endpoints[name].address, endpoints[name].port, endpoints[name].tls
    doors = [(port, tls)]
    if tls and lab.baseline == "bare" and endpoints is None:
        doors.append((5985, False))
    result = []
    for account in accounts:
        credential = lab.secrets.credential(account)
        for door, secure in doors:
            plain = Connection(
                host=name,
                address=address,
                port=door,
                user=credential.user,
                password=credential.password,
                tls=secure,
                authentication=declared.authentication,
                verify=str(declared.ca_file) if declared.ca_file else True,
            )
            result.append(plain if identity == "local" else _delegated(plain, declared, transport))
    return result


def _delegated(plain: Connection, declared: Declared, transport: str) -> Connection:
    """With a second hop. WinRS knows no session configurations: there the credentials are handed over."""
    if declared.session_configuration and transport == "psrp":
        return replace(plain, configuration=declared.session_configuration)
    if declared.credssp or transport == "winrm":
        return replace(plain, authentication="credssp")
    return plain


def _session(transport: str, connection: Connection, prelude: str) -> Session:
    return WinrsSession(connection, prelude) if transport == "winrm" else PsrpSession(connection, prelude)
