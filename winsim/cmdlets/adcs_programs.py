"""gpupdate.exe."""

from __future__ import annotations

from winsim.interpreter.command import NativeCall, native
from winsim.world import adcs


@native("gpupdate.exe")
def gpupdate(call: NativeCall) -> int:
    call.out("Updating policy...")
    call.out("")
    if not call.host.is_member:
        call.out("Computer Policy update has completed successfully.")
        return 0
    adcs.refresh(call.world, call.host)
    call.world.touch()
    call.out("Computer Policy update has completed successfully.")
    call.out("User Policy update has completed successfully.")
    return 0
