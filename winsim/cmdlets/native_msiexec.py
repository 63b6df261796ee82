"""msiexec.exe: quiet installation and removal of packages."""

from __future__ import annotations

from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.packages import NOT_A_PACKAGE, NOT_OPENED, install, read_package, uninstall
from winsim.world.shares import locate


@native("msiexec.exe")
def msiexec(call: NativeCall) -> int:
    words = [word.strip('"') for word in call.args]
    actions = {"/i": "install", "/package": "install", "/x": "remove", "/uninstall": "remove"}
    action, subject = "", ""
    for index, word in enumerate(words):
        key = word.lower().replace("-", "/", 1) if word.startswith("-") else word.lower()
        if key in actions:
            action, subject = actions[key], words[index + 1] if index + 1 < len(words) else ""
        elif key.startswith("/x{"):
            action, subject = "remove", word[2:]
    quiet = any(word.lower().lstrip("/-") in ("qn", "quiet", "q", "passive", "qb", "qb-", "qb!") for word in words)
    if not action or not quiet:
        raise NotBuilt(f"msiexec {' '.join(call.args)}: its windows")
    if not call.session.identity.is_admin:
        return 1925
    if action == "remove" and subject.startswith("{"):
        code = uninstall(call.world, call.host, subject)
        call.world.touch()
        return code
    place = locate(call.world, call.host, subject)
    if place is None or (place[0] is not call.host and not call.session.identity.delegated):
        return NOT_OPENED  # a network logon reaches no other machine's share
    entry = place[0].files.find(place[1])
    if entry is None or entry.is_directory:
        return NOT_OPENED
    package = read_package(entry.content)
    if package is None:
        return NOT_A_PACKAGE
    if action == "remove":
        code = uninstall(call.world, call.host, package.code)
    else:
        code = install(call.world, call.host, package)
    call.world.touch()
    return code
