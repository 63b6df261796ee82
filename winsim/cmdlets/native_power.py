"""shutdown.exe: restarts of this machine and of others."""

from __future__ import annotations

import re

from winsim.cmdlets.native_arguments import Arguments, Unknown, only, told_apart
from winsim.interpreter.command import NativeCall, native
from winsim.world.host import Host
from winsim.world.network import route
from winsim.world.power import request_restart, waiting_restarts

ACCESS_DENIED, NO_PATH, NOT_IN_PROGRESS, ALREADY = 5, 53, 1116, 1190
TEXTS = {
    ACCESS_DENIED: "Access is denied.",
    NO_PATH: "The network path was not found.",
    NOT_IN_PROGRESS: "Unable to abort the system shutdown because no shutdown was in progress.",
    ALREADY: "A system shutdown has already been scheduled.",
}
RPC_PORT = 135
LONGEST = 315360000
REASON = re.compile(r"(?:(?P<kind>[pu]):)?(?P<major>\d{1,3}):(?P<minor>\d{1,5})", re.I)


@native("shutdown.exe")
def shutdown(call: NativeCall) -> int:
    """/r or /g [/t seconds] [/f] [/m \\\\computer] [/c comment] [/d [p:|u:]xx:yy], /a [/m \\\\computer]."""
    try:
        given = told_apart(
            call.args, ("r", "g", "a", "f"), ("t", "m", "c", "d"),
            unbuilt=("i", "l", "s", "sg", "p", "h", "e", "o", "hybrid", "fw"), program="shutdown",
        )  # fmt: skip
    except Unknown:
        return usage(call)
    only("shutdown", given.words, 0)
    verbs = [name for name in ("r", "g", "a") if name in given]
    seconds = given.get("t", "30")
    if len(verbs) != 1 or not seconds.isdigit() or int(seconds) > LONGEST:
        return usage(call)
    name = given.get("m").lstrip("\\")
    target = target_of(call, name)
    if isinstance(target, int):
        return refused(call, target, name)
    waiting = waiting_restarts(call.world, target)
    if verbs == ["a"]:
        if set(given.switches) - {"a", "m"}:
            return usage(call)
        if not waiting:
            return refused(call, NOT_IN_PROGRESS, name)
        for event in waiting:
            call.world.clock.due.remove(event)
        call.world.touch()
        return 0
    notes = reason(given)
    if notes is None:
        return usage(call)
    if waiting:
        return refused(call, ALREADY, name)
    # Nobody is logged on whose programs would have to be asked: with /f and without it is the same.
    request_restart(call.world, target, max(float(seconds), 1.0), call.session.identity.user, notes)
    call.world.touch()
    return 0


def reason(given: Arguments) -> str | None:
    """What the event log says besides; None for a reason code that is none."""
    number = 0x800000FF
    if "d" in given:
        found = REASON.fullmatch(given.get("d"))
        if found is None or int(found["major"]) > 255 or int(found["minor"]) > 65535:
            return None
        planned = 0x80000000 if (found["kind"] or "").lower() == "p" else 0
        number = planned | int(found["major"]) << 16 | int(found["minor"])
    return f"\n Reason Code: 0x{number:x}\n Shutdown Type: restart\n Comment: {given.get('c')}"


def target_of(call: NativeCall, name: str) -> Host | int:
    """The machine that is meant, or the error that is in the way: rights, and the way to another machine."""
    identity = call.session.identity
    if name.lower() in ("", ".", "localhost", "127.0.0.1", call.host.name.lower(), call.host.fqdn.lower()):
        return call.host if identity.is_admin else ACCESS_DENIED
    for address in call.world.resolve(call.host, name):
        reached = route(call.world, call.host, address, RPC_PORT)
        if reached is None:
            continue
        if reached.host is call.host:
            return call.host if identity.is_admin else ACCESS_DENIED
        domain = identity.user.partition("\\")[0].lower()
        known = reached.host.is_member and domain == reached.host.domain_netbios.lower()
        if known and identity.delegated and reached.host.is_administrator(identity.user, identity.groups):
            return reached.host
        return ACCESS_DENIED
    return NO_PATH


def refused(call: NativeCall, code: int, name: str) -> int:
    call.err(f"{name + ': ' if name else ''}{TEXTS[code]}({code})")
    return code


def usage(call: NativeCall) -> int:
    call.out("Usage: shutdown [/i | /l | /s | /r | /g | /a | /p | /h | /e | /o] [/hybrid] [/f]")
    call.out('    [/m \\\\computer][/t xxx][/d [p|u:]xx:yy [/c "comment"]]')
    return 1
