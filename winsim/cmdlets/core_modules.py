"""Modules and script text: New-Module, Import-Module, Get-Module, Export-ModuleMember, Invoke-Expression."""

from __future__ import annotations

from pslang.signatures import tables
from winsim.cmdlets.core_commands import unbuilt
from winsim.interpreter.cmdlets import CommandCall
from winsim.interpreter.collect import items_of
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.engine_session import ModuleInfo
from winsim.interpreter.errors import ReturnBlock, TerminatingError
from winsim.interpreter.frames import Frame
from winsim.interpreter.providers import locations
from winsim.interpreter.registry import CORE_MODULES, registry
from winsim.interpreter.scopes import Scope
from winsim.interpreter.scriptblocks import CompiledScript, FunctionInfo, ScriptBlock, create, parse_text
from winsim.interpreter.special import CodeProperty, ScriptMethod
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import PSObject
from winsim.interpreter.wildcards import wildcard_match


def loaded(call: CommandCall) -> dict[str, ModuleInfo]:
    found: dict[str, ModuleInfo] = call.session.state.setdefault("modules", {})
    return found


@cmdlet("Invoke-Expression", built=("Command",), locks_world=False, by_value=("Command",))
def invoke_expression(call: CommandCall) -> None:
    """Runs text in the scope of the caller."""
    try:
        block = create(call.text("Command"), call.session)
    except TerminatingError as problem:
        problem.record.command = call.stage.info.declaration.net_class
        raise
    frame = Frame(call.session, call.frame.scope, call.stage.emit, call.frame.cmdlet)
    code = block.code
    if code.script.parameters:
        for value in call.session.collect_block(block, dotted=True):
            call.write(value)
        return
    try:
        for run in (code.begin, code.process, code.end):
            if run is not None:
                run(frame)
    except ReturnBlock:
        pass


@cmdlet("Invoke-History", idle=("Id",), locks_world=False, by_name=("Id",))
def invoke_history(call: CommandCall) -> None:
    """What a client asks to be kept is not what a user has typed: there is nothing to repeat."""
    if call.session.history:
        raise NotBuilt("Invoke-History of a runspace that keeps a history")
    raise CommandError("InvokeHistoryNoLastHistoryEntryFound", "Cannot locate last history.", "InvalidOperation")


# -- script modules ---------------------------------------------------------------------------------------------------


@cmdlet(
    "New-Module",
    built=("Name", "ScriptBlock", "ArgumentList", "Function", "AsCustomObject", "ReturnResult"),
    idle=("Cmdlet",),  # a script block makes none
    locks_world=False,
    positions={"Name": 0, "ScriptBlock": 0},
    remaining=("ArgumentList",),
    nullable=("ArgumentList",),
    by_value=("Name",),
)
def new_module(call: CommandCall) -> None:
    """A module made of a script block, with a scope of its own."""
    block = call.get("ScriptBlock")
    if not isinstance(block, ScriptBlock):
        raise NotBuilt("New-Module without a script block")
    name = call.text("Name") or "__DynamicModule_0001"
    module = ModuleInfo(name)
    module.kind = "Script"
    module.scope = Scope(call.frame.scope.top, is_script=True, module=module)
    output = run_module(call, module, block)
    if call.switch("AsCustomObject"):
        call.write(as_object(module))
        return
    publish(call, module)
    if call.switch("ReturnResult"):
        call.write_all(output)
    else:
        call.write(module)


def run_module(call: CommandCall, module: ModuleInfo, block: ScriptBlock) -> list[object]:
    output: list[object] = []
    state = call.session.state
    outer, state["exporting"] = state.get("exporting"), None
    arguments = list(items_of(call.get("ArgumentList")) or [])
    frame = Frame(call.session, module.scope, output.append)
    try:
        from winsim.interpreter.binder import Argument
        from winsim.interpreter.pipeline import run_pipeline
        from winsim.interpreter.stages import block_stage

        own = ScriptBlock(block.code, call.session, module)
        stage = block_stage(call.session, frame, own, [Argument(None, a) for a in arguments], None, True)
        run_pipeline(call.session, [stage], output.append)
        module.exported = exported(call, module)
    finally:
        state["exporting"] = outer
    return output


def exported(call: CommandCall, module: ModuleInfo) -> dict[str, object]:
    wanted = call.session.state.get("exporting")
    functions = {f.name: f for f in module.scope.functions.values() if isinstance(f, FunctionInfo)}
    patterns = call.texts("Function") or (wanted.get("function") if wanted is not None else ["*"]) or []
    module.variables = (wanted or {}).get("variable", [])
    aliases = (wanted or {}).get("alias", [])
    for alias, target in list(module.scope.aliases.items()):
        if any(wildcard_match(p, alias) for p in aliases):
            call.frame.scope.top.set_alias(module.scope.alias_names.get(alias, alias), target)
    return {name: f for name, f in functions.items() if any(wildcard_match(p, name) for p in patterns)}


