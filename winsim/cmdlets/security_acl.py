"""Get-Acl of files: who may do what."""

from __future__ import annotations

from winsim.interpreter.command import Call, CommandError, NotBuilt, cmdlet
from winsim.interpreter.net.principals import Account
from winsim.interpreter.values import Array, EnumValue, PSObject
from winsim.world.files import FileEntry, split
from winsim.world.security import AccessEntry

SPACE = "System.Security.AccessControl"
RIGHTS = (
    (0x1F01FF, "FullControl"), (0x1301BF, "Modify, Synchronize"), (0x1200A9, "ReadAndExecute, Synchronize"),
    (0x120089, "Read, Synchronize"), (0x116, "Write"),
)  # fmt: skip


def rights_value(mask: int) -> EnumValue:
    names = []
    rest = mask
    for bits, name in RIGHTS:
        if rest & bits == bits:
            names.append(name)
            rest &= ~bits
    return EnumValue(f"{SPACE}.FileSystemRights", ", ".join(names) if names and not rest else str(mask), mask)


def rule_object(entry: AccessEntry, inherited: bool) -> PSObject:
    kind = EnumValue(f"{SPACE}.AccessControlType", "Allow" if entry.allow else "Deny", 0 if entry.allow else 1)
    names = {0: "None", 1: "ContainerInherit", 2: "ObjectInherit", 3: "ContainerInherit, ObjectInherit"}
    return PSObject(
        {
            "FileSystemRights": rights_value(entry.rights),
            "AccessControlType": kind,
            "IdentityReference": Account(entry.account),
            "IsInherited": inherited or entry.inherited,
            "InheritanceFlags": EnumValue(f"{SPACE}.InheritanceFlags", names[entry.inheritance], entry.inheritance),
            "PropagationFlags": EnumValue(f"{SPACE}.PropagationFlags", "None", entry.propagation),
        },
        (f"{SPACE}.FileSystemAccessRule", f"{SPACE}.AccessRule", f"{SPACE}.AuthorizationRule", "System.Object"),
    )


def effective(call: Call, path: str, entry: FileEntry) -> list[PSObject]:
    """The explicit rules, then those of the folders above, nearest first, up to a protected list."""
    rules = [rule_object(one, False) for one in entry.access.entries]
    parts = split(path)
    current = entry
    while not current.access.protected and len(parts) > 1:
        parts.pop()
        above = call.host.files.find("\\".join(parts) + ("\\" if len(parts) == 1 else ""))
        if above is None:
            break
        current = above
        wanted = 1 if entry.is_directory else 2
        rules += [rule_object(one, True) for one in above.access.entries if one.inheritance & wanted]
    return rules


@cmdlet(
    "Get-Acl",
    ("Path", "LiteralPath"),
    by_value=("Path",),
    by_name=("Path", "LiteralPath"),
)
def get_acl(call: Call) -> None:
    for given in call.texts("LiteralPath") or call.texts("Path"):
        path = given.partition("::")[2] or given
        if ":" in path[2:] or not path[1:2] == ":":
            raise NotBuilt(f"Get-Acl of {given}")
        entry = call.host.files.find(path)
        if entry is None:
            text = f"Cannot find path '{given}' because it does not exist."
            call.write_error(
                CommandError("GetAcl_PathNotFound_Exception", text, "ObjectNotFound", given,
                             "System.Management.Automation.ItemNotFoundException")
            )  # fmt: skip
            continue
        kind = "DirectorySecurity" if entry.is_directory else "FileSecurity"
        rules = Array(effective(call, path, entry))
        properties = {
            "Path": f"Microsoft.PowerShell.Core\\FileSystem::{call.host.files.full_name(path)}",
            "Owner": entry.access.owner, "Access": rules, "AreAccessRulesProtected": entry.access.protected,
        }  # fmt: skip
        types = (f"{SPACE}.{kind}", f"{SPACE}.FileSystemSecurity", f"{SPACE}.ObjectSecurity", "System.Object")
        call.write(PSObject(properties, types))
