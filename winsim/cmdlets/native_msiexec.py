"""msiexec.exe: quiet installation and removal of packages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.files import split
from winsim.world.packages import FATAL, NOT_A_PACKAGE, NOT_OPENED, install, read_package, uninstall
from winsim.world.shares import locate

INVALID_COMMAND_LINE, NO_ADMINISTRATOR, LOG_NOT_OPENED = 1639, 1925, 1622
ACTIONS = {"i": "install", "package": "install", "x": "remove", "uninstall": "remove"}
QUIET = ("qn", "quiet", "q", "passive", "qb", "qb-", "qb!", "qn+", "qb+", "qr")
UNBUILT = ("a", "j", "ju", "jm", "g", "t", "p", "update", "f", "y", "z", "regserver", "unregserver", "promptrestart",
           "forcerestart", "n", "h", "?", "help", "le")  # fmt: skip
LOG_FLAGS = set("iwearucmopvx+!*")
# SQL Server Native Client wants its licence accepted by whoever installs it without windows.
LICENCE, LICENSED = "IACCEPTSQLNCLILICENSETERMS", "{49D665A2-4C2A-476E-9AB8-FCC425F526FC}"
# Properties that ask for what is so anyway: packages of the lab never restart a machine, are for all users, and whole.
PROPERTIES = {
    "REBOOT": ("reallysuppress", "suppress", "r", "s"),
    "ALLUSERS": ("1",),
    "ADDLOCAL": ("all",),
    "EXCLUDETRACING": ("1",),  # of the UCMA run time, whose tracing and start with the machine the lab does not have
    "BOOT": ("1",),
    LICENCE: ("yes",),
}


@dataclass
class Orders:
    action: str = ""
    subject: str = ""
    quiet: bool = False
    log: str = ""
    licence: bool = False


@native("msiexec.exe")
def msiexec(call: NativeCall) -> int:
    orders = read([word.strip('"') for word in call.args])
    if orders is None:
        return INVALID_COMMAND_LINE
    if not orders.quiet:
        raise NotBuilt(f"msiexec {' '.join(call.args)}: its windows")
    if orders.log and not _can_write(call, orders.log):
        return LOG_NOT_OPENED
    code = _run(call, orders)
    if orders.log:
        lines = ["=== Logging started ===", f"MainEngineThread is returning {code}", "=== Logging stopped ===", ""]
        call.host.files.write(orders.log, "\r\n".join(lines).encode("utf-16"))
    call.world.touch()
    return code


def read(words: Sequence[str]) -> Orders | None:
    """None where msiexec says that the command line is invalid."""
    orders = Orders()
    rest = iter(words)
    for word in rest:
        if word[:1] not in "/-":
            name, equals, value = word.partition("=")
            if not equals:
                return None
            _property(name, value.strip('"'))
            orders.licence |= name == LICENCE
            continue
        key = word[1:].lower()
        action, subject = ACTIONS.get(key, ""), ""
        if not action and key[:2] in ("i{", "x{"):
            action, subject = ACTIONS[key[0]], word[2:]
        if action:
            subject = subject or next(rest, "")
            if orders.action or not subject:
                return None
            orders.action, orders.subject = action, subject
        elif key in QUIET:
            orders.quiet = True
        elif key == "log" or (key[:1] == "l" and key not in UNBUILT and set(key[1:]) <= LOG_FLAGS):
            orders.log = next(rest, "")
            if not orders.log:
                return None
        elif key in UNBUILT:
            raise NotBuilt(f"msiexec {word}")
        elif key != "norestart":  # no package of the lab restarts the machine
            return None
    return orders if orders.action else None


def _property(name: str, value: str) -> None:
    if value.lower() not in PROPERTIES.get(name.upper(), ()):
        raise NotBuilt(f"msiexec with the property {name}={value}")


def _can_write(call: NativeCall, path: str) -> bool:
    parts = split(path)
    return len(parts) > 1 and call.host.files.is_directory("\\".join(parts[:-1]) + ("\\" if len(parts) == 2 else ""))


def _run(call: NativeCall, orders: Orders) -> int:
    if not call.session.identity.is_admin:
        return NO_ADMINISTRATOR
    if orders.subject.startswith("{"):
        if orders.action == "install":
            raise NotBuilt(f"msiexec /i {orders.subject}: the repair of a product")
        return uninstall(call.world, call.host, orders.subject)
    place = locate(call.world, call.host, orders.subject)
    if place is None or (place[0] is not call.host and not call.session.identity.delegated):
        return NOT_OPENED  # a network logon reaches no other machine's share
    entry = place[0].files.find(place[1])
    if entry is None or entry.is_directory:
        return NOT_OPENED
    package = read_package(entry.content)
    if package is None:
        return NOT_A_PACKAGE
    if orders.action == "install" and package.code == LICENSED and not orders.licence:
        return FATAL
    if orders.action == "remove":
        return uninstall(call.world, call.host, package.code)
    return install(call.world, call.host, package)
