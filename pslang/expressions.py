"""Expressions: operators by precedence, unary operators and casts, member access, and the leaves."""

from __future__ import annotations

from collections.abc import Callable

from pslang import numbers, operators, semantic
from pslang.chars import DASHES, IDENTIFIER
from pslang.cursor import Cursor
from pslang.leaves import primary
from pslang.members import member_access
from pslang.syntax import (
    ArrayLiteral,
    Attribute,
    AttributedExpression,
    Binary,
    Cast,
    Expression,
    IncDec,
    TypeLiteral,
    TypeName,
    Unary,
    Variable,
)
from pslang.typenames import bracket_list


def expression(c: Cursor) -> Expression | None:
    """The expression at the cursor, None (nothing read) where none starts there."""
    left = _array(c)
    if left is None:
        return None
    op = _binary_operator(c)
    if op is None:
        return left
    operands = [left]
    pending: list[tuple[str, int]] = []
    while op is not None:
        level = operators.precedence(op)
        while pending and level <= pending[-1][1]:
            _reduce(operands, pending)
        pending.append((op, level))
        after = c.pos
        c.skip_lines()
        right = _array(c)
        if right is None:
            right = c.missing("ExpectedValueExpression", after, c.text[after - len(op) - 1 : after].strip())
        operands.append(right)
        op = _binary_operator(c)
    while pending:
        _reduce(operands, pending)
    return operands[0]


def _reduce(operands: list[Expression], pending: list[tuple[str, int]]) -> None:
    right = operands.pop()
    left = operands.pop()
    operands.append(Binary(start=left.start, end=right.end, op=pending.pop()[0], left=left, right=right))


_MAYBE_OPERATOR = frozenset("-+*/%.?" + DASHES)


def _binary_operator(c: Cursor) -> str | None:
    """Reads the binary operator at the cursor; reports what only looks like one."""
    char = c.skip()
    if char not in _MAYBE_OPERATOR:
        return None
    text = c.text
    pos = c.pos
    following = text[pos + 1]
    if char in DASHES:
        if following in "?_" or following.isalpha():
            return _dashed_operator(c)
        if following == "=" or following in DASHES:
            return None
        c.pos = pos + 1
        return "-"
    if char == ".":
        if following != ".":
            return None
        c.pos = pos + 2
        return ".."
    if char == "?":
        _later_operator(c)
        return None
    if following == "=" or (char == "+" and following == "+") or (char == "*" and following == ">"):
        return None
    c.pos = pos + 1
    return char


def _dashed_operator(c: Cursor) -> str | None:
    pos = c.pos
    name = IDENTIFIER.match(c.text, pos + 1)
    end = name.end() if name else pos + 2
    op = c.text[pos + 1 : end].lower()
    c.pos = end
    if op in operators.BINARY:
        return operators.CANONICAL.get(op, op)
    c.error("UnexpectedToken", pos, end, c.text[pos:end])
    return None


def _later_operator(c: Cursor) -> None:
    """``?``, ``??`` and ``??=`` after an expression are syntax of PowerShell 7; the rest is read as text."""
    start = c.pos
    width = 2 if c.text[start + 1] == "?" else 1
    what = "The operator ??" if width == 2 else "The ternary operator"
    c.error("LabLaterVersion", start, start + width, what, "7.0")
    c.pos = start + width
    c.skip_lines()
    if expression(c) is not None and width == 1 and c.skip() == ":":
        c.pos += 1
        c.skip_lines()
        expression(c)


def _array(c: Cursor) -> Expression | None:
    """``a, b, c``: the comma binds tighter than all binary operators."""
    first = unary(c)
    if first is None or c.skip() != "," or c.no_comma:
        return first
    items = [first]
    while c.skip() == ",":
        c.pos += 1
        after = c.pos
        c.skip_lines()
        item = unary(c)
        if item is None:
            items.append(c.missing("MissingExpressionAfterToken", after, ","))
            break
        items.append(item)
    return ArrayLiteral(start=first.start, end=items[-1].end, items=tuple(items))


# -- unary operators, casts -----------------------------------------------------------------------------------------


