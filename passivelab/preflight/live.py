"""What can be known only of a reachable host: quotas, clock, pending restarts, room on disk, update level."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from passivelab.lab.load import ROOT
from passivelab.lab.model import Host
from passivelab.preflight.finding import Finding

SCRIPT = ROOT / "scripts" / "facts.ps1"

SHELL_MEMORY = 1024  # MB; what 2012 R2 allows by itself, too little for Lync's module beside AD FS's
KERBEROS_SKEW = 300.0  # seconds
NOTICEABLE_SKEW = 60.0
FULL, NEARLY_FULL = 1024, 5120  # MB
# Lync Server 2013 runs on Windows Server 2012 R2 from the cumulative update of October 2013 on.
LYNC_ON_2012_R2 = (5, 0, 8308, 556)
POWERSHELL = (4, 0)

Facts = Mapping[str, object]


@dataclass(frozen=True)
class Reading:
    """The facts of one host, and when they were read by the controller's clock."""

    host: Host
    facts: Facts
    at: datetime
    passive_pool: str = ""  # the pool that the host belongs to, where it is passive

    def number(self, name: str) -> int | None:
        value = self.facts.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def version(self, name: str) -> tuple[int, ...] | None:
        """The first version in the fact's text, as Get-CsServerVersion writes it in a sentence."""
        match = re.search(r"\d+(\.\d+)+", str(self.facts.get(name) or ""))
        return tuple(int(part) for part in match[0].split(".")) if match else None

    def finding(self, code: str, reason: str, source: str, fix: str, *, error: bool = True) -> Finding:
        return Finding(code, None, f"{self.host.name}: {reason}", source, fix, "error" if error else "warning")


def script() -> str:
    """The PowerShell that gives the facts: the body of a step's ``current``."""
    return SCRIPT.read_text(encoding="utf-8")


def judge(host: Host, facts: Facts, at: datetime, passive_pool: str = "") -> tuple[Finding, ...]:
    """What the facts of a host mean for a build."""
    reading = Reading(host, facts, at, passive_pool)
    return tuple(finding for one in JUDGEMENTS for finding in one(reading))


def rights(reading: Reading) -> Iterator[Finding]:
    if reading.facts.get("Administrator") is False:
        reason = "the account is no administrator, or its rights are filtered over the network"
        fix = "an administrator; for local accounts LocalAccountTokenFilterPolicy (role base)"
        yield reading.finding("no-administrator", reason, "WinRM, remote UAC", fix)


def powershell(reading: Reading) -> Iterator[Finding]:
    version = reading.version("PowerShell")
    if version is not None and version < POWERSHELL:
        reason = f"PowerShell {reading.facts['PowerShell']} is older than 4.0"
        yield reading.finding("powershell", reason, "Windows Server 2012 R2 brings 4.0", "Windows Server 2012 R2")


def quotas(reading: Reading) -> Iterator[Finding]:
    memory = reading.number("ShellMemory")
    if memory is not None and 0 < memory < SHELL_MEMORY:
        reason = f"a remote shell may use {memory} MB"
        fix = f"MaxMemoryPerShellMB of {SHELL_MEMORY} or more (role base)"
        yield reading.finding("shell-memory", reason, "OutOfMemory in remote shells", fix, error=False)
    shells = reading.number("Shells")
    if shells is not None and 0 < shells < 5:
        reason = f"a user may have {shells} remote shells"
        yield reading.finding("shells", reason, "MaxShellsPerUser", "5 or more", error=False)


def clock(reading: Reading) -> Iterator[Finding]:
    text = str(reading.facts.get("Time") or "")
    # .NET writes seven decimals, Python reads six.
    match = re.match(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)", text)
    if match is None:
        return
    skew = abs((datetime.fromisoformat(match[1]).replace(tzinfo=UTC) - reading.at).total_seconds())
    if skew > NOTICEABLE_SKEW:
        reason = f"the clock is {skew:.0f} s away from the controller's"
        fix = "a time source for the domain controller, the domain for its members"
        yield reading.finding("clock", reason, "Kerberos and WS-Federation tokens", fix, error=skew > KERBEROS_SKEW)


def restart(reading: Reading) -> Iterator[Finding]:
    if reading.facts.get("PendingReboot") is True:
        reason, fix = "a restart is pending", "restart it before the build; installers refuse to run until then"
        yield reading.finding("pending-restart", reason, "registry: CBS, Windows Update, renames", fix, error=False)


def disk(reading: Reading) -> Iterator[Finding]:
    free = reading.number("FreeMegabytes")
    if free is not None and free < NEARLY_FULL:
        reason = f"{free} MB are free on C:"
        yield reading.finding("disk", reason, "installers and logs", "make room", error=free < FULL)


def lync(reading: Reading) -> Iterator[Finding]:
    version = reading.version("Lync")
    if version is not None and version < LYNC_ON_2012_R2:
        found = ".".join(str(part) for part in version)
        reason = f"Lync Server 2013 {found} is older than the cumulative update of October 2013"
        fix = "the cumulative update, then Install-CsDatabase -Update"
        yield reading.finding("lync-update", reason, "TN-OS, TN-PA", fix)


def texts(reading: Reading, name: str) -> list[str]:
    value = reading.facts.get(name)
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def unified_contacts(reading: Reading) -> Iterator[Finding]:
    """Contacts that Lync has moved to Exchange are missing after a passive sign-in (failure table 25)."""
    policies = texts(reading, "UnifiedContactPolicies")
    if policies and reading.passive_pool:
        reason = f"{', '.join(policies)} lets contacts of users on {reading.passive_pool} move to Exchange"
        fix = "a user services policy with UcsAllowed $false for them; Invoke-CsUcsRollback for those who have moved"
        yield reading.finding("unified-contacts", reason, "TN-2FA: no Unified Contact Store", fix, error=False)


def passive_scopes(reading: Reading) -> Iterator[Finding]:
    """Passive authentication that somebody switched on for more than one pool (failure table 18)."""
    for scope in texts(reading, "PassiveScopes"):
        if not scope.lower().startswith("service:"):
            reason = f"passive authentication is on at the scope {scope}: clients without it fail on every pool"
            fix = f"Set-CsWebServiceConfiguration -Identity {scope} -UseWsFedPassiveAuth $false"
            yield reading.finding("scope", reason, "TN-PA, PS-CS15", fix)


JUDGEMENTS: tuple[Callable[[Reading], Iterator[Finding]], ...] = (
    rights,
    powershell,
    quotas,
    clock,
    restart,
    disk,
    lync,
    unified_contacts,
    passive_scopes,
)
