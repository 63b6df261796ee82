"""Literals, operators, casts, strings and containers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from pslang import syntax
from winsim.interpreter import arithmetic, operators
from winsim.interpreter.collect import collapse, emit_each
from winsim.interpreter.compile_variables import reference_to, variable, write_target
from winsim.interpreter.compiling import Evaluate, Unit, captured, expression, pure_expression, value_of
from winsim.interpreter.containers import Hashtable, OrderedDictionary
from winsim.interpreter.convert import convert, to_bool, with_type_name
from winsim.interpreter.errors import error
from winsim.interpreter.frames import Frame
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.scriptblocks import CompiledScript, ScriptBlock
from winsim.interpreter.sizes import joined
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import table
from winsim.interpreter.values import AUTOMATION_NULL, Array, Int64, PSObject

Binary = Callable[[object, object], object]


def constant(unit: Unit, node: syntax.Constant) -> Evaluate:
    value: object = node.value
    if node.type == "System.Int64" and isinstance(value, int):
        value = Int64(value)
    return lambda frame: value


def string(unit: Unit, node: syntax.String) -> Evaluate:
    value = node.value
    return lambda frame: value


def expandable(unit: Unit, node: syntax.ExpandableString) -> Evaluate:
    inside = replace(unit, strictness=2)
    parts: list[str | Evaluate] = [p if isinstance(p, str) else expression(inside, p) for p in node.parts]

    def evaluate(frame: Frame) -> object:
        separator: str | None = None
        out: list[str] = []
        for part in parts:
            if isinstance(part, str):
                out.append(part)
                continue
            value = part(frame)
            if type(value) is str:
                out.append(value)
                continue
            if separator is None:
                separator = field_separator(frame)
            out.append(to_text(value, separator))
        return joined("", out)

    return evaluate


def field_separator(frame: Frame) -> str:
    """$OFS, a blank where it is not set."""
    found = frame.scope.find("ofs")
    return " " if found is None else to_text(found.vars["ofs"])


def type_of_name(unit: Unit, name: syntax.TypeName) -> Callable[[], NetType]:
    """Looks a type up when it is first needed: an unknown one is an error at run time."""
    found = table().resolve(name)
    if found is not None:
        return lambda: found

    def missing() -> NetType:
        raise operators.type_not_found(unit.source.text[name.start : name.end].strip("[]"))

    return missing


def type_literal(unit: Unit, node: syntax.TypeLiteral) -> Evaluate:
    look_up = type_of_name(unit, node.type)
    return lambda frame: look_up()


# -- operators --------------------------------------------------------------------------------------------------------


def negated(operate: Binary) -> Binary:
    return lambda a, b: not operate(a, b)


def swapped(operate: Binary) -> Binary:
    return lambda a, b: operate(b, a)


def simple_binaries() -> dict[str, Binary]:
    table_: dict[str, Binary] = {
        "+": arithmetic.add,
        "-": arithmetic.subtract,
        "*": arithmetic.multiply,
        "/": arithmetic.divide,
        "%": arithmetic.remainder,
        "..": arithmetic.shift_range,
        "f": operators.format_operator,
        "join": operators.join,
        "is": operators.is_type,
        "isnot": negated(operators.is_type),
        "as": operators.as_type,
        "xor": operators.logical_xor,
        "shl": partial(arithmetic.shift, op="shl"),
        "shr": partial(arithmetic.shift, op="shr"),
    }
    for op in ("band", "bor", "bxor"):
        table_[op] = partial(arithmetic.bitwise, op=op)
    for prefix, ignore in (("", True), ("i", True), ("c", False)):
        tests = operators.INSENSITIVE if ignore else operators.SENSITIVE
        for name, test in tests.items():
            table_[prefix + name] = operators.filtering(test)
        contains: Binary = partial(operators.contains, ignore_case=ignore)
        table_[prefix + "contains"] = contains
        table_[prefix + "notcontains"] = negated(contains)
        table_[prefix + "in"] = swapped(contains)
        table_[prefix + "notin"] = negated(swapped(contains))
        table_[prefix + "replace"] = partial(operators.replace, ignore_case=ignore)
    return table_


BINARIES: Final = simple_binaries()


def binary(unit: Unit, node: syntax.Binary) -> Evaluate:
    left, right, op = expression(unit, node.left), expression(unit, node.right), node.op
    if op == "and":
        return lambda frame: to_bool(left(frame)) and to_bool(right(frame))
    if op == "or":
        return lambda frame: to_bool(left(frame)) or to_bool(right(frame))
    if op in ("is", "isnot", "as") and isinstance(node.right, syntax.String):
        return lambda frame: BINARIES[op](left(frame), right(frame))
    base = op[1:] if op[:1] in "ic" and op not in ("is", "isnot", "contains", "in") else op
    if base in ("match", "notmatch"):
        ignore, inverse = not op.startswith("c"), base == "notmatch"
        return lambda frame: operators.match(frame, left(frame), right(frame), ignore, inverse)
    if base == "split":
        from winsim.interpreter.splitting import split

        return lambda frame: split(frame, left(frame), right(frame), not op.startswith("c"))
    if op in FAST:
        return FAST[op](left, right)
    operate = BINARIES[op]
    return lambda frame: operate(left(frame), right(frame))


def fast_comparison(op: str) -> Callable[[Evaluate, Evaluate], Evaluate]:
    """Comparisons of two 32-bit integers without detours."""
    general = BINARIES[op]
    test: Callable[[Any, Any], bool] = {
        "eq": int.__eq__,
        "ne": int.__ne__,
        "lt": int.__lt__,
        "le": int.__le__,
        "gt": int.__gt__,
        "ge": int.__ge__,
    }[op]

    def build(left: Evaluate, right: Evaluate) -> Evaluate:
        def evaluate(frame: Frame) -> object:
            a = left(frame)
            b = right(frame)
            if type(a) is int and type(b) is int:
                return test(a, b)
            return general(a, b)

        return evaluate

    return build


def fast_arithmetic(operate: Binary, low: int, high: int, plus: bool) -> Callable[[Evaluate, Evaluate], Evaluate]:
    def build(left: Evaluate, right: Evaluate) -> Evaluate:
        def evaluate(frame: Frame) -> object:
            a = left(frame)
            b = right(frame)
            if type(a) is int and type(b) is int:
                result = a + b if plus else a - b
                if low <= result <= high:
                    return result
            return operate(a, b)

        return evaluate

    return build


FAST: Final[dict[str, Callable[[Evaluate, Evaluate], Evaluate]]] = {
    **{op: fast_comparison(op) for op in ("eq", "ne", "lt", "le", "gt", "ge")},
    "+": fast_arithmetic(arithmetic.add, arithmetic.INT_MIN, arithmetic.INT_MAX, True),
    "-": fast_arithmetic(arithmetic.subtract, arithmetic.INT_MIN, arithmetic.INT_MAX, False),
}


def unary(unit: Unit, node: syntax.Unary) -> Evaluate:
    operand, op = expression(unit, node.operand), node.op
    if op in ("not", "!"):
        return lambda frame: not to_bool(operand(frame))
    if op == "-":
        return lambda frame: arithmetic.negate(operand(frame))
    if op == "+":
        return lambda frame: arithmetic.plus(operand(frame))
    if op == "bnot":
        return lambda frame: arithmetic.bit_not(operand(frame))
    if op == "join":
        return lambda frame: operators.join_unary(operand(frame))
    if op == ",":
        return lambda frame: Array([operand(frame)])
    from winsim.interpreter.splitting import split_unary

    return lambda frame: split_unary(operand(frame))


def increment(unit: Unit, node: syntax.IncDec) -> Evaluate:
    read = expression(unit, node.target)
    write = write_target(unit, node.target)
    by = 1 if node.op == "++" else -1
    prefix = node.prefix

    def evaluate(frame: Frame) -> object:
        old = read(frame)
        new = arithmetic.step(old, by)
        write(frame, new)
        return new if prefix else (0 if old is None or old is AUTOMATION_NULL else old)

    return evaluate


def cast(unit: Unit, node: syntax.Cast) -> Evaluate:
    name = node.type.name.lower()
    if not node.type.ranks and name in ("ordered", "pscustomobject", "system.management.automation.pscustomobject"):
        inner = node.operand
        if isinstance(inner, syntax.Hashtable):
            return ordered_table(unit, inner, custom=name != "ordered")
        if name == "ordered":

            def refuse(frame: Frame) -> object:
                raise error(
                    "OrderedAttributeOnlyOnHashLiteralNode",
                    "The ordered attribute can be specified only on a hash literal node.",
                )

            return refuse
        from winsim.interpreter.convert import to_custom_object

        source = expression(unit, inner)
        return lambda frame: to_custom_object(source(frame))
    if name == "ref" and isinstance(node.operand, syntax.Variable):
        return reference_to(unit, node.operand)
    look_up = type_of_name(unit, node.type)
    operand = expression(unit, node.operand)
    from winsim.interpreter.scriptblocks import rooted

    if name in ("string", "system.string") and not node.type.ranks:
        return lambda frame: to_text(operand(frame), field_separator(frame))
    return lambda frame: rooted(frame, convert(operand(frame), look_up()))


def attributed(unit: Unit, node: syntax.AttributedExpression) -> Evaluate:
    return expression(unit, node.operand)


# -- containers -------------------------------------------------------------------------------------------------------


def array_literal(unit: Unit, node: syntax.ArrayLiteral) -> Evaluate:
    items = [expression(unit, item) for item in node.items]

    def evaluate(frame: Frame) -> object:
        return Array([item(frame) for item in items])

    return evaluate


def array_expression(unit: Unit, node: syntax.ArrayExpression) -> Evaluate:
    body = node.body.statements
    if len(body) == 1 and not node.body.traps:
        pure = pure_expression(body[0])
        if pure is not None and not isinstance(pure, syntax.IncDec):
            return array_of_expression(unit, pure)
    from winsim.interpreter.compile_statements import block

    collect = captured(block(unit, node.body))
    return lambda frame: Array(collect(frame))


def array_of_expression(unit: Unit, node: syntax.Expression) -> Evaluate:
    """``@(expression)``: an array literal stays the array it is."""
    inner = expression(unit, node)

    def evaluate(frame: Frame) -> object:
        value = inner(frame)
        if isinstance(value, Array) and value.element_type == "System.Object" and isinstance(node, syntax.ArrayLiteral):
            return value
        out: list[object] = []
        emit_each(value, out.append)
        frame.session.last_ok = True
        return Array(out)

    return evaluate


def sub_expression(unit: Unit, node: syntax.SubExpression) -> Evaluate:
    from winsim.interpreter.compile_statements import block

    if not node.body.statements and not node.body.traps:
        return lambda frame: None  # $() is $null, not the output of a command that wrote nothing
    collect = captured(block(unit, node.body))
    return lambda frame: collapse(collect(frame))


def paren(unit: Unit, node: syntax.Paren) -> Evaluate:
    return value_of(unit, node.pipeline)


def hashtable(unit: Unit, node: syntax.Hashtable) -> Evaluate:
    pairs = [(table_key(unit, key), value_of(unit, value)) for key, value in node.pairs]

    def evaluate(frame: Frame) -> object:
        made = Hashtable()
        for key, value in pairs:
            add_pair(made, key(frame), value(frame))
        return made

    return evaluate


def table_key(unit: Unit, node: syntax.Expression) -> Evaluate:
    return expression(unit, node)


def add_pair(made: Hashtable | OrderedDictionary, key: object, value: object) -> None:
    if key is None or key is AUTOMATION_NULL:
        raise error("InvalidNullKey", "A null key is not allowed in a hash literal.", "InvalidOperation")
    if key in made:
        text = to_text(key)
        message = f"Duplicate keys '{text}' are not allowed in hash literals."
        raise error("DuplicateKeyInHashLiteral", message, "InvalidOperation", key)
    made[key] = None if value is AUTOMATION_NULL else value


def ordered_table(unit: Unit, node: syntax.Hashtable, custom: bool) -> Evaluate:
    """``[ordered]@{}`` and ``[pscustomobject]@{}`` keep the order of the text."""
    pairs = [(table_key(unit, key), value_of(unit, value)) for key, value in node.pairs]

    def evaluate(frame: Frame) -> object:
        made = OrderedDictionary()
        for key, value in pairs:
            add_pair(made, key(frame), value(frame))
        if not custom:
            return made
        return with_type_name(PSObject({to_text(k): v for k, v in made.items()}))

    return evaluate


def script_block(unit: Unit, node: syntax.ScriptBlock) -> Evaluate:
    compiled = CompiledScript(node.script, text=unit.source.text[node.start + 1 : node.end - 1])
    return lambda frame: ScriptBlock(compiled, frame.session, frame.scope.module)


COMPILERS: Final[dict[type, Callable[..., Evaluate]]] = {
    syntax.Constant: constant,
    syntax.String: string,
    syntax.ExpandableString: expandable,
    syntax.Variable: variable,
    syntax.TypeLiteral: type_literal,
    syntax.Binary: binary,
    syntax.Unary: unary,
    syntax.IncDec: increment,
    syntax.Cast: cast,
    syntax.AttributedExpression: attributed,
    syntax.ArrayLiteral: array_literal,
    syntax.ArrayExpression: array_expression,
    syntax.SubExpression: sub_expression,
    syntax.Paren: paren,
    syntax.Hashtable: hashtable,
    syntax.ScriptBlock: script_block,
}
