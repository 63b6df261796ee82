"""System.Security.AccessControl for files and folders: rules, and the object that Get-Acl gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.convert import convert
from winsim.interpreter.net.principals import Account
from winsim.interpreter.nettypes import TypeDef, enumeration
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import AUTOMATION_NULL, Array, EnumValue, NetObject

if TYPE_CHECKING:
    from winsim.world.security import AccessEntry

SPACE = "System.Security.AccessControl."
REFERENCE = "System.Security.Principal.IdentityReference"
SYNCHRONIZE = 0x100000
FULL_CONTROL = 0x1F01FF
RIGHTS = {
    "ReadData": 1, "ListDirectory": 1, "WriteData": 2, "CreateFiles": 2, "AppendData": 4, "CreateDirectories": 4,
    "ReadExtendedAttributes": 8, "WriteExtendedAttributes": 16, "ExecuteFile": 32, "Traverse": 32,
    "DeleteSubdirectoriesAndFiles": 64, "ReadAttributes": 128, "WriteAttributes": 256, "Write": 278, "Delete": 65536,
    "ReadPermissions": 131072, "Read": 131209, "ReadAndExecute": 131241, "Modify": 197055,
    "ChangePermissions": 262144, "TakeOwnership": 524288, "Synchronize": SYNCHRONIZE, "FullControl": FULL_CONTROL,
}  # fmt: skip
RIGHTS_TYPE = enumeration(SPACE + "FileSystemRights", RIGHTS, flags=True)
INHERITANCE_TYPE = enumeration(
    SPACE + "InheritanceFlags", {"None": 0, "ContainerInherit": 1, "ObjectInherit": 2}, flags=True
)
PROPAGATION_TYPE = enumeration(
    SPACE + "PropagationFlags", {"None": 0, "NoPropagateInherit": 1, "InheritOnly": 2}, flags=True
)
CONTROL_TYPE = enumeration(SPACE + "AccessControlType", {"Allow": 0, "Deny": 1})


def flags(kind: TypeDef, value: int) -> EnumValue:
    made = convert(value, get_type(kind.name))
    assert isinstance(made, EnumValue)
    return made


def named_rights(mask: int) -> EnumValue:
    """As .NET names a mask: the largest members first."""
    names, rest = [], mask
    for name, bits in sorted(RIGHTS.items(), key=lambda pair: -pair[1]):
        if bits and rest & bits == bits:
            names.append(name)
            rest &= ~bits
    text = ", ".join(reversed(names)) if names and not rest else str(mask)
    return EnumValue(RIGHTS_TYPE.name, text, mask)


class FileRule(NetObject):
    """A FileSystemAccessRule. An allowing rule always allows to synchronise."""

    type_names = (
        *(SPACE + "FileSystemAccessRule", SPACE + "AccessRule", SPACE + "AuthorizationRule"),
        "System.Object",
    )

    def __init__(
        self, account: str, mask: int, inheritance: int, propagation: int, allow: bool, *, inherited: bool = False
    ) -> None:
        self.account = account
        self.mask = mask | SYNCHRONIZE if allow else mask if mask == FULL_CONTROL else mask & ~SYNCHRONIZE
        self.inheritance = inheritance
        self.propagation = propagation
        self.allow = allow
        self.is_inherited = inherited

    @classmethod
    def of(cls, entry: AccessEntry, *, inherited: bool) -> FileRule:
        made = cls(entry.account, entry.rights, entry.inheritance, entry.propagation, entry.allow)
        made.mask, made.is_inherited = entry.rights, inherited or entry.inherited
        return made

    def concerns(self, other: FileRule) -> bool:
        """Whether both speak of the same account in the same sense."""
        return self.account.lower() == other.account.lower() and self.allow == other.allow

    def like(self, other: FileRule) -> bool:
        same = (self.inheritance, self.propagation) == (other.inheritance, other.propagation)
        return self.concerns(other) and same

    def __str__(self) -> str:
        return self.type_names[0]


RULE = TypeDef(FileRule.type_names[0], python=(FileRule,), to_text=str)
RULE.attribute("IsInherited")


def account_name(identity: object) -> str:
    return to_text(identity)


def add_constructors(identity: str) -> None:
    @RULE.constructor(identity, RIGHTS_TYPE.name, CONTROL_TYPE.name)
    def short(who: object, rights: int, kind: int) -> FileRule:
        return FileRule(account_name(who), int(rights), 0, 0, int(kind) == 0)

    @RULE.constructor(identity, RIGHTS_TYPE.name, INHERITANCE_TYPE.name, PROPAGATION_TYPE.name, CONTROL_TYPE.name)
    def long(who: object, rights: int, inheritance: int, propagation: int, kind: int) -> FileRule:
        return FileRule(account_name(who), int(rights), int(inheritance), int(propagation), int(kind) == 0)


add_constructors("System.String")
add_constructors(REFERENCE)


@RULE.property("FileSystemRights")
def rights(this: FileRule) -> EnumValue:
    return named_rights(this.mask)


@RULE.property("AccessControlType")
def control_type(this: FileRule) -> EnumValue:
    return EnumValue(CONTROL_TYPE.name, "Allow" if this.allow else "Deny", 0 if this.allow else 1)


@RULE.property("IdentityReference")
def identity_reference(this: FileRule) -> Account:
    return Account(this.account)


@RULE.property("InheritanceFlags")
def inheritance_flags(this: FileRule) -> EnumValue:
    return flags(INHERITANCE_TYPE, this.inheritance)


@RULE.property("PropagationFlags")
def propagation_flags(this: FileRule) -> EnumValue:
    return flags(PROPAGATION_TYPE, this.propagation)


class FileSecurity(NetObject):
    """FileSecurity and DirectorySecurity: a copy of an access list, changed here and written back by Set-Acl."""

    def __init__(self, path: str, owner: str, rules: list[FileRule], *, protected: bool, is_directory: bool) -> None:
        own = "DirectorySecurity" if is_directory else "FileSecurity"
        names = (own, "FileSystemSecurity", "NativeObjectSecurity", "CommonObjectSecurity", "ObjectSecurity")
        self.type_names = (*(SPACE + name for name in names), "System.Object")
        self.path = path
        self.owner = owner
        self.rules = rules
        self.are_access_rules_protected = protected

    def explicit(self) -> list[FileRule]:
        return [rule for rule in self.rules if not rule.is_inherited]

    def add(self, rule: FileRule) -> None:
        for one in self.explicit():
            if one.like(rule):
                one.mask |= rule.mask
                return
        self.rules.insert(len(self.explicit()), rule)

    def drop(self, gone: list[FileRule]) -> None:
        self.rules = [rule for rule in self.rules if rule not in gone]


SECURITY = TypeDef(SPACE + "FileSystemSecurity", base=SPACE + "NativeObjectSecurity")
FILE = TypeDef(SPACE + "FileSecurity", base=SECURITY.name)
DIRECTORY = TypeDef(SPACE + "DirectorySecurity", base=SECURITY.name)
SECURITY.to_text = FILE.to_text = DIRECTORY.to_text = lambda this: str(this.type_names[0])
SECURITY.attribute("Path", "Owner")


@SECURITY.property("Access")
def access(this: FileSecurity) -> Array:
    return Array(this.rules, SPACE + "AuthorizationRule")


@SECURITY.property("AccessToString", "System.String")
def access_to_string(this: FileSecurity) -> str:
    lines = (f"{rule.account} {'Allow' if rule.allow else 'Deny'}  {named_rights(rule.mask)}" for rule in this.rules)
    return "\n".join(lines)


SECURITY.attribute("AreAccessRulesProtected")


@SECURITY.method("AddAccessRule", RULE.name)
def add_rule(this: FileSecurity, rule: FileRule) -> object:
    this.add(rule)
    return AUTOMATION_NULL


@SECURITY.method("SetAccessRule", RULE.name)
def set_rule(this: FileSecurity, rule: FileRule) -> object:
    this.drop([one for one in this.explicit() if one.concerns(rule)])
    this.add(rule)
    return AUTOMATION_NULL


@SECURITY.method("ResetAccessRule", RULE.name)
def reset_rule(this: FileSecurity, rule: FileRule) -> object:
    this.drop([one for one in this.explicit() if one.account.lower() == rule.account.lower()])
    this.add(rule)
    return AUTOMATION_NULL


@SECURITY.method("RemoveAccessRule", RULE.name)
def remove_rule(this: FileSecurity, rule: FileRule) -> bool:
    for one in this.explicit():
        if one.like(rule):
            one.mask &= ~rule.mask
    this.drop([one for one in this.explicit() if not one.mask])
    return True


@SECURITY.method("RemoveAccessRuleAll", RULE.name)
def remove_all(this: FileSecurity, rule: FileRule) -> object:
    this.drop([one for one in this.explicit() if one.concerns(rule)])
    return AUTOMATION_NULL


@SECURITY.method("RemoveAccessRuleSpecific", RULE.name)
def remove_specific(this: FileSecurity, rule: FileRule) -> object:
    this.drop([one for one in this.explicit() if one.like(rule) and one.mask == rule.mask])
    return AUTOMATION_NULL


@SECURITY.method("PurgeAccessRules", REFERENCE)
def purge(this: FileSecurity, identity: object) -> object:
    this.drop([one for one in this.explicit() if one.account.lower() == account_name(identity).lower()])
    return AUTOMATION_NULL


@SECURITY.method("SetAccessRuleProtection", "System.Boolean", "System.Boolean")
def set_protection(this: FileSecurity, protected: bool, keep: bool) -> object:
    """Inherited rules become explicit ones, or go."""
    this.are_access_rules_protected = protected
    if protected and keep:
        for rule in this.rules:
            rule.is_inherited = False
    elif protected:
        this.rules = this.explicit()
    return AUTOMATION_NULL


@SECURITY.method("SetOwner", REFERENCE)
def set_owner(this: FileSecurity, identity: object) -> object:
    this.owner = account_name(identity)
    return AUTOMATION_NULL


@SECURITY.method("GetAccessRules", "System.Boolean", "System.Boolean", "System.Type")
def get_rules(this: FileSecurity, explicit: bool, inherited: bool, kind: object) -> Array:
    wanted = [rule for rule in this.rules if (inherited if rule.is_inherited else explicit)]
    return Array(wanted, SPACE + "AuthorizationRule")


TYPES = (RIGHTS_TYPE, INHERITANCE_TYPE, PROPAGATION_TYPE, CONTROL_TYPE, RULE, SECURITY, FILE, DIRECTORY)
