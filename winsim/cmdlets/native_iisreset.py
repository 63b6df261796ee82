"""iisreset.exe."""

from __future__ import annotations

from collections.abc import Iterator

from winsim.cmdlets.native_arguments import Unknown, only, told_apart
from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.host import Host
from winsim.world.iis.server import is_installed
from winsim.world.power import request_restart
from winsim.world.services import Service, ServiceError, start, stop

ACCESS_DENIED = 5
VERBS = ("restart", "start", "stop", "reboot", "status")


@native("iisreset.exe", present=is_installed)
def iisreset(call: NativeCall) -> int:
    """[computer] [/restart | /start | /stop | /reboot | /status] [/noforce] [/rebootonerror] [/timeout:seconds]."""
    try:
        given = told_apart(
            call.args, (*VERBS, "noforce", "rebootonerror"), colon=("timeout",), unbuilt=("enable", "disable"),
            program="iisreset",
        )  # fmt: skip
    except Unknown as error:
        raise NotBuilt(f"iisreset {error.word}") from None
    only("iisreset", given.words, 1)
    own = (call.host.name.lower(), call.host.fqdn.lower(), "localhost", ".")
    if given.words and given.words[0].lower() not in own:
        raise NotBuilt(f"iisreset of the computer {given.words[0]}")
    verbs = [name for name in VERBS if name in given] or ["restart"]
    # Services of the lab stop at once: nothing has to be waited for (/timeout), or ended by force.
    if len(verbs) > 1 or not given.get("timeout", "20").isdigit():
        raise NotBuilt(f"iisreset {' '.join(call.args)}")
    call.out("")
    if not call.session.identity.is_admin:
        call.out("Access denied, you must be an administrator of the remote computer to use this")
        call.out("command. Either have your user account added to the administrator local group of")
        call.out("the remote computer or to the domain administrator global group.")
        return ACCESS_DENIED
    if verbs == ["status"]:
        for service in of_internet(call.host):
            call.out(f"Status for {service.display_name} ( {service.name} ) : {service.state}")
        return 0
    if verbs == ["reboot"]:
        request_restart(call.world, call.host, user=call.session.identity.user)
        return 0
    try:
        _change(call, verbs[0])
    except ServiceError as error:
        call.out(error.message)
        if "rebootonerror" in given:
            request_restart(call.world, call.host, user=call.session.identity.user)
        return error.code
    return 0


def _change(call: NativeCall, verb: str) -> None:
    again = [one.name for one in of_internet(call.host) if one.state == "Running"]
    if verb != "start":
        call.out("Attempting stop...")
        stop(call.world, call.host, "W3SVC", force=True)
        stop(call.world, call.host, "WAS", force=True)
        call.out("Internet services successfully stopped")
    if verb != "stop":
        call.out("Attempting start...")
        for name in ["W3SVC", *(again if verb == "restart" else [])]:
            start(call.world, call.host, name)
        call.out(f"Internet services successfully {'started' if verb == 'start' else 'restarted'}")


def of_internet(host: Host) -> Iterator[Service]:
    """The services that iisreset deals with, as far as they are there."""
    names = ["IISADMIN", "WAS", *(one.name for one in host.services.dependents("WAS")), "W3SVC"]
    for name in dict.fromkeys([one for one in names if one != "W3SVC"] + ["W3SVC"]):
        service = host.services.find(name)
        if service is not None:
            yield service
