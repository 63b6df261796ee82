"""The world: all machines of the simulated lab, their networks, and one clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from winsim.world.accounts import AccountAuthority, Logon
from winsim.world.clock import Clock
from winsim.world.host import Host
from winsim.world.locking import WorldLock
from winsim.world.names import resolve as resolve_name
from winsim.world.network import NetworkMap
from winsim.world.parts import Parts, resolve


@dataclass
class World:
    """``lock`` guards everything; ``version`` rises with every change that is worth saving.

    Products attach to ``parts`` (a directory domain, the Lync management store) and to ``Host.parts`` (an AD FS
    server, IIS, a DNS server) as dataclasses of plain values.
    """

    lab: str = "lab"
    baseline: str = "bare"
    hosts: dict[str, Host] = field(default_factory=dict)  # by Host.id, lower case
    network: NetworkMap = field(default_factory=NetworkMap)
    clock: Clock = field(default_factory=Clock)
    parts: Parts = field(default_factory=Parts)
    # what machines.yml says: accounts, and under "prepared" what the baseline finds done
    inventory: dict[str, Any] = field(default_factory=dict)
    lock: WorldLock = field(default_factory=WorldLock, metadata={"transient": True}, repr=False, compare=False)
    version: int = field(default=0, metadata={"transient": True})

    def touch(self) -> None:
        """Tells that the state has changed."""
        self.version += 1

    def add(self, host: Host) -> Host:
        host.connect(self.clock)
        self.hosts[host.id.lower()] = host
        return host

    def connect(self) -> None:
        """After loading: hands the clock to the hosts and lets time go on."""
        self.clock.resume()
        for host in self.hosts.values():
            host.connect(self.clock)

    def find_host(self, name: str) -> Host | None:
        """By inventory name, computer name or FQDN, in any case."""
        key = name.rstrip(".").lower()
        if key in self.hosts:
            return self.hosts[key]
        return next((host for host in self.hosts.values() if key in (host.name.lower(), host.fqdn.lower())), None)

    def host(self, name: str) -> Host:
        found = self.find_host(name)
        if found is None:
            raise KeyError(name)
        return found

    def host_at(self, address: str) -> Host | None:
        return next((host for host in self.hosts.values() if address in host.addresses), None)

    def resolve(self, host: Host | None, name: str) -> list[str]:
        """The addresses that a program on a host (None: on the internet) gets for a name."""
        return resolve_name(self, host, name)

    def run_due(self) -> None:
        """Runs what the clock has reached, in order; called with the lock before each command and request."""
        while (event := self.clock.take_due()) is not None:
            self.touch()
            resolve(event.action)(self, **event.arguments)

    def authenticate(self, host: Host, domain: str, user: str) -> Logon | None:
        """The account that a logon to ``host`` names: CORP\\anna, anna@contoso.com, .\\Administrator, Administrator.

        The caller compares the password. None: no such account, or it is disabled.
        """
        logon = self._local_logon(host, domain, user)
        if host.is_domain_controller and domain.lower() in (".", host.name.lower(), "localhost"):
            domain = host.domain_netbios  # the accounts of a controller are those of its domain
        if logon is not None or not host.is_member:
            return logon
        if "@" not in user and domain.lower() in ("", ".", host.name.lower(), "localhost"):
            # A controller has no accounts but the domain's; a member asks the domain for a name without one.
            domain = host.domain_netbios if host.is_domain_controller or not domain else domain
        for part in self.parts.items.values():
            found = part.logon(self, domain, user) if isinstance(part, AccountAuthority) else None
            if found is not None:
                local = host.accounts.groups_of(found.account, *found.groups)
                return replace(
                    found, groups=found.groups | local, is_admin=host.is_administrator(found.account, found.groups)
                )
        return None

    def _local_logon(self, host: Host, domain: str, user: str) -> Logon | None:
        if domain.lower() not in ("", ".", host.name.lower(), "localhost") or host.is_domain_controller:
            return None
        account = host.accounts.user(user)
        if account is None or not account.enabled:
            return None
        groups = host.accounts.groups_of(account.name)
        sid = f"{host.machine_sid}-{account.rid}"
        return Logon(f"{host.name}\\{account.name}", account.password, sid, groups,
                     host.is_administrator(account.name, groups))  # fmt: skip
