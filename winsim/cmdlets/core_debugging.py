"""What is for a user at a console: Set-PSDebug, transcripts, the history, breakpoints, snap-ins."""

from __future__ import annotations

from collections.abc import Mapping

from winsim.interpreter.cmdlets import CommandCall
from winsim.interpreter.collect import items_of
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.errors import InvocationInfo
from winsim.interpreter.scriptblocks import FunctionInfo, ScriptInfo
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import record
from winsim.interpreter.wildcards import wildcard_match

SMA = "System.Management.Automation."


@cmdlet("Set-PSDebug", built=("Off", "Strict", "Trace", "Step"), locks_world=False)
def set_debug(call: CommandCall) -> None:
    """-Strict is strict mode 1 of the global scope; there is nobody to show a trace to."""
    top = call.frame.scope.top
    if call.switch("Step") or int(call.text("Trace", "0")) > 0:
        raise NotBuilt("tracing and stepping of scripts")
    if call.switch("Off"):
        top.strict = 0
    elif call.has("Strict"):
        top.strict = 1 if call.switch("Strict") else 0


TRANSCRIPT = ("Path", "LiteralPath", "OutputDirectory", "Append", "Force", "NoClobber", "IncludeInvocationHeader")


@cmdlet("Start-Transcript", idle=TRANSCRIPT, locks_world=False)
def start_transcript(call: CommandCall) -> None:
    """Only the console host of 4.0 writes transcripts."""
    if getattr(call.session.ui, "console", None) is not None:
        raise NotBuilt("transcripts of powershell.exe")
    message = "This host does not support transcription."
    raise CommandError("NotSupported", message, "NotImplemented", None, SMA + "PSNotSupportedException")


@cmdlet("Stop-Transcript", locks_world=False)
def stop_transcript(call: CommandCall) -> None:
    start_transcript(call)


@cmdlet("Clear-History", built=("Id", "CommandLine", "Count", "Newest"), locks_world=False)
def clear_history(call: CommandCall) -> None:
    history = call.session.history
    if call.has("CommandLine"):
        raise NotBuilt("Clear-History -CommandLine")
    if not call.should_process("entire history" if not call.has("Id") else call.text("Id")):
        return
    if call.has("Id"):
        wanted = {int(str(number)) for number in items_of(call.get("Id")) or []}
        history[:] = [entry for number, entry in enumerate(history, 1) if number not in wanted]
        return
    count = int(call.text("Count", str(len(history))))
    del history[slice(-count, None) if call.switch("Newest") and count else slice(0, count)]


@cmdlet("Get-PSBreakpoint", idle=("Script", "Command", "Variable", "Type", "Id"), locks_world=False)
def get_breakpoint(call: CommandCall) -> None:
    """There are none, as none can be set."""


@cmdlet("Get-PSCallStack", locks_world=False)
def get_call_stack(call: CommandCall) -> None:
    """The functions, scripts and blocks that are running, the innermost first."""
    position = call.stage.position
    for scope in call.frame.scope.chain():
        invocation = scope.vars.get("myinvocation")
        if not isinstance(invocation, InvocationInfo):
            continue
        info = invocation.command
        named = isinstance(info, FunctionInfo | ScriptInfo)
        file = position.source.name.rpartition("\\")[2] if position is not None else ""
        line = position.source.line_column(position.start)[0] if position is not None else 0
        facts = {
            "Command": info.name if isinstance(info, FunctionInfo | ScriptInfo) else "<ScriptBlock>",
            "Location": f"{file}: line {line}" if file else "<No file>",
            "Arguments": "{}" if not named or not invocation.bound else arguments_text(invocation.bound),
            "FunctionName": info.name if isinstance(info, FunctionInfo) else "<ScriptBlock>",
            "ScriptName": position.source.name or None if position is not None else None,
            "ScriptLineNumber": line,
            "InvocationInfo": invocation,
        }
        call.write(record(SMA + "CallStackFrame", facts))
        position = invocation.position


def arguments_text(bound: object) -> str:
    pairs = bound.items() if isinstance(bound, Mapping | Dictionary) else ()
    return "{" + ", ".join(f"{to_text(name)}={to_text(value)}" for name, value in pairs) + "}"


CORE_SNAPIN = "Microsoft.PowerShell.Core"


@cmdlet("Get-PSSnapin", built=("Name", "Registered"), locks_world=False)
def get_snapin(call: CommandCall) -> None:
    """The one that the engine itself is; no other is registered."""
    from winsim.interpreter.globals import version_table

    for pattern in call.texts("Name") or ["*"]:
        if wildcard_match(pattern, CORE_SNAPIN) and not call.switch("Registered"):
            text = "This Windows PowerShell snap-in contains cmdlets used to manage components of Windows PowerShell."
            version = version_table()["PSVersion"]
            facts = {"Name": CORE_SNAPIN, "PSVersion": version, "Description": text}
            call.write(record(SMA + "PSSnapInInfo", facts))
        elif not any(sign in pattern for sign in "*?["):
            message = f"No Windows PowerShell snap-ins matching the pattern '{pattern}' were found. Check the pattern and then try the command again."  # noqa: E501
            kind = SMA + "PSArgumentException"
            call.write_error(CommandError("NoSnapInsFound", message, "InvalidArgument", pattern, kind))
