"""Export-Alias and Import-Alias."""

from __future__ import annotations

from winsim.cmdlets.management_content import encoding_of, writable
from winsim.cmdlets.utility_csv import records
from winsim.cmdlets.utility_variables import alias_facts, all_aliases, find_alias, not_writable, scope_of
from winsim.interpreter.cmdlets import CommandCall
from winsim.interpreter.command import CommandError, cmdlet
from winsim.interpreter.net.dates import now_of, text_of
from winsim.interpreter.net.encodings import Encoding
from winsim.interpreter.net.paths import decode
from winsim.interpreter.provider_files import file_content
from winsim.interpreter.providers import glob, locations
from winsim.interpreter.scriptblocks import AliasInfo
from winsim.interpreter.wildcards import wildcard_match


def quoted(text: str, mark: str = '"') -> str:
    return '"' + text.replace('"', mark + '"') + '"'


def line_of(call: CommandCall, name: str, target: str) -> str:
    description, options = alias_facts(call, name)
    if call.text("As").lower() == "script":
        parts = (("Name", name), ("Value", target), ("Description", description), ("Option", options))
        return "set-alias " + " ".join(f"-{key}:{quoted(text, '`')}" for key, text in parts)
    return ",".join(quoted(text) for text in (name, target, description, options))


@cmdlet(
    "Export-Alias",
    ("Path", "LiteralPath", "Name", "As", "Append", "Force", "NoClobber", "Description", "PassThru", "Scope"),
    by_name=("Name", "LiteralPath"),
)
def export_alias(call: CommandCall) -> None:
    place = locations(call.session).place(call.text("LiteralPath") or call.text("Path"))
    files = call.host.files
    if call.switch("NoClobber") and files.exists(place.path):
        message = f"The file '{place.path}' already exists."
        raise CommandError("NoClobber", message, "ResourceExists", place.path, "System.IO.IOException")
    patterns = call.texts("Name") or ["*"]
    table = {k: v for k, v in all_aliases(call).items() if any(wildcard_match(p, k) for p in patterns)}
    if not call.should_process(place.path):
        return
    writable(call, place.path)
    moment = text_of(now_of(call.session), "F")
    user = call.session.identity.user.rpartition("\\")[2]
    header = ["Alias File", f"Exported by : {user}", f"Date/Time : {moment}", f"Computer : {call.host.name}"]
    if call.has("Description"):
        header += ["", *call.text("Description").split("\n")]
    lines = [*(f"# {line}".rstrip() for line in header), *(line_of(call, *pair) for pair in table.items())]
    old = files.read(place.path) if call.switch("Append") and files.is_file(place.path) else b""
    files.write(place.path, old + Encoding("ASCII").encode("".join(f"{line}\r\n" for line in lines)))
    if call.switch("PassThru"):
        call.write_all(AliasInfo(name, target, None) for name, target in table.items())


@cmdlet("Import-Alias", ("Path", "LiteralPath", "Scope", "Force", "PassThru"), by_value=("Path",), by_name=("Path",))
def import_alias(call: CommandCall) -> None:
    scope = scope_of(call)
    path = call.text("LiteralPath") or call.text("Path")
    for place in glob(call.session, path, call.has("LiteralPath")):
        text = decode(file_content(call.session, place.path), encoding_of(call)).replace("\r\n", "\n")
        for row in records("\n".join(line for line in text.split("\n") if not line.startswith("#")), ","):
            if len(row) != 4:
                message = f'Cannot import an alias. Line "{",".join(row)}" in the file is not correctly formatted.'
                raise CommandError("ImportAliasFileFormatError", message, "ReadError", place.path, FORMAT_EXCEPTION)
            take(call, scope, row)


FORMAT_EXCEPTION = "System.FormatException"


def take(call: CommandCall, scope: object, row: list[str]) -> None:
    from winsim.interpreter.scopes import Scope

    assert isinstance(scope, Scope)
    name, target, description, options = row
    if find_alias(call, name) is not None and not call.switch("Force"):
        message = f"The alias is not allowed, because an alias with the name '{name}' already exists."
        kind = "System.Management.Automation.SessionStateException"
        call.write_error(CommandError("AliasAlreadyExists", message, "ResourceExists", name, kind))
        return
    if "Constant" in alias_facts(call, name)[1]:
        call.write_error(not_writable(name))
        return
    scope.set_alias(name, target)
    scope.alias_facts = {**(scope.alias_facts or {}), name.lower(): (description, options)}
    if call.switch("PassThru"):
        call.write(AliasInfo(name, target, None))