def as_object(module: ModuleInfo) -> PSObject:
    made = PSObject()
    wanted = module.variables
    for key in module.scope.vars:
        name = module.scope.names.get(key)
        if name is not None and any(wildcard_match(p, name) for p in wanted):
            made[name] = variable_property(module.scope, key, name)
    for name, function in module.exported.items():
        assert isinstance(function, FunctionInfo)
        made[name] = ScriptMethod(function.block)
    return made


def variable_property(scope: Scope, key: str, name: str) -> CodeProperty:
    """A property that reads and writes a variable of the module."""
    return CodeProperty(lambda this: scope.vars.get(key), lambda this, value: scope.set_local(key, value, name))


def publish(call: CommandCall, module: ModuleInfo) -> None:
    """Makes the exported members of a module visible."""
    top = call.frame.scope.top
    for name, function in module.exported.items():
        assert isinstance(function, FunctionInfo)
        function.module = module
        top.functions[name.lower()] = function
    for key, value in module.scope.vars.items():
        name = module.scope.names.get(key)
        if name is not None and any(wildcard_match(p, name) for p in module.variables):
            top.set_local(key, value, name)
    loaded(call)[module.name.lower()] = module


@cmdlet(
    "Export-ModuleMember",
    built=("Function", "Cmdlet", "Variable", "Alias"),
    locks_world=False,
    nullable=("Function", "Cmdlet", "Variable", "Alias"),
)
def export_module_member(call: CommandCall) -> None:
    state = call.session.state
    wanted = state.get("exporting") or {}
    for kind in ("Function", "Variable", "Alias", "Cmdlet"):
        wanted.setdefault(kind.lower(), []).extend(call.texts(kind))
    state["exporting"] = wanted


# -- modules of the host ----------------------------------------------------------------------------------------------


# What a module exports is there in every scope, and its names are never strange.
IMPORT = ("Global", "Scope", "DisableNameChecking")


@cmdlet(
    "Import-Module",
    built=("Name", "ModuleInfo", "PassThru", "MinimumVersion", "Force"),
    idle=IMPORT,
    locks_world=False,
    by_value=("Name", "ModuleInfo"),
)
def import_module(call: CommandCall) -> None:
    """Loads a module of the host, or publishes one made by New-Module."""
    for value in items_of(call.get("ModuleInfo")) or ([call.get("ModuleInfo")] if call.has("ModuleInfo") else []):
        if isinstance(value, ModuleInfo):
            publish(call, value)
            if call.switch("PassThru"):
                call.write(value)
    for name in call.texts("Name"):
        module = find_module(call, name) or module_of_file(call, name)
        if module is None:
            message = (
                f"The specified module '{name}' was not loaded because no valid module file was found in any module "
                "directory."
            )
            kind = "System.IO.FileNotFoundException"
            error = CommandError("Modules_ModuleNotFound", message, "ResourceUnavailable", name, kind)
            call.write_error(error)
            continue
        if call.has("MinimumVersion") and numbers(module.version) < numbers(call.text("MinimumVersion")):
            message = (
                f"The specified module '{name}' with version '{call.text('MinimumVersion')}' was not loaded because no "
                "valid module file was found in any module directory."
            )
            kind = "System.IO.FileNotFoundException"
            id = "Modules_ModuleWithVersionNotFound"
            call.write_error(CommandError(id, message, "ResourceUnavailable", name, kind))
            continue
        loaded(call)[module.name.lower()] = module
        call.session.bring_module(module.name.lower())
        if call.switch("PassThru"):
            call.write(module)


def module_of_file(call: CommandCall, name: str) -> ModuleInfo | None:
    """A module of script text: by the path of a file or folder, or by its name in a folder of PSModulePath."""
    path = module_path(call, name)
    if path is None:
        return None
    stem = path.rpartition("\\")[2].rpartition(".")[0]
    known = loaded(call).get(stem.lower())
    if known is not None and known.path.lower() == path.lower() and not call.switch("Force"):
        return known
    module = load_file(call, path, stem)
    publish(call, module)
    return module


def module_path(call: CommandCall, name: str) -> str | None:
    files = call.host.files
    leaf = name.rstrip("\\").rpartition("\\")[2]
    if leaf.lower().endswith((".psm1", ".psd1", ".ps1")):
        path = locations(call.session).place(name).path
        return path if files.is_file(path) else None
    if "\\" in name:
        bases = [locations(call.session).place(name).path]
    else:
        folders = call.session.environment().get("psmodulepath", "").split(";")
        bases = [f"{folder.rstrip(chr(92))}\\{name}" for folder in folders if folder]
    found = (f"{base.rstrip(chr(92))}\\{leaf}{end}" for base in bases for end in (".psd1", ".psm1"))
    return next((path for path in found if files.is_file(path)), None)


def load_file(call: CommandCall, path: str, stem: str) -> ModuleInfo:
    """Runs a module file; a manifest says which one, and what of it is seen."""
    text = str(call.session.state["read_text"](path))
    if path.lower().endswith(".psd1"):
        facts = call.session.call_block(ScriptBlock(CompiledScript(parse_text(text, path), text=text), call.session))
        return load_manifest(call, path, stem, facts)
    module = ModuleInfo(stem)
    module.kind, module.path = "Script", path
    module.scope = Scope(call.frame.scope.top, is_script=True, module=module)
    run_module(call, module, ScriptBlock(CompiledScript(parse_text(text, path), text=text), call.session))
    return module


