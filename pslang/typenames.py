"""Type names in brackets, and attributes."""

from __future__ import annotations

import re
from dataclasses import replace

from pslang import semantic
from pslang.chars import BLANK, IDENTIFIER, TYPE_NAME
from pslang.cursor import Cursor
from pslang.recovery import sync
from pslang.syntax import Attribute, Expression, String, TypeName, Variable

_ASSEMBLY = re.compile(rf"[{BLANK}]*([^,=\]\r\n\0]+(?:=[^,\]\r\n\0]*)?)")


def bracketed(c: Cursor) -> TypeName | Attribute | None:
    """``[type]`` or ``[attribute(...)]`` at the cursor; None (nothing read) where no ``[`` stands there."""
    if c.skip() != "[":
        return None
    start = c.pos
    c.pos += 1
    c.skip_lines()
    found = type_name(c)
    if found is None:
        c.pos = start
        c.error("MissingTypename", start + 1, start + 1)
        return None
    char = c.skip()
    if char == "(":
        return _attribute(c, start, found)
    if char == "]":
        c.pos += 1
    else:
        c.error("EndSquareBracketExpectedAtEndOfAttribute", c.pos, c.pos)
    return found


def bracket_list(c: Cursor, expression_mode: bool) -> list[TypeName | Attribute]:
    """All types and attributes that stand here one after the other."""
    found: list[TypeName | Attribute] = []
    while (item := bracketed(c)) is not None:
        found.append(item)
        if not expression_mode or isinstance(item, Attribute):
            c.skip_lines()
    return found


# -- type names -----------------------------------------------------------------------------------------------------


def type_name(c: Cursor, *, argument: bool = False) -> TypeName | None:
    """The type name at the cursor. A type argument without brackets of its own has no assembly name."""
    match = TYPE_NAME.match(c.text, c.pos)
    if match is None:
        return None
    c.pos = match.end()
    found = TypeName(start=match.start(), end=c.pos, name=match.group())
    if c.skip() == "[":
        opened = c.pos
        c.pos += 1
        char = c.skip_lines()
        if char in "],":
            found = _ranks(c, found)
        elif char in "[_" or char.isalpha():
            found = _generic(c, found)
        elif c.at_end():
            c.error("MissingTypename", opened + 1, opened + 1)
        else:
            c.error("UnexpectedToken", c.pos, c.pos + 1, char)
            sync(c, "]", consume=True)
    if not argument and c.skip() == ",":
        return _assembly(c, found)
    return found


def _ranks(c: Cursor, element: TypeName) -> TypeName:
    """Array suffixes; the cursor stands behind the first ``[``."""
    ranks: list[int] = []
    while True:
        opened = c.pos
        rank = 1
        while c.skip() == ",":
            rank += 1
            c.pos += 1
        if rank > 32:
            c.error("ArrayHasTooManyDimensions", opened, c.pos)
        ranks.append(rank)
        if c.text[c.pos] == "]":
            c.pos += 1
        elif rank > 1 or c.at_end():
            c.error("EndSquareBracketExpectedAtEndOfAttribute", c.pos, c.pos)
        else:
            c.error("UnexpectedToken", c.pos, c.pos + 1, c.text[c.pos])
            sync(c, "]", consume=True)
        end = c.pos
        if c.skip() != "[":
            return replace(element, ranks=tuple(ranks), end=end)
        c.pos += 1


def _generic(c: Cursor, generic: TypeName) -> TypeName:
    """The type arguments; the cursor stands on the first of them."""
    arguments = [_generic_argument(c)]
    while c.skip_lines() == ",":
        comma = c.pos
        c.pos += 1
        char = c.skip_lines()
        if char in "[_" or char.isalpha():
            arguments.append(_generic_argument(c))
        else:
            c.error("MissingTypename", comma + 1, comma + 1)
    if c.text[c.pos] == "]":
        c.pos += 1
    else:
        c.error("EndSquareBracketExpectedAtEndOfAttribute", c.pos, c.pos)
    found = replace(generic, args=tuple(arguments), end=c.pos)
    if c.skip() == "[":
        c.pos += 1
        return _ranks(c, found)
    return found


