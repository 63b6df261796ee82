"""NetSecurity: the ports of firewall rules."""

from __future__ import annotations

from winsim.cmdlets.netsecurity import MODULE
from winsim.interpreter.command import Call, NotBuilt, cmdlet
from winsim.interpreter.values import Array, PSObject
from winsim.world.firewall import Firewall, FirewallRule

TYPES = ("Microsoft.Management.Infrastructure.CimInstance#root/standardcimv2/MSFT_NetProtocolPortFilter",
         "Microsoft.Management.Infrastructure.CimInstance", "System.Object")  # fmt: skip


def filter_object(rule: FirewallRule) -> PSObject:
    ports = [part.strip() for part in rule.ports.split(",")]
    return PSObject(
        {
            "Protocol": rule.protocol,
            "LocalPort": ports[0] if len(ports) == 1 else Array(ports, "System.String"),
            "RemotePort": "Any",
            "IcmpType": "Any",
            "DynamicTarget": "Any",
            "InstanceID": rule.name,
        },
        TYPES,
    )


@cmdlet("Get-NetFirewallPortFilter", ("AssociatedNetFirewallRule",), net_class="Get-NetFirewallPortFilter",
        module=MODULE, by_value=("AssociatedNetFirewallRule",), idle=("All",))  # fmt: skip
def get_port_filter(call: Call) -> None:
    rules = call.host.parts.need(Firewall).rules
    given = call.get("AssociatedNetFirewallRule")
    if given is None:
        call.write_all(filter_object(rule) for rule in rules.values())
        return
    if not isinstance(given, PSObject) or "Name" not in given:
        raise NotBuilt("Get-NetFirewallPortFilter of something that is no rule")
    rule = rules.get(str(given["Name"]).lower())
    if rule is not None:
        call.write(filter_object(rule))
