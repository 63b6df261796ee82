"""net.exe: services, local users and groups, shares."""

from __future__ import annotations

from winsim.cmdlets.native_arguments import Unknown, told_apart
from winsim.cmdlets.native_net_accounts import group, user
from winsim.cmdlets.native_net_answers import RULE, Failed, completed, need_administrator
from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.services import Service, ServiceError, start, stop
from winsim.world.shares import Shares

UNBUILT = ("accounts", "computer", "config", "continue", "file", "group", "help", "helpmsg", "pause", "session",
           "statistics", "time", "use", "view", "name", "send", "print", "/?")  # fmt: skip


@native("net.exe")
def net(call: NativeCall) -> int:
    verb = call.args[0].lower() if call.args else ""
    actions = {"start": start_service, "stop": stop_service, "user": user, "localgroup": group, "share": share}
    if verb in UNBUILT or not verb:
        raise NotBuilt(f"net {' '.join(call.args)}".rstrip())
    try:
        if verb not in actions:
            raise Unknown(call.args[0])
        return actions[verb](call, list(call.args[1:]))
    except Unknown:
        call.err("The syntax of this command is:")
        call.err("")
        call.err("NET")
        call.err("    [ ACCOUNTS | COMPUTER | CONFIG | CONTINUE | FILE | GROUP | HELP |")
        call.err("      HELPMSG | LOCALGROUP | PAUSE | SESSION | SHARE | START |")
        call.err("      STATISTICS | STOP | TIME | USE | USER | VIEW ]")
        return 1
    except Failed as error:
        for line in error.lines:
            call.err(line)
        return 2


# services -----------------------------------------------------------------------------------------------------------


def _service(call: NativeCall, words: tuple[str, ...]) -> Service:
    found = call.host.services.find(" ".join(words))
    if found is None:
        raise Failed(2185)
    return found


def start_service(call: NativeCall, words: list[str]) -> int:
    given = told_apart(words, signs="/")
    if not given.words:
        call.out("These Windows services are started:")
        call.out("")
        started = [one for one in call.host.services.all() if one.state == "Running" and not one.is_driver]
        for name in sorted(one.display_name for one in started):
            call.out(f"   {name}")
        call.out("")
        return completed(call)
    service = _service(call, given.words)
    need_administrator(call)
    if service.state == "Running":
        raise Failed(2182)
    try:
        start(call.world, call.host, service.name)
    except ServiceError as error:
        raise Failed(error.code, error.message + ".", helped=False) from None
    call.world.touch()
    call.out(f"The {service.display_name} service is starting.")
    call.out(f"The {service.display_name} service was started successfully.")
    call.out("")
    return 0


def stop_service(call: NativeCall, words: list[str]) -> int:
    given = told_apart(words, ("y", "yes"), signs="/")
    if not given.words:
        raise Unknown("stop")
    service = _service(call, given.words)
    need_administrator(call)
    if service.state != "Running":
        raise Failed(3521, f"The {service.display_name} service is not started.")
    dependents = [one for one in call.host.services.dependents(service.name) if one.state == "Running"]
    if dependents:
        call.out(f"The following services are dependent on the {service.display_name} service.")
        call.out(f"Stopping the {service.display_name} service will also stop these services.")
        call.out("")
        for one in dependents:
            call.out(f"   {one.display_name}")
        call.out("")
        if not set(given.switches):
            call.out("Do you want to continue this operation? (Y/N) [N]: ")
            call.err("No valid response was provided.")  # nobody is there to answer
            return 2
    try:
        stop(call.world, call.host, service.name, force=True)
    except ServiceError as error:
        raise Failed(2191, f"The {service.display_name} service could not be stopped.") from error
    call.world.touch()
    for one in (*dependents, service):
        call.out(f"The {one.display_name} service is stopping.")
        call.out(f"The {one.display_name} service was stopped successfully.")
        call.out("")
    return 0


# shares -------------------------------------------------------------------------------------------------------------


def share(call: NativeCall, words: list[str]) -> int:
    """The list of shares, or one of them; /delete."""
    given = told_apart(
        words, ("delete",), unbuilt=("grant", "users", "unlimited", "remark", "cache"), signs="/", program="net share"
    )
    table = call.host.parts.need(Shares)
    if not given.words and not given.switches:
        call.out("")
        call.out("Share name   Resource                        Remark")
        call.out("")
        call.out(RULE)
        shown = [("C$", "C:\\", "Default share"), ("IPC$", "", "Remote IPC"), ("ADMIN$", "C:\\Windows", "Remote Admin")]
        for name, path, remark in shown + [(one.name, one.path, one.description) for one in table.shares.values()]:
            call.out(f"{name:<13}{path:<32}{remark}".rstrip())
        return completed(call)
    if len(given.words) != 1 or "=" in given.words[0]:
        raise NotBuilt(f"net share {' '.join(words)}")
    found = table.find(given.words[0])
    if found is None:
        raise Failed(2310)
    if "delete" in given:
        need_administrator(call)
        if found.special:
            raise NotBuilt("net share /delete of an administrative share")
        del table.shares[found.name.lower()]
        call.out(f"{found.name} was deleted successfully.")
        call.out("")
        call.world.touch()
        return 0
    call.out(f"Share name        {found.name}")
    call.out(f"Path              {found.path}")
    call.out(f"Remark            {found.description}".rstrip())
    for index, (account, right) in enumerate(found.access.items()):
        call.out(f"{'Permission' if index == 0 else '':<18}{account}, {right.upper()}")
    return completed(call)
