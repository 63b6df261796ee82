"""NetSecurity: Windows Firewall rules and profiles."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator

from winsim.interpreter.command import Call, CommandError, cmdlet
from winsim.interpreter.values import EnumValue, PSObject
from winsim.world.firewall import Firewall, FirewallRule
from winsim.world.host import new_guid

MODULE = "NetSecurity"
NAMESPACE = "Microsoft.PowerShell.Cmdletization.GeneratedTypes.NetSecurity."
RULE = ("Microsoft.Management.Infrastructure.CimInstance#root/standardcimv2/MSFT_NetFirewallRule",
        "Microsoft.Management.Infrastructure.CimInstance", "System.Object")  # fmt: skip
# Enumerations of the module itself, not those of .NET with the same short names.
ENUMERATIONS = {"Direction": "String", "Enabled": "String", "Action": "String", "Profile": "String"}
CHOICES = ("Name", "DisplayName", "DisplayGroup", "Group", "Direction", "Enabled", "Action")


def rule_object(rule: FirewallRule) -> PSObject:
    return PSObject(
        {
            "Name": rule.name,
            "ID": rule.name,
            "InstanceID": rule.name,
            "DisplayName": rule.display_name,
            "Group": rule.group,
            "DisplayGroup": rule.group,
            "Enabled": EnumValue(NAMESPACE + "Enabled", "True" if rule.enabled else "False", 1 if rule.enabled else 2),
            "Profile": EnumValue(NAMESPACE + "Profile", rule.profile, 0),
            "Direction": EnumValue(NAMESPACE + "Direction", "Inbound" if rule.inbound else "Outbound",
                                   1 if rule.inbound else 2),
            "Action": EnumValue(NAMESPACE + "Action", "Allow" if rule.allow else "Block", 2 if rule.allow else 4),
            "Description": rule.description,
            "PrimaryStatus": EnumValue(NAMESPACE + "PrimaryStatus", "OK", 1),
            "Status": "The rule was parsed successfully from the store. (65536)",
            "PolicyStoreSource": "PersistentStore",
        },
        RULE,
    )  # fmt: skip


def not_found(call: Call, parameter: str, value: str) -> CommandError:
    message = (
        f"No MSFT_NetFirewallRule objects found with property '{_property(parameter)}' equal to '{value}'.  Verify the "
        "value of the property and retry."
    )
    return CommandError(f"CmdletizationQuery_NotFound_{_property(parameter)}", message, "ObjectNotFound", value,
                        "Microsoft.PowerShell.Cmdletization.Cim.CimJobException")  # fmt: skip


def _property(parameter: str) -> str:
    return "InstanceID" if parameter == "Name" else parameter


def chosen(call: Call) -> Iterator[FirewallRule]:
    """The rules that the parameters name; a name without wildcards that fits none is an error."""
    rules = list(call.host.parts.need(Firewall).rules.values())
    given = call.get("InputObject")
    if given is not None:
        for item in given if isinstance(given, list) else [given]:
            if isinstance(item, PSObject) and "Name" in item:
                rule = call.host.parts.need(Firewall).rules.get(str(item["Name"]).lower())
                if rule is not None:
                    yield rule
        return
    tests: dict[str, Callable[[FirewallRule], str]] = {
        "Name": lambda rule: rule.name,
        "DisplayName": lambda rule: rule.display_name,
        "DisplayGroup": lambda rule: rule.group,
        "Group": lambda rule: rule.group,
        "Direction": lambda rule: "Inbound" if rule.inbound else "Outbound",
        "Enabled": lambda rule: "True" if rule.enabled else "False",
        "Action": lambda rule: "Allow" if rule.allow else "Block",
    }
    for parameter, text in tests.items():
        if not call.has(parameter):
            continue
        kept = []
        for value in call.texts(parameter):
            found = [rule for rule in rules if fnmatch.fnmatchcase(text(rule).lower(), value.lower())]
            if (
                not found
                and not any(char in value for char in "*?[")
                and parameter not in ("Direction", "Enabled", "Action")
            ):
                call.write_error(not_found(call, parameter, value))
            kept += [rule for rule in found if rule not in kept]
        rules = kept
    yield from rules


@cmdlet("Get-NetFirewallRule", (*CHOICES,), net_class="Get-NetFirewallRule", module=MODULE, types=ENUMERATIONS,
        idle=("All",))  # fmt: skip
def get_rule(call: Call) -> None:
    call.write_all(rule_object(rule) for rule in chosen(call))


@cmdlet("Enable-NetFirewallRule", (*CHOICES, "InputObject", "PassThru"), net_class="Enable-NetFirewallRule",
        module=MODULE, types=ENUMERATIONS, idle=("All",))  # fmt: skip
def enable_rule(call: Call) -> None:
    _switch(call, True)


@cmdlet("Disable-NetFirewallRule", (*CHOICES, "InputObject", "PassThru"), net_class="Disable-NetFirewallRule",
        module=MODULE, types=ENUMERATIONS, idle=("All",))  # fmt: skip
def disable_rule(call: Call) -> None:
    _switch(call, False)


def _switch(call: Call, enabled: bool) -> None:
    for rule in list(chosen(call)):
        if call.should_process(rule.name, call.name):
            rule.enabled = enabled
            if call.switch("PassThru"):
                call.write(rule_object(rule))
    call.world.touch()


@cmdlet("Remove-NetFirewallRule", (*CHOICES, "InputObject"), net_class="Remove-NetFirewallRule",
        module=MODULE, types=ENUMERATIONS, idle=("All",))  # fmt: skip
def remove_rule(call: Call) -> None:
    for rule in list(chosen(call)):
        if call.should_process(rule.name, call.name):
            call.host.parts.need(Firewall).rules.pop(rule.name.lower(), None)
    call.world.touch()


@cmdlet("New-NetFirewallRule",
        ("Name", "DisplayName", "Group", "Description", "Enabled", "Direction", "Action", "Protocol", "LocalPort",
         "Profile", "Program"),
        net_class="New-NetFirewallRule", module=MODULE, types=ENUMERATIONS)  # fmt: skip
def new_rule(call: Call) -> None:
    firewall = call.host.parts.need(Firewall)
    name = call.text("Name") or "{" + new_guid() + "}"
    if name.lower() in firewall.rules:
        message = "Cannot create a file when that file already exists. "
        raise CommandError("Windows System Error 183", message, "ResourceExists", "MSFT_NetFirewallRule",
                           "Microsoft.Management.Infrastructure.CimException")  # fmt: skip
    rule = FirewallRule(
        name, call.text("DisplayName"), call.text("Group"), call.text("Enabled", "True") == "True",
        call.text("Direction", "Inbound") == "Inbound", call.text("Action", "Allow") == "Allow",
        call.text("Protocol", "Any"), ",".join(call.texts("LocalPort")) or "Any", call.text("Profile", "Any"),
        call.text("Program", "Any"), call.text("Description"),
    )  # fmt: skip
    if call.should_process(rule.display_name, call.name):
        firewall.add(rule)
        call.world.touch()
        call.write(rule_object(rule))


@cmdlet("Get-NetFirewallProfile", ("Name", "Profile"), net_class="Get-NetFirewallProfile", module=MODULE, idle=("All",))
def get_profile(call: Call) -> None:
    wanted = [name.lower() for name in call.texts("Name") or call.texts("Profile")]
    for name, enabled in call.host.parts.need(Firewall).profiles.items():
        if not wanted or name.lower() in wanted:
            call.write(profile_object(name, enabled))


def profile_object(name: str, enabled: bool) -> PSObject:
    return PSObject(
        {
            "Name": name,
            "Profile": name,
            "Enabled": EnumValue(NAMESPACE + "GpoBoolean", "True" if enabled else "False", 1 if enabled else 0),
            "DefaultInboundAction": EnumValue(NAMESPACE + "Action", "NotConfigured", 0),
            "DefaultOutboundAction": EnumValue(NAMESPACE + "Action", "NotConfigured", 0),
        },
        ("Microsoft.Management.Infrastructure.CimInstance#root/standardcimv2/MSFT_NetFirewallProfile",
         "Microsoft.Management.Infrastructure.CimInstance", "System.Object"),
    )  # fmt: skip


@cmdlet("Set-NetFirewallProfile", ("Name", "Profile", "Enabled"), net_class="Set-NetFirewallProfile",
        module=MODULE, types=ENUMERATIONS, idle=("All",))  # fmt: skip
def set_profile(call: Call) -> None:
    profiles = call.host.parts.need(Firewall).profiles
    wanted = [name.lower() for name in call.texts("Name") or call.texts("Profile")] or [
        name.lower() for name in profiles
    ]
    for name in profiles:
        if name.lower() in wanted and call.has("Enabled") and call.should_process(name, call.name):
            profiles[name] = call.text("Enabled") == "True"
    call.world.touch()
