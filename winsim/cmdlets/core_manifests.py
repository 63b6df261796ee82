"""New-ModuleManifest and Test-ModuleManifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.cmdlets.core_module_files import described, read_manifest
from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.net.dates import now_of, text_of
from winsim.interpreter.net.encodings import Encoding
from winsim.interpreter.net.identifiers import new_guid
from winsim.interpreter.providers import glob, locations
from winsim.interpreter.texts import to_text

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

# Key of the file, its comment there, and how the value is written.
ENTRIES = (
    ("RootModule", "Script module or binary module file associated with this manifest.", "text"),
    ("ModuleVersion", "Version number of this module.", "text"),
    ("GUID", "ID used to uniquely identify this module", "text"),
    ("Author", "Author of this module", "text"),
    ("CompanyName", "Company or vendor of this module", "text"),
    ("Copyright", "Copyright statement for this module", "text"),
    ("Description", "Description of the functionality provided by this module", "text"),
    ("PowerShellVersion", "Minimum version of the Windows PowerShell engine required by this module", "text"),
    ("PowerShellHostName", "Name of the Windows PowerShell host required by this module", "text"),
    ("PowerShellHostVersion", "Minimum version of the Windows PowerShell host required by this module", "text"),
    ("DotNetFrameworkVersion", "Minimum version of Microsoft .NET Framework required by this module", "text"),
    ("CLRVersion", "Minimum version of the common language runtime (CLR) required by this module", "text"),
    ("ProcessorArchitecture", "Processor architecture (None, X86, Amd64) required by this module", "text"),
    (
        "RequiredModules",
        "Modules that must be imported into the global environment prior to importing this module",
        "modules",
    ),
    ("RequiredAssemblies", "Assemblies that must be loaded prior to importing this module", "list"),
    (
        "ScriptsToProcess",
        "Script files (.ps1) that are run in the caller's environment prior to importing this module.",
        "list",
    ),
    ("TypesToProcess", "Type files (.ps1xml) to be loaded when importing this module", "list"),
    ("FormatsToProcess", "Format files (.ps1xml) to be loaded when importing this module", "list"),
    (
        "NestedModules",
        "Modules to import as nested modules of the module specified in RootModule/ModuleToProcess",
        "modules",
    ),
    ("FunctionsToExport", "Functions to export from this module", "list"),
    ("CmdletsToExport", "Cmdlets to export from this module", "list"),
    ("VariablesToExport", "Variables to export from this module", "list"),
    ("AliasesToExport", "Aliases to export from this module", "list"),
    ("ModuleList", "List of all modules packaged with this module", "modules"),
    ("FileList", "List of all files packaged with this module", "list"),
    ("PrivateData", "Private data to pass to the module specified in RootModule/ModuleToProcess", "text"),
    ("HelpInfoURI", "HelpInfo URI of this module", "text"),
    (
        "DefaultCommandPrefix",
        "Default prefix for commands exported from this module. Override the default prefix using Import-Module "
        "-Prefix.",
        "text",
    ),
)
PARAMETERS = {"GUID": "Guid", "CLRVersion": "ClrVersion", "HelpInfoURI": "HelpInfoUri"}  # named otherwise in the file
BUILT = (
    *("Path", "NestedModules", "Guid", "Author", "CompanyName", "Copyright", "RootModule", "ModuleVersion"),
    *("Description", "ProcessorArchitecture", "PowerShellVersion", "ClrVersion", "DotNetFrameworkVersion"),
    *("PowerShellHostName", "PowerShellHostVersion", "RequiredModules", "TypesToProcess", "FormatsToProcess"),
    *("ScriptsToProcess", "RequiredAssemblies", "FileList", "ModuleList", "FunctionsToExport", "AliasesToExport"),
    *("VariablesToExport", "CmdletsToExport", "PrivateData", "HelpInfoUri", "PassThru", "DefaultCommandPrefix"),
)


def quoted(value: object) -> str:
    return "'" + to_text(value).replace("'", "''") + "'"


def specification(value: object) -> str:
    """A module by its name, or by a table of name, version and GUID."""
    base = unwrap(value)
    if not isinstance(base, Dictionary):
        return quoted(base)
    return "@{" + "".join(f"{to_text(key)} = {quoted(held)}; " for key, held in base.items()) + "}"


def written(value: object, way: str, key: str) -> str:
    if way == "text":
        return quoted(value)
    items = items_of(value)
    shown = [specification(one) if way == "modules" else quoted(one) for one in ([value] if items is None else items)]
    joined = f", \r\n{' ' * (len(key) + 5)}".join(shown)
    return f"@({joined})" if way == "modules" or not shown else joined


def defaults(call: CommandCall) -> dict[str, object]:
    author = call.text("Author") or call.session.identity.user.rpartition("\\")[2]
    year = to_text(now_of(call.session).year)
    return {
        "ModuleVersion": "1.0",
        "GUID": new_guid(),
        "Author": author,
        "CompanyName": "Unknown",
        "Copyright": f"(c) {year} {author}. All rights reserved.",
        **{f"{kind}ToExport": "*" for kind in ("Functions", "Cmdlets", "Variables", "Aliases")},
    }


def manifest_text(call: CommandCall, name: str) -> str:
    values = defaults(call)
    for key, _, _ in ENTRIES:
        parameter = PARAMETERS.get(key, key)
        if call.has(parameter) and call.get(parameter) is not None:
            values[key] = call.get(parameter)
    if isinstance(unwrap(values.get("PrivateData")), Dictionary):
        raise NotBuilt("New-ModuleManifest -PrivateData with a table")
    head = f"#\r\n# Module manifest for module '{name}'\r\n#\r\n# Generated by: {to_text(values['Author'])}\r\n#\r\n"
    lines = [head, f"# Generated on: {text_of(now_of(call.session), 'd')}\r\n#\r\n\r\n@{{\r\n\r\n"]
    for key, comment, way in ENTRIES:
        if key in values:
            lines.append(f"# {comment}\r\n{key} = {written(values[key], way, key)}\r\n\r\n")
        else:
            lines.append(f"# {comment}\r\n# {key} = {quoted('') if way == 'text' else '@()'}\r\n\r\n")
    return "".join([*lines, "}\r\n\r\n"])


def wrong_path(path: str) -> CommandError:
    message = (
        f"The specified module manifest path '{path}' is not valid. The path argument must resolve to a single file "
        "that has a '.psd1' extension."
    )
    kind = "System.InvalidOperationException"
    return CommandError("Modules_InvalidModuleManifestPath", message, "InvalidArgument", path, kind)


@cmdlet("New-ModuleManifest", BUILT, types={"ProcessorArchitecture": "System.Object"})
def new_manifest(call: CommandCall) -> None:
    place = locations(call.session).place(call.text("Path"))
    if place.provider.name != "FileSystem" or not place.path.lower().endswith(".psd1"):
        raise wrong_path(call.text("Path"))
    if not call.should_process(place.path, f"Creating the '{place.path}' module manifest file."):
        return
    text = manifest_text(call, place.name.rpartition(".")[0])
    encoding = Encoding("Unicode")
    try:
        call.host.files.write(place.path, encoding.preamble + encoding.encode(text))
    except (FileNotFoundError, NotADirectoryError):
        message = f"Could not find a part of the path '{place.path}'."
        kind = "System.IO.DirectoryNotFoundException"
        raise CommandError("FileOpenFailure", message, "OpenError", None, kind) from None
    if call.switch("PassThru"):
        call.write(text)


@cmdlet("Test-ModuleManifest", ("Path",), locks_world=False)
def test_manifest(call: CommandCall) -> None:
    """A module with what its manifest says, which is not loaded."""
    text = call.text("Path")
    try:
        found = glob(call.session, text)
    except CommandError as problem:
        if problem.id != "PathNotFound":
            raise
        found = []
    if not found:
        message = (
            f"The specified module '{text}' was not loaded because no valid module file was found in any module "
            "directory."
        )
        kind = "System.IO.FileNotFoundException"
        call.write_error(CommandError("Modules_ModuleNotFound", message, "ResourceUnavailable", text, kind))
        return
    path = found[0].path
    if len(found) > 1 or not path.lower().endswith(".psd1"):
        raise wrong_path(path)
    facts = read_manifest(call, path)
    folder = path.rpartition("\\")[0]
    for key in ("filelist", "nestedmodules"):
        for one in items_of(facts.get(key)) or ([facts[key]] if facts.get(key) else []):
            name = to_text(one)
            if "." in name and not call.host.files.exists(f"{folder}\\{name}"):
                id = "Modules_InvalidFilePathinModuleManifest"
                if key == "nestedmodules":
                    id = "Modules_InvalidNestedModuleinModuleManifest"
                message = f"The specified {key} entry '{name}' in the module manifest '{path}' is invalid."
                kind = "System.IO.DirectoryNotFoundException"
                call.write_error(CommandError(id, message, "ObjectNotFound", text, kind))
                return
    call.write(described(call, path))
