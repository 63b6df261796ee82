"""Get-Acl and Set-Acl of files and folders."""

from __future__ import annotations

from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.net.filesecurity import FileRule, FileSecurity
from winsim.interpreter.special import extend
from winsim.world.files import FileEntry, split
from winsim.world.security import AccessEntry

MISSING = "System.Management.Automation.ItemNotFoundException"


def effective(call: Call, path: str, entry: FileEntry) -> list[FileRule]:
    """The explicit rules, then those of the folders above, nearest first, up to a protected list."""
    rules = [FileRule.of(one, inherited=False) for one in entry.access.entries]
    parts = split(path)
    current = entry
    while not current.access.protected and len(parts) > 1:
        parts.pop()
        above = call.host.files.find("\\".join(parts) + ("\\" if len(parts) == 1 else ""))
        if above is None:
            break
        current = above
        wanted = 1 if entry.is_directory else 2
        rules += [FileRule.of(one, inherited=True) for one in above.access.entries if one.inheritance & wanted]
    return rules


def file_path(call: Call, given: str) -> str:
    path = given.partition("::")[2] or given
    if ":" in path[2:] or not path[1:2] == ":":
        raise NotBuilt(f"{call.name} of {given}")
    return path


@cmdlet("Get-Acl", ("Path", "LiteralPath"), by_value=("Path",), by_name=("Path", "LiteralPath"))
def get_acl(call: Call) -> None:
    for given in call.texts("LiteralPath") or call.texts("Path"):
        path = file_path(call, given)
        entry = call.host.files.find(path)
        if entry is None:
            text = f"Cannot find path '{given}' because it does not exist."
            call.write_error(CommandError("GetAcl_PathNotFound_Exception", text, "ObjectNotFound", given, MISSING))
            continue
        full = f"Microsoft.PowerShell.Core\\FileSystem::{call.host.files.full_name(path)}"
        made = FileSecurity(
            full,
            entry.access.owner,
            effective(call, path, entry),
            protected=entry.access.protected,
            is_directory=entry.is_directory,
        )
        notes = extend(made)
        if notes is not None:
            notes["PSPath"] = full
            notes["PSParentPath"], _, notes["PSChildName"] = full.rpartition("\\")
        call.write(made)


@cmdlet(
    "Set-Acl",
    ("Path", "LiteralPath", "AclObject", "Passthru"),
    by_value=("AclObject",),
    by_name=("Path", "LiteralPath"),
)
def set_acl(call: Call) -> None:
    """Writes the rules that are not inherited, the owner, and whether rules of the folders above count."""
    given = call.get("AclObject")
    if not isinstance(given, FileSecurity):
        raise CommandError("SetAcl_AclObject", "AclObject", "InvalidArgument", given, "System.ArgumentException")
    for text in call.texts("LiteralPath") or call.texts("Path"):
        path = file_path(call, text)
        entry = call.host.files.find(path)
        if entry is None:
            message = f"Cannot find path '{text}' because it does not exist."
            call.write_error(CommandError("PathNotFound", message, "ObjectNotFound", text, MISSING))
            continue
        if not call.should_process(path, "Set-Acl"):
            continue
        entry.access.owner = given.owner
        entry.access.protected = given.are_access_rules_protected
        entry.access.entries = [
            AccessEntry(one.account, one.mask, one.allow, False, one.inheritance, one.propagation)
            for one in given.explicit()
        ]
        if call.switch("Passthru"):
            call.write(given)
