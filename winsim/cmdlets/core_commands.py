"""Get-Command and Get-Verb."""

from __future__ import annotations

from functools import cache

from pslang.signatures import tables
from winsim.interpreter.cmdlets import CommandCall
from winsim.interpreter.command import CmdletDeclaration, CommandError, NotBuilt, cmdlet
from winsim.interpreter.engine_commands import syntax_of
from winsim.interpreter.errors import TerminatingError
from winsim.interpreter.registry import ALIASES, registry
from winsim.interpreter.scriptblocks import AliasInfo, ApplicationInfo, CmdletInfo, CommandInfo, FunctionInfo
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import PSObject
from winsim.interpreter.wildcards import has_wildcard, wildcard_match

NOT_FOUND = "System.Management.Automation.CommandNotFoundException"
VERBS = {
    "Common": (
        "Add Clear Close Copy Enter Exit Find Format Get Hide Join Lock Move New Open Optimize Pop Push Redo Remove "
        "Rename Reset Resize Search Select Set Show Skip Split Step Switch Undo Unlock Watch"
    ),
    "Data": (
        "Backup Checkpoint Compare Compress Convert ConvertFrom ConvertTo Dismount Edit Expand Export Group Import "
        "Initialize Limit Merge Mount Out Publish Restore Save Sync Unpublish Update"
    ),
    "Lifecycle": (
        "Approve Assert Complete Confirm Deny Disable Enable Install Invoke Register Request Restart Resume Start Stop "
        "Submit Suspend Uninstall Unregister Wait"
    ),
    "Diagnostic": "Debug Measure Ping Repair Resolve Test Trace",
    "Communications": "Connect Disconnect Read Receive Send Write",
    "Security": "Block Grant Protect Revoke Unblock Unprotect",
    "Other": "Use",
}


@cmdlet("Get-Verb", built=("Verb",), locks_world=False, by_value=("verb",))
def get_verb(call: CommandCall) -> None:
    patterns = call.texts("verb") or ["*"]
    for pattern in patterns:
        for group, verbs in VERBS.items():
            for verb in verbs.split():
                if wildcard_match(pattern, verb):
                    kind = "Selected.Microsoft.PowerShell.Commands.MemberDefinition"
                    names = (kind, "System.Management.Automation.PSCustomObject", "System.Object")
                    call.write(PSObject({"Verb": verb, "Group": group}, names))


@cmdlet(
    "Get-Command",
    built=(
        *("Name", "CommandType", "Module", "Verb", "Noun", "All", "TotalCount", "Syntax", "ListImported"),
        *("ParameterName", "ParameterType"),
    ),
    locks_world=False,
    by_name=("Name", "Verb", "Noun", "Module"),
    by_value=("Name",),
    positions={"Name": 0, "ArgumentList": None},
)
def get_command(call: CommandCall) -> None:
    """Commands by name; wildcards look through aliases, functions, cmdlets and programs."""
    given = [name for name in call.texts("Name") if name]
    kinds = [part.strip().lower() for part in call.text("CommandType").split(",") if part.strip()]
    found: list[CommandInfo] = []
    for name in given or ["*"]:
        if has_wildcard(name) or call.has("Verb") or call.has("Noun") or (call.has("Module") and not given):
            found += matching(call, name, named=bool(given))
            continue
        one = [info for info in find(call, name, every=call.switch("All")) if of_kind(info, kinds) and fits(call, info)]
        found += one
        if not one:
            call.write_error(CommandError("CommandNotFoundException", missing(name), "ObjectNotFound", name, NOT_FOUND))
    found = [info for info in found if of_kind(info, kinds) and has_parameter(call, info)]
    limit = int(call.text("TotalCount")) if call.has("TotalCount") else -1
    for info in found if limit < 0 else found[:limit]:
        call.write(syntax(info) if call.switch("Syntax") else info)


def missing(name: str) -> str:
    return (
        f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program. "
        "Check the spelling of the name, or if a path was included, verify that the path is correct and try again."
    )


def of_kind(info: CommandInfo, kinds: list[str]) -> bool:
    return not kinds or "all" in kinds or info.kind.lower() in kinds


def syntax(info: CommandInfo) -> object:
    """What -Syntax shows of a command."""
    if isinstance(info, AliasInfo):
        return info.definition
    return getattr(info, "path", None) or syntax_of(info)


