"""Small programs: hostname, whoami, ipconfig, nslookup, w32tm, shutdown, iisreset, icacls."""

from __future__ import annotations

import re

from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.directory import Directory, objects
from winsim.world.files import FileEntry
from winsim.world.host import Host
from winsim.world.iis.server import is_installed
from winsim.world.lab import World
from winsim.world.names import NoAnswer, query
from winsim.world.power import request_restart
from winsim.world.security import FULL_CONTROL, MODIFY, READ, READ_AND_EXECUTE, WRITE
from winsim.world.services import ServiceError, start, stop

RIGHTS = {"F": FULL_CONTROL, "M": MODIFY, "RX": READ_AND_EXECUTE, "R": READ, "W": WRITE, "GR": READ}


@native("hostname.exe")
def hostname(call: NativeCall) -> int:
    call.out(call.host.name.lower() if call.host.name.islower() else call.host.name)
    return 0


@native("whoami.exe")
def whoami(call: NativeCall) -> int:
    option = call.args[0].lower() if call.args else ""
    identity = call.session.identity
    if not option:
        call.out(identity.user.lower())
        return 0
    if option == "/groups":
        call.out("")
        call.out("GROUP INFORMATION")
        call.out("-----------------")
        call.out("")
        for group in sorted(identity.groups):
            call.out(group)
        return 0
    raise NotBuilt(f"whoami {option}")


@native("ipconfig.exe")
def ipconfig(call: NativeCall) -> int:
    option = call.args[0].lower() if call.args else ""
    call.out("")
    call.out("Windows IP Configuration")
    call.out("")
    if option == "/flushdns":
        call.out("Successfully flushed the DNS Resolver Cache.")
    elif option == "/registerdns":
        call.out("Registration of the DNS resource records for all adapters of this computer has been initiated. Any "
                 "errors will be reported in the Event Viewer in 15 minutes.")  # fmt: skip
    elif option in ("", "/all"):
        _adapters(call, option == "/all")
    else:
        raise NotBuilt(f"ipconfig {option}")
    return 0


def _adapters(call: NativeCall, everything: bool) -> None:
    host = call.host
    if everything:
        call.out(f"   Host Name . . . . . . . . . . . . : {host.name.lower()}")
        call.out(f"   Primary Dns Suffix  . . . . . . . : {host.primary_suffix or host.domain}")
        call.out("")
    for adapter in host.adapters:
        call.out(f"Ethernet adapter {adapter.name}:")
        call.out("")
        call.out(f"   Connection-specific DNS Suffix  . : {adapter.dns_suffix}")
        if everything:
            call.out(f"   Physical Address. . . . . . . . . : {adapter.mac}")
            call.out(f"   DHCP Enabled. . . . . . . . . . . : {'Yes' if adapter.dhcp else 'No'}")
        for address in adapter.addresses:
            mask = (0xFFFFFFFF << (32 - address.prefix)) & 0xFFFFFFFF
            dotted = ".".join(str(mask >> shift & 0xFF) for shift in (24, 16, 8, 0))
            call.out(f"   IPv4 Address. . . . . . . . . . . : {address.address}")
            call.out(f"   Subnet Mask . . . . . . . . . . . : {dotted}")
        call.out(f"   Default Gateway . . . . . . . . . : {adapter.gateway}")
        if everything and adapter.dns_servers:
            call.out("   DNS Servers . . . . . . . . . . . : " + adapter.dns_servers[0])
            for server in adapter.dns_servers[1:]:
                call.out(" " * 39 + server)


@native("nslookup.exe")
def nslookup(call: NativeCall) -> int:
    """``nslookup [-type=x] name [server]``; it asks DNS only, never the hosts file."""
    words = [word for word in call.args if not word.startswith("-")]
    kinds = [word.partition("=")[2] for word in call.args if re.match(r"-(q|type|querytype)=", word, re.I)]
    if not words:
        raise NotBuilt("nslookup without a name")
    server = words[1] if len(words) > 1 else ""
    shown = server or next(iter(call.host.dns_servers), "")
    try:
        records = query(call.world, call.host, words[0], kinds[0] if kinds else "A", server)
    except NoAnswer:
        call.err("DNS request timed out.\n    timeout was 2 seconds.")
        return 1
    call.out("Server:  UnKnown")
    call.out(f"Address:  {shown}")
    call.out("")
    if not records:
        call.err(f"*** UnKnown can't find {words[0]}: Non-existent domain")
        return 1
    call.out(f"Name:    {records[-1].name}")
    for record in records:
        call.out(f"{'Address' if record.type == 'A' else record.type}:  {record.data}")
    return 0


@native("w32tm.exe")
def w32tm(call: NativeCall) -> int:
    words = [word.lower() for word in call.args]
    parameters = r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\Parameters"
    if not call.host.services.running("W32Time"):
        call.out("The following error occurred: The service has not been started. (0x80070426)")
        return -2147023834
    if words[:2] == ["/query", "/source"]:
        server = str(call.host.registry.get(parameters, "NtpServer") or "Local CMOS Clock")
        call.out(server.split(",", maxsplit=1)[0] if not call.host.is_member else call.host.domain)
        return 0
    if words[:1] == ["/config"]:
        for word in call.args:
            name, _, value = word.partition(":")
            if name.lower() == "/manualpeerlist":
                call.host.registry.set(parameters, "NtpServer", value.strip('"'))
            if name.lower() == "/syncfromflags":
                kind = {"manual": "NTP", "domhier": "NT5DS", "all": "AllSync", "no": "NoSync"}[value.lower()]
                call.host.registry.set(parameters, "Type", kind)
        call.out("The command completed successfully.")
        return 0
    if words[:1] == ["/resync"]:
        call.out("Sending resync command to local computer")
        call.out("The command completed successfully.")
        return 0
    raise NotBuilt(f"w32tm {' '.join(call.args)}")