def unary(c: Cursor) -> Expression | None:
    char = c.skip()
    rule = _UNARY.get(char)
    found = rule(c) if rule is not None else primary(c)
    if found is None:
        return None
    char = c.skip()
    if char == "+" or char in DASHES:
        following = c.text[c.pos + 1]
        if (char == "+" and following == "+") or (char != "+" and following in DASHES):
            c.pos += 2
            op = "++" if char == "+" else "--"
            semantic.changed(c, found, op)
            return IncDec(start=found.start, end=c.pos, op=op, target=found, prefix=False)  # type: ignore[arg-type]
    return found


def _comma(c: Cursor) -> Expression | None:
    if c.no_comma:
        return None
    start = c.pos
    operand = _operand(c, ",", start + 1)
    return ArrayLiteral(start=start, end=operand.end, items=(operand,))


def _operand(c: Cursor, op: str, after: int) -> Expression:
    """What a unary operator applies to; the operator ends at ``after``."""
    c.pos = after
    c.skip_lines()
    operand = unary(c)
    return operand if operand is not None else c.missing("MissingExpressionAfterOperator", after, op)


def _sign(c: Cursor) -> Expression | None:
    start = c.pos
    char = c.text[start]
    following = c.text[start + 1]
    plus = char == "+"
    op = "+" if plus else "-"
    if following in ("+" if plus else DASHES):
        target = _operand(c, op + op, start + 2)
        semantic.changed(c, target, op + op)
        return IncDec(start=start, end=target.end, op=op + op, target=target, prefix=True)  # type: ignore[arg-type]
    if following == "=":
        return None
    if not plus and (following in "_?" or following.isalpha()):
        name = IDENTIFIER.match(c.text, start + 1)
        op = name.group().lower() if name else ""
        if name is None or op not in operators.UNARY:
            return None
        operand = _operand(c, "-" + op, name.end())
        return Unary(start=start, end=operand.end, op=op, operand=operand)
    if following.isdigit() or following == ".":
        found = numbers.number(c, expression_mode=True)
        # Where the word is no number, it is a command: -5x, or a member access: -5.Foo
        return found and member_access(c, found, argument_mode=False)
    operand = _operand(c, op, start + 1)
    return Unary(start=start, end=operand.end, op=op, operand=operand)


def _not(c: Cursor) -> Expression | None:
    start = c.pos
    following = c.text[start + 1]
    if following == "_" or following.isalpha():
        return None
    operand = _operand(c, "!", start + 1)
    return Unary(start=start, end=operand.end, op="!", operand=operand)


def _bracket(c: Cursor) -> Expression | None:
    """``[type]`` as a value, a target of ``::``, or casts and attributes before an expression."""
    items = bracket_list(c, expression_mode=True)
    if not items:
        return None
    last = items.pop()
    found: Expression
    if isinstance(last, Attribute):
        c.skip_lines()
        operand = unary(c)
        if operand is None:
            c.error("UnexpectedAttribute", last.start, last.end, last.type.name)
            return Variable(start=last.start, end=last.end, name="__error__")
        found = AttributedExpression(start=last.start, end=operand.end, attribute=last, operand=operand)
        semantic.attributed(c, found)
    else:
        found = _type_value(c, last)
    for item in reversed(items):
        found = _applied(c, item, found)
    return found


def _applied(c: Cursor, item: TypeName | Attribute, operand: Expression) -> Expression:
    if isinstance(item, Attribute):
        found = AttributedExpression(start=item.start, end=operand.end, attribute=item, operand=operand)
        semantic.attributed(c, found)
        return found
    cast = Cast(start=_before_type(c, item), end=operand.end, type=item, operand=operand)
    semantic.cast(c, cast)
    return cast


def _before_type(c: Cursor, found: TypeName) -> int:
    """Where the bracket before a type stands: an expression with a type begins with it."""
    return c.text.rfind("[", 0, found.start)


def _type_value(c: Cursor, found: TypeName) -> Expression:
    start, end = _before_type(c, found), c.pos
    value = TypeLiteral(start=start, end=end, type=found)
    after = c.text[end]
    if after in ".:<":
        access = member_access(c, value, argument_mode=False)
        if access is not value:
            return access
    char = c.skip()
    if char in "\r\n,":
        return value
    operand = unary(c)
    if operand is None:
        return value
    cast = Cast(start=start, end=operand.end, type=found, operand=operand)
    semantic.cast(c, cast)
    return cast


_UNARY: dict[str, Callable[[Cursor], Expression | None]] = {
    ",": _comma,
    "+": _sign,
    "!": _not,
    "[": _bracket,
    **dict.fromkeys(DASHES, _sign),
}
