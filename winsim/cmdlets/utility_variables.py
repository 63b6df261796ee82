"""Get-Variable and its family, and the cmdlets of aliases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from winsim.cmdlets.core_commands import resolved
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.registry import ALIASES, ALL_SCOPE_ALIASES, WRITABLE_ALIASES
from winsim.interpreter.scopes import PSVariable, Scope, VariableInfo
from winsim.interpreter.scriptblocks import AliasInfo
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL
from winsim.interpreter.wildcards import has_wildcard, wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

SMA = "System.Management.Automation."


def scope_of(call: CommandCall) -> Scope:
    """The scope that -Scope names, the caller's without it."""
    here = call.caller.scope
    if not call.has("Scope"):
        return here
    name = call.text("Scope").lower()
    if name == "global":
        return here.top
    if name == "script":
        return here.script
    if name in ("local", "private"):
        return here
    if not re.fullmatch(r"[-+]?\d+", name):
        raise CommandError(
            "Argument",
            f"Cannot process argument because the value of argument \"scopeID\" ('{name}') is not a scope.",
            "InvalidArgument",
            exception=SMA + "PSArgumentException",
        )
    found = here.numbered(name)
    if found is None:
        raise CommandError(
            "ArgumentOutOfRange",
            f"The scope number '{name}' exceeds the number of active scopes.",
            "InvalidArgument",
            name,
            SMA + "PSArgumentOutOfRangeException",
        )
    return found


def visible(call: CommandCall) -> list[PSVariable]:
    """The variables of the named scope, or of all scopes from here up."""
    here = scope_of(call)
    found: dict[str, PSVariable] = {}
    for scope in [here] if call.has("Scope") else here.chain():
        for key in scope.vars:
            if key not in found and not key.startswith("$"):
                found[key] = PSVariable(scope.names.get(key, key), scope)
    return sorted(found.values(), key=lambda variable: variable.name.lower())


def missing(name: str) -> CommandError:
    return CommandError(
        "VariableNotFound",
        f"Cannot find a variable with the name '{name}'.",
        "ObjectNotFound",
        name,
        SMA + "ItemNotFoundException",
    )


def strip(name: str) -> tuple[str | None, str]:
    prefix, colon, rest = name.partition(":")
    return (prefix, rest) if colon and prefix.lower() in ("global", "script", "local", "private") else (None, name)


def matching(call: CommandCall, pattern: str) -> list[PSVariable]:
    chosen = [v for v in visible(call) if wildcard_match(pattern, v.name)]
    return [v for v in chosen if not excluded(call, v.name)]


def excluded(call: CommandCall, name: str) -> bool:
    includes = call.texts("Include")
    if includes and not any(wildcard_match(p, name) for p in includes):
        return True
    return any(wildcard_match(p, name) for p in call.texts("Exclude"))


def one(call: CommandCall, name: str) -> PSVariable | None:
    prefix, plain = strip(name)
    here = scope_of(call)
    if prefix is not None:
        here = {"global": here.top, "script": here.script}.get(prefix.lower(), here)
    holder = here if call.has("Scope") and plain.lower() in here.vars else here.find(plain.lower())
    if holder is None or (call.has("Scope") and holder is not here):
        value = call.session.automatic(plain.lower(), call.caller)
        from winsim.interpreter.scopes import MISSING

        if value is MISSING or value is None or call.has("Scope"):
            return None
        made = Scope(None)
        made.vars[plain.lower()] = value
        return PSVariable(plain, made)
    return PSVariable(holder.names.get(plain.lower(), plain), holder)


def found(call: CommandCall, pattern: str) -> list[PSVariable]:
    if has_wildcard(pattern):
        return matching(call, pattern)
    single = one(call, pattern)
    if single is None:
        call.write_error(missing(pattern))
        return []
    return [] if excluded(call, single.name) else [single]


@cmdlet("Get-Variable", ("Name", "ValueOnly", "Include", "Exclude", "Scope"), locks_world=False)
def get_variable(call: CommandCall) -> None:
    for pattern in call.texts("Name") or ["*"]:
        for variable in found(call, pattern):
            call.write(variable.value if call.switch("ValueOnly") else variable)


def options(call: CommandCall) -> set[str]:
    chosen = {part.strip() for part in to_text(call.get("Option")).split(",")} if call.has("Option") else set()
    if "AllScope" in chosen:
        raise NotBuilt(f"{call.name} -Option AllScope")
    return chosen


def refuse_readonly(call: CommandCall, scope: Scope, name: str) -> bool:
    info = scope.infos.get(name.lower())
    if info is None or not (info.constant or (info.readonly and not call.switch("Force"))):
        return False
    call.write_error(
        CommandError(
            "VariableNotWritable",
            f"Cannot overwrite variable {name} because it is read-only or constant.",
            "WriteError",
            name,
            SMA + "SessionStateUnauthorizedAccessException",
        )
    )
    return True


