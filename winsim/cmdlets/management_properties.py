"""Get-ItemProperty and its family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from winsim.cmdlets.item_paths import places, target_place
from winsim.interpreter.collect import unwrap
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.members import properties_of
from winsim.interpreter.providers import Place, decorated
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import EnumValue, PSObject

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

# Microsoft.Win32.RegistryValueKind; New-ItemProperty parses the text itself, so case does not count and numbers do.
VALUE_KINDS = {"unknown": "Unknown", "string": "String", "expandstring": "ExpandString", "binary": "Binary",
               "dword": "DWord", "multistring": "MultiString", "qword": "QWord", "none": "None", "0": "Unknown",
               "1": "String", "2": "ExpandString", "3": "Binary", "4": "DWord", "7": "MultiString",
               "11": "QWord", "-1": "None"}  # fmt: skip
FORCE = ("Force",)  # rights on keys do not stand in the way here
PROVIDER_NOTES = ("PSPath", "PSParentPath", "PSChildName", "PSDrive", "PSProvider")


def kind_of(call: CommandCall, *names: str) -> str:
    for name in names:
        given = call.get(name)
        if given is not None:
            return given.name if isinstance(given, EnumValue) else to_text(given)
    return ""


def value_kind(place: Place, text: str) -> str:
    """The kind of a registry value that a text names; other providers have no kinds."""
    if place.provider.name != "Registry" or not text:
        return text
    if text.strip().lower() not in VALUE_KINDS:
        message = f'Cannot convert the value "{text}" of the parameter Type to Microsoft.Win32.RegistryValueKind.'
        raise CommandError("System.ArgumentException", message, "InvalidArgument", text, "System.ArgumentException")
    return VALUE_KINDS[text.strip().lower()]


@cmdlet("Get-ItemProperty", ("Path", "LiteralPath", "Name", "Filter", "Include", "Exclude"))
def get_item_property(call: CommandCall) -> None:
    for place in places(call):
        try:
            if place.provider.name == "FileSystem" and not call.has("Name"):
                found: object = place.provider.item(call.session, place.path)
            else:
                found = place.provider.properties(call.session, place.path, call.texts("Name"))
        except CommandError as problem:
            call.write_error(problem)
            continue
        if (
            isinstance(found, PSObject)
            and place.provider.name == "Registry"
            and not found.names()
            and not call.has("Name")
        ):
            continue  # a key without values gives nothing
        call.write(decorated(call.session, found, place))


@cmdlet(
    "Set-ItemProperty",
    (
        "Path",
        "LiteralPath",
        "Name",
        "Value",
        "InputObject",
        "Type",
        "PassThru",
        "Filter",
        "Include",
        "Exclude",
    ),
    nullable=("Value",),
    idle=FORCE,
)
def set_item_property(call: CommandCall) -> None:
    for place in places(call):
        pairs = [(call.text("Name"), call.get("Value"))]
        if call.has("InputObject"):
            infos = properties_of(unwrap(call.get("InputObject")))
            pairs = [(i.name, i.read()) for i in infos if i.name not in PROVIDER_NOTES]
        for name, value in pairs:
            if not call.should_process(f"Item: {place.shown} Property: {name}", "Set Property"):
                continue
            try:
                kind = value_kind(place, kind_of(call, "Type"))
                place.provider.set_property(call.session, place.path, name, value, kind)
            except CommandError as problem:
                call.write_error(problem)
                continue
            if call.switch("PassThru"):
                call.write(shown(call, place, name))


def shown(call: CommandCall, place: Place, name: str) -> object:
    return decorated(call.session, place.provider.properties(call.session, place.path, [name]), place)


@cmdlet(
    "New-ItemProperty",
    ("Path", "LiteralPath", "Name", "PropertyType", "Value", "Force", "Filter", "Include", "Exclude"),
)
def new_item_property(call: CommandCall) -> None:
    name = call.text("Name")
    for place in places(call):
        try:
            kind = value_kind(place, kind_of(call, "PropertyType")) or "String"
            there = name in place.provider.properties(call.session, place.path, [])
            if there and not call.switch("Force"):
                raise CommandError(
                    "System.IO.IOException",
                    "The property already exists.",
                    "ResourceExists",
                    place.path,
                    "System.IO.IOException",
                )
            if not call.should_process(f"Item: {place.shown} Property: {name}", "New Property"):
                continue
            if there:
                place.provider.remove_property(call.session, place.path, name)
            value = call.get("Value")
            if value is None and kind in ("DWord", "QWord"):
                value = 0
            place.provider.set_property(call.session, place.path, name, value, kind)
        except CommandError as problem:
            call.write_error(problem)
            continue
        call.write(shown(call, place, name))


@cmdlet("Remove-ItemProperty", ("Path", "LiteralPath", "Name", "Filter", "Include", "Exclude"), idle=FORCE)
def remove_item_property(call: CommandCall) -> None:
    for place in places(call):
        for name in call.texts("Name"):
            if call.should_process(f"Item: {place.shown} Property: {name}", "Remove Property"):
                try:
                    place.provider.remove_property(call.session, place.path, name)
                except CommandError as problem:
                    call.write_error(problem)


@cmdlet("Clear-ItemProperty", ("Path", "LiteralPath", "Name", "PassThru", "Filter", "Include", "Exclude"), idle=FORCE)
def clear_item_property(call: CommandCall) -> None:
    name = call.text("Name")
    for place in places(call):
        if not call.should_process(f"Item: {place.shown} Property: {name}", "Clear Property"):
            continue
        if place.provider.name == "WebAdministration":
            place.provider.remove_property(call.session, place.path, name)
        else:
            held = place.provider.properties(call.session, place.path, [name]).get(name)
            place.provider.set_property(call.session, place.path, name, 0 if isinstance(held, int) else "")
        if call.switch("PassThru"):
            call.write(shown(call, place, name))


@cmdlet(
    "Rename-ItemProperty",
    ("Path", "LiteralPath", "Name", "NewName", "PassThru", "Filter", "Include", "Exclude"),
    idle=FORCE,
)
def rename_item_property(call: CommandCall) -> None:
    name, new = call.text("Name"), call.text("NewName")
    for place in places(call):
        if call.should_process(f"Item: {place.shown} Property: {name}", "Rename Property"):
            carry(call, place, name, place, new, keep=False)


def carry(call: CommandCall, source: Place, name: str, target: Place, new: str, *, keep: bool) -> None:
    """Takes a property with its kind to another name or place."""
    try:
        held = source.provider.properties(call.session, source.path, [name]).get(name)
        kind = ""
        if source.provider.name == "Registry":
            kind = kind_at(call, source, name)
        target.provider.set_property(call.session, target.path, new, held, kind)
        if not keep:
            source.provider.remove_property(call.session, source.path, name)
    except CommandError as problem:
        call.write_error(problem)
        return
    if call.switch("PassThru"):
        call.write(shown(call, source, name) if keep else shown(call, target, new))


def kind_at(call: CommandCall, place: Place, name: str) -> str:
    """The kind of a registry value."""
    key: Any = unwrap(place.provider.item(call.session, place.path))
    found = next((item for item in key.key.values.values() if item.name.lower() == name.lower()), None)
    return VALUE_KINDS.get(str(found.kind).lower().removeprefix("reg_"), "") if found is not None else ""


@cmdlet(
    "Copy-ItemProperty",
    ("Path", "LiteralPath", "Name", "Destination", "PassThru", "Filter", "Include", "Exclude"),
    positions={"Destination": 1, "Name": 2},
    idle=FORCE,
)
def copy_item_property(call: CommandCall) -> None:
    target, name = target_place(call, call.text("Destination")), call.text("Name")
    for place in places(call):
        if call.should_process(f"Item: {place.shown} Destination: {target.shown}", "Copy Property"):
            carry(call, place, name, target, name, keep=True)


@cmdlet(
    "Move-ItemProperty",
    ("Path", "LiteralPath", "Name", "Destination", "PassThru", "Filter", "Include", "Exclude"),
    positions={"Destination": 1, "Name": 2},
    idle=FORCE,
)
def move_item_property(call: CommandCall) -> None:
    target = target_place(call, call.text("Destination"))
    for place in places(call):
        for name in call.texts("Name"):
            if call.should_process(f"Item: {place.shown} Destination: {target.shown}", "Move Property"):
                carry(call, place, name, target, name, keep=False)