@native("shutdown.exe")
def shutdown(call: NativeCall) -> int:
    words = [word.lower().replace("-", "/") for word in call.args]
    if "/r" not in words:
        raise NotBuilt(f"shutdown {' '.join(call.args)}")
    delay = float(words[words.index("/t") + 1]) if "/t" in words else 30.0
    request_restart(call.world, call.host, max(delay, 1.0))
    return 0


@native("iisreset.exe", present=is_installed)
def iisreset(call: NativeCall) -> int:
    words = {word.lower().lstrip("/-") for word in call.args}
    call.out("")
    try:
        if "start" not in words:
            call.out("Attempting stop...")
            stop(call.world, call.host, "W3SVC", force=True)
            stop(call.world, call.host, "WAS", force=True)
            call.out("Internet services successfully stopped")
        if "stop" not in words:
            call.out("Attempting start...")
            start(call.world, call.host, "W3SVC")
            call.out("Internet services successfully " + ("started" if "start" in words else "restarted"))
    except ServiceError as error:
        call.out(error.message)
        return error.code
    return 0


@native("icacls.exe")
def icacls(call: NativeCall) -> int:
    path = call.args[0].strip('"') if call.args else ""
    entry = call.host.files.find(path)
    if entry is None:
        call.err(f"{path}: The system cannot find the file specified.")
        call.out("Successfully processed 0 files; Failed processing 1 files")
        return 2
    words = [word for word in call.args[1:] if word.lower() not in ("/q", "/c", "/t")]
    if not words:
        _show_access(call, path, entry)
        return 0
    code = _change_access(call, path, entry, words)
    if code == 0:
        call.out(f"processed file: {path}")
        call.out("Successfully processed 1 files; Failed processing 0 files")
        call.world.touch()
    return code


def _show_access(call: NativeCall, path: str, entry: FileEntry) -> None:
    names = {value: name for name, value in reversed(RIGHTS.items())}
    for index, ace in enumerate(entry.access.entries):
        inherit = ("(OI)" if ace.inheritance & 2 else "") + ("(CI)" if ace.inheritance & 1 else "")
        shown = f"{ace.account}:{inherit}({names.get(ace.rights, hex(ace.rights))})"
        call.out((path + " " if index == 0 else " " * (len(path) + 1)) + shown)
    call.out("")
    call.out("Successfully processed 1 files; Failed processing 0 files")


def _change_access(call: NativeCall, path: str, entry: FileEntry, words: list[str]) -> int:
    mode, index = "", 0
    while index < len(words):
        word = words[index].strip('"')
        lower = word.lower()
        if lower.startswith("/"):
            mode = lower
            if lower.startswith("/inheritance:"):
                entry.access.protected = lower.endswith(("d", "r"))
        elif mode in ("/grant", "/grant:r", "/deny"):
            found = re.fullmatch(r"(.+):((?:\((?:OI|CI|IO|NP|I)\))*)\(?([A-Z,]+)\)?", word, re.I)
            if found is None or any(part.upper() not in RIGHTS for part in found[3].split(",")):
                call.err(f'Invalid parameter "{word}"')
                return 87
            if not account_exists(call, found[1]):
                call.err(f"{found[1]}: No mapping between account names and security IDs was done.")
                call.out("Successfully processed 0 files; Failed processing 1 files")
                return 1332
            _grant(entry, mode, found[1], found[2].upper(), found[3].upper())
        elif mode in ("/remove", "/remove:g", "/remove:d"):
            entry.access.revoke(word)
        else:
            raise NotBuilt(f"icacls {mode or word}")
        index += 1
    return 0


def _grant(entry: FileEntry, mode: str, account: str, flags: str, rights: str) -> None:
    if mode == "/deny":
        raise NotBuilt("icacls /deny")
    if mode == "/grant:r":
        entry.access.revoke(account)
    inheritance = (2 if "(OI)" in flags else 0) | (1 if "(CI)" in flags else 0)
    for right in rights.split(","):
        entry.access.grant(account, RIGHTS[right], inheritance)


WELL_KNOWN = ("nt authority\\", "nt service\\", "builtin\\", "iis apppool\\", "*s-1-")
NAMES = ("everyone", "users", "administrators", "system", "network service", "local service", "iis_iusrs",
         "authenticated users", "creator owner", "iusr")  # fmt: skip


def account_exists(call: NativeCall, account: str) -> bool:
    """Whether a name maps to a security identifier on this host."""
    return mapped(call.world, call.host, account) is not None


def mapped(world: World, host: Host, account: str) -> str | None:
    """An account name as Windows writes it; None when no account has the name."""
    key = account.lower()
    if key.startswith(WELL_KNOWN):
        return account
    domain, _, user = account.rpartition("\\")
    if key in NAMES:
        return {"administrators": "BUILTIN\\Administrators", "users": "BUILTIN\\Users"}.get(key, account)
    group = host.accounts.group(user)
    if group is not None and domain.lower() in ("", host.name.lower()):
        return f"BUILTIN\\{group.name}"
    logon = world.authenticate(host, domain, user)
    if logon is not None:
        return logon.account
    directory = world.parts.find(Directory)
    found = objects.account(directory, account) if directory is not None and host.is_member else None
    return f"{directory.netbios}\\{found.sam}" if directory is not None and found is not None else None
