"""Snap-ins, the form of extensions before modules: 2012 R2 has none registered but its own."""

from __future__ import annotations

from winsim.interpreter.cmdlets import CommandCall
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet


@cmdlet("Add-PSSnapin", built=("Name",), locks_world=False)
def add_snapin(call: CommandCall) -> None:
    for name in call.texts("Name"):
        if name.lower() == "microsoft.powershell.core":
            raise NotBuilt("adding the built-in snap-in once more")
        raise CommandError(
            "AddPSSnapInRead", "No snap-ins have been registered for Windows PowerShell version 4.", "InvalidArgument",
            name, "System.Management.Automation.PSArgumentException",
        )  # fmt: skip
