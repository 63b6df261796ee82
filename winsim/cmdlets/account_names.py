"""Account names as the tools of Windows take and write them."""

from __future__ import annotations

from winsim.interpreter.command import NativeCall
from winsim.world.directory import Directory, objects
from winsim.world.host import Host
from winsim.world.lab import World

WELL_KNOWN = ("nt authority\\", "nt service\\", "builtin\\", "iis apppool\\")
NAMES = {
    "everyone": "Everyone",
    "creator owner": "CREATOR OWNER",
    "users": "BUILTIN\\Users",
    "administrators": "BUILTIN\\Administrators",
    "iis_iusrs": "BUILTIN\\IIS_IUSRS",
    "system": "NT AUTHORITY\\SYSTEM",
    "network service": "NT AUTHORITY\\NETWORK SERVICE",
    "local service": "NT AUTHORITY\\LOCAL SERVICE",
    "authenticated users": "NT AUTHORITY\\Authenticated Users",
    "iusr": "NT AUTHORITY\\IUSR",
}
SIDS = {
    "S-1-1-0": "Everyone",
    "S-1-3-0": "CREATOR OWNER",
    "S-1-5-11": "NT AUTHORITY\\Authenticated Users",
    "S-1-5-18": "NT AUTHORITY\\SYSTEM",
    "S-1-5-19": "NT AUTHORITY\\LOCAL SERVICE",
    "S-1-5-20": "NT AUTHORITY\\NETWORK SERVICE",
    "S-1-5-17": "NT AUTHORITY\\IUSR",
}


def account_exists(call: NativeCall, account: str) -> bool:
    """Whether a name maps to a security identifier on this host."""
    return mapped(call.world, call.host, account) is not None


def mapped(world: World, host: Host, account: str) -> str | None:
    """An account name as Windows writes it; None when no account has the name. ``*S-1-..`` is an identifier."""
    key = account.lower()
    if key.startswith("*s-1-"):
        return of_sid(world, host, account[1:].upper())
    if key.startswith(WELL_KNOWN):
        return account
    domain, _, user = account.rpartition("\\")
    if key in NAMES:
        return NAMES[key]
    group = host.accounts.group(user)
    if group is not None and domain.lower() in ("", host.name.lower()):
        return f"BUILTIN\\{group.name}"
    logon = world.authenticate(host, domain, user)
    if logon is not None:
        return logon.account
    directory = world.parts.find(Directory)
    found = objects.account(directory, account) if directory is not None and host.is_member else None
    return f"{directory.netbios}\\{found.sam}" if directory is not None and found is not None else None


def of_sid(world: World, host: Host, sid: str) -> str:
    """The name behind a security identifier; the identifier itself where nobody has it."""
    if sid in SIDS:
        return SIDS[sid]
    group = next((one for one in host.accounts.groups.values() if one.sid == sid), None)
    if group is not None:
        return f"BUILTIN\\{group.name}"
    directory = world.parts.find(Directory)
    found = objects.find(directory, sid) if directory is not None and host.is_member else None
    return f"{directory.netbios}\\{found.sam}" if directory is not None and found is not None else sid


def sid_of(world: World, host: Host, account: str) -> str:
    """The security identifier of an account or a group in its full name; "" where there is none."""
    known = {name.lower(): sid for sid, name in SIDS.items()}
    if account.lower() in known:
        return known[account.lower()]
    domain, _, name = account.rpartition("\\")
    group = host.accounts.group(name)
    if group is not None and domain.lower() in ("builtin", host.name.lower(), ""):
        return group.sid
    logon = world.authenticate(host, domain, name)
    if logon is not None and logon.sid:
        return logon.sid
    directory = world.parts.find(Directory)
    found = objects.account(directory, account) if directory is not None and host.is_member else None
    return found.sid if found is not None else ""
