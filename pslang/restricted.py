"""What a data section may hold: the restricted language."""

from __future__ import annotations

from pslang import syntax
from pslang.cursor import Cursor
from pslang.syntax import Block, Command, Data, FunctionDefinition, Node, String, TypeName, Variable
from pslang.walk import walk

_VARIABLES = frozenset(("psculture", "psuiculture", "true", "false", "null"))
_TYPES = """
    bool boolean char byte sbyte int16 uint16 int int32 uint32 long int64 uint64 single float double decimal datetime
    string
"""
_ALLOWED_TYPES = frozenset(_TYPES.split())
_FORBIDDEN_OPERATORS = frozenset(
    prefix + name
    for name in ("match", "notmatch", "replace", "split", "join", "as", "f", "..", "++", "--")
    for prefix in ("", "i", "c")
)

#: What a statement or expression is called in the id of its error.
_FORBIDDEN: dict[type[Node], str] = {
    syntax.Assignment: "AssignmentStatement",
    syntax.AttributedExpression: "Attribute",
    syntax.Break: "FlowControlStatement",
    syntax.Continue: "FlowControlStatement",
    syntax.Data: "DataSectionStatement",
    syntax.DoLoop: "DoWhileStatement",
    syntax.Exit: "FlowControlStatement",
    syntax.For: "ForWhileStatement",
    syntax.ForEach: "ForeachStatement",
    syntax.FunctionDefinition: "FunctionDeclaration",
    syntax.Index: "ArrayReference",
    syntax.Invoke: "MethodCall",
    syntax.Member: "PropertyReference",
    syntax.Redirection: "Redirection",
    syntax.Return: "FlowControlStatement",
    syntax.ScriptBlock: "ScriptBlock",
    syntax.Switch: "SwitchStatement",
    syntax.Throw: "FlowControlStatement",
    syntax.Trap: "TrapStatement",
    syntax.Try: "TryStatement",
    syntax.While: "ForWhileStatement",
}


def check(c: Cursor, found: Data) -> None:
    """Report everything in a data section that its restricted language does not have."""
    commands = {"convertfrom-stringdata"}
    commands.update(item.value.lower() for item in found.supported if isinstance(item, String))
    any_command = any(not isinstance(item, String) for item in found.supported)
    for node in _inside(found.body):
        what = _FORBIDDEN.get(node.__class__)
        if what is not None:
            c.error_late(f"{what}NotSupportedInDataSection", node)
        elif isinstance(node, Command):
            _command(c, node, None if any_command else commands)
        elif isinstance(node, Variable):
            if node.scope is not None or node.name.lower() not in _VARIABLES:
                c.error_late("VariableReferenceNotSupportedInDataSection", node, node.name)
        elif isinstance(node, (syntax.Binary, syntax.Unary, syntax.IncDec)):
            if node.op in _FORBIDDEN_OPERATORS:
                c.error_late("OperatorNotSupportedInDataSection", node, node.op)
        elif isinstance(node, TypeName) and node.name.lower().removeprefix("system.") not in _ALLOWED_TYPES:
            c.error_late("TypeNotAllowedInDataSection", node, node.name)


def _inside(body: Block) -> list[Node]:
    """All nodes but those of script blocks and functions, which are errors as a whole."""
    closed = [
        (node.start, node.end) for node in walk(body) if isinstance(node, (syntax.ScriptBlock, FunctionDefinition))
    ]
    return [node for node in walk(body) if not any(start < node.start and node.end <= end for start, end in closed)]


def _command(c: Cursor, node: Command, allowed: set[str] | None) -> None:
    name = node.elements[0]
    if node.invoke == ".":
        c.error_late("DotSourcingNotSupportedInDataSection", node)
    elif node.invoke == "&":
        c.error_late("OperatorNotSupportedInDataSection", node, "&")
    elif allowed is not None and not (isinstance(name, String) and name.value.lower() in allowed):
        text = name.value if isinstance(name, String) else "an expression"
        c.error_late("CmdletNotInAllowedListForDataSection", node, text)
