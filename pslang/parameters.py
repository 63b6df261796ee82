"""Parameter lists: param( ) with its attributes, and the list behind a function's name."""

from __future__ import annotations

from pslang import semantic
from pslang.chars import IDENTIFIER, WORD_ENDS
from pslang.cursor import Cursor
from pslang.recovery import sync
from pslang.syntax import Attribute, Parameter, TypeName
from pslang.typenames import bracket_list
from pslang.variables import variable


def param_block(c: Cursor) -> tuple[tuple[Parameter, ...] | None, tuple[Attribute, ...]]:
    """``[CmdletBinding()] param( ... )``; nothing is read where no param stands there."""
    mark = c.mark()
    char = c.skip_lines()
    place = "param", c.pos
    if char not in "[pP" or place in c.no_declaration:
        return None, ()
    items = bracket_list(c, expression_mode=False) if char == "[" else []
    c.skip_lines()
    match = IDENTIFIER.match(c.text, c.pos)
    found = match is not None and match.group().lower() == "param" and c.text[match.end()] in WORD_ENDS
    c.pos = match.end() if match is not None else c.pos
    if not found or c.skip_lines() != "(":
        c.no_declaration.add(place)
        c.reset(mark)
        return None, ()
    parameters = parameter_list(c)
    close_parameters(c, parameters)
    for item in items:
        if isinstance(item, TypeName):
            c.error("TypeNotAllowedBeforeParam", item.start, item.end, item.name)
    return parameters, tuple(item for item in items if isinstance(item, Attribute))


def close_parameters(c: Cursor, parameters: tuple[Parameter, ...]) -> bool:
    if c.skip_lines() == ")":
        c.pos += 1
        return True
    end = parameters[-1].end if parameters else c.pos
    c.error("MissingEndParenthesisInFunctionParameterList", end, end)
    return False


def parameter_list(c: Cursor) -> tuple[Parameter, ...]:
    """The parameters behind the ``(`` at the cursor."""
    c.pos += 1
    found: list[Parameter] = []
    comma = None
    while True:
        parameter = _parameter(c)
        if parameter is None:
            if comma is not None:
                c.error("MissingExpressionAfterToken", comma, comma, ",")
            break
        found.append(parameter)
        semantic.parameter(c, parameter)
        if c.skip_lines() != ",":
            break
        c.pos += 1
        comma = c.pos
    semantic.parameters(c, found)
    return tuple(found)


def _parameter(c: Cursor) -> Parameter | None:
    no_comma, c.no_comma = c.no_comma, True
    try:
        return _read_parameter(c)
    finally:
        c.no_comma = no_comma


def _read_parameter(c: Cursor) -> Parameter | None:
    c.skip_lines()
    first = c.pos
    items = bracket_list(c, expression_mode=False)
    char = c.skip_lines()
    name = variable(c) if char in "$@" else None
    if name is not None and name.splat:
        c.error_late("SplattingNotPermitted", name, name.name)
    attributes = tuple(item for item in items if isinstance(item, Attribute))
    types = tuple(item for item in items if isinstance(item, TypeName))
    if name is None:
        if not items:
            return None
        end = items[-1].end
        c.error("InvalidFunctionParameter", end, end)
        sync(c, ")", consume=False)
        return Parameter(
            start=items[0].start, end=end, name="__error__", attributes=attributes, types=types, default=None
        )
    start = first if items else name.start
    end = c.pos
    default = None
    resume = c.pos
    if c.skip_lines() == "=":
        c.pos += 1
        equals = c.pos
        c.skip_lines()
        default = c.rules.expression(c)
        if default is None:
            c.error("MissingExpressionAfterToken", equals, equals, "=")
        else:
            end = default.end
    else:
        c.pos = resume
    return Parameter(start=start, end=end, name=name.name, attributes=attributes, types=types, default=default)
