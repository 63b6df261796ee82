"""Windows Firewall of a host: profiles and rules.

Kept and reported; of all packets only those for WinRM are filtered by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from winsim.world.text_tables import rows

if TYPE_CHECKING:
    from winsim.world.host import Host

DATA = Path(__file__).parent / "data"


@dataclass
class FirewallRule:
    """``name`` is the unique id, ``ports`` local ports as text; profiles are Domain, Private, Public or Any."""

    name: str
    display_name: str
    group: str = ""
    enabled: bool = True
    inbound: bool = True
    allow: bool = True
    protocol: str = "TCP"
    ports: str = "Any"
    profile: str = "Any"
    program: str = "Any"
    description: str = ""

    def admits(self, port: int, profile: str) -> bool:
        """Whether connections to a TCP port of a host in this profile come in by the rule."""
        profiles = {name.strip() for name in self.profile.split(",")}
        return (
            self.enabled
            and self.inbound
            and self.protocol.upper() in ("TCP", "6", "ANY")
            and bool(profiles & {profile, "Any"})
            and any(_holds(part.strip(), port) for part in self.ports.split(","))
        )


def _holds(ports: str, port: int) -> bool:
    first, _, last = ports.partition("-")
    return ports == "Any" or (first.isdigit() and int(first) <= port <= int(last or first))


def _built_in() -> dict[str, FirewallRule]:
    return {
        row[0].lower(): FirewallRule(row[0], row[1], row[2], row[3] == "on", True, True, row[4], row[5], row[6])
        for row in rows(DATA / "firewall.txt", 7)
    }


@dataclass
class Firewall:
    """A part of ``Host.parts``; made with the rules of a fresh installation."""

    rules: dict[str, FirewallRule] = field(default_factory=_built_in)
    profiles: dict[str, bool] = field(default_factory=lambda: {"Domain": True, "Private": True, "Public": True})

    def add(self, rule: FirewallRule) -> None:
        self.rules[rule.name.lower()] = rule


def lets_in(host: Host, port: int) -> bool:
    """Whether a TCP port can be reached from outside: an active profile is off, or has a rule for it."""
    firewall = host.parts.find(Firewall)
    if firewall is None:
        return True
    networks = {adapter.category.replace("DomainAuthenticated", "Domain") for adapter in host.adapters}
    for profile in networks or {"Public"}:
        if not firewall.profiles.get(profile, True):
            return True
        deciding = [rule for rule in firewall.rules.values() if rule.admits(port, profile)]
        if deciding and all(rule.allow for rule in deciding):
            return True
    return False