PLAIN_FACTS = frozenset(
    {
        *("moduleversion", "guid", "author", "companyname", "copyright", "description", "powershellversion"),
        *("powershellhostname", "powershellhostversion", "dotnetframeworkversion", "clrversion", "filelist"),
        *("processorarchitecture", "cmdletstoexport", "functionstoexport", "aliasestoexport", "variablestoexport"),
        *("rootmodule", "moduletoprocess", "requiredmodules", "privatedata", "helpinfouri", "modulelist"),
    }
)


def load_manifest(call: CommandCall, path: str, stem: str, facts: object) -> ModuleInfo:
    if not isinstance(facts, Dictionary):
        raise NotBuilt(f"a module manifest that is no table ({path})")
    values = {to_text(key).lower(): value for key, value in facts.items()}
    strange = [key for key, value in values.items() if key not in PLAIN_FACTS and items_of(value) not in ([], None)]
    if strange:
        raise NotBuilt(f"{strange[0]} of a module manifest")
    for required in items_of(values.get("requiredmodules")) or []:
        name = to_text(required)
        if find_module(call, name) is None and module_of_file(call, name) is None:
            message = f"The required module '{name}' is not loaded. Load the module or remove the module from 'RequiredModules' in the file '{path}'."  # noqa: E501
            kind = "System.Management.Automation.MissingMemberException"
            raise CommandError("Modules_InvalidManifest", message, "ResourceUnavailable", path, kind)
    root = to_text(values.get("rootmodule") or values.get("moduletoprocess"))
    module = ModuleInfo(stem)
    if root:
        if not root.lower().endswith((".psm1", ".ps1")):
            raise NotBuilt(f"the root module {root}")
        module = load_file(call, f"{path.rpartition(chr(92))[0]}\\{root}", stem)
    module.path, module.version = path, to_text(values.get("moduleversion") or "0.0")
    if "functionstoexport" in values:
        given = values["functionstoexport"]
        wanted = [to_text(one) for one in items_of(given) or [given]]
        module.exported = {
            name: one for name, one in module.exported.items() if any(wildcard_match(p, name) for p in wanted)
        }
    return module


def numbers(version: object) -> tuple[int, ...]:
    return tuple(int(part) for part in to_text(version).split(".") if part.isdigit())


def find_module(call: CommandCall, name: str) -> ModuleInfo | None:
    known = loaded(call).get(name.lower())
    if known is not None:
        return known
    for written in module_names(call):
        if written.lower() == name.lower():
            return product_module(written)
    return None


def module_names(call: CommandCall) -> list[str]:
    """Modules that are on the host."""
    names = sorted(set(tables.index().values()), key=str.lower)
    return [name for name in names if call.session.has_module(name)]


def product_module(name: str) -> ModuleInfo:
    module = ModuleInfo(name)
    module.version = "3.1.0.0" if name.lower() in CORE_MODULES else "1.0.0.0"
    keys = sorted(key for key, home in tables.index().items() if home.lower() == name.lower())
    found = [registry().cmdlets.get(key) or unbuilt(key) for key in keys]
    module.exported = {info.name: info for info in found if info is not None}
    return module


@cmdlet(
    "Get-Module",
    built=("Name", "ListAvailable"),
    idle=("All", "Refresh"),  # modules have no nested ones, and nothing is cached
    locks_world=False,
    by_value=("Name",),
)
def get_module(call: CommandCall) -> None:
    """Loaded modules, or those of the host with -ListAvailable."""
    patterns = call.texts("Name") or ["*"]
    if call.switch("ListAvailable"):
        found = [product_module(name) for name in module_names(call) if name.lower() != "microsoft.powershell.core"]
    else:
        found = [*loaded(call).values()]
        for name in ("Microsoft.PowerShell.Management", "Microsoft.PowerShell.Utility"):
            if name.lower() not in loaded(call):
                found.append(product_module(name))
    for module in sorted(found, key=lambda one: one.name.lower()):
        if any(wildcard_match(pattern, module.name) for pattern in patterns):
            call.write(module)


@cmdlet(
    "Remove-Module",
    built=("Name", "ModuleInfo"),
    idle=("Force",),  # no module is read-only
    locks_world=False,
    by_value=("Name", "ModuleInfo"),
)
def remove_module(call: CommandCall) -> None:
    names = call.texts("Name")
    value = call.get("ModuleInfo")
    names.extend(m.name for m in items_of(value) or [value] if isinstance(m, ModuleInfo))
    for name in names:
        matching = [m for key, m in loaded(call).items() if wildcard_match(name, key)]
        if not matching:
            message = f"No modules were removed. Verify that the specification of modules to remove is correct: {name}."
            call.write_error(CommandError("Modules_NoModulesRemoved", message, "ResourceUnavailable", name))
        for module in matching:
            del loaded(call)[module.name.lower()]
            top = call.frame.scope.top
            for function in module.exported:
                held = top.functions.get(function.lower())
                if isinstance(held, FunctionInfo) and held.module is module:
                    del top.functions[function.lower()]
