"""Modules as objects: PSModuleInfo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from winsim.interpreter.collect import collapse, items_of
from winsim.interpreter.containers import GenericDictionary, GenericList
from winsim.interpreter.convert import convert
from winsim.interpreter.errors import TerminatingError
from winsim.interpreter.nettypes import TypeDef
from winsim.interpreter.scopes import PSVariable
from winsim.interpreter.scriptblocks import AliasInfo, CmdletInfo, FunctionInfo, ScriptBlock
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import NetObject

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

SMA: Final = "System.Management.Automation."


class ModuleInfo(NetObject):
    """A module: its own scope below the global one. ``facts`` is its manifest, with lower-case keys."""

    type_names = (SMA + "PSModuleInfo", "System.Object")

    def __init__(self, name: str, scope: Any = None, exported: dict[str, object] | None = None) -> None:
        self.name = name
        self.scope = scope
        self.exported = exported or {}
        self.path = ""
        self.version = "1.0"
        self.kind = "Manifest" if scope is None else "Script"
        self.variables: list[str] = []
        self.aliases: dict[str, str] = {}
        self.nested: list[ModuleInfo] = []
        self.required: list[ModuleInfo] = []
        self.facts: dict[str, object] = {}

    def __str__(self) -> str:
        return self.name


MODULE = TypeDef(SMA + "PSModuleInfo", accelerators=("psmoduleinfo",))


@MODULE.property("Name", "System.String")
def module_name(this: ModuleInfo) -> str:
    return this.name


@MODULE.property("Path", "System.String")
def module_path(this: ModuleInfo) -> str:
    return this.path


@MODULE.property("ModuleBase", "System.String")
def module_base(this: ModuleInfo) -> str:
    return this.path.rpartition("\\")[0]


@MODULE.property("ModuleType", "System.String")
def module_type(this: ModuleInfo) -> str:
    return this.kind


@MODULE.property("Version", "System.Version")
def module_version(this: ModuleInfo) -> object:
    return convert(this.version, get_type("System.Version"))


def fact(name: str, kind: str = "System.String") -> None:
    """A property that tells what the manifest says, $null where it says nothing."""

    @MODULE.property(name, kind)
    def told(this: ModuleInfo) -> object:
        value = this.facts.get(name.lower())
        if value is None or kind == "System.Object":
            return value
        try:
            return convert(value, get_type(kind))
        except TerminatingError:
            return None


for _name in ("Author", "CompanyName", "Copyright", "HelpInfoUri", "PowerShellHostName"):
    fact(_name)
for _name in ("PowerShellVersion", "PowerShellHostVersion", "DotNetFrameworkVersion", "ClrVersion"):
    fact(_name, "System.Version")
fact("PrivateData", "System.Object")


@MODULE.property("Description", "System.String")
def module_description(this: ModuleInfo) -> str:
    return to_text(this.facts.get("description"))


@MODULE.property("RootModule", "System.String")
def root_module(this: ModuleInfo) -> object:
    return this.facts.get("rootmodule") or this.facts.get("moduletoprocess")


@MODULE.property("Guid", "System.Guid")
def module_guid(this: ModuleInfo) -> object:
    text = to_text(this.facts.get("guid")) or "00000000-0000-0000-0000-000000000000"
    return convert(text, get_type("System.Guid"))


def names_told(this: ModuleInfo, key: str) -> list[object]:
    value = this.facts.get(key)
    items = items_of(value)
    return [] if value is None else list(items) if items is not None else [value]


@MODULE.property("FileList")
def file_list(this: ModuleInfo) -> GenericList:
    return GenericList(names_told(this, "filelist"), "System.String")


@MODULE.property("NestedModules")
def nested_modules(this: ModuleInfo) -> GenericList:
    return GenericList(this.nested, SMA + "PSModuleInfo")


@MODULE.property("RequiredModules")
def required_modules(this: ModuleInfo) -> GenericList:
    return GenericList(this.required, SMA + "PSModuleInfo")


def by_name(this: ModuleInfo, kind: type[object] | None) -> GenericDictionary:
    made = GenericDictionary("System.String", SMA + "CommandInfo", ignore_case=True)
    for name, command in this.exported.items():
        if kind is None or isinstance(command, kind):
            made[name] = command
    return made


@MODULE.property("ExportedFunctions")
def module_functions(this: ModuleInfo) -> object:
    return by_name(this, FunctionInfo)


@MODULE.property("ExportedCmdlets")
def module_cmdlets(this: ModuleInfo) -> object:
    return by_name(this, CmdletInfo)


@MODULE.property("ExportedCommands")
def module_commands(this: ModuleInfo) -> object:
    return by_name(this, None)


@MODULE.property("ExportedAliases")
def module_aliases(this: ModuleInfo) -> object:
    made = GenericDictionary("System.String", SMA + "AliasInfo", ignore_case=True)
    for name, target in this.aliases.items():
        made[name] = AliasInfo(name, target, None)
    return made


@MODULE.property("ExportedVariables")
def module_variables(this: ModuleInfo) -> object:
    made = GenericDictionary("System.String", SMA + "PSVariable", ignore_case=True)
    for name in this.variables if this.scope is not None else ():
        if name.lower() in this.scope.vars:
            made[name] = PSVariable(name, this.scope)
    return made


@MODULE.method("Invoke", SMA + "ScriptBlock", "params System.Object[]", needs_session=True)
def module_invoke(this: ModuleInfo, session: Session, block: ScriptBlock, arguments: list[object]) -> object:
    own = ScriptBlock(block.code, session, this if this.scope is not None else None)
    return collapse(session.collect_block(own, arguments))


MODULE_TYPES: tuple[TypeDef, ...] = (MODULE,)
