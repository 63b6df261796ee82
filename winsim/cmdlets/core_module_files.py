"""Modules in files: where they are, what their manifests say, loading them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pslang.syntax import FunctionDefinition
from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import CommandError, NotBuilt
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.engine_modules import ModuleInfo
from winsim.interpreter.providers import locations
from winsim.interpreter.scopes import Scope
from winsim.interpreter.scriptblocks import CompiledScript, FunctionInfo, ScriptBlock, parse_text
from winsim.interpreter.texts import to_text
from winsim.interpreter.wildcards import has_wildcard, wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

KNOWN_FACTS = frozenset(
    {
        *("moduleversion", "guid", "author", "companyname", "copyright", "description", "powershellversion"),
        *("powershellhostname", "powershellhostversion", "dotnetframeworkversion", "clrversion", "filelist"),
        *("processorarchitecture", "cmdletstoexport", "functionstoexport", "aliasestoexport", "variablestoexport"),
        *("rootmodule", "moduletoprocess", "requiredmodules", "privatedata", "helpinfouri", "modulelist"),
        *("nestedmodules", "scriptstoprocess", "defaultcommandprefix"),
    }
)
Runner = Callable[["CommandCall", ModuleInfo, ScriptBlock], list[object]]


def module_path(call: CommandCall, name: str) -> str | None:
    """The file of a module: by its path, its folder, or its name in a folder of PSModulePath."""
    files = call.host.files
    leaf = name.rstrip("\\").rpartition("\\")[2]
    if leaf.lower().endswith((".psm1", ".psd1", ".ps1")):
        path = locations(call.session).place(name).path
        return path if files.is_file(path) else None
    if "\\" in name:
        bases = [locations(call.session).place(name).path]
    else:
        bases = [f"{folder}\\{name}" for folder in module_folders(call)]
    found = (f"{base.rstrip(chr(92))}\\{leaf}{end}" for base in bases for end in (".psd1", ".psm1"))
    return next((path for path in found if files.is_file(path)), None)


def module_folders(call: CommandCall) -> list[str]:
    folders = call.session.environment().get("psmodulepath", "").split(";")
    return [folder.rstrip("\\") for folder in folders if folder]


def inside(folder: str, name: str) -> str:
    """The file that a manifest in a folder names."""
    return name if name[1:2] == ":" else f"{folder}\\{name}"


def read_text(call: CommandCall, path: str) -> str:
    text = call.session.state["read_text"](path)
    if text is None:
        message = f"The module to process '{path}' was not processed because no valid module was found in any folder."
        kind = "System.Management.Automation.PSInvalidOperationException"
        raise CommandError("Modules_ModuleFileNotFound", message, "ResourceUnavailable", path, kind)
    return str(text)


def script(call: CommandCall, path: str) -> ScriptBlock:
    text = read_text(call, path)
    return ScriptBlock(CompiledScript(parse_text(text, path), text=text), call.session)


def read_manifest(call: CommandCall, path: str) -> dict[str, object]:
    """The table in a manifest, with lower-case keys."""
    facts = unwrap(call.session.call_block(script(call, path)))
    if not isinstance(facts, Dictionary):
        raise NotBuilt(f"a module manifest that is no table ({path})")
    values = {to_text(key).lower(): value for key, value in facts.items()}
    if not values.get("moduleversion"):
        message = (
            f"The member 'ModuleVersion' is not present in the module manifest. This member must exist and be assigned "
            f"a version number in the form 'n.n.n.n'. Add the missing member to the file '{path}'."
        )
        kind = "System.Management.Automation.MissingMemberException"
        raise CommandError("Modules_InvalidManifest", message, "ResourceUnavailable", path, kind)
    return values


def told(values: dict[str, object], key: str) -> list[object]:
    """The elements of a list in a manifest; one that stands alone is a list as well."""
    value = values.get(key)
    items = items_of(value)
    return list(items) if items is not None else [value] if value else []


def shape(path: str, stem: str, values: dict[str, object]) -> ModuleInfo:
    module = ModuleInfo(stem)
    module.path, module.facts = path, values
    module.version = to_text(values.get("moduleversion") or "0.0")
    return module


def described(call: CommandCall, path: str) -> ModuleInfo:
    """A module as its files tell, without running them."""
    stem = path.rpartition("\\")[2].rpartition(".")[0]
    if not path.lower().endswith(".psd1"):
        module = ModuleInfo(stem)
        module.kind, module.path, module.version = "Script", path, "0.0"
        module.exported = dict(functions_in(call, path))
        return module
    values = read_manifest(call, path)
    module = shape(path, stem, values)
    root = to_text(values.get("rootmodule") or values.get("moduletoprocess"))
    file = inside(path.rpartition("\\")[0], root)
    known: dict[str, object] = {}
    if root:
        module.kind = "Script" if root.lower().endswith((".psm1", ".ps1")) else "Binary"
        known = dict(functions_in(call, file)) if call.host.files.is_file(file) else {}
    named = [to_text(one) for one in told(values, "functionstoexport")]
    for name in named:
        if not has_wildcard(name):
            known.setdefault(name, FunctionInfo(name, CompiledScript(parse_text("")), call.session))
    module.exported = {name: one for name, one in known.items() if any(wildcard_match(p, name) for p in named)}
    return module


def functions_in(call: CommandCall, path: str) -> list[tuple[str, object]]:
    """The functions that a script file defines at its top."""
    block = script(call, path)
    end = block.code.script.end_block
    found = [one for one in (end.statements if end is not None else ()) if isinstance(one, FunctionDefinition)]
    return [(one.name, FunctionInfo(one.name, CompiledScript(one.body), call.session)) for one in found]


def listed(call: CommandCall) -> list[ModuleInfo]:
    """The modules in the folders of PSModulePath that are files of this machine."""
    found: list[ModuleInfo] = []
    for folder in module_folders(call):
        entry = call.host.files.find(folder)
        for child in entry.listing() if entry is not None else ():
            path = module_path(call, f"{folder}\\{child.name}") if child.is_directory else None
            if path is not None:
                found.append(described(call, path))
    return found


def load_file(call: CommandCall, path: str, stem: str, run: Runner) -> ModuleInfo:
    """Runs a module file; a manifest says which ones, and what of them is seen."""
    if path.lower().endswith(".psd1"):
        return load_manifest(call, path, stem, run)
    module = ModuleInfo(stem)
    module.kind, module.path = "Script", path
    module.scope = Scope(call.frame.scope.top, is_script=True, module=module)
    run(call, module, script(call, path))
    return module


def load_manifest(call: CommandCall, path: str, stem: str, run: Runner) -> ModuleInfo:
    values = read_manifest(call, path)
    strange = [key for key in values if key not in KNOWN_FACTS and told(values, key)]
    if strange:
        raise NotBuilt(f"{strange[0]} of a module manifest")
    folder = path.rpartition("\\")[0]
    for file in told(values, "scriptstoprocess"):
        call.session.collect_block(script(call, inside(folder, to_text(file))), dotted=True)
    root = to_text(values.get("rootmodule") or values.get("moduletoprocess"))
    module = shape(path, stem, values)
    if root:
        if not root.lower().endswith((".psm1", ".ps1")):
            raise NotBuilt(f"the root module {root}")
        module = load_file(call, inside(folder, root), stem, run)
        module.path, module.version, module.facts = path, to_text(values["moduleversion"]), values
    for nested in told(values, "nestedmodules"):
        add_nested(call, module, nested, folder, run)
    restrict(module, values)
    return module


def add_nested(call: CommandCall, module: ModuleInfo, nested: object, folder: str, run: Runner) -> None:
    """A nested module gives what it exports to the module that names it."""
    base = unwrap(nested)
    name = to_text(base.get("ModuleName") if isinstance(base, Dictionary) else base)
    file = inside(folder, name)
    path = file if call.host.files.is_file(file) else module_path(call, file) or module_path(call, name)
    if path is None:
        message = f"The module to process '{name}', listed in field 'NestedModules' of module manifest '{module.path}' was not processed because no valid module was found in any module directory."  # noqa: E501
        kind = "System.Management.Automation.PSInvalidOperationException"
        raise CommandError("Modules_ModuleFileNotFound", message, "ResourceUnavailable", module.path, kind)
    if path.lower() == module.path.lower():
        return  # a circle
    inner = load_file(call, path, path.rpartition("\\")[2].rpartition(".")[0], run)
    for function in inner.exported.values():
        if isinstance(function, FunctionInfo):
            function.module = inner
    module.nested.append(inner)
    module.exported.update(inner.exported)
    module.aliases.update(inner.aliases)


def restrict(module: ModuleInfo, values: dict[str, object]) -> None:
    """What the manifest lets out of what the module exports."""

    def passes(key: str, name: str) -> bool:
        return key not in values or any(wildcard_match(to_text(one), name) for one in told(values, key))

    module.exported = {name: one for name, one in module.exported.items() if passes("functionstoexport", name)}
    module.aliases = {name: one for name, one in module.aliases.items() if passes("aliasestoexport", name)}
