"""Script blocks, functions and other commands as values."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pslang import syntax
from winsim.interpreter.errors import TerminatingError, error
from winsim.interpreter.parameters import CommandParameters
from winsim.interpreter.scopes import Scope
from winsim.interpreter.values import Array, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.command import CmdletDeclaration, NativeDeclaration
    from winsim.interpreter.compiling import Run
    from winsim.interpreter.frames import Frame
    from winsim.interpreter.session import Session

SMA = "System.Management.Automation."


class CompiledScript:
    """The code of a script, function or block. Compiled part by part when it first runs."""

    def __init__(self, script: syntax.Script, kind: str = "block", text: str | None = None) -> None:
        self.script = script
        self.kind = kind
        self.source = script.source
        self.text = script.source.text[script.start : script.end] if text is None else text

    @cached_property
    def parameters(self) -> CommandParameters:
        from winsim.interpreter.attributes import script_parameters

        return script_parameters(self)

    @cached_property
    def advanced(self) -> bool:
        from winsim.interpreter.attributes import is_advanced

        return is_advanced(self.script)

    @cached_property
    def binding(self) -> dict[str, object]:
        """The named arguments of [CmdletBinding()]."""
        from winsim.interpreter.attributes import cmdlet_binding

        return cmdlet_binding(self.script)

    def run_of(self, block: syntax.Block | None) -> Run | None:
        from winsim.interpreter.compile_statements import block as compile_block
        from winsim.interpreter.compiling import Unit

        if block is None:
            return None
        return compile_block(Unit(self.source), block)

    @cached_property
    def dynamic(self) -> Run | None:
        return self.run_of(self.script.dynamic)

    @cached_property
    def begin(self) -> Run | None:
        return self.run_of(self.script.begin)

    @cached_property
    def process(self) -> Run | None:
        if self.kind == "filter" and not self.script.named_blocks:
            return self.run_of(self.script.end_block)
        return self.run_of(self.script.process)

    @cached_property
    def end(self) -> Run | None:
        if self.kind == "filter" and not self.script.named_blocks:
            return None
        return self.run_of(self.script.end_block)


class ScriptBlock(NetObject):
    """System.Management.Automation.ScriptBlock. ``captured`` is the scope of a closure, with its variables."""

    type_names = (SMA + "ScriptBlock", "System.Object")

    def __init__(self, code: CompiledScript, session: Session | None, module: object = None) -> None:
        self.code = code
        self.session = session
        self.module = module
        self.captured: Scope | None = None

    def __str__(self) -> str:
        return self.code.text

    def closure(self, frame: Frame) -> ScriptBlock:
        """``GetNewClosure()``: the variables of the calling scope as they are now."""
        made = ScriptBlock(self.code, self.session, self.module)
        scope = frame.scope
        made.captured = Scope(scope.top, is_script=True)
        made.captured.vars.update((n, value) for n, value in scope.vars.items() if n not in NOT_CAPTURED)
        return made


NOT_CAPTURED = frozenset(
    {"_", "args", "input", "this", "myinvocation", "psboundparameters", "pscmdlet", "foreach", "switch"}
)


def parse_text(text: str, name: str = "") -> syntax.Script:
    """The tree of a text, or the parse error as PowerShell raises it."""
    from pslang.parser import parse

    result = parse(text, name)
    if result.errors or result.script is None:
        raise parse_failure(text, name, result.errors)
    return result.script


MOST_ERRORS = 10
TOO_MANY_ERRORS = "Not all parse errors were reported.  Correct the reported errors and try again."


class ParseErrorObject(NetObject):
    """One error of a parse; its text says where it is."""

    type_names = ("System.Management.Automation.Language.ParseError", "System.Object")

    def __init__(self, text: str, id: str) -> None:
        self.text = text
        self.id = id

    def __str__(self) -> str:
        return self.text

    def adapted_names(self) -> list[str]:
        return ["ErrorId", "Message"]

    def adapted_property(self, name: str) -> object:
        return {"errorid": self.id, "message": self.text.rpartition("\n")[2]}.get(name.lower(), NotImplemented)


def parse_failure(text: str, name: str, errors: tuple[syntax.ParseError, ...]) -> TerminatingError:
    from winsim.interpreter.errors import InvocationInfo, Position

    found = errors or (syntax.ParseError("ParserError", "The text does not parse.", 0, 0),)
    source = syntax.Source(text, name)
    position = Position(source, found[0].start, found[0].end)
    texts = [f"{Position(source, one.start, one.end).message}\n{one.message}" for one in found]
    message = "\n\n".join([*texts[:MOST_ERRORS], *([TOO_MANY_ERRORS] if len(texts) > MOST_ERRORS else [])])
    told = [ParseErrorObject(one, wrong.id) for one, wrong in zip(texts, found, strict=True)]
    problem = error(found[0].id, message, "ParserError", None, SMA + "ParseException", None)
    problem.record.exception.properties["Errors"] = Array(told, SMA + "Language.ParseError")
    problem.record.invocation = InvocationInfo(None, "", position)
    return problem


@lru_cache(maxsize=512)
def compiled(text: str) -> CompiledScript:
    """The code of a text. Kept, because clients send the same scripts again; code holds nothing of a session."""
    return CompiledScript(parse_text(text), text=text)


def create(text: str, session: Session | None = None) -> ScriptBlock:
    return ScriptBlock(compiled(text), session)


def rooted(frame: Frame, value: object) -> object:
    """A script block made from text belongs to the session that made it."""
    if isinstance(value, ScriptBlock) and value.session is None:
        value.session = frame.session
    return value


class CommandInfo(NetObject):
    """A command that a name stands for."""

    kind = "Cmdlet"
    type_names: tuple[str, ...] = (SMA + "CommandInfo", "System.Object")
    name: str
    module: object = None

    def __str__(self) -> str:
        return self.name


class FunctionInfo(CommandInfo):
    kind = "Function"
    type_names = (SMA + "FunctionInfo", SMA + "CommandInfo", "System.Object")

    def __init__(self, name: str, code: CompiledScript, session: Session | None, module: object = None) -> None:
        self.name = name
        self.code = code
        self.session = session
        self.module = module
        self.captured: Scope | None = None
        if code.kind == "filter":
            self.kind = "Filter"

    @property
    def block(self) -> ScriptBlock:
        made = ScriptBlock(self.code, self.session, self.module)
        made.captured = self.captured
        return made


class CmdletInfo(CommandInfo):
    kind = "Cmdlet"
    type_names = (SMA + "CmdletInfo", SMA + "CommandInfo", "System.Object")

    def __init__(self, declaration: CmdletDeclaration, module_name: str) -> None:
        self.name = declaration.name
        self.declaration = declaration
        self.module_name = module_name

    @property
    def parameters(self) -> CommandParameters:
        from winsim.interpreter.parameters import cmdlet_parameters

        return cmdlet_parameters(self.declaration)


class ApplicationInfo(CommandInfo):
    kind = "Application"
    type_names = (SMA + "ApplicationInfo", SMA + "CommandInfo", "System.Object")

    def __init__(self, declaration: NativeDeclaration) -> None:
        self.name = declaration.name
        self.declaration = declaration
        self.path = declaration.path


class ScriptInfo(CommandInfo):
    """A .ps1 file of the host."""

    kind = "ExternalScript"
    type_names = (SMA + "ExternalScriptInfo", SMA + "CommandInfo", "System.Object")

    def __init__(self, path: str, code: CompiledScript) -> None:
        self.name = path.rpartition("\\")[2]
        self.path = path
        self.code = code


class AliasInfo(CommandInfo):
    kind = "Alias"
    type_names = (SMA + "AliasInfo", SMA + "CommandInfo", "System.Object")

    def __init__(self, name: str, definition: str, resolved: CommandInfo | None) -> None:
        self.name = name
        self.definition = definition
        self.resolved = resolved
        self.description = ""
        self.options = "None"
