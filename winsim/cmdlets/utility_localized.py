"""Import-LocalizedData and Update-List."""

from __future__ import annotations

from winsim.interpreter.cmdlets import CommandCall
from winsim.interpreter.collect import items_of
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.compare import equals
from winsim.interpreter.members import get_property_of, set_property
from winsim.interpreter.scriptblocks import create
from winsim.interpreter.values import Array

CULTURES = ("en-US", "en")


@cmdlet("Import-LocalizedData", built=("BindingVariable", "UICulture", "BaseDirectory", "FileName"), locks_world=False)
def import_localized_data(call: CommandCall) -> None:
    """The data file of a script in the folder of the culture, else the one beside the script."""
    if not call.has("FileName"):
        message = "The FileName parameter must be specified when the cmdlet is not called from a script file."
        raise CommandError("ImportLocalizedData", message, "InvalidOperation", None, "System.InvalidOperationException")
    base = call.text("BaseDirectory")
    if not base:
        raise NotBuilt("Import-LocalizedData without -BaseDirectory")
    file = call.text("FileName")
    file = file if file.lower().endswith(".psd1") else f"{file}.psd1"
    cultures = (call.text("UICulture"), call.text("UICulture").partition("-")[0]) if call.has("UICulture") else CULTURES
    places = [*(f"{base}\\{culture}\\{file}" for culture in cultures), f"{base}\\{file}"]
    path = next((place for place in places if call.host.files.is_file(place)), None)
    if path is None:
        message = (
            f"Cannot find the Windows PowerShell data file '{file}' in directory '{base}\\{cultures[0]}\\', or in any "
            "parent culture directories."
        )
        kind = "System.Management.Automation.PSInvalidOperationException"
        id = "ImportLocalizedData"
        call.write_error(CommandError(id, message, "ObjectNotFound", f"{base}\\{cultures[0]}\\{file}", kind))
        return
    text = call.session.state["read_text"](path)
    value = call.session.call_block(create(text, call.session))
    name = call.text("BindingVariable").removeprefix("$")
    if name:
        call.frame.scope.set_local(name.lower(), value, name)
    else:
        call.write(value)


@cmdlet("Update-List", built=("Property", "Add", "Remove", "Replace", "InputObject"), locks_world=False)
def update_list(call: CommandCall) -> None:
    """Adds to and removes from a collection that an object holds."""
    if not call.has("InputObject") or not call.has("Property"):
        raise NotBuilt("Update-List without an object and a property")
    target, name = call.get("InputObject"), call.text("Property")
    held = get_property_of(target, name)
    have = list(items_of(held) or ([] if held is None else [held]))
    if call.has("Replace"):
        have = list(items_of(call.get("Replace")) or [])
    have += list(items_of(call.get("Add")) or [])
    gone = list(items_of(call.get("Remove")) or [])
    have = [item for item in have if not any(equals(item, one) for one in gone)]
    if isinstance(held, list) and not isinstance(held, Array):
        held[:] = have
    else:
        set_property(call.frame, target, name, Array(have))
    call.write(target)