def _generic_argument(c: Cursor) -> TypeName:
    if c.text[c.pos] != "[":
        found = type_name(c, argument=True)
        assert found is not None
        return found
    start = c.pos
    c.pos += 1
    found = type_name(c) if c.skip() != "]" else None
    if found is None:
        c.error("MissingTypename", c.pos, c.pos)
        return TypeName(start=start, end=c.pos, name=":ErrorTypeName:")
    if c.skip() == "]":
        c.pos += 1
    else:
        c.error("EndSquareBracketExpectedAtEndOfType", c.pos, c.pos)
    return found


def _assembly(c: Cursor, found: TypeName) -> TypeName:
    comma = c.pos
    names: list[str] = []
    while c.text[c.pos] == ",":
        match = _ASSEMBLY.match(c.text, c.pos + 1)
        if match is None:
            break
        names.append(match[1].strip())
        c.pos = match.end()
    if not names:
        c.error("MissingAssemblyNameSpecification", comma + 1, comma + 1)
        c.pos = comma + 1
        return found
    return replace(found, assembly=", ".join(names), end=c.pos)


# -- attributes -----------------------------------------------------------------------------------------------------


def _attribute(c: Cursor, start: int, found: TypeName) -> Attribute:
    """The arguments of an attribute; the cursor stands on their ``(``."""
    c.pos += 1
    args: list[Expression] = []
    named: list[tuple[str, Expression]] = []
    comma, c.no_comma = c.no_comma, True
    last = _arguments(c, args, named)
    c.no_comma = comma
    closed = c.skip_lines() == ")"
    if closed:
        c.pos += 1
    else:
        c.error("MissingEndParenthesisInExpression", last, last)
    end = c.pos if closed else last
    if c.skip_lines() == "]":
        c.pos += 1
        end = c.pos
    elif closed:
        c.error("EndSquareBracketExpectedAtEndOfAttribute", end, end)
    attribute = Attribute(start=start, end=end, type=found, args=tuple(args), named=tuple(named))
    semantic.attribute(c, attribute)
    return attribute


def _arguments(c: Cursor, args: list[Expression], named: list[tuple[str, Expression]]) -> int:
    """Reads all arguments into the lists; where the last one ends."""
    last = c.pos
    after_comma = False
    seen: set[str] = set()
    while True:
        c.skip_lines()
        name = IDENTIFIER.match(c.text, c.pos)
        if name is not None:
            c.pos = name.end()
            value, last = _named_value(c, name.start(), last)
            if name.group().lower() in seen:
                c.error("DuplicateNamedArgument", name.start(), name.end(), name.group())
            else:
                seen.add(name.group().lower())
                named.append((name.group(), value))
        else:
            found = c.rules.expression(c)
            if found is not None:
                args.append(found)
                last = found.end
            elif after_comma:
                args.append(c.missing("MissingExpressionAfterToken", last, ","))
        if c.skip_lines() != ",":
            return last
        c.pos += 1
        last = c.pos
        after_comma = True


def _named_value(c: Cursor, start: int, last: int) -> tuple[Expression, int]:
    if c.skip() != "=":
        return Variable(start=start, end=start, name="true"), last
    c.pos += 1
    equals = c.pos
    c.skip_lines()
    value = c.rules.expression(c)
    if value is None:
        value = c.missing("MissingExpressionInNamedArgument", equals)
        sync(c, ",)]\n", consume=True)
    return value, value.end


def simple_name(c: Cursor) -> String | None:
    """A plain word: letters, digits and underscores."""
    c.skip()
    match = IDENTIFIER.match(c.text, c.pos)
    if match is None:
        return None
    c.pos = match.end()
    return String(start=match.start(), end=c.pos, value=match.group(), kind="bare")
