"""netsh advfirewall: profile state and rules."""

from __future__ import annotations

from winsim.interpreter.command import NativeCall, NotBuilt
from winsim.world.firewall import Firewall, FirewallRule
from winsim.world.host import new_guid

PROFILES = {
    "allprofiles": ("Domain", "Private", "Public"),
    "domainprofile": ("Domain",),
    "privateprofile": ("Private",),
    "publicprofile": ("Public",),
}


def advfirewall(call: NativeCall, words: list[str]) -> int:
    lower = [word.lower() for word in words]
    firewall = call.host.parts.need(Firewall)
    if lower[:1] == ["set"] and len(lower) == 4 and lower[1] in PROFILES and lower[2] == "state":
        for profile in PROFILES[lower[1]]:
            firewall.profiles[profile] = lower[3] == "on"
    elif lower[:3] == ["firewall", "add", "rule"]:
        _add(firewall, dict(_option(word) for word in words[3:]))
    elif lower[:3] == ["firewall", "delete", "rule"]:
        name = dict(_option(word) for word in words[3:]).get("name", "").lower()
        found = [key for key, rule in firewall.rules.items() if rule.display_name.lower() == name]
        if not found:
            call.out("No rules match the specified criteria.")
            return 1
        for key in found:
            del firewall.rules[key]
        call.out(f"Deleted {len(found)} rule(s).")
    elif lower[:3] == ["firewall", "set", "rule"] and lower[-1].startswith("enable="):
        options = dict(_option(word) for word in words[3:])
        key = options.get("group", options.get("name", "")).lower()
        for rule in firewall.rules.values():
            if key in (rule.group.lower(), rule.display_name.lower()):
                rule.enabled = options["enable"].lower() == "yes"
    else:
        raise NotBuilt(f"netsh advfirewall {' '.join(words)}")
    call.world.touch()
    call.out("Ok.")
    call.out("")
    return 0


def _option(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name.lower(), value.strip('"')


def _add(firewall: Firewall, options: dict[str, str]) -> None:
    firewall.add(
        FirewallRule(
            "{" + new_guid() + "}", options.get("name", ""), "", options.get("enable", "yes").lower() == "yes",
            options.get("dir", "in").lower() == "in", options.get("action", "allow").lower() == "allow",
            options.get("protocol", "Any").upper(), options.get("localport", "Any"), options.get("profile", "Any"),
            options.get("program", "Any"),
        )
    )  # fmt: skip
