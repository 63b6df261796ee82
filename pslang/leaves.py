"""The leaves of expressions, with the members and elements taken from them."""

from __future__ import annotations

from collections.abc import Callable

from pslang import containers, herestrings, numbers, strings
from pslang.chars import DOUBLE_QUOTES, SINGLE_QUOTES
from pslang.cursor import Cursor
from pslang.members import member_access
from pslang.syntax import Expression, Variable
from pslang.variables import variable


def primary(c: Cursor) -> Expression | None:
    """A leaf or something in brackets, with the members and elements taken from it."""
    found = atom(c)
    if found is None:
        return None
    after = c.text[c.pos]
    if after in ".[:<":
        return member_access(c, found, argument_mode=False)
    return found


def look_ahead(c: Cursor) -> None:
    """Report what is wrong with the string or word at the cursor, before what is wrong with its place."""
    start = c.pos
    char = c.text[start]
    if char in SINGLE_QUOTES or char in DOUBLE_QUOTES:
        atom(c)
    elif char.isdigit() and numbers.number(c, expression_mode=True) is None:
        strings.word(c)
    c.pos = start


def atom(c: Cursor, argument_mode: bool = False) -> Expression | None:
    rule = _ATOMS.get(c.text[c.pos])
    return rule(c, argument_mode) if rule is not None else None


def _dollar(c: Cursor, argument_mode: bool) -> Expression | None:
    if c.text[c.pos + 1] == "(":
        return containers.subexpression(c)
    return variable(c, argument_mode=argument_mode)


def _at(c: Cursor, argument_mode: bool) -> Expression | None:
    following = c.text[c.pos + 1]
    if following == "(":
        return containers.array_expression(c)
    if following == "{":
        return containers.hashtable(c)
    if following in SINGLE_QUOTES or following in DOUBLE_QUOTES:
        return herestrings.here_string(c)
    found = variable(c, argument_mode=argument_mode)
    if found is None and not argument_mode:
        c.error("UnrecognizedToken", c.pos, c.pos + 1)
        c.pos += 1
        return Variable(start=c.pos - 1, end=c.pos, name="__error__")
    if found is not None and not argument_mode:
        c.error_late("SplattingNotPermitted", found, found.name)
    return found


def _number(c: Cursor, argument_mode: bool) -> Expression | None:
    found = numbers.number(c, expression_mode=not argument_mode)
    if found is None and not argument_mode:
        look_ahead(c)
    return found


_ATOMS: dict[str, Callable[[Cursor, bool], Expression | None]] = {
    "$": _dollar,
    "@": _at,
    "(": lambda c, _: containers.parenthesised(c),
    "{": lambda c, _: containers.script_block(c),
    **{quote: lambda c, _: strings.single_quoted(c) for quote in SINGLE_QUOTES},
    **{quote: lambda c, _: strings.double_quoted(c) for quote in DOUBLE_QUOTES},
    **dict.fromkeys("0123456789.", _number),
}
