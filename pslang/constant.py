"""The value of a constant expression, without a host and without an interpreter."""

from __future__ import annotations

from collections.abc import Callable

from pslang.semantic import pure
from pslang.syntax import (
    ArrayExpression,
    ArrayLiteral,
    Binary,
    Block,
    Cast,
    Constant,
    ExpandableString,
    Expression,
    Hashtable,
    Member,
    Node,
    Paren,
    Statement,
    String,
    SubExpression,
    TypeLiteral,
    Unary,
    Variable,
)

Names = Callable[[Expression], object]

_VARIABLES: dict[str, object] = {"true": True, "false": False, "null": None}
_LIMITS: dict[tuple[str, str], object] = {
    ("long", "minvalue"): -(1 << 63),
    ("long", "maxvalue"): (1 << 63) - 1,
    ("int64", "minvalue"): -(1 << 63),
    ("int64", "maxvalue"): (1 << 63) - 1,
    ("int", "minvalue"): -(1 << 31),
    ("int", "maxvalue"): (1 << 31) - 1,
    ("double", "nan"): float("nan"),
    ("double", "positiveinfinity"): float("inf"),
    ("double", "negativeinfinity"): float("-inf"),
}
#: Casts that leave a value of these Python types as it is.
_CASTS: dict[str, tuple[type, ...]] = {
    "ordered": (dict,),
    "hashtable": (dict,),
    "string": (str,),
    "bool": (bool,),
    "int": (int,),
    "int32": (int,),
    "long": (int,),
    "int64": (int,),
    "double": (float,),
}


class NotConstant(Exception):
    """Carries the node that has no value without a host."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self.node = node


def no_names(node: Expression) -> object:
    raise NotConstant(node)


def evaluate(node: Expression | Statement, names: Names = no_names) -> object:
    """The plain Python value (str, bool, int, float, Decimal, None, list, dict) of a constant expression.

    ``names`` gives the value of a variable or of members of one (``$Needs.Thumbprint``), or raises NotConstant.
    """
    if isinstance(node, Statement):
        inner = pure(node)
        if inner is None:
            raise NotConstant(node)
        node = inner
    match node:
        case Constant(value=value) | String(value=value):
            return value
        case Variable(name=name, scope=None, splat=False) if name.lower() in _VARIABLES:
            return _VARIABLES[name.lower()]
        case Variable() | Member(target=Variable() | Member(), static=False):
            return names(node)
        case Member(target=TypeLiteral(type=type_name), name=String(value=name), static=True):
            key = type_name.name.lower().removeprefix("system."), name.lower()
            if key in _LIMITS:
                return _LIMITS[key]
        case ExpandableString(parts=parts):
            return "".join(part if isinstance(part, str) else _text(part, names) for part in parts)
        case Paren(pipeline=pipeline):
            return evaluate(pipeline, names)
        case Hashtable():
            return _hashtable(node, names)
        case ArrayLiteral(items=items):
            return [evaluate(item, names) for item in items]
        case ArrayExpression(body=body):
            return _array(body, names)
        case SubExpression(body=Block(statements=(single,), traps=())):
            return evaluate(single, names)
        case Unary(op=op, operand=operand):
            return _unary(node, op, evaluate(operand, names))
        case Binary(op="+", left=left, right=right):
            return _sum(node, evaluate(left, names), evaluate(right, names))
        case Cast(type=type_name, operand=operand) if not type_name.ranks:
            value = evaluate(operand, names)
            kept = _CASTS.get(type_name.name.lower().removeprefix("system."))
            if kept and isinstance(value, kept) and isinstance(value, bool) == (kept == (bool,)):
                return value
    raise NotConstant(node)


def _text(part: Expression, names: Names) -> str:
    value = evaluate(part, names)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise NotConstant(part)
    return str(value)


def _hashtable(node: Hashtable, names: Names) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in node.pairs:
        name = evaluate(key, names)
        if not isinstance(name, str):
            raise NotConstant(key)
        found[name] = evaluate(value, names)
    return found


def _array(body: Block, names: Names) -> list[object]:
    """``@( )`` collects what its statements give: an array that a statement is gives its items."""
    if body.traps:
        raise NotConstant(body)
    found: list[object] = []
    for statement in body.statements:
        value = evaluate(statement, names)
        if isinstance(value, list):
            found.extend(value)
        else:
            found.append(value)
    return found


def _unary(node: Unary, op: str, value: object) -> object:
    if op in ("+", "-") and isinstance(value, (int, float)) and not isinstance(value, bool):
        return -value if op == "-" else value
    if op in ("!", "not") and isinstance(value, bool):
        return not value
    raise NotConstant(node)


def _sum(node: Binary, left: object, right: object) -> object:
    if isinstance(left, str) and isinstance(right, (str, int)) and not isinstance(right, bool):
        return left + str(right)
    if isinstance(left, list):
        return left + (right if isinstance(right, list) else [right])
    if isinstance(left, dict) and isinstance(right, dict):
        return left | right
    if isinstance(left, int) and isinstance(right, int) and not isinstance(left, bool) and not isinstance(right, bool):
        return left + right
    raise NotConstant(node)
