"""What the libraries raise, as errors of ours. They raise three families: their own, those of requests, ValueError."""

from __future__ import annotations

import re
from enum import Enum, auto

import requests
from pypsrp.exceptions import AuthenticationError, WinRMError, WinRMTransportError, WSManFaultError
from requests_credssp.exceptions import AuthenticationException as CredSspError
from requests_credssp.exceptions import NTStatusException as CredSspRefusal
from spnego.exceptions import SpnegoError

from passivelab.errors import (
    ConnectionGone,
    CredentialsRefused,
    NoCredSsp,
    NoSessionConfiguration,
    TransportError,
    Unreachable,
    Untrusted,
)
from passivelab.transport.session import Connection

UNEXPECTED_SELECTORS = 2150858843  # the shell or command is not there: rebooted, expired, or never started
TOO_MANY_SHELLS = 2150859173
UNKNOWN_RESOURCE = 2150858752  # of a new shell: no session configuration of that name
CREDSSP = (CredSspError, CredSspRefusal)  # of the library that both transports use for it
FAMILIES = (WinRMError, SpnegoError, *CREDSSP, requests.exceptions.RequestException, OSError, ValueError)


class Trouble(Enum):
    """What an exception says about the connection and about what was sent."""

    REFUSED = auto()  # the credentials
    DROPPED = auto()  # connection lost or its encryption out of step: authenticate anew and go on
    UNKNOWN_SHELL = auto()  # the host does not know the shell or the command
    OTHER = auto()


def trouble(error: BaseException) -> Trouble:
    if isinstance(error, AuthenticationError | CredSspRefusal):
        return Trouble.REFUSED
    if isinstance(error, WSManFaultError):
        return Trouble.UNKNOWN_SHELL if error.code == UNEXPECTED_SELECTORS else Trouble.OTHER
    if isinstance(error, WinRMTransportError | SpnegoError | requests.exceptions.RequestException | OSError):
        return Trouble.DROPPED
    return Trouble.OTHER


def is_untrusted(error: BaseException) -> bool:
    """Whether TLS failed over the host's certificate: its root, its time or its name. Only the text tells."""
    text = str(error).lower()
    return isinstance(error, requests.exceptions.SSLError) and (
        "certificate verify failed" in text or "doesn't match" in text
    )


def untrusted(error: BaseException, connection: Connection) -> Untrusted:
    found = re.search(r"certificate verify failed:? ?([^(\"]*)|(hostname [^\"]*)", str(error), re.IGNORECASE)
    reason = (found.group(1) or found.group(2) or "").strip(" .") if found else ""
    return Untrusted(
        host=connection.host,
        endpoint=connection.endpoint,
        reason=reason or _cause(error),
        expected=f"a certificate for {connection.server_name}" if connection.server_name else None,
        hint="the connection's `verify` and `ca_file` in lab.yml say what is trusted; the role base installs a "
        "certificate of the lab's own root",
    )


def refused(connection: Connection) -> CredentialsRefused:
    return CredentialsRefused(
        host=connection.host,
        endpoint=connection.endpoint,
        user=connection.user,
        hint="check the account's reference in secrets.yml, and that it may log on to this host over the network",
    )


def without_credssp(error: CredSspError, connection: Connection) -> TransportError:
    """A host that does not offer it, or one that does and broke off. Only the text tells."""
    if "being an available authentication method" in str(error):
        return NoCredSsp(
            host=connection.host,
            endpoint=connection.endpoint,
            hint="the role membership switches it on; by hand: Enable-WSManCredSSP -Role Server",
        )
    return Unreachable(host=connection.host, endpoint=connection.endpoint, reason=_cause(error))


def while_opening(error: BaseException, connection: Connection) -> TransportError:
    """The error of a session that could not be opened."""
    name, endpoint = connection.host, connection.endpoint
    if isinstance(error, AuthenticationError | CredSspRefusal):
        return refused(connection)
    if isinstance(error, CredSspError):
        return without_credssp(error, connection)
    if isinstance(error, WSManFaultError) and error.code == UNKNOWN_RESOURCE:
        return NoSessionConfiguration(
            host=name,
            endpoint=endpoint,
            configuration=connection.configuration,
            hint="the role membership registers it; a host whose steps reach another machine needs that role first",
        )
    if isinstance(error, WSManFaultError) and error.code == TOO_MANY_SHELLS:
        return Unreachable(
            host=name,
            endpoint=endpoint,
            reason="the host has no room for one more shell of this user",
            hint="end the sessions that are open there, or raise MaxShellsPerUser",
        )
    if is_untrusted(error):
        return untrusted(error, connection)
    if isinstance(error, requests.exceptions.ConnectionError | requests.exceptions.Timeout):
        return Unreachable(
            host=name,
            endpoint=endpoint,
            reason=_cause(error),
            hint="check that the host is up and WinRM listens there: `invoke ping` asks every host",
        )
    return Unreachable(host=name, endpoint=endpoint, reason=_cause(error))


def in_between(error: BaseException, connection: Connection) -> TransportError:
    """The error of a session that was open."""
    if isinstance(error, AuthenticationError | CredSspRefusal):
        return while_opening(error, connection)
    return ConnectionGone(host=connection.host, endpoint=connection.endpoint, reason=_cause(error))


def _cause(error: BaseException) -> str:
    """The innermost reason in one line: urllib3 wraps it several times."""
    text = str(error.reason or error) if isinstance(error, WSManFaultError) else str(error)
    for phrase in ("Connection refused", "timed out", "Name or service not known", "No route to host", "reset by peer"):
        if phrase in text:
            return phrase[0].lower() + phrase[1:]
    if "RemoteDisconnected" in text or "Connection aborted" in text:
        return "the host closed the connection"
    if isinstance(error, WinRMTransportError):
        return f"the host answered with HTTP {error.code}"
    return " ".join(text.split())[:300] or type(error).__name__
