"""gpupdate.exe."""

from __future__ import annotations

from winsim.cmdlets.native_arguments import Unknown, only, told_apart
from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world import adcs


@native("gpupdate.exe")
def gpupdate(call: NativeCall) -> int:
    """[/target:computer|user] [/force] [/wait:seconds]; policies are applied as a whole and at once."""
    try:
        given = told_apart(
            call.args, ("force",), colon=("target", "wait"), unbuilt=("logoff", "boot", "sync"), program="gpupdate"
        )
    except Unknown as error:
        raise NotBuilt(f"gpupdate {error.word}") from None
    only("gpupdate", given.words, 0)
    target = given.get("target", "both").lower()
    if target not in ("computer", "user", "both") or not given.get("wait", "600").removeprefix("-").isdigit():
        raise NotBuilt(f"gpupdate {' '.join(call.args)}")
    call.out("Updating policy...")
    call.out("")
    if target != "user":
        if call.host.is_member:
            adcs.refresh(call.world, call.host)
            call.world.touch()
        call.out("Computer Policy update has completed successfully.")
    if target != "computer":
        call.out("User Policy update has completed successfully.")
    return 0
