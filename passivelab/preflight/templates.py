"""Scripts: what 2012 R2 does not have, what the house forbids, and Lync settings at the wrong scope."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from passivelab.blueprint.standalone import SCRIPTS
from passivelab.blueprint.template import Rendered
from passivelab.errors import Place
from passivelab.preflight.finding import Finding
from passivelab.preflight.subject import Subject
from pslang.linter import Functions, functions, lint
from pslang.parser import parse
from pslang.syntax import Command, CommandParameter, String, Variable
from pslang.walk import walk

SCOPED = ("cswebserviceconfiguration", "csproxyconfiguration")
VERBS = ("new-", "set-")
SERVICE = "service:"
STAND_IN = "'value'"


def distinct(subject: Subject) -> Iterator[Rendered]:
    """Each text of each template once; texts that differ only in their values count as one."""
    seen = set()
    for rendered in subject.compilation.rendered.values():
        for text in rendered.values():
            shape = (text.template.file, shape_of(text))
            if shape not in seen:
                seen.add(shape)
                yield text


def shape_of(rendered: Rendered) -> str:
    """The text with each value as the kind of its literal: a quote, @, a digit, or $true and the like."""
    parts, cursor = [], 0
    for piece in rendered.outputs:
        literal = rendered.text[piece.start : piece.end]
        kind = literal if literal.startswith("$") else "0" if literal[0].isdigit() else literal[0]
        parts += [rendered.text[cursor : piece.start], f"\0{kind}"]
        cursor = piece.end
    return "".join([*parts, rendered.text[cursor:]])


def linted(subject: Subject) -> Iterator[Finding]:
    """The linter's findings, each once for a place: instances share their templates."""
    seen: set[tuple[str, Place]] = set()
    for rendered in (*distinct(subject), *outlines(subject)):
        for finding in lint_findings(rendered):
            if finding.place is not None and (finding.code, finding.place) not in seen:
                seen.add((finding.code, finding.place))
                yield finding


def lint_findings(rendered: Rendered) -> Iterator[Finding]:
    starts = line_starts(rendered.text)
    for finding in lint(rendered.text, str(rendered.template.file), "template", functions_of_steps()):
        place = rendered.place(starts[finding.line - 1] + finding.column - 1)
        source = "signature tables of Windows Server 2012 R2, house rules"
        yield Finding(finding.code, place, finding.message, source, "see the command's help on 2012 R2")


@cache
def functions_of_steps() -> Functions:
    """The functions that are sent before any step runs."""
    file = SCRIPTS / "functions.ps1"
    script = parse(file.read_text(encoding="utf-8"), str(file)).script
    return functions(script) if script is not None else {}


def outlines(subject: Subject) -> Iterator[Rendered]:
    """Templates that this lab has no instance of, with a text in the place of each value.

    All branches of a template stand one after the other then, which does not always parse: such a block is left out.
    """
    used = {rendered.template.file for blocks in subject.compilation.rendered.values() for rendered in blocks.values()}
    for role in subject.compilation.catalogue.roles.values():
        for template in role.templates.values():
            if template.file not in used:
                found = [template.outline(block, STAND_IN) for block in sorted(template.blocks)]
                yield from (rendered for rendered in found if not parse(rendered.text).errors)


def dormant_roles(subject: Subject) -> Iterator[Finding]:
    """Roles that this lab does not use may be wrong without harm to it."""
    for problem in subject.compilation.catalogue.dormant:
        fix = problem.hint or problem.expected or "mend it before a lab uses the role"
        source = "the form of roles (docs/writing-a-role.md)"
        yield Finding(problem.code, problem.place, problem.message, source, fix, "warning")


def line_starts(text: str) -> list[int]:
    starts = [0]
    starts += [index + 1 for index, char in enumerate(text) if char == "\n"]
    return starts


def lync_settings_have_service_scope(subject: Subject) -> Iterator[Finding]:
    """Without -Identity these cmdlets change the global settings: organisation-wide failures (failure table 18)."""
    for rendered in distinct(subject):
        if "configuration" not in rendered.text.lower():
            continue
        script = parse(rendered.text).script
        for node in walk(script) if script else ():
            reason = wrong_scope(node) if isinstance(node, Command) else None
            if reason:
                fix = "-Identity 'Service:WebServer:<pool>' (or Service:Registrar, Service:EdgeServer)"
                yield Finding("scope", rendered.place(node.start), reason, "TN-PA, PS-CS15", fix)


def wrong_scope(command: Command) -> str | None:
    """Why a call would change more than one service."""
    first = command.elements[0]
    name = first.value if isinstance(first, String) else ""
    if not name.lower().startswith(VERBS) or not name.lower().endswith(SCOPED):
        return None
    arguments = command.elements[1:]
    if any(isinstance(argument, Variable) and argument.splat for argument in arguments):
        return None
    for index, argument in enumerate(arguments):
        if isinstance(argument, CommandParameter) and "identity".startswith(argument.name.lower()):
            value = argument.argument or (arguments[index + 1] if index + 1 < len(arguments) else None)
            if isinstance(value, String) and not value.value.lower().startswith(SERVICE):
                return f"{name} is given the scope {value.value!r}"
            return None
        if isinstance(argument, CommandParameter) and "instance".startswith(argument.name.lower()):
            return None
    return f"{name} without -Identity changes the global settings"
