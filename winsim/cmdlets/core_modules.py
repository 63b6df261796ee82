"""Modules and script text: New-Module, Import-Module, Get-Module, Export-ModuleMember, Invoke-Expression."""

from __future__ import annotations

from dataclasses import dataclass

from pslang.signatures import tables
from winsim.cmdlets.core_commands import unbuilt
from winsim.cmdlets.core_module_files import described, listed, load_file, module_path, read_manifest, told
from winsim.interpreter.cmdlets import CommandCall
from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.engine_modules import ModuleInfo
from winsim.interpreter.errors import ReturnBlock, TerminatingError
from winsim.interpreter.frames import Frame
from winsim.interpreter.registry import CORE_MODULES, registry
from winsim.interpreter.scopes import Scope
from winsim.interpreter.scriptblocks import FunctionInfo, ScriptBlock, create
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
    named = call.texts("Function") if call.name == "New-Module" else []
    patterns = named or (wanted.get("function") if wanted is not None else ["*"]) or []
    module.variables = (wanted or {}).get("variable", [])
    aliases = (wanted or {}).get("alias", [])
    module.aliases = {
        module.scope.alias_names.get(alias, alias): target
        for alias, target in module.scope.aliases.items()
        if any(wildcard_match(p, alias) for p in aliases)
    }
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


@dataclass(frozen=True)
class Limits:
    """Patterns by kind of member, where any are given; a prefix for the nouns of functions."""

    kinds: dict[str, list[str]]
    prefix: str = ""

    def passes(self, kind: str, name: str) -> bool:
        return not self.kinds or any(wildcard_match(pattern, name) for pattern in self.kinds.get(kind, ()))


def publish(call: CommandCall, module: ModuleInfo, limits: Limits | None = None) -> None:
    """Makes the exported members of a module visible."""
    top = call.frame.scope.top
    limits = limits or Limits({})
    prefix = limits.prefix or to_text(module.facts.get("defaultcommandprefix"))
    if prefix and module.scope is None and not module.nested:
        raise NotBuilt(f"a prefix for the cmdlets of {module.name}")
    for name, function in module.exported.items():
        if isinstance(function, FunctionInfo) and limits.passes("Function", name):
            function.module = function.module or module
            top.functions[prefixed(name, prefix).lower()] = renamed(function, prefixed(name, prefix))
    for alias, target in module.aliases.items():
        if limits.passes("Alias", alias):
            top.set_alias(alias, target)
    for key, value in module.scope.vars.items() if module.scope is not None else ():
        name = module.scope.names.get(key)
        exported = name is not None and any(wildcard_match(p, name) for p in module.variables)
        if name is not None and exported and limits.passes("Variable", name):
            top.set_local(key, value, name)
    loaded(call)[module.name.lower()] = module


def prefixed(name: str, prefix: str) -> str:
    verb, dash, noun = name.partition("-")
    return f"{verb}-{prefix}{noun}" if dash else f"{prefix}{name}"


def renamed(function: FunctionInfo, name: str) -> FunctionInfo:
    if name == function.name:
        return function
    made = FunctionInfo(name, function.code, function.session, function.module)
    made.captured = function.captured
    return made


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
    built=(
        *("Name", "ModuleInfo", "PassThru", "MinimumVersion", "RequiredVersion", "Force", "ArgumentList"),
        *("Function", "Variable", "Alias", "Prefix", "AsCustomObject"),
    ),
    idle=IMPORT,
    locks_world=False,
    by_value=("Name", "ModuleInfo"),
)
def import_module(call: CommandCall) -> None:
    """Loads a module of the host, or publishes one made by New-Module."""
    for value in items_of(call.get("ModuleInfo")) or ([call.get("ModuleInfo")] if call.has("ModuleInfo") else []):
        if isinstance(value, ModuleInfo):
            publish(call, value, limited(call))
            if call.switch("PassThru"):
                call.write(value)
    for name in call.texts("Name"):
        module = module_of_file(call, name) or find_module(call, name)
        if module is None:
            call.write_error(no_module(name))
        elif not fits_version(call, module):
            call.write_error(no_version(call, name))
        else:
            publish(call, module, limited(call))
            call.session.bring_module(module.name.lower())
            if call.switch("PassThru"):
                call.write(as_object(module) if call.switch("AsCustomObject") else module)


