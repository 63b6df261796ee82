"""Who may read what on a share: the log-on to the file server, the rights of the share, and those of the files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from winsim.world.accounts import Logon
from winsim.world.files import FileEntry, FileSystem, split
from winsim.world.network import route
from winsim.world.security import FULL_CONTROL, READ, READ_AND_EXECUTE, AccessEntry
from winsim.world.shares import SMB_PORT, Share, Shares

if TYPE_CHECKING:
    from winsim.world.host import Host
    from winsim.world.lab import World

ADMINISTRATORS = "builtin\\administrators"
POLICIES = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
NO_PROPAGATE, INHERIT_ONLY = 1, 2
# What the root of a drive of a fresh installation lets everything below it inherit.
OF_THE_DRIVE = (
    AccessEntry("BUILTIN\\Administrators", FULL_CONTROL, inheritance=3),
    AccessEntry("NT AUTHORITY\\SYSTEM", FULL_CONTROL, inheritance=3),
    AccessEntry("BUILTIN\\Users", READ_AND_EXECUTE, inheritance=3),
)
# System errors as Win32Exception writes them: without the full stop.
ERRORS = {
    5: "Access is denied",
    53: "The network path was not found",
    67: "The network name cannot be found",
    1219: (
        "Multiple connections to a server or shared resource by the same user, using more than one user name, are not "
        "allowed. Disconnect all previous connections to the server or shared resource and try again"
    ),
    1326: "The user name or password is incorrect",
}


class NoConnection(Exception):
    """A share that cannot be connected to; ``code`` is the system error."""

    def __init__(self, code: int) -> None:
        super().__init__(ERRORS[code])
        self.code = code


@dataclass
class Connection:
    """What a session holds to a server, by the name it was asked for, under one account."""

    user: str
    token: frozenset[str]  # accounts and groups, lower case
    shares: set[str] = field(default_factory=set)


def connect(world: World, source: Host, root: str, user: str, password: str, held: Connection | None) -> Connection:
    """A connection to the share of a UNC path under explicit credentials. Raises NoConnection."""
    server, _, rest = root[2:].partition("\\")
    name = rest.partition("\\")[0].lower()
    target = _file_server(world, source, server)
    domain, _, account = user.rpartition("\\")
    logon = world.authenticate(target, domain, account)
    if logon is None or logon.password != password:
        raise NoConnection(1326)
    if held is not None and held.shares and held.user.lower() != logon.account.lower():
        raise NoConnection(1219)
    share = target.parts.need(Shares).find(name)
    if share is None:
        raise NoConnection(67)
    token = token_of(target, logon)
    if not share_lets_in(share, token):
        raise NoConnection(5)
    connection = held or Connection(logon.account, token)
    connection.user, connection.token = logon.account, token
    connection.shares.add(name)
    return connection


def _file_server(world: World, source: Host, server: str) -> Host:
    addresses = world.resolve(source, server)
    reached = route(world, source, addresses[0], SMB_PORT) if addresses else None
    if reached is None or not reached.host.services.running("LanmanServer"):
        raise NoConnection(53)
    return reached.host


def token_of(host: Host, logon: Logon) -> frozenset[str]:
    """The names by which access lists of a host know an account that came over the network."""
    groups = set(logon.groups) | ({ADMINISTRATORS} if logon.is_admin else set())
    own = logon.account.lower().startswith(f"{host.name.lower()}\\")
    if own and not logon.sid.endswith("-500") and host.registry.get(POLICIES, "LocalAccountTokenFilterPolicy") != 1:
        groups.discard(ADMINISTRATORS)  # local administrators other than the built-in one come without their rights
    return names_of(logon.account, frozenset(groups))


def names_of(account: str, groups: frozenset[str]) -> frozenset[str]:
    """An account, its groups, and those that everybody who has logged on over the network is in."""
    everybody = {"everyone", "nt authority\\authenticated users", "nt authority\\network", "builtin\\users"}
    return frozenset({account.lower(), *(group.lower() for group in groups), *everybody})


def share_lets_in(share: Share, token: frozenset[str]) -> bool:
    """Full, Change and Read all let an account read."""
    return any(account.lower() in token for account in share.access)


def may_read(files: FileSystem, path: str, token: frozenset[str]) -> bool:
    """Whether the access lists of a file or folder, its own and what it inherits, give an account read access."""
    granted = 0
    for entry in _entries(files, path):
        if entry.account.lower() not in token:
            continue
        if not entry.allow and entry.rights & READ & ~granted:
            return False
        granted |= entry.rights if entry.allow else 0
        if granted & READ == READ:
            return True
    return False


def _entries(files: FileSystem, path: str) -> Iterator[AccessEntry]:
    """In the order in which Windows looks: own before inherited, nearest first, and at each level refusals first."""
    parts, target = split(path), files.need(path)
    wanted = 1 if target.is_directory else 2
    current: FileEntry = target
    for level in range(len(parts)):
        entries = current.access.entries
        if level == 0:
            found = [one for one in entries if not one.propagation & INHERIT_ONLY]
        else:
            passed_on = [one for one in entries if one.inheritance & wanted]
            found = [one for one in passed_on if level == 1 or not one.propagation & NO_PROPAGATE]
        yield from sorted(found, key=lambda one: one.allow)
        if current.access.protected:
            return
        if level == len(parts) - 1:
            yield from () if entries else OF_THE_DRIVE
            return
        above = parts[: len(parts) - level - 1]
        current = files.need("\\".join(above) + ("\\" if len(above) == 1 else ""))
