"""WebAdministration: application pools."""

from __future__ import annotations

from winsim.cmdlets.webadministration_common import (
    MODULE,
    PROVIDER,
    configuration_errors,
)
from winsim.cmdlets.webadministration_objects import (
    need_pool,
    pool_object,
    state_value,
)
from winsim.interpreter.command import Call, cmdlet
from winsim.world.iis.errors import ConfigurationError
from winsim.world.iis.server import (
    POOLS,
    Iis,
    editing,
    pool_state,
)


@cmdlet("New-WebAppPool", ("Name", "Force"), net_class=PROVIDER + "NewAppPoolCommand", module=MODULE)
@configuration_errors
def new_pool(call: Call) -> None:
    with editing(call.host) as document:
        section = document.need_section(POOLS)
        present = section.member("add", name=call.text("Name"))
        if present is not None and call.switch("Force"):
            section.members.remove(present)
        section.add(section.make_member({"name": call.text("Name")}))
    call.write(pool_object(call, need_pool(call, call.text("Name"))))


@cmdlet("Remove-WebAppPool", ("Name",), net_class=PROVIDER + "RemoveAppPoolCommand", module=MODULE)
@configuration_errors
def remove_pool(call: Call) -> None:
    need_pool(call, call.text("Name"))
    if call.should_process(call.text("Name"), "Remove WebAppPool"):
        with editing(call.host) as document:
            section = document.need_section(POOLS)
            pool = section.member("add", name=call.text("Name"))
            if pool is not None:
                section.members.remove(pool)


@cmdlet("Get-WebAppPoolState", ("Name",), net_class=PROVIDER + "GetAppPoolStateCommand", module=MODULE)
@configuration_errors
def get_pool_state(call: Call) -> None:
    call.write(state_value(pool_state(call.host, need_pool(call, call.text("Name")))))


@cmdlet("Start-WebAppPool", ("Name",), net_class=PROVIDER + "StartAppPoolCommand", module=MODULE)
@configuration_errors
def start_pool(call: Call) -> None:
    need_pool(call, call.text("Name"))
    if call.should_process(call.text("Name"), "Start WebAppPool"):
        call.host.parts.need(Iis).stopped_pools.discard(call.text("Name").lower())


@cmdlet("Stop-WebAppPool", ("Name",), net_class=PROVIDER + "StopAppPoolCommand", module=MODULE)
@configuration_errors
def stop_pool(call: Call) -> None:
    pool = need_pool(call, call.text("Name"))
    if pool_state(call.host, pool) == "Stopped":
        raise ConfigurationError(0x80070426, "The object on which command is executed is not started.")
    if call.should_process(call.text("Name"), "Stop WebAppPool"):
        call.host.parts.need(Iis).stopped_pools.add(call.text("Name").lower())


@cmdlet("Restart-WebAppPool", ("Name",), net_class=PROVIDER + "RestartAppPoolCommand", module=MODULE)
@configuration_errors
def restart_pool(call: Call) -> None:
    pool = need_pool(call, call.text("Name"))
    if pool_state(call.host, pool) == "Stopped":
        raise ConfigurationError(0x80070426, "The object on which command is executed is not started.")
    call.host.parts.need(Iis).recycles += 1
