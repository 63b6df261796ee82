"""A command of the tree as the arguments that the binder sees."""

from __future__ import annotations

from pslang.linter.parameter_sets import Argument
from pslang.syntax import (
    ArrayLiteral,
    Command,
    CommandParameter,
    Constant,
    ExpandableString,
    Expression,
    Hashtable,
    ScriptBlock,
    String,
    Variable,
)


def call_arguments(command: Command) -> tuple[list[Argument], bool]:
    """The arguments behind the name, and whether something is splatted among them."""
    found: list[Argument] = []
    splatted = False
    for element in command.elements[1:]:
        if isinstance(element, CommandParameter):
            if element.name == "-":
                continue
            value = element.argument
            kind = value_type(value) if value is not None else ""
            found.append(Argument(element.name, value is not None, kind, element.start))
        elif isinstance(element, Variable) and element.splat:
            splatted = True
        else:
            text = element.value if isinstance(element, String) else None
            found.append(Argument(None, True, value_type(element), element.start, text))
    return found, splatted


def value_type(node: Expression) -> str:
    if isinstance(node, (String, ExpandableString)):
        return "String"
    if isinstance(node, ScriptBlock):
        return "ScriptBlock"
    if isinstance(node, Hashtable):
        return "Hashtable"
    if isinstance(node, Constant):
        return node.type.rpartition(".")[2]
    return "Object[]" if isinstance(node, ArrayLiteral) else ""
