"""New-Object, Add-Member, Get-Member, Add-Type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.cmdlets.member_definitions import describe_members
from winsim.interpreter.binding_values import ValidationFailed
from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.errors import TerminatingError
from winsim.interpreter.members import MISSING, get_property_of, set_property
from winsim.interpreter.methods import new_object
from winsim.interpreter.net.catalogue import undescribed
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.scriptblocks import ScriptBlock
from winsim.interpreter.special import AliasProperty, PropertySet, ScriptMethod, ScriptProperty, extend
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import table, type_name_of
from winsim.interpreter.values import AUTOMATION_NULL, EnumValue, PSObject, record
from winsim.interpreter.wildcards import wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

ASSEMBLIES = frozenset(
    [
        "system",
        "system.core",
        "system.data",
        "system.drawing",
        "system.management",
        "system.management.automation",
        "system.net",
        "system.net.http",
        "system.numerics",
        "system.security",
        "system.serviceprocess",
        "system.web",
        "system.web.extensions",
        "system.windows.forms",
        "system.xml",
        "system.xml.linq",
        "system.directoryservices",
        "system.configuration",
        "mscorlib",
        "system.directoryservices.accountmanagement",
        "system.directoryservices.protocols",
        "system.io.compression",
        "system.io.compression.filesystem",
        "system.runtime.serialization",
        "system.identitymodel",
        "system.servicemodel",
        "microsoft.visualbasic",
        "presentationframework",
        "presentationcore",
        "windowsbase",
        "microsoft.web.administration",
    ]
)


@cmdlet("New-Object", ("TypeName", "ArgumentList", "Property"), locks_world=False)
def new(call: CommandCall) -> None:
    name = call.text("TypeName")
    kind = table().parse(name.strip())
    if kind is None and undescribed(name):
        raise NotBuilt(f"the type {name}")
    if kind is None:
        raise CommandError(
            "TypeNotFound",
            f"Cannot find type [{name}]: verify that the assembly containing this type is loaded.",
            "InvalidType",
            None,
            "System.Management.Automation.PSArgumentException",
        )
    call.write(filled(call, made(call, kind)))


def made(call: CommandCall, kind: NetType) -> object:
    given = call.get("ArgumentList")
    arguments = list(items_of(given) or []) if given is not None else []
    if kind.full_name in ("System.Management.Automation.PSObject", "System.Management.Automation.PSCustomObject"):
        if arguments:
            return arguments[0] if isinstance(arguments[0], PSObject) else PSObject({}, (), arguments[0])
        return PSObject()
    try:
        return new_object(call.session, kind, arguments)
    except TerminatingError as problem:
        exception = problem.record.exception
        if problem.record.id == "CannotFindAppropriateCtor" or problem.record.id.startswith("MethodCount"):
            raise CommandError(
                "CannotFindAppropriateCtor",
                "A constructor was not found. Cannot find an appropriate constructor for type "
                f"{to_text(call.get('TypeName'))}.",
                "ObjectNotFound",
                None,
                "System.Management.Automation.PSArgumentException",
            ) from None
        inner = exception.inner
        raise CommandError(
            "ConstructorInvokedThrowException",
            exception.message,
            "InvalidOperation",
            None,
            "System.Management.Automation.MethodInvocationException",
            (inner.type_name, inner.message) if inner is not None else None,
        ) from None


def filled(call: CommandCall, value: object) -> object:
    """Sets -Property; those of a bare PSObject become its notes."""
    properties = unwrap(call.get("Property"))
    if not isinstance(properties, Dictionary):
        return value
    for key, held in properties.items():
        name = to_text(key)
        if isinstance(value, PSObject) and value.base is None:
            value[name] = held
            continue
        if get_property_of(value, name, MISSING) is MISSING:
            call.write_error(
                CommandError(
                    "InvalidOperationException",
                    f'The member "{name}" was not found for the specified {type_name_of(value)} object.',
                    "InvalidOperation",
                    None,
                )
            )
            continue
        set_property(call.caller, value, name, held)
    return value


def not_a_member_type(session: object, name: str, value: object) -> None:
    """``Add-Member NoteProperty x 1``: the name of a member type is not the name of a note."""
    text = to_text(value).lower()
    if text in MEMBER_TYPE_NAMES:
        raise ValidationFailed(f"The parameter '{name}' cannot be a member type.")


MEMBER_TYPE_NAMES = frozenset(
    {
        *("aliasproperty", "codeproperty", "property", "noteproperty", "scriptproperty", "properties", "propertyset"),
        *("method", "codemethod", "scriptmethod", "methods", "parameterizedproperty", "memberset", "event", "dynamic"),
        "all",
    }
)


@cmdlet(
    "Add-Member",
    (
        "InputObject",
        "MemberType",
        "Name",
        "Value",
        "SecondValue",
        "NotePropertyName",
        "NotePropertyValue",
        "NotePropertyMembers",
        "TypeName",
        "Force",
        "PassThru",
    ),
    locks_world=False,
    validate={"NotePropertyName": not_a_member_type},
)
def add_member(call: CommandCall) -> None:
    value = call.get("InputObject")
    if value is None:
        raise CommandError(
            "InputObjectIsNull", "Cannot bind argument to parameter 'InputObject' because it is null.", "InvalidData"
        )
    target = value if isinstance(value, PSObject) else extend(value)
    result = value
    if target is None:
        target = result = PSObject({}, (), value)
    if call.has("TypeName") and call.text("TypeName"):
        target.type_names = (call.text("TypeName"), *target.type_names)
    for name, member in members_to_add(call):
        if not add_one(call, value, target, name, member):
            return
    if call.switch("PassThru"):
        call.write(result)


def members_to_add(call: CommandCall) -> list[tuple[str, object]]:
    if call.has("NotePropertyMembers"):
        pairs = unwrap(call.get("NotePropertyMembers"))
        assert isinstance(pairs, Dictionary)
        return [(to_text(key), held) for key, held in pairs.items()]
    if call.has("NotePropertyName"):
        return [(call.text("NotePropertyName"), call.get("NotePropertyValue"))]
    if not call.has("MemberType"):
        return []
    return [(call.text("Name"), new_member(call))]


def new_member(call: CommandCall) -> object:
    kind = call.get("MemberType")
    name = kind.name if isinstance(kind, EnumValue) else to_text(kind)
    value, second = unwrap(call.get("Value")), unwrap(call.get("SecondValue"))
    if name == "NoteProperty":
        held = call.get("Value")
        return None if held is AUTOMATION_NULL else held
    if name == "ScriptProperty" and isinstance(value, ScriptBlock):
        return ScriptProperty(value, second if isinstance(second, ScriptBlock) else None)
    if name == "ScriptMethod" and isinstance(value, ScriptBlock):
        return ScriptMethod(value)
    if name == "AliasProperty":
        return AliasProperty(to_text(value))
    if name == "PropertySet":
        return PropertySet(tuple(to_text(item) for item in items_of(value) or [value]))
    if name == "MemberSet":
        return value
    raise NotBuilt(f"Add-Member -MemberType {name}")


def add_one(call: CommandCall, value: object, target: PSObject, name: str, member: object) -> bool:
    present = name in target or (
        get_property_of(value, name, MISSING) is not MISSING and not isinstance(unwrap(value), Dictionary)
    )
    if present and not call.switch("Force"):
        call.write_error(
            CommandError(
                "MemberAlreadyExists",
                f'Cannot add a member with the name "{name}" because a member with that name already exists. To '
                "overwrite the member anyway, add the Force parameter to your command.",
                "InvalidOperation",
                value,
            )
        )
        return False
    if name in target:
        del target[name]
    target[name] = member
    return True


@cmdlet("Get-Member", ("InputObject", "Name", "MemberType", "Static"), locks_world=False)
class GetMember:
    """The members of each type once."""

    def begin(self, call: CommandCall) -> None:
        self.seen: set[tuple[str, ...]] = set()
        self.any = False

    def process(self, call: CommandCall) -> None:
        value = call.get("InputObject", AUTOMATION_NULL)
        if value is None or value is AUTOMATION_NULL:
            return
        self.any = True
        static = call.switch("Static")
        names, found = describe_members(value, static)
        if names in self.seen:
            return
        self.seen.add(names)
        kinds = wanted_kinds(call)
        patterns = call.texts("Name") or ["*"]
        rows = [m for m in found if (not kinds or m.kind in kinds) and any(wildcard_match(p, m.name) for p in patterns)]
        for row in sorted(rows, key=lambda m: (KIND_ORDER.get(m.kind, 9), m.name.lower())):
            call.write(
                record(
                    "Microsoft.PowerShell.Commands.MemberDefinition",
                    {
                        "TypeName": names[0],
                        "Name": row.name,
                        "MemberType": member_type(row.kind),
                        "Definition": row.definition,
                        "__text__": row.definition,
                    },
                )
            )

    def end(self, call: CommandCall) -> None:
        if not self.any:
            call.write_error(
                CommandError(
                    "NoObjectInGetMember", "You must specify an object for the Get-Member cmdlet.", "CloseError"
                )
            )


KIND_ORDER = {
    "AliasProperty": 0,
    "CodeMethod": 1,
    "CodeProperty": 2,
    "Event": 3,
    "MemberSet": 4,
    "Method": 5,
    "NoteProperty": 6,
    "ParameterizedProperty": 7,
    "Property": 8,
    "PropertySet": 8,
    "ScriptMethod": 9,
    "ScriptProperty": 10,
}
GROUPS = {
    "Properties": {"AliasProperty", "CodeProperty", "NoteProperty", "Property", "ScriptProperty"},
    "Methods": {"CodeMethod", "Method", "ScriptMethod"},
}


def member_type(kind: str) -> object:
    from winsim.interpreter.net.enums import DEFINITIONS

    name = "System.Management.Automation.PSMemberTypes"
    members = DEFINITIONS[name].enum if name in DEFINITIONS else None
    return EnumValue(name, kind, (members or {}).get(kind, 0))


def wanted_kinds(call: CommandCall) -> set[str]:
    given = call.get("MemberType")
    if given is None:
        return set()
    kinds: set[str] = set()
    for name in to_text(given).replace(",", " ").split():
        if name == "All":
            return set()
        kinds |= GROUPS.get(name, {name})
    return kinds


@cmdlet("Add-Type", ("AssemblyName",), locks_world=False)
def add_type(call: CommandCall) -> None:
    """Assemblies of the system load; compiling C# is not built."""
    for name in call.texts("AssemblyName"):
        if name.split(",")[0].strip().lower() not in ASSEMBLIES:
            call.write_error(
                CommandError(
                    "System.Exception",
                    f"Cannot add type. The assembly '{name}' could not be found.",
                    "ObjectNotFound",
                    name,
                    "System.Exception",
                )
            )
