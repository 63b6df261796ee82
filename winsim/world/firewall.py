"""Windows Firewall of a host: profiles and rules. Kept and reported; packets are not filtered by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from winsim.world.text_tables import rows

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
