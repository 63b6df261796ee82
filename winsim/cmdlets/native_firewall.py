"""netsh advfirewall: profile state and rules."""

from __future__ import annotations

from collections.abc import Sequence

from winsim.cmdlets.native_arguments import Unknown
from winsim.interpreter.command import NativeCall, NotBuilt
from winsim.world.firewall import Firewall, FirewallRule
from winsim.world.host import new_guid

PROFILES = {
    "allprofiles": ("Domain", "Private", "Public"),
    "domainprofile": ("Domain",),
    "privateprofile": ("Private",),
    "publicprofile": ("Public",),
}
PROFILE_NAMES = {"domain": "Domain", "private": "Private", "public": "Public", "any": "Any"}
NAMES = ("name", "dir", "action", "protocol", "localport", "profile", "program", "enable", "description", "remoteip",
         "remoteport", "localip", "interfacetype", "edge", "security", "service", "group", "rmtcomputergrp",
         "rmtusrgrp", "verbose")  # fmt: skip
ANY = ("remoteip", "remoteport", "localip", "interfacetype", "service")  # rules of the lab know no other value
CHOICES = {"dir": ("in", "out"), "action": ("allow", "block"), "enable": ("yes", "no"), "edge": ("no",),
           "security": ("notrequired",)}  # fmt: skip
STORED = ("name", "dir", "protocol", "localport", "profile", "program")
NO_MATCH = "No rules match the specified criteria."


def advfirewall(call: NativeCall, words: list[str]) -> int:
    lower = [word.lower() for word in words]
    firewall = call.host.parts.need(Firewall)
    if lower[:1] == ["set"] and len(lower) == 4 and lower[1] in PROFILES and lower[2] == "state":
        return _set_state(call, firewall, PROFILES[lower[1]], lower[3])
    if lower[:1] == ["show"] and lower[1:2] and lower[1] in PROFILES and lower[2:] in ([], ["state"]):
        return _show_state(call, firewall, PROFILES[lower[1]])
    actions = {"add": _add, "delete": _delete, "set": _set, "show": _show}
    if lower[:1] != ["firewall"] or lower[1:2] == [] or lower[1] not in actions or lower[2:3] != ["rule"]:
        raise NotBuilt(f"netsh advfirewall {' '.join(words)}")
    return actions[lower[1]](call, firewall, words[3:])


def _set_state(call: NativeCall, firewall: Firewall, profiles: Sequence[str], state: str) -> int:
    if state == "notconfigured":
        raise NotBuilt("netsh advfirewall set state notconfigured")
    if state not in ("on", "off"):
        raise Unknown(state)
    for profile in profiles:
        firewall.profiles[profile] = state == "on"
    return _ok(call)


def _show_state(call: NativeCall, firewall: Firewall, profiles: Sequence[str]) -> int:
    for profile in profiles:
        call.out("")
        call.out(f"{profile} Profile Settings: ")
        call.out("-" * 70)
        call.out(f"State                                 {'ON' if firewall.profiles[profile] else 'OFF'}")
    return _ok(call)


def _options(words: Sequence[str]) -> dict[str, str]:
    """Checked: what no rule of the lab can say is not built, what netsh does not know is refused."""
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        key = name.lower()
        value = value.strip('"')
        if not equals or key not in NAMES or key in found:
            raise Unknown(word)
        if key == "profile":
            value = ",".join(PROFILE_NAMES.get(part.strip().lower(), "") for part in value.split(","))
        if (key in CHOICES and value.lower() not in CHOICES[key]) or not value:
            known = key in ("action", "edge", "security")
            raise NotBuilt(f"netsh advfirewall {word}") if known else Unknown(word)
        if (key in ANY and value.lower() != "any") or key in ("rmtcomputergrp", "rmtusrgrp", "verbose"):
            raise NotBuilt(f"netsh advfirewall {word}")
        found[key] = value
    return found


def _ok(call: NativeCall, *before: str) -> int:
    call.world.touch()
    for line in (*before, "Ok.", ""):
        call.out(line)
    return 0


