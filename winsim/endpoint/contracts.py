"""What the endpoint needs of whoever provides the machines: accounts, session configurations, runspaces, durability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from winsim.interpreter.hosting import HostUI, Identity, Outcome, PipelineRequest, Sink

BindingLevel = Literal["none", "relaxed", "strict"]


@dataclass(frozen=True)
class Account:
    """A user who may log on to a host; ``nt_hash`` is the MD4 of the password in UTF-16LE."""

    name: str  # CORP\\Administrator
    nt_hash: bytes = field(repr=False)
    groups: frozenset[str] = frozenset()
    is_admin: bool = False
    remote_management: bool = False  # member of Remote Management Users
    sid: str = ""

    def identity(self, *, delegated: bool = False) -> Identity:
        return Identity(self.name, self.groups, self.is_admin, delegated, self.sid)


@dataclass(frozen=True)
class SessionConfiguration:
    """An endpoint of Register-PSSessionConfiguration; ``run_as`` replaces the identity of whoever connects."""

    name: str
    run_as: Identity | None = None
    startup_script: str | None = None


@dataclass(frozen=True)
class ListenerSettings:
    """One element of winrm/config/listener."""

    transport: str = "HTTP"
    address: str = "*"
    port: int = 5985
    hostname: str = ""
    enabled: bool = True
    url_prefix: str = "wsman"
    thumbprint: str = ""


@dataclass(frozen=True)
class ServiceSettings:
    """The part of winrm/config of a host that the endpoint enforces; defaults are those of Server 2012 R2."""

    allow_unencrypted: bool = False
    basic: bool = False  # over HTTP; HTTPS always offers it
    credssp: bool = False
    certificate: bool = False
    bindings: BindingLevel = "relaxed"
    max_envelope_kb: int = 500
    max_shells_per_user: int = 30
    max_commands_per_shell: int = 1000
    max_memory_mb: int = 1024
    idle_timeout: float = 7200.0
    max_idle_timeout: float = 2147483.647
    max_operation_timeout: float = 60.0
    listeners: tuple[ListenerSettings, ...] = (ListenerSettings(),)


@dataclass(frozen=True)
class Latency:
    """What a network and a slow machine would cost, in seconds."""

    round_trip: float = 0.0
    shell_start: float = 0.0
    module_import: float = 0.0


@dataclass(frozen=True)
class HostNames:
    """How a host calls itself."""

    computer: str  # ARR01
    fqdn: str  # arr01.corp.contoso.com
    domain: str  # CORP, or the computer's name in a workgroup
    dns_domain: str = ""


class Runspace(Protocol):
    """A PowerShell session; ``invoke`` runs in the calling thread, ``stop`` comes from another one."""

    def invoke(self, request: PipelineRequest, sink: Sink) -> Outcome: ...

    def stop(self) -> None: ...

    def charge_imports(self, seconds: Callable[[], float]) -> None:
        """What loading a module costs on this host, from now on."""


class Machine(Protocol):
    """One host as the endpoint sees it."""

    @property
    def names(self) -> HostNames: ...

    @property
    def settings(self) -> ServiceSettings: ...

    def find_account(self, domain: str, user: str) -> Account | None:
        """The account of a log-on name as the client sent it (domain may be empty, user may be a UPN)."""

    def certificate_account(self, certificate: bytes) -> Account | None:
        """The account that a client certificate (DER) is mapped to."""

    def configuration(self, name: str) -> SessionConfiguration | None:
        """The session configuration that a resource URI ends with."""

    def open_runspace(self, identity: Identity, ui: HostUI, configuration: SessionConfiguration) -> Runspace: ...

    def settle(self) -> None:
        """Makes what pipelines changed durable; called in a worker thread before a completion is reported."""