def no_module(name: str) -> CommandError:
    message = (
        f"The specified module '{name}' was not loaded because no valid module file was found in any module directory."
    )
    kind = "System.IO.FileNotFoundException"
    return CommandError("Modules_ModuleNotFound", message, "ResourceUnavailable", name, kind)


def fits_version(call: CommandCall, module: ModuleInfo) -> bool:
    if call.has("RequiredVersion") and padded(module.version) != padded(call.text("RequiredVersion")):
        return False
    return not call.has("MinimumVersion") or padded(module.version) >= padded(call.text("MinimumVersion"))


def no_version(call: CommandCall, name: str) -> CommandError:
    wanted = call.text("RequiredVersion") or call.text("MinimumVersion")
    message = (
        f"The specified module '{name}' with version '{wanted}' was not loaded because no valid module file was found "
        "in any module directory."
    )
    kind = "System.IO.FileNotFoundException"
    return CommandError("Modules_ModuleWithVersionNotFound", message, "ResourceUnavailable", name, kind)


def limited(call: CommandCall) -> Limits | None:
    """What -Function, -Variable, -Alias and -Prefix say of the members to import, None without them."""
    kinds = {kind: call.texts(kind) for kind in ("Function", "Variable", "Alias") if call.has(kind)}
    return Limits(kinds, call.text("Prefix")) if kinds or call.text("Prefix") else None


def module_of_file(call: CommandCall, name: str) -> ModuleInfo | None:
    """A module in a file, by its path or by its name; None where there is none."""
    path = module_path(call, name)
    if path is None:
        return None
    stem = path.rpartition("\\")[2].rpartition(".")[0]
    known = loaded(call).get(stem.lower())
    if known is not None and known.path.lower() == path.lower() and not call.switch("Force"):
        return known
    if path.lower().endswith(".psd1"):
        require(call, path)
    module = load_file(call, path, stem, run_module)
    module.required = [loaded(call)[n.lower()] for n in required_names(module.facts) if n.lower() in loaded(call)]
    return module


def required_names(facts: dict[str, object]) -> list[str]:
    found = [unwrap(one) for one in told(facts, "requiredmodules")]
    return [to_text(one.get("ModuleName") if isinstance(one, Dictionary) else one) for one in found]


def require(call: CommandCall, path: str) -> None:
    """Imports the modules that a manifest demands."""
    for name in required_names(read_manifest(call, path)):
        found = find_module(call, name) or module_of_file(call, name)
        if found is None:
            message = f"The required module '{name}' is not loaded. Load the module or remove the module from 'RequiredModules' in the file '{path}'."  # noqa: E501
            kind = "System.Management.Automation.MissingMemberException"
            raise CommandError("Modules_InvalidManifest", message, "ResourceUnavailable", path, kind)
        publish(call, found)


def padded(version: object) -> tuple[int, ...]:
    """A version to compare with others; missing parts come before zero."""
    parts = [int(part) for part in to_text(version).split(".") if part.isdigit()]
    return (*parts, *[-1] * (4 - len(parts)))


def in_file(call: CommandCall, name: str) -> str | None:
    """The file of a module that is named by its path."""
    return module_path(call, name) if "\\" in name or name.lower().endswith((".psd1", ".psm1")) else None


def stem_of(path: str) -> str:
    return path.rstrip("\\").rpartition("\\")[2].removesuffix(".psd1").removesuffix(".psm1")


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
        found += listed(call)
        found += [described(call, path) for name in call.texts("Name") if (path := in_file(call, name)) is not None]
        patterns = [pattern if in_file(call, pattern) is None else stem_of(pattern) for pattern in patterns]
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
            for alias in module.aliases:
                top.aliases.pop(alias.lower(), None)
            own = (module, *module.nested)
            for key, held in list(top.functions.items()):
                if isinstance(held, FunctionInfo) and held.module in own:
                    del top.functions[key]
