"""A host of the world as the endpoint sees it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from winsim.endpoint.contracts import (
    Account,
    BindingLevel,
    HostNames,
    ListenerSettings,
    Runspace,
    ServiceSettings,
    SessionConfiguration,
)
from winsim.endpoint.nthash import nt_hash
from winsim.interpreter.hosting import HostUI, Identity, Nobody, PipelineRequest, RemoteCommand
from winsim.world.accounts import Logon
from winsim.world.winrm import WinRmService

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

BUILT_IN: Final = ("microsoft.powershell", "microsoft.powershell32", "microsoft.windows.servermanagerworkflows")
_REMOTE_MANAGEMENT: Final = "builtin\\remote management users"


@lru_cache(maxsize=256)
def _hash_of(password: str) -> bytes:
    return nt_hash(password)


def _account(logon: Logon) -> Account:
    return Account(
        logon.account,
        _hash_of(logon.password),
        logon.groups,
        logon.is_admin,
        _REMOTE_MANAGEMENT in logon.groups,
        logon.sid,
    )


class WorldMachine:
    """Implements Machine; ``settle`` saves the world when it has changed."""

    def __init__(self, world: World, host: Host, settle: Callable[[], None]) -> None:
        self._world = world
        self._host = host
        self.settle = settle

    @property
    def names(self) -> HostNames:
        host = self._host
        return HostNames(host.name, host.fqdn.lower(), host.domain_netbios or host.name, host.domain)

    @property
    def settings(self) -> ServiceSettings:
        service = self._host.parts.find(WinRmService)
        if service is None:
            return ServiceSettings()
        level = service.channel_bindings.lower()
        return ServiceSettings(
            allow_unencrypted=service.allow_unencrypted,
            basic=service.basic,
            credssp=service.credssp,
            certificate=service.certificate,
            bindings=cast(BindingLevel, level) if level in ("none", "relaxed", "strict") else "relaxed",
            max_envelope_kb=service.max_envelope_kb,
            max_shells_per_user=service.max_shells_per_user,
            max_memory_mb=service.max_memory_mb,
            listeners=tuple(ListenerSettings(**vars(listener)) for listener in service.listeners),
        )

    def find_account(self, domain: str, user: str) -> Account | None:
        if "\\" in user and not domain:
            domain, _, user = user.partition("\\")
        with self._world.lock:
            logon = self._world.authenticate(self._host, domain, user)
        return None if logon is None else _account(logon)

    def certificate_account(self, certificate: bytes) -> Account | None:
        service = self._host.parts.find(WinRmService)
        name = service.certificate_users.get(hashlib.sha256(certificate).hexdigest()) if service else None
        if name is None:
            return None
        domain, _, user = name.rpartition("\\")
        return self.find_account(domain, user)

    def configuration(self, name: str) -> SessionConfiguration | None:
        if name.lower() in BUILT_IN:
            return SessionConfiguration(name)
        service = self._host.parts.find(WinRmService)
        registered = service.configurations.get(name.lower()) if service else None
        if registered is None:
            return None
        run_as: Identity | None = None
        if registered.run_as:
            domain, _, user = registered.run_as.rpartition("\\")
            account = self.find_account(domain, user)
            if account is None:
                return None  # the RunAs account is gone: nothing can be started under it
            run_as = account.identity(delegated=True)
        return SessionConfiguration(registered.name, run_as, registered.startup_script or None)

    def open_runspace(self, identity: Identity, ui: HostUI, configuration: SessionConfiguration) -> Runspace:
        from winsim.interpreter.session import Session

        profile = self._profile(identity)
        session: Runspace = Session(self._world, self._host, identity, ui)
        start = RemoteCommand("Set-Location", False, (("LiteralPath", f"{profile}\\Documents"),))
        session.invoke(PipelineRequest((start,)), Nobody())
        if configuration.startup_script:
            command = RemoteCommand(configuration.startup_script, is_script=True, local_scope=False)
            session.invoke(PipelineRequest((command,)), Nobody())
        return session

    def _profile(self, identity: Identity) -> str:
        """The folder of the user, made at his first log-on."""
        path = identity.profile
        files = self._host.files
        with self._world.lock:
            for folder in (f"{path}\\Documents", f"{path}\\AppData\\Local\\Temp"):
                if not files.is_directory(folder):
                    files.make_directory(folder)
                    self._world.touch()
        return path