def assign(call: CommandCall, scope: Scope, name: str, value: object) -> None:
    """Sets value, description and options as far as they are given; a new variable without a value is $null."""
    key = name.lower()
    known = key in scope.vars
    info = scope.infos.get(key)
    if value is not AUTOMATION_NULL or not known:
        held = info.readonly if info else False
        if info:
            info.readonly = False
        scope.set_local(key, None if value is AUTOMATION_NULL else value, name)
        if info:
            info.readonly = held
    chosen = options(call)
    private = call.text("Scope").lower() == "private"
    if chosen or private or call.has("Description"):
        info = scope.infos.setdefault(key, VariableInfo())
        if call.has("Option"):
            info.readonly = "ReadOnly" in chosen
            info.constant = "Constant" in chosen
            info.private = "Private" in chosen
        info.private = info.private or private
        info.description = call.text("Description", info.description)


def refuse_constant(call: CommandCall, scope: Scope, name: str) -> bool:
    """Only a new variable becomes a constant."""
    if "Constant" not in options(call) or name.lower() not in scope.vars:
        return False
    call.write_error(
        CommandError(
            "VariableCannotBeMadeConstant",
            f"Existing variable {name} cannot be made constant. Variables can be made constant only at creation time.",
            "WriteError",
            name,
            SMA + "SessionStateUnauthorizedAccessException",
        )
    )
    return True


@cmdlet(
    "New-Variable",
    ("Name", "Value", "Description", "Option", "Force", "PassThru", "Scope"),
    locks_world=False,
    by_value=("Value",),
    by_name=("Name", "Value"),
)
def new_variable(call: CommandCall) -> None:
    name = call.text("Name")
    scope = scope_of(call)
    if name.lower() in scope.vars:
        if not call.switch("Force"):
            call.write_error(
                CommandError(
                    "VariableAlreadyExists",
                    f"A variable with name '{name}' already exists.",
                    "ResourceExists",
                    name,
                    SMA + "SessionStateException",
                )
            )
            return
        if refuse_readonly(call, scope, name):
            return
    if call.should_process(f"Name: {name} Value: {to_text(call.get('Value'))}", "New variable"):
        scope.infos.pop(name.lower(), None)
        assign(call, scope, name, call.get("Value"))
        if call.switch("PassThru"):
            call.write(PSVariable(name, scope))


@cmdlet(
    "Set-Variable",
    ("Name", "Value", "Description", "Option", "Force", "PassThru", "Scope", "Include", "Exclude"),
    locks_world=False,
    by_value=("Value",),
    by_name=("Name", "Value"),
)
class SetVariable:
    """Pipeline input becomes an array."""

    def begin(self, call: CommandCall) -> None:
        self.values: list[object] = []
        self.fed = False

    def process(self, call: CommandCall) -> None:
        if call.expecting_input and "Value" not in call.binding.values:
            self.fed = True
            self.values.append(call.get("Value"))

    def end(self, call: CommandCall) -> None:
        from winsim.interpreter.collect import collapse

        value = collapse(self.values) if self.fed else call.get("Value", AUTOMATION_NULL)
        for pattern in call.texts("Name"):
            self.set(call, pattern, value)

    @staticmethod
    def set(call: CommandCall, pattern: str, value: object) -> None:
        scope = scope_of(call)
        targets = [v.name for v in matching(call, pattern)] if has_wildcard(pattern) else [strip(pattern)[1]]
        for name in targets:
            if excluded(call, name):
                continue
            prefix, _ = strip(pattern)
            holder = {"global": scope.top, "script": scope.script}.get((prefix or "").lower(), scope)
            refused = refuse_readonly(call, holder, name) or refuse_constant(call, holder, name)
            if not refused and call.should_process(f"Name: {name} Value: {to_text(value)}", "Set variable"):
                assign(call, holder, name, value)
                if call.switch("PassThru"):
                    call.write(PSVariable(name, holder))


@cmdlet(
    "Clear-Variable", ("Name", "Force", "PassThru", "Scope", "Include", "Exclude"), locks_world=False, by_name=("Name",)
)
def clear_variable(call: CommandCall) -> None:
    for pattern in call.texts("Name"):
        for variable in found(call, pattern):
            if not refuse_readonly(call, variable.scope, variable.name) and call.should_process(
                f"Name: {variable.name}", "Clear variable"
            ):
                variable.scope.vars[variable.name.lower()] = None
                if call.switch("PassThru"):
                    call.write(variable)


@cmdlet("Remove-Variable", ("Name", "Force", "Scope", "Include", "Exclude"), locks_world=False, by_name=("Name",))
def remove_variable(call: CommandCall) -> None:
    for pattern in call.texts("Name"):
        for variable in found(call, pattern):
            info = variable.scope.infos.get(variable.name.lower())
            if info is not None and (info.constant or (info.readonly and not call.switch("Force"))):
                call.write_error(
                    CommandError(
                        "VariableNotRemovable",
                        f"Cannot remove variable {variable.name} because it is constant or read-only. If the variable "
                        "is read-only, try the operation again specifying the Force option.",
                        "WriteError",
                        variable.name,
                        SMA + "SessionStateUnauthorizedAccessException",
                    )
                )
                continue
            if call.should_process(f"Name: {variable.name}", "Remove variable"):
                variable.scope.remove(variable.name.lower())