def _add(call: NativeCall, firewall: Firewall, words: Sequence[str]) -> int:
    options = _options(words)
    if not {"name", "dir", "action"} <= set(options) or options["name"].lower() == "all" or "group" in options:
        call.out("A specified value is not valid.")
        call.out("")
        return 1
    firewall.add(
        FirewallRule(
            "{" + new_guid() + "}", options["name"], "", options.get("enable", "yes").lower() == "yes",
            options["dir"].lower() == "in", options["action"].lower() == "allow",
            _any(options.get("protocol", "any").upper()), _any(options.get("localport", "any")),
            options.get("profile", "Any"), _any(options.get("program", "any")), options.get("description", ""),
        )
    )  # fmt: skip
    return _ok(call)


def _any(text: str) -> str:
    return "Any" if text.lower() == "any" else text


def _found(firewall: Firewall, options: dict[str, str]) -> list[str]:
    """The rules that all of the given properties fit."""
    strange = [name for name in options if name not in STORED and name != "group"]
    if strange:
        raise NotBuilt(f"netsh advfirewall firewall rule chosen by {strange[0]}=")
    return [key for key, rule in firewall.rules.items() if all(_fits(rule, *pair) for pair in options.items())]


def _fits(rule: FirewallRule, name: str, value: str) -> bool:
    key = value.lower()
    if name == "name":
        return key in ("all", rule.display_name.lower())
    if name == "group":
        return key == rule.group.lower()
    if name == "dir":
        return rule.inbound is (key == "in")
    own = {"protocol": rule.protocol, "localport": rule.ports, "profile": rule.profile, "program": rule.program}[name]
    return own.lower() == key


def _delete(call: NativeCall, firewall: Firewall, words: Sequence[str]) -> int:
    options = _options(words)
    if "name" not in options or "group" in options:
        raise NotBuilt("netsh advfirewall firewall delete rule without name=")
    found = _found(firewall, options)
    if not found:
        return _nothing(call)
    for key in found:
        del firewall.rules[key]
    return _ok(call, "", f"Deleted {len(found)} rule(s).")


def _nothing(call: NativeCall) -> int:
    call.out("")
    call.out(NO_MATCH)
    call.out("")
    return 1


def _set(call: NativeCall, firewall: Firewall, words: Sequence[str]) -> int:
    """What is meant stands before ``new``, what becomes of it behind."""
    lower = [word.lower() for word in words]
    at = lower.index("new") if "new" in lower else len(words)
    options, changes = _options(words[:at]), _options(words[at + 1 :])
    if not changes or ("name" in options) is ("group" in options):
        raise Unknown(" ".join(words))
    strange = [name for name in changes if name not in ("enable", "action", "localport", "profile", "program")]
    if strange:
        raise NotBuilt(f"netsh advfirewall firewall set rule new {strange[0]}=")
    found = _found(firewall, options)
    for rule in (firewall.rules[key] for key in found):
        rule.enabled = changes["enable"].lower() == "yes" if "enable" in changes else rule.enabled
        rule.allow = changes["action"].lower() == "allow" if "action" in changes else rule.allow
        rule.ports = _any(changes.get("localport", rule.ports))
        rule.profile = changes.get("profile", rule.profile)
        rule.program = _any(changes.get("program", rule.program))
    return _ok(call, "", f"Updated {len(found)} rule(s).") if found else _nothing(call)


def _show(call: NativeCall, firewall: Firewall, words: Sequence[str]) -> int:
    options = _options(words)
    if "name" not in options:
        raise NotBuilt("netsh advfirewall firewall show rule without name=")
    found = _found(firewall, options)
    if not found:
        return _nothing(call)
    for key in found:
        rule = firewall.rules[key]
        profiles = "Domain,Private,Public" if rule.profile == "Any" else rule.profile
        call.out("")
        call.out(f"Rule Name:                            {rule.display_name}")
        call.out("-" * 70)
        for label, value in (
            ("Enabled:", "Yes" if rule.enabled else "No"),
            ("Direction:", "In" if rule.inbound else "Out"),
            ("Profiles:", profiles),
            ("Grouping:", rule.group),
            ("LocalIP:", "Any"),
            ("RemoteIP:", "Any"),
            ("Protocol:", rule.protocol),
            *((("LocalPort:", rule.ports), ("RemotePort:", "Any")) if rule.protocol.upper() in ("TCP", "UDP") else ()),
            ("Edge traversal:", "No"),
            ("Action:", "Allow" if rule.allow else "Block"),
        ):
            call.out(f"{label:<38}{value}".rstrip() if value else label)
    return _ok(call)
