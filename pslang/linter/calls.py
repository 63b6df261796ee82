"""Calls of commands: does 2012 R2 have the command, and would its parameters bind?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from pslang.linter import aliases
from pslang.linter.arguments import call_arguments
from pslang.linter.availability import dynamic_parameters, why_no_command, why_no_parameter
from pslang.linter.binder import Binding, bind
from pslang.linter.findings import Report
from pslang.linter.formals import Formals, of_function, of_signature
from pslang.signatures.tables import find, index
from pslang.syntax import Command, FunctionDefinition, Pipeline, Script, ScriptBlock, String
from pslang.walk import walk

_VERB_NOUN = re.compile(r"[a-z]+-[a-z]\w+\Z", re.IGNORECASE)
#: Nouns of the products whose commands the tables know completely: what is not there does not exist.
_COVERED = re.compile(
    r"[A-Za-z]+-(?:[Aa][Dd][Ff][Ss]|Cs(?=[A-Z])|AD(?=[A-Z][a-z])|ADDS|DnsServer|DnsClient|Web(?=[A-Z])|OfficeWebApps)"
)


@dataclass(frozen=True, slots=True)
class Call:
    """A command whose name is in the text."""

    node: Command
    name: str
    pipeline_input: bool


def calls(script: Script) -> Iterator[Call]:
    for node in walk(script):
        if not isinstance(node, Pipeline):
            continue
        for place, element in enumerate(node.elements):
            if isinstance(element, Command):
                name = element.elements[0]
                if isinstance(name, String) and (name.kind == "bare" or element.invoke):
                    yield Call(element, name.value, place > 0)


# By lower-case name; None where nobody can tell what it takes.
Functions = Mapping[str, "Formals | None"]


def functions(script: Script) -> Functions:
    """The functions that the script defines; None where two definitions differ or the parameters are computed."""
    found: dict[str, Formals | None] = {}
    for node in walk(script):
        if isinstance(node, FunctionDefinition):
            key = node.name.lower().rpartition(":")[2]
            formals = None if node.body.dynamic is not None else of_function(node.name, node.body)
            found[key] = formals if found.get(key, formals) == formals else None
    return found


@cache
def formals_of(command: str) -> Formals | None:
    """What a command of 2012 R2 takes, with what its providers may add."""
    signature = find(command)
    if signature is None:
        return None
    formals = of_signature(signature)
    added = {item.name.lower(): item for item in dynamic_parameters(command)}
    own = tuple(
        replace(item, dynamic=True) if added.pop(item.name.lower(), None) else item for item in formals.parameters
    )
    return replace(formals, parameters=own + tuple(added.values()))


def check_calls(script: Script, report: Report, *, strict: bool, library: Functions | None = None) -> None:
    """With ``strict``, a command that nobody knows is a finding, too."""
    own = {**(library or {}), **functions(script)}
    found = list(calls(script))
    closed = not (_dot_sources(script) or any(_imports(call) for call in found))
    unknown = _VERB_NOUN if strict else _COVERED if closed else None
    for call in found:
        _check(call, own, report, unknown)


def _dot_sources(script: Script) -> bool:
    """Whether commands that nobody here knows may come from another file."""
    return any(
        isinstance(node, Command) and node.invoke == "." and not isinstance(node.elements[0], ScriptBlock)
        for node in walk(script)
    )


def _imports(call: Call) -> bool:
    """Whether commands that the tables do not know may come from another module."""
    name = (aliases.target(call.name) or call.name).lower()
    if name not in ("import-module", "add-pssnapin", "invoke-expression", "import-pssession"):
        return False
    known = {module.lower() for module in index().values()}
    named = [item.value.lower() for item in call.node.elements[1:] if isinstance(item, String)]
    return name != "import-module" or not named or any(module not in known for module in named)


def _check(call: Call, own: Mapping[str, Formals | None], report: Report, unknown: re.Pattern[str] | None) -> None:
    module, _, name = call.name.rpartition("\\")
    key = name.lower()
    if key in own:
        formals = own[key]
        if formals is None:
            return
    else:
        resolved = aliases.target(name) or name
        formals = formals_of(resolved)
        if formals is None:
            _unknown(call, resolved, report, None if module else unknown)
            return
        signature = find(resolved)
        if module and signature is not None and signature.module.lower() != module.lower():
            return
    if call.node.verbatim is not None:
        return
    arguments, splatted = call_arguments(call.node)
    result = bind(formals, arguments, pipeline_input=call.pipeline_input, splatted=splatted)
    if result.error is not None:
        at = result.argument.at if result.argument is not None else call.node.start
        report.add(at, result.error, _message(formals.command, result))


def _unknown(call: Call, name: str, report: Report, unknown: re.Pattern[str] | None) -> None:
    reason = why_no_command(name)
    if reason is not None:
        report.add(call.node, "CommandNotFoundException", f"{reason}; Windows Server 2012 R2 does not have it.")
    elif unknown is not None and unknown.match(name) and _VERB_NOUN.match(name):
        report.add(call.node, "CommandNotFoundException", f"Windows Server 2012 R2 has no command {name}.")


def _message(command: str, result: Binding) -> str:
    subject = result.subject
    match result.error:
        case "NamedParameterNotFound":
            reason = why_no_parameter(command, subject)
            return f"{command} has no parameter {subject}" + (f": {reason}." if reason else ".")
        case "AmbiguousParameter":
            return f"-{subject} of {command} could be any of: {', '.join(result.candidates)}."
        case "MissingMandatoryParameter":
            return f"{command} needs: {', '.join(subject.split())}."
        case "AmbiguousParameterSet":
            return f"These parameters of {command} do not go together, or do not tell which set of them is meant."
        case "ParameterAlreadyBound":
            return f"-{subject} of {command} is given twice."
        case "MissingArgument":
            return f"-{subject} of {command} needs an argument."
        case "PositionalParameterNotFound":
            return f"{command} takes no further argument without a parameter name."
    return f"{command}: {result.error}"
