"""Get-Help: comment-based help of functions, and the syntax of everything else; no help files are installed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from winsim.cmdlets.core_commands import resolved
from winsim.interpreter.cmdlets import CommandCall
from winsim.interpreter.command import CommandError, NotBuilt, cmdlet
from winsim.interpreter.engine_commands import ParameterSetInfo, SetParameter, command_sets
from winsim.interpreter.scriptblocks import AliasInfo, CmdletInfo, CommandInfo, CompiledScript, FunctionInfo
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import TEXT, Array, PSObject
from winsim.interpreter.wildcards import has_wildcard, wildcard_match

SECTION = re.compile(r"^[ \t]*\.(\w+)[ \t]*(.*?)[ \t]*$")
SECTIONS = frozenset(
    "SYNOPSIS DESCRIPTION PARAMETER EXAMPLE INPUTS OUTPUTS NOTES LINK COMPONENT ROLE FUNCTIONALITY".split()  # noqa: SIM905
)
COMMENT = r"(?:<#(?:(?!#>).)*#>|(?:^[ \t]*#[^\n]*\n?)+)"
FIRST = re.compile(rf"\s*({COMMENT})", re.DOTALL | re.MULTILINE)
LAST = re.compile(rf"({COMMENT})\s*$", re.DOTALL | re.MULTILINE)
BEFORE = re.compile(rf"({COMMENT})[ \t]*(?:\r?\n[ \t]*){{0,2}}(?:function|filter)\s+\S+\s*(?:\([^{{]*)?\{{?$",
                    re.DOTALL | re.MULTILINE | re.IGNORECASE)  # fmt: skip


@dataclass
class Help:
    """The sections of a comment, in their order."""

    texts: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def add(self, name: str, argument: str, text: str) -> None:
        if name == "PARAMETER":
            self.parameters[argument.lower()] = text
        elif name == "EXAMPLE":
            self.examples.append(text)
        elif name == "LINK":
            self.links.append(text)
        else:
            self.texts[name] = text


def comment_help(code: CompiledScript) -> Help | None:
    """The help that stands at the start or the end of a body, or in front of the definition."""
    source, script = code.source.text, code.script
    body = source[script.start : script.end].removeprefix("{").removesuffix("}")
    for found in (FIRST.match(body), LAST.search(body), BEFORE.search(source[: script.start])):
        made = sections(found[1]) if found is not None else None
        if made is not None:
            return made
    return None


def sections(comment: str) -> Help | None:
    text = re.sub(r"^\s*<#|#>\s*$", "", comment)
    if not comment.lstrip().startswith("<#"):
        text = re.sub(r"^[ \t]*#", "", comment, flags=re.MULTILINE)
    made, name, argument, lines = Help(), "", "", list[str]()
    for line in [*text.splitlines(), ".END"]:
        found = SECTION.match(line)
        if found is None:
            lines.append(line)
            continue
        if found[1].upper() not in SECTIONS and found[1] != "END":
            return None
        if name:
            made.add(name, argument, trimmed(lines))
        name, argument, lines = found[1].upper(), found[2], []
    return made if made.texts or made.parameters or made.examples else None


def trimmed(lines: list[str]) -> str:
    """Without blank lines at the ends and without the indentation that all lines share."""
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\r\n".join(line[indent:].rstrip() for line in lines)


def item(kind: str, **members: object) -> PSObject:
    return PSObject(members, (kind, "System.Management.Automation.PSCustomObject", "System.Object"))


def paragraphs(text: str) -> Array:
    return Array([item("MamlParaTextItem", Text=text)] if text else [])


@cmdlet(
    "Get-Help",
    built=("Name", "Parameter"),
    idle=("Category",),  # only commands have help
    locks_world=False,
    by_name=("Name",),
)
def get_help(call: CommandCall) -> None:
    name = call.text("Name")
    if not name or has_wildcard(name) or name.lower().startswith("about_"):
        raise NotBuilt(f"help topics and lists of them ({name or 'default'})")
    info = resolved(call, name)
    while isinstance(info, AliasInfo) and info.resolved is not None:
        info = info.resolved
    if not isinstance(info, FunctionInfo | CmdletInfo):
        message = (
            f"Get-Help could not find {name} in a help file in this session. To download updated help topics type: "
            '"Update-Help". To get help online, search for the help topic in the TechNet library at '
            "http://go.microsoft.com/fwlink/?LinkID=107116."
        )
        kind = "Microsoft.PowerShell.Commands.HelpNotFoundException"
        raise CommandError("HelpNotFound", message, "ResourceUnavailable", None, kind)
    made = help_object(info)
    if call.has("Parameter"):
        write_parameters(call, made)
    else:
        call.write(made)


def write_parameters(call: CommandCall, made: PSObject) -> None:
    holder = made["parameters"]
    rows = holder["parameter"] if isinstance(holder, PSObject) else None
    assert isinstance(rows, Array)
    found = [row for row in rows if isinstance(row, PSObject) and fits(call, row)]
    if not found:
        message = f"No parameter matches criteria {call.text('Parameter')}."
        raise CommandError("NoMatchingParameter", message, "InvalidArgument", call.text("Parameter"),
                           "System.Management.Automation.PSArgumentException")  # fmt: skip
    call.write_all(found)


def fits(call: CommandCall, row: PSObject) -> bool:
    return wildcard_match(call.text("Parameter"), to_text(row["name"]))


def help_object(info: FunctionInfo | CmdletInfo) -> PSObject:
    found = comment_help(info.code) if isinstance(info, FunctionInfo) else None
    sets = command_sets(info)
    assert isinstance(sets, Array)
    lines = [f"{info.name} {one}".rstrip() for one in sets]
    given = found or Help()
    parameters = Array(parameter_rows(sets, given))
    made = item(
        "MamlCommandHelpInfo" if found else "ExtendedCmdletHelpInfo",
        Name=info.name,
        Category=info.kind,
        Synopsis=given.texts.get("SYNOPSIS", "") if found else "".join(f"\r\n{line}\r\n" for line in lines),
        description=paragraphs(given.texts.get("DESCRIPTION", "")),
        Syntax=item("MamlCommandHelpInfo#syntax", syntaxItem=Array(lines)),
        parameters=item("MamlCommandHelpInfo#parameters", parameter=parameters),
        examples=item("MamlCommandHelpInfo#examples", example=Array(example_rows(info, given))),
        alertSet=item("MamlCommandHelpInfo#alertSet", alert=paragraphs(given.texts.get("NOTES", ""))),
        relatedLinks=item("MamlCommandHelpInfo#relatedLinks", navigationLink=Array(link_rows(given))),
        Component=given.texts.get("COMPONENT"),
        Role=given.texts.get("ROLE"),
        Functionality=given.texts.get("FUNCTIONALITY"),
        ModuleName=getattr(info, "module_name", None) or str(getattr(info.module, "name", "") or ""),
    )
    made[TEXT] = shown(info, given if found else None, lines)
    return made


def parameter_rows(sets: Array, given: Help) -> list[PSObject]:
    rows: dict[str, PSObject] = {}
    for one in sets:
        members = one.parameters if isinstance(one, ParameterSetInfo) else []
        for parameter in members:
            if isinstance(parameter, SetParameter) and not parameter.common and parameter.name not in rows:
                rows[parameter.name] = parameter_row(parameter, given.parameters.get(parameter.name.lower(), ""))
    return list(rows.values())


def parameter_row(parameter: SetParameter, text: str) -> PSObject:
    ways = []
    if parameter.value_from_pipeline:
        ways.append("ByValue")
    if parameter.value_from_pipeline_by_property_name:
        ways.append("ByPropertyName")
    return item(
        "MamlCommandHelpInfo#parameter",
        description=paragraphs(text),
        defaultValue="",
        parameterValue=to_text(parameter.parameter_type),
        name=parameter.name,
        type=item("MamlCommandHelpInfo#type", name=to_text(parameter.parameter_type)),
        required=str(bool(parameter.is_mandatory)).lower(),
        globbing="false",
        pipelineInput=f"true ({', '.join(ways)})" if ways else "false",
        position=str(parameter.position + 1) if parameter.position >= 0 else "named",
    )


def example_rows(info: CommandInfo, given: Help) -> list[PSObject]:
    rows = []
    for number, text in enumerate(given.examples, 1):
        code, _, rest = text.partition("\r\n")
        rows.append(
            item(
                "MamlCommandHelpInfo#example",
                introduction=Array([item("MamlParaTextItem", Text="PS C:\\>")]),
                code=code,
                remarks=paragraphs(rest.lstrip("\r\n")),
                title=f"-------------------------- EXAMPLE {number} --------------------------",
            )
        )
    return rows


def link_rows(given: Help) -> list[PSObject]:
    return [
        item("MamlCommandHelpInfo#navigationLink", **{"uri" if link.startswith("http") else "linkText": link})
        for link in given.links
    ]


def shown(info: CommandInfo, given: Help | None, lines: list[str]) -> str:
    """The default view."""
    parts = ["", "NAME", *indented(info.name), "    "]
    if given is None:
        parts += ["SYNTAX", *indented("\r\n\r\n".join(lines)), "    ", "", "ALIASES", "    None", "    ", "", "REMARKS"]
        return "\r\n".join([*parts, "    None", "", ""])
    parts += ["SYNOPSIS", *indented(given.texts.get("SYNOPSIS", "")), "    ", "    "]
    parts += ["SYNTAX", *indented("\r\n\r\n".join(lines)), "    ", "    "]
    parts += ["DESCRIPTION", *indented(given.texts.get("DESCRIPTION", "")), "    ", ""]
    parts += ["RELATED LINKS", *(line for link in given.links for line in indented(link)), "", "REMARKS"]
    if given.examples:
        parts.append(f'    To see the examples, type: "get-help {info.name} -examples".')
    parts.append(f'    For more information, type: "get-help {info.name} -detailed".')
    parts.append(f'    For technical information, type: "get-help {info.name} -full".')
    return "\r\n".join([*parts, "", ""])


def indented(text: str) -> list[str]:
    return [f"    {line}" for line in text.split("\r\n")] if text else []
