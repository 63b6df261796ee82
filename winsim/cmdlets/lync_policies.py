"""User services policies, which allow the Unified Contact Store, and applications of partners such as Exchange."""

from __future__ import annotations

from winsim.cmdlets.lync_common import MODULE, class_of, configuration, reported
from winsim.cmdlets.lync_settings import change, get, missing, new, remove
from winsim.cmdlets.products import QUIET, entity
from winsim.interpreter.command import Call, NotBuilt, cmdlet
from winsim.interpreter.wildcards import wildcard_match
from winsim.world.lync.settings import USER_SERVICES

_AREA = "WritableConfig.Cmdlets"
_TYPE = "Microsoft.Rtc.Management.WritableConfig.Settings.SSAuth.PartnerApplication"


def _scope(call: Call) -> None:
    """Policies for single users have a name of their own: they are granted, which is not built."""
    identity = call.text("Identity").lower() or "global"
    if identity != "global" and not identity.startswith("site:"):
        raise NotBuilt(f"{call.name} for single users ({call.text('Identity')})")


@cmdlet("Get-CsUserServicesPolicy", ("Identity", "Filter", "LocalStore"),
        net_class=class_of("Get-CsUserServicesPolicy", _AREA), module=MODULE)  # fmt: skip
@reported
def get_policy(call: Call) -> None:
    _scope(call)
    get(call, USER_SERVICES)


@cmdlet("New-CsUserServicesPolicy", ("Identity", "InMemory"),
        net_class=class_of("New-CsUserServicesPolicy", _AREA), module=MODULE, idle=QUIET)  # fmt: skip
@reported
def new_policy(call: Call) -> None:
    _scope(call)
    new(call, USER_SERVICES)


@cmdlet("Set-CsUserServicesPolicy", ("Identity",),
        net_class=class_of("Set-CsUserServicesPolicy", _AREA), module=MODULE, idle=QUIET)  # fmt: skip
@reported
def set_policy(call: Call) -> None:
    _scope(call)
    change(call, USER_SERVICES)


@cmdlet("Remove-CsUserServicesPolicy", ("Identity",),
        net_class=class_of("Remove-CsUserServicesPolicy", _AREA), module=MODULE, idle=QUIET)  # fmt: skip
@reported
def remove_policy(call: Call) -> None:
    _scope(call)
    remove(call, USER_SERVICES)


@cmdlet("Get-CsPartnerApplication", ("Identity", "Filter", "LocalStore"),
        net_class=class_of("Get-CsPartnerApplication", _AREA), module=MODULE)  # fmt: skip
@reported
def get_partner(call: Call) -> None:
    found = configuration(call).partner_applications
    pattern = call.text("Identity") or call.text("Filter") or "*"
    rows = [(name, identifier) for name, identifier in found.items() if wildcard_match(pattern, name)]
    if call.has("Identity") and not rows:
        raise missing(USER_SERVICES, call.text("Identity"))
    for name, identifier in rows:
        values = {"Identity": name, "Name": name, "ApplicationIdentifier": identifier, "Enabled": True}
        call.write(entity((_TYPE,), values, name))