def has_parameter(call: CommandCall, info: CommandInfo) -> bool:
    """-ParameterName by name, alias or wildcard; -ParameterType by the type."""
    if not (call.has("ParameterName") or call.has("ParameterType")):
        return True
    found = getattr(info, "parameters", None) or getattr(getattr(info, "code", None), "parameters", None)
    parameters = getattr(found, "parameters", ())
    for pattern in call.texts("ParameterName"):
        if any(wildcard_match(pattern, name) for one in parameters for name in (one.name, *one.aliases)):
            return True
    wanted = [get_type(text).full_name.lower() for text in call.texts("ParameterType")]
    return any(to_text(one.type.full_name).lower() in wanted for one in parameters if one.type is not None)


def find(call: CommandCall, name: str, *, every: bool) -> list[CommandInfo]:
    """The command that a name runs, or all that have it."""
    try:
        first = resolved(call, name)
    except TerminatingError:
        first = None
    out = [first] if first is not None else []
    if every and first is not None:
        out += [info for info in matching(call, name, named=True) if type(info) is not type(first)]
    return out


def resolved(call: CommandCall, name: str) -> CommandInfo | None:
    """As a call would find it; an alias may stand for a cmdlet that is not built."""
    scope = call.frame.scope
    try:
        return call.session.find_command(name, scope)
    except NotBuilt:
        target = scope.find_alias(name.lower()) or ALIASES.get(name.lower())
        made = unbuilt(target or name)
        if made is None and target is not None:
            return AliasInfo(name, target, None)  # for a program that the lab lacks
        if made is None:
            raise
        return made if target is None else AliasInfo(name, target, made)


@cache
def unbuilt(name: str) -> CmdletInfo | None:
    """A cmdlet of 2012 R2 that the lab has not built: it exists, and using it is an error of the lab."""
    signature = tables.find(name)
    if signature is None:
        return None

    def body(call: object) -> None:
        raise NotBuilt(f"the cmdlet {signature.name}")

    net_class = f"Microsoft.PowerShell.Commands.{signature.name.replace('-', '')}Command"
    return CmdletInfo(CmdletDeclaration(signature.name, frozenset(), body, net_class, None, False), signature.module)


def fits(call: CommandCall, info: CommandInfo) -> bool:
    """-Module, -Verb and -Noun."""
    first, _, rest = info.name.partition("-")
    module = getattr(info, "module_name", None) or str(getattr(info.module, "name", "") or "")
    tests = ((call.texts("Verb"), first), (call.texts("Noun"), rest), (call.texts("Module"), module))
    return all(not patterns or any(wildcard_match(one, text) for one in patterns) for patterns, text in tests)


def matching(call: CommandCall, pattern: str, *, named: bool) -> list[CommandInfo]:
    """Aliases, functions, cmdlets, each by name; programs where a name or their kind was asked for."""
    session, chain = call.session, list(call.frame.scope.chain())
    aliases: dict[str, str] = {k: v for k, v in ALIASES.items() if not session.removed_alias(k)}
    functions: dict[str, CommandInfo] = {}
    for scope in reversed(chain):
        aliases.update({scope.alias_names.get(key, key): target for key, target in scope.aliases.items()})
        functions.update({k: f for k, f in scope.functions.items() if isinstance(f, FunctionInfo)})
    out: list[CommandInfo] = []
    if not (call.has("Verb") or call.has("Noun")):
        for key in sorted(aliases):
            if wildcard_match(pattern, key):
                info = resolved(call, key)
                out += [info] if isinstance(info, AliasInfo) else []
    out += [functions[key] for key in sorted(functions) if wildcard_match(pattern, functions[key].name)]
    out += [info for info in cmdlets(call) if wildcard_match(pattern, info.name)]
    asked = "application" in call.text("CommandType").lower() or call.text("CommandType").lower() == "all"
    if (named or asked) and not (call.has("Verb") or call.has("Noun")):
        out += [info for info in programs(call) if wildcard_match(pattern, info.name)]
    return [info for info in out if fits(call, info)]


def cmdlets(call: CommandCall) -> list[CommandInfo]:
    """All cmdlets of the modules on this host, built or not; -ListImported leaves out what is not loaded."""
    built = registry().cmdlets
    loaded = call.session.state.get("modules", {}) if call.switch("ListImported") else None
    found: list[CommandInfo] = []
    for key, module in sorted(tables.index().items()):
        if not call.session.has_module(module):
            continue
        if loaded is not None and module.lower() not in loaded and not module.startswith("Microsoft.PowerShell."):
            continue
        info = built.get(key) or unbuilt(key)
        if info is not None:
            found.append(info)
    return found


def programs(call: CommandCall) -> list[CommandInfo]:
    return [
        info
        for key, info in sorted(registry().natives.items())
        if isinstance(info, ApplicationInfo)
        and call.session.leads_to(info.declaration.name, info.declaration.path)
        and (info.declaration.present is None or info.declaration.present(call.host))
    ]
