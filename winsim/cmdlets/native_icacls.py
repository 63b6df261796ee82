"""icacls.exe: access entries of files and folders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from winsim.cmdlets.account_names import mapped
from winsim.interpreter.command import NativeCall, NotBuilt, native
from winsim.world.files import FileEntry
from winsim.world.security import (
    FULL_CONTROL,
    MODIFY,
    READ,
    READ_AND_EXECUTE,
    WRITE,
    AccessEntry,
    AccessList,
)

SIMPLE = {"F": FULL_CONTROL, "M": MODIFY, "RX": READ_AND_EXECUTE, "R": READ, "W": WRITE}
SPECIFIC = {"GR": READ, "GW": WRITE | 0x20000, "GE": 0x1200A0, "GA": FULL_CONTROL, "DE": 0x10000, "D": 0x10000,
            "RC": 0x20000, "WDAC": 0x40000, "WO": 0x80000, "S": 0x100000, "RD": 1, "WD": 2, "AD": 4, "REA": 8,
            "WEA": 0x10, "X": 0x20, "DC": 0x40, "RA": 0x80, "WA": 0x100}  # fmt: skip
RIGHTS = SIMPLE | SPECIFIC
UNBUILT = ("/save", "/restore", "/findsid", "/verify", "/setintegritylevel", "/substitute", "/l")
LISTS = ("/grant", "/grant:r", "/deny", "/remove", "/remove:g", "/remove:d")
ALONE = ("/inheritance:e", "/inheritance:d", "/inheritance:r", "/reset")
ENTRY = re.compile(r"(?P<who>.+?):(?P<flags>(?:\((?:OI|CI|IO|NP|I)\))*)\(?(?P<rights>[A-Z,]+)\)?", re.I)
OBJECTS, CONTAINERS = 2, 1
INVALID, NOT_MAPPED, NOT_FOUND = 87, 1332, 2


@dataclass
class Orders:
    """``changes`` are (verb, its argument) in their order."""

    changes: list[tuple[str, str]] = field(default_factory=list)
    quiet: bool = False
    goes_on: bool = False
    tree: bool = False


class Refused(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@native("icacls.exe")
def icacls(call: NativeCall) -> int:
    """icacls name [/grant[:r] who:rights] [/deny who:rights] [/remove[:g|:d] who] [/inheritance:e|d|r] [/setowner who]
    [/reset] [/t] [/c] [/q]."""
    if not call.args:
        raise NotBuilt("icacls without a file: its help")
    path = call.args[0].strip('"').rstrip("\\") or "\\"
    path = path + "\\" if path.endswith(":") else path
    try:
        orders = read(call.args[1:])
        prepared = [(verb, prepare(call, verb, text)) for verb, text in orders.changes]
    except Refused as error:
        call.out(error.text)
        return summary(call, 0, 1) and error.code if error.code == NOT_MAPPED else error.code
    if call.host.files.find(path) is None:
        call.err(f"{path}: The system cannot find the file specified.")
        return summary(call, 0, 1) and NOT_FOUND
    found = [(path, call.host.files.need(path))]
    if orders.tree and found[0][1].is_directory:
        found += list(call.host.files.walk(path))
    for name, entry in found:
        if not orders.changes:
            show(call, name, entry)
            continue
        for verb, change in prepared:
            apply(call, name, entry, verb, change)
        if not orders.quiet:
            call.out(f"processed file: {name}")
    call.world.touch()
    return summary(call, len(found), 0)


def summary(call: NativeCall, done: int, failed: int) -> int:
    call.out(f"Successfully processed {done} files; Failed processing {failed} files")
    return failed


def read(words: Sequence[str]) -> Orders:
    orders = Orders()
    verb = ""
    for word in (one.strip('"') for one in words):
        lower = word.lower()
        if not lower.startswith("/"):
            if not verb:
                raise Refused(INVALID, f'Invalid parameter "{word}"')
            orders.changes.append((verb, word))
            verb = verb if verb in LISTS else ""
        elif lower in UNBUILT:
            raise NotBuilt(f"icacls {word}")
        elif lower in (*LISTS, "/setowner"):
            verb = lower
        elif lower in ALONE:
            orders.changes.append((lower, ""))
            verb = ""
        elif lower in ("/t", "/c", "/q"):
            # Nothing here fails at one file and not at the others, so that there is nothing to go on after.
            orders.tree, orders.goes_on = orders.tree or lower == "/t", orders.goes_on or lower == "/c"
            orders.quiet, verb = orders.quiet or lower == "/q", ""
        else:
            raise Refused(INVALID, f'Invalid parameter "{word}"')
    return orders


def prepare(call: NativeCall, verb: str, text: str) -> AccessEntry | str:
    """The entry that a word of /grant or /deny means, or the account that another verb names."""
    if verb in ALONE:
        return ""
    if verb not in ("/grant", "/grant:r", "/deny"):
        return _account(call, text)
    found = ENTRY.fullmatch(text)
    rights = found["rights"].upper().split(",") if found is not None else []
    if "N" in rights:
        raise NotBuilt("icacls with the right N")
    if found is None or any(right not in RIGHTS for right in rights):
        raise Refused(INVALID, f'Invalid parameter "{text}"')
    flags = re.findall(r"[A-Z]+", found["flags"].upper())
    mask = 0
    for right in rights:
        mask |= RIGHTS[right]
    inheritance = (OBJECTS if "OI" in flags else 0) | (CONTAINERS if "CI" in flags else 0)
    propagation = (2 if "IO" in flags else 0) | (1 if "NP" in flags else 0)
    return AccessEntry(_account(call, found["who"]), mask, verb != "/deny", False, inheritance, propagation)


def _account(call: NativeCall, name: str) -> str:
    account = mapped(call.world, call.host, name)
    if account is None:
        raise Refused(NOT_MAPPED, f"{name}: No mapping between account names and security IDs was done.")
    return account


def apply(call: NativeCall, path: str, entry: FileEntry, verb: str, change: AccessEntry | str) -> None:
    access = entry.access
    if isinstance(change, AccessEntry):
        if verb == "/grant:r":
            _remove(access, change.account, (True,))
        made = AccessEntry(change.account, change.rights, change.allow, False,
                           change.inheritance if entry.is_directory else 0,
                           change.propagation if entry.is_directory else 0)  # fmt: skip
        same = [one for one in access.entries if _kind(one) == _kind(made)]
        if same:
            same[0].rights |= made.rights
        else:
            access.entries.insert(len(access.entries) if made.allow else 0, made)
    elif verb.startswith("/remove"):
        kinds = {"/remove": (True, False), "/remove:g": (True,), "/remove:d": (False,)}[verb]
        _remove(access, change, kinds)
    elif verb == "/setowner":
        access.owner = change
    elif verb == "/reset":
        access.entries, access.protected = [], False
    else:
        if verb == "/inheritance:d" and not access.protected:
            access.entries += inherited(call, path, entry)
        access.protected = verb != "/inheritance:e"


def _kind(entry: AccessEntry) -> tuple[str, bool, int, int]:
    return entry.account.lower(), entry.allow, entry.inheritance, entry.propagation


def _remove(access: AccessList, account: str, kinds: tuple[bool, ...]) -> None:
    access.entries = [one for one in access.entries if one.account.lower() != account.lower() or one.allow not in kinds]


def inherited(call: NativeCall, path: str, entry: FileEntry) -> list[AccessEntry]:
    """What the folders above give, up to a protected list."""
    found: list[AccessEntry] = []
    current, name = entry, path.rstrip("\\")
    while not current.access.protected and "\\" in name:
        name = name.rpartition("\\")[0]
        above = call.host.files.find(name + "\\" if name.endswith(":") else name)
        if above is None:
            break
        current = above
        wanted = CONTAINERS if entry.is_directory else OBJECTS
        found += [
            AccessEntry(one.account, one.rights, one.allow, False, one.inheritance if entry.is_directory else 0)
            for one in above.access.entries
            if one.inheritance & wanted
        ]
    return found


def show(call: NativeCall, path: str, entry: FileEntry) -> None:
    shown = [_line(one, "") for one in entry.access.entries]
    shown += [_line(one, "(I)") for one in inherited(call, path, entry)]
    for index, text in enumerate(shown):
        call.out((path + " " if index == 0 else " " * (len(path) + 1)) + text)
    if not shown:
        call.out(path + " ")
    call.out("")


def _line(entry: AccessEntry, mark: str) -> str:
    flags = ("(OI)" if entry.inheritance & OBJECTS else "") + ("(CI)" if entry.inheritance & CONTAINERS else "")
    flags += ("(IO)" if entry.propagation & 2 else "") + ("(NP)" if entry.propagation & 1 else "")
    return f"{entry.account}:{mark}{flags}{'' if entry.allow else '(DENY)'}({_rights(entry.rights)})"


def _rights(mask: int) -> str:
    """The simple right that a mask is, else the specific ones."""
    for name, bits in SIMPLE.items():
        if mask & ~0x100000 == bits & ~0x100000:
            return name
    single = {bits: name for name, bits in SPECIFIC.items() if not bits & (bits - 1) and name != "D"}
    return ",".join(name for bits, name in single.items() if mask & bits)
