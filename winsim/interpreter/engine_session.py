"""``$ExecutionContext``, ``$Host``, ``$PSCmdlet`` and modules."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from winsim.interpreter.cmdlet_object import PSCmdletObject
from winsim.interpreter.collect import collapse, items_of
from winsim.interpreter.engine_host_ui import add_methods
from winsim.interpreter.engine_powershell import POWERSHELL_TYPES, LocalRunspace
from winsim.interpreter.engine_raw_ui import RawUI
from winsim.interpreter.errors import ErrorRecord, InvocationInfo, TerminatingError
from winsim.interpreter.net.cultures import EN_US
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.scopes import PSVariable
from winsim.interpreter.scriptblocks import CommandInfo, CompiledScript, ScriptBlock, create, parse_text
from winsim.interpreter.streams import InformationalRecord
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL, EnumValue, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

SMA = "System.Management.Automation."


class ScriptCommand(CommandInfo):
    """What $MyInvocation.MyCommand is in a script block."""

    kind = "Script"
    type_names = (SMA + "ScriptInfo", SMA + "CommandInfo", "System.Object")

    def __init__(self, code: CompiledScript) -> None:
        self.name = ""
        self.code = code

    @property
    def block(self) -> ScriptBlock:
        return ScriptBlock(self.code, None)


class ExecutionContext(NetObject):
    type_names = (SMA + "EngineIntrinsics", "System.Object")

    def __init__(self, session: Session) -> None:
        self.session = session


class CommandIntrinsics(NetObject):
    type_names = (SMA + "CommandInvocationIntrinsics", "System.Object")

    def __init__(self, session: Session) -> None:
        self.session = session


class SessionState(NetObject):
    type_names = (SMA + "SessionState", "System.Object")

    def __init__(self, session: Session) -> None:
        self.session = session


class PathIntrinsics(NetObject):
    type_names = (SMA + "PathIntrinsics", "System.Object")

    def __init__(self, session: Session) -> None:
        self.session = session


class VariableIntrinsics(NetObject):
    type_names = (SMA + "PSVariableIntrinsics", "System.Object")

    def __init__(self, session: Session) -> None:
        self.session = session


class InternalHost(NetObject):
    type_names = (SMA + "Internal.Host.InternalHost", SMA + "Host.PSHost", "System.Object")

    def __init__(self, session: Session) -> None:
        self.session = session


CONTEXT = TypeDef(SMA + "EngineIntrinsics")
INVOKE = TypeDef(SMA + "CommandInvocationIntrinsics")
STATE = TypeDef(SMA + "SessionState")
VARIABLES = TypeDef(SMA + "PSVariableIntrinsics")
HOST = TypeDef(SMA + "Internal.Host.InternalHost")
CMDLET = TypeDef(SMA + "PSCmdlet")
PATHS = TypeDef(SMA + "PathIntrinsics")


@CONTEXT.property("InvokeCommand")
def invoke_command(this: ExecutionContext) -> CommandIntrinsics:
    return CommandIntrinsics(this.session)


@STATE.property("LanguageMode")
def language_mode(this: SessionState) -> EnumValue:
    return EnumValue(SMA + "PSLanguageMode", "FullLanguage", 0)


@CONTEXT.property("SessionState")
def session_state(this: ExecutionContext) -> SessionState:
    return SessionState(this.session)


@CONTEXT.property("Host")
def context_host(this: ExecutionContext) -> InternalHost:
    return InternalHost(this.session)


@STATE.property("PSVariable")
def state_variables(this: SessionState) -> VariableIntrinsics:
    return VariableIntrinsics(this.session)


@STATE.property("Path")
def state_path(this: SessionState) -> PathIntrinsics:
    return PathIntrinsics(this.session)


@PATHS.method("GetUnresolvedProviderPathFromPSPath", "System.String")
def unresolved_session_path(this: PathIntrinsics, path: str) -> str:
    from winsim.interpreter.providers import locations

    return locations(this.session).place(path).path


@STATE.property("InvokeCommand")
def state_invoke(this: SessionState) -> CommandIntrinsics:
    return CommandIntrinsics(this.session)


@VARIABLES.method("GetValue", "System.String")
def variable_value(this: VariableIntrinsics, name: str) -> object:
    return this.session.current_frame().scope.lookup(name.lower(), None)


@VARIABLES.method("GetValue", "System.String", "System.Object")
def variable_or(this: VariableIntrinsics, name: str, default: object) -> object:
    return this.session.current_frame().scope.lookup(name.lower(), default)


@VARIABLES.method("Get", "System.String")
def variable_object(this: VariableIntrinsics, name: str) -> object:
    found = this.session.current_frame().scope.find(name.lower())
    return PSVariable(found.names.get(name.lower(), name), found) if found is not None else None


@VARIABLES.method("Set", "System.String", "System.Object")
def set_variable(this: VariableIntrinsics, name: str, value: object) -> object:
    this.session.current_frame().scope.set_local(name.lower(), value, name)
    return AUTOMATION_NULL


@INVOKE.method("ExpandString", "System.String")
def expand_string(this: CommandIntrinsics, text: str) -> str:
    """Expands the text as if it stood in double quotes."""
    from winsim.interpreter.compiling import Unit, value_of

    escaped = text.replace('"', '""')
    script = parse_text(f'"{escaped}"')
    assert script.end_block is not None
    evaluate = value_of(Unit(script.source), script.end_block.statements[0])
    return to_text(evaluate(this.session.current_frame()))


@INVOKE.method("NewScriptBlock", "System.String")
def new_block(this: CommandIntrinsics, text: str) -> ScriptBlock:
    return create(text, this.session)


@INVOKE.method("InvokeScript", "System.String")
def invoke_script(this: CommandIntrinsics, text: str) -> object:
    return collapse(this.session.collect_block(create(text, this.session)))


@INVOKE.method("GetCommand", "System.String", "System.Object")
def get_command(this: CommandIntrinsics, name: str, kinds: object) -> object:
    return this.session.find_command(name, this.session.current_frame().scope)


# -- the host ---------------------------------------------------------------------------------------------------------


@HOST.property("Name", "System.String")
def host_name(this: InternalHost) -> str:
    return "ServerRemoteHost"


@HOST.property("Version", "System.Version")
def host_version(this: InternalHost) -> object:
    from winsim.interpreter.convert import convert
    from winsim.interpreter.typetable import get_type

    return convert("4.0", get_type("System.Version"))


@HOST.property("InstanceId", "System.Guid")
def host_instance(this: InternalHost) -> object:
    from winsim.interpreter.net.identifiers import Guid

    held = this.session.state.get("host_instance")
    if not isinstance(held, Guid):
        held = Guid(uuid.uuid4())
        this.session.state["host_instance"] = held
    return held


@HOST.property("UI")
def host_ui(this: InternalHost) -> object:
    return HostInterface(this.session)


@HOST.property("CurrentCulture")
def host_culture(this: InternalHost) -> object:
    return EN_US


@HOST.property("CurrentUICulture")
def host_ui_culture(this: InternalHost) -> object:
    return EN_US


@HOST.property("PrivateData")
def host_private_data(this: InternalHost) -> object:
    return None


@HOST.property("IsRunspacePushed", "System.Boolean")
def host_is_pushed(this: InternalHost) -> bool:
    return False


@HOST.property("Runspace")
def host_runspace(this: InternalHost) -> object:
    return LocalRunspace(this.session)


@HOST.method("SetShouldExit", "System.Int32")
def should_exit(this: InternalHost, code: int) -> object:
    if this.session.ui is not None:
        this.session.ui.set_should_exit(code)
    return AUTOMATION_NULL


class HostInterface(NetObject):
    type_names = (SMA + "Internal.Host.InternalHostUserInterface", SMA + "Host.PSHostUserInterface", "System.Object")

    def __init__(self, session: Session) -> None:
        self.session = session


UI = TypeDef(SMA + "Internal.Host.InternalHostUserInterface")


@UI.method("WriteLine", "System.String")
def ui_write_line(this: HostInterface, text: str) -> object:
    this.session.ui_line(text)
    return AUTOMATION_NULL


@UI.property("RawUI")
def ui_raw(this: HostInterface) -> RawUI:
    return RawUI(this.session)


add_methods(UI)


# -- $PSCmdlet --------------------------------------------------------------------------------------------------------


@CMDLET.property("ParameterSetName", "System.String")
def cmdlet_set(this: PSCmdletObject) -> str:
    return this.parameter_set


@CMDLET.property("MyInvocation")
def cmdlet_invocation(this: PSCmdletObject) -> object:
    return this.stage.frame.scope.vars.get("myinvocation")


@CMDLET.property("SessionState")
def cmdlet_state(this: PSCmdletObject) -> SessionState:
    return SessionState(this.session)


@CMDLET.property("InvokeCommand")
def cmdlet_invoke(this: PSCmdletObject) -> CommandIntrinsics:
    return CommandIntrinsics(this.session)


@CMDLET.property("Host")
def cmdlet_host(this: PSCmdletObject) -> InternalHost:
    return InternalHost(this.session)


@CMDLET.property("CommandRuntime")
def cmdlet_runtime(this: PSCmdletObject) -> PSCmdletObject:
    return this


@CMDLET.method("WriteObject", "System.Object")
def write_object(this: PSCmdletObject, value: object) -> object:
    this.stage.frame.emit(value)
    return AUTOMATION_NULL


@CMDLET.method("WriteObject", "System.Object", "System.Boolean")
def write_objects(this: PSCmdletObject, value: object, enumerate: bool) -> object:
    items = items_of(value) if enumerate else None
    for item in items if items is not None else [value]:
        this.stage.frame.emit(item)
    return AUTOMATION_NULL


def placed(this: PSCmdletObject, record: ErrorRecord) -> ErrorRecord:
    """The record as an error of the function that writes it, wherever it came from."""
    held = this.stage.frame.scope.vars.get("myinvocation")
    record.invocation = held if isinstance(held, InvocationInfo) else record.invocation
    record.command = record.activity = this.stage.label
    return record


@CMDLET.method("WriteError", SMA + "ErrorRecord")
def write_error(this: PSCmdletObject, record: ErrorRecord) -> object:
    this.stage.failed = True
    this.session.write_error(placed(this, record), this.stage.frame.scope)
    return AUTOMATION_NULL


@CMDLET.method("ThrowTerminatingError", SMA + "ErrorRecord")
def throw_error(this: PSCmdletObject, record: ErrorRecord) -> object:
    problem = TerminatingError(placed(this, record), from_cmdlet=True)
    problem.ends = this.stage
    raise problem


def note(this: PSCmdletObject, kind: str, text: str) -> object:
    action = this.session.preference(f"{kind.lower()}preference", this.stage.frame.scope)
    this.session.write_note(InformationalRecord(kind, text), kind, action)
    return AUTOMATION_NULL


@CMDLET.method("WriteWarning", "System.String")
def write_warning(this: PSCmdletObject, text: str) -> object:
    return note(this, "Warning", text)


@CMDLET.method("WriteVerbose", "System.String")
def write_verbose(this: PSCmdletObject, text: str) -> object:
    return note(this, "Verbose", text)


@CMDLET.method("WriteDebug", "System.String")
def write_debug(this: PSCmdletObject, text: str) -> object:
    return note(this, "Debug", text)


@CMDLET.method("ShouldProcess", "System.String")
def should_process(this: PSCmdletObject, target: str) -> bool:
    return process(this, f'Performing the operation "{this.stage.label}" on target "{target}".')


@CMDLET.method("ShouldProcess", "System.String", "System.String")
def should_process_action(this: PSCmdletObject, target: str, action: str) -> bool:
    return process(this, f'Performing the operation "{action}" on target "{target}".')


@CMDLET.method("ShouldProcess", "System.String", "System.String", "System.String")
def should_process_texts(this: PSCmdletObject, description: str, warning: str, caption: str) -> bool:
    return process(this, description)


def process(this: PSCmdletObject, text: str) -> bool:
    scope = this.stage.frame.scope
    if this.session.whatif(scope):
        this.session.ui_line(f"What if: {text}")
        return False
    impact = to_text(this.stage.code.binding.get("confirmimpact", "Medium"))
    level = {"none": 0, "low": 1, "medium": 2, "high": 3}
    wanted = to_text(scope.lookup("confirmpreference", "High")).lower()
    if level.get(wanted, 3) and level.get(impact.lower(), 2) >= level.get(wanted, 3):
        return this.session.confirm(text)
    note(this, "Verbose", text)
    return True


@CMDLET.method("ShouldContinue", "System.String", "System.String")
def should_continue(this: PSCmdletObject, query: str, caption: str) -> bool:
    from winsim.interpreter.session import NO, YES

    return this.session.choose(caption, query, (YES, NO)) == 0


@CMDLET.method("GetVariableValue", "System.String")
def cmdlet_variable(this: PSCmdletObject, name: str) -> object:
    return this.stage.frame.scope.lookup(name.lower(), None)


@CMDLET.method("GetUnresolvedProviderPathFromPSPath", "System.String")
def unresolved_path(this: PSCmdletObject, path: str) -> object:
    resolve = this.session.state.get("resolve_path")
    if resolve is None:
        raise NetError(SMA + "PSNotSupportedException", "Paths are not available.")
    result: object = resolve(path)
    return result


SESSION_TYPES: tuple[TypeDef, ...] = (
    *(CONTEXT, INVOKE, STATE, VARIABLES, HOST, UI, CMDLET, PATHS),
    *POWERSHELL_TYPES,
)