# -- aliases ------------------------------------------------------------------------------------------------------


def all_aliases(call: CommandCall) -> dict[str, str]:
    """The aliases of the named scope, or of all that are seen from here: name as written to target, in order."""
    table: dict[str, tuple[str, str]] = {}
    scopes = [scope_of(call)] if call.has("Scope") else list(call.caller.scope.chain())
    if scopes[-1].parent is None:
        table.update({k: (k, v) for k, v in ALIASES.items() if not call.session.removed_alias(k)})
    for scope in reversed(scopes):
        table.update({key: (scope.alias_names.get(key, key), target) for key, target in scope.aliases.items()})
    return {table[key][0]: table[key][1] for key in sorted(table)}


def find_alias(call: CommandCall, name: str) -> str | None:
    return next((target for key, target in all_aliases(call).items() if key.lower() == name.lower()), None)


def alias_info(call: CommandCall, name: str, target: str) -> AliasInfo:
    try:
        meant = resolved(call, target)
    except NotBuilt:  # a program that the lab lacks; the alias itself is there
        meant = None
    made = AliasInfo(name, target, meant)
    made.description, made.options = alias_facts(call, name)
    return made


def alias_facts(call: CommandCall, name: str) -> tuple[str, str]:
    """Description and options of an alias: as a script set them, else those that it comes with."""
    key = name.lower()
    for scope in call.caller.scope.chain():
        if key in scope.aliases:
            return (scope.alias_facts or {}).get(key, ("", "None"))
    options = [] if key in WRITABLE_ALIASES or key not in ALIASES else ["ReadOnly"]
    options += ["AllScope"] if key in ALL_SCOPE_ALIASES else []
    return "", ", ".join(options) or "None"


def not_writable(name: str) -> CommandError:
    message = f"Alias is not writeable because alias {name} is read-only or constant and cannot be written to."
    kind = SMA + "SessionStateUnauthorizedAccessException"
    return CommandError("AliasNotWritable", message, "WriteError", name, kind)


@cmdlet("Get-Alias", ("Name", "Definition", "Exclude", "Scope"), locks_world=False)
def get_alias(call: CommandCall) -> None:
    table = all_aliases(call)
    kind = "definition" if call.has("Definition") else "name"
    for wanted in call.texts("Definition") or call.texts("Name") or ["*"]:
        tested = {name: target if kind == "definition" else name for name, target in table.items()}
        hits = [name for name, text in tested.items() if wildcard_match(wanted, text)]
        hits = [name for name in hits if not any(wildcard_match(p, tested[name]) for p in call.texts("Exclude"))]
        call.write_all(alias_info(call, name, table[name]) for name in hits)
        if not hits and not has_wildcard(wanted) and not call.has("Exclude"):
            call.write_error(no_alias(wanted, kind))


def no_alias(name: str, kind: str) -> CommandError:
    return CommandError(
        "ItemNotFoundException",
        f"This command cannot find a matching alias because an alias with the {kind} '{name}' does not exist.",
        "ObjectNotFound",
        name,
        SMA + "ItemNotFoundException",
    )


@cmdlet(
    "Set-Alias",
    ("Name", "Value", "Description", "Option", "Force", "PassThru", "Scope"),
    locks_world=False,
    by_name=("Name", "Value"),
)
def set_alias(call: CommandCall) -> None:
    scope, key = scope_of(call), call.text("Name").lower()
    held = scope.aliases.get(key) or (ALIASES.get(key) if scope is scope.top else None)
    if held is not None:
        options = alias_facts(call, key)[1]
        if "Constant" in options or ("ReadOnly" in options and not call.switch("Force")):
            call.write_error(not_writable(call.text("Name")))
            return
    if not call.should_process(f"Name: {call.text('Name')} Value: {call.text('Value')}", "Set Alias"):
        return
    scope.set_alias(call.text("Name"), call.text("Value"))
    chosen = to_text(call.get("Option")) if call.has("Option") else "None"
    scope.alias_facts = {**(scope.alias_facts or {}), key: (call.text("Description"), chosen)}
    if call.switch("PassThru"):
        call.write(alias_info(call, call.text("Name"), call.text("Value")))


@cmdlet(
    "New-Alias",
    ("Name", "Value", "Description", "Option", "Force", "PassThru", "Scope"),
    locks_world=False,
    by_name=("Name", "Value"),
)
def new_alias(call: CommandCall) -> None:
    name = call.text("Name")
    if find_alias(call, name) is not None and not call.switch("Force"):
        call.write_error(
            CommandError(
                "AliasAlreadyExists",
                f"The alias is not allowed, because an alias with the name '{name}' already exists.",
                "ResourceExists",
                name,
                SMA + "SessionStateException",
            )
        )
        return
    set_alias(call)
