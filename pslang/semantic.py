"""What PowerShell checks at parse time beyond syntax; each rule calls the check for what it has just read.

These errors count only in a text without syntax errors.
"""

from __future__ import annotations

from collections.abc import Sequence

from pslang.cursor import Cursor
from pslang.exceptions import is_caught_by
from pslang.syntax import (
    ArrayLiteral,
    Attribute,
    AttributedExpression,
    Binary,
    Cast,
    CatchClause,
    CommandExpression,
    Constant,
    Expression,
    Hashtable,
    Index,
    Invoke,
    Member,
    Node,
    Parameter,
    Paren,
    Pipeline,
    ScriptBlock,
    Statement,
    String,
    SubExpression,
    TypeLiteral,
    TypeName,
    Unary,
    Variable,
)

_CONSTANT_VARIABLES = frozenset(("true", "false", "null"))
#: What the automatic variables may be declared as where they are assigned to.
_OBJECT = ("object", "system.object")
_TEXT = ("string", "system.string")
_AUTOMATIC = {
    "_": _OBJECT,
    "args": ("object[]", "system.object[]"),
    "this": _OBJECT,
    "input": _OBJECT,
    "pscmdlet": (),
    "psboundparameters": (),
    "myinvocation": ("system.management.automation.invocationinfo",),
    "psscriptroot": _TEXT,
    "pscommandpath": _TEXT,
}
_REFERENCE = ("ref", "psreference", "system.management.automation.psreference")
_NOT_LAST = "ReferenceNeedsToBeLastTypeInTypeConversion"
_REFERENCE_ERRORS = ("ReferenceNeedsToBeByItselfInTypeSequence", _NOT_LAST)
_FOLDED = frozenset(
    ("+", "-", "*", "/", "%", "and", "or", "xor", "band", "bor", "bxor", "shl", "shr", "not", "!", "bnot")
)


def pure(statement: Statement) -> Expression | None:
    """The expression that a statement is, if it is nothing but that."""
    if not isinstance(statement, Pipeline) or len(statement.elements) != 1:
        return None
    element = statement.elements[0]
    if not isinstance(element, CommandExpression) or element.redirections:
        return None
    return element.expression


# -- assignment -----------------------------------------------------------------------------------------------------


def assigned(c: Cursor, target: Expression, op: str) -> None:
    if target.__class__ is Variable:
        return
    _target(c, target, op == "=", "InvalidLeftHandSide")


def changed(c: Cursor, target: Expression, op: str) -> None:
    if target.__class__ is Variable:
        return
    _target(c, target, False, "OperatorRequiresVariableOrProperty", op)


def _target(c: Cursor, target: Expression, simple: bool, error_id: str, *arguments: object) -> None:
    if isinstance(target, (Cast, AttributedExpression)) and not _constrained(c, target):
        return
    if isinstance(target, ArrayLiteral) and simple:
        for item in target.items:
            _target(c, item, True, error_id, *arguments)
    elif isinstance(target, Paren):
        inner = pure(target.pipeline)
        if inner is None:
            c.error_late(error_id, target.pipeline, *arguments)
        else:
            _target(c, inner, simple, error_id, *arguments)
    elif isinstance(target, Cast):
        if target.type.name.lower() in ("void", "system.void"):
            c.error_late("VoidTypeConstraintNotAllowed", target.type)
        _target(c, target.operand, simple, error_id, *arguments)
    elif isinstance(target, AttributedExpression):
        _target(c, target.operand, simple, error_id, *arguments)
    elif not isinstance(target, (Variable, Member, Index, Invoke)):  # $a.b() = 5 fails only at run time
        c.error_late(error_id, target, *arguments)


def _constrained(c: Cursor, target: Cast | AttributedExpression) -> bool:
    """Checks the types in front of an assignment's target; False where nothing else of it counts."""
    casts: list[Cast] = []
    operand: Expression = target
    while isinstance(operand, (Cast, AttributedExpression)):
        if isinstance(operand, Cast):
            casts.append(operand)
        operand = operand.operand
    references = [one for one in casts if is_reference(one.type)]
    if references and len(casts) > 1:
        c.late = [one for one in c.late if one.start < target.start or one.id not in _REFERENCE_ERRORS]
        c.error_late("ReferenceNeedsToBeByItselfInTypeConstraint", references[-1])
        return False
    if isinstance(operand, Variable) and operand.scope in (None, "local", "private"):
        name = operand.name.lower()
        last = casts[-1].type.name.lower() + "[]" * len(casts[-1].type.ranks) if casts else ""
        if name in _AUTOMATIC and last not in _AUTOMATIC[name]:
            c.error_late("AssignmentStatementToAutomaticNotSupported", target, operand.name)
    return True


def is_reference(name: TypeName) -> bool:
    return name.name.lower() in _REFERENCE and not name.ranks


# -- hashtables, casts, attributes ------------------------------------------------------------------------------------


def keys(c: Cursor, pairs: Sequence[tuple[Expression, Statement]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if isinstance(key, (String, Constant)):
            text = str(key.value).lower()
            if text in seen:
                c.error_late("DuplicateKeyInHashLiteral", key, key.value)
            seen.add(text)


def cast(c: Cursor, found: Cast) -> None:
    if found.type.name.lower() == "ordered" and not isinstance(found.operand, Hashtable):
        c.error_late("OrderedAttributeOnlyOnHashLiteralNode", found)

    inner: Expression = found.operand
    outer_is_reference = is_reference(found.type)
    while isinstance(inner, (Cast, AttributedExpression)):
        if isinstance(inner, Cast) and is_reference(inner.type):
            which = "ReferenceNeedsToBeByItselfInTypeSequence" if outer_is_reference else _NOT_LAST
            c.error_late(which, inner)
        inner = inner.operand


def attributed(c: Cursor, found: AttributedExpression) -> None:
    operand: Expression = found
    while isinstance(operand, (AttributedExpression, Cast)):
        operand = operand.operand
    if not isinstance(operand, Variable):
        c.error_late("UnexpectedAttribute", found.attribute, found.attribute.type.name)


def attribute(c: Cursor, found: Attribute) -> None:
    for value in (*found.args, *(value for _, value in found.named)):
        if not _is_constant(value):
            c.error_late("ParameterAttributeArgumentNeedsToBeConstantOrScriptBlock", value)


def _is_constant(value: Expression) -> bool:
    match value:
        case Constant() | String() | ScriptBlock() | TypeLiteral():
            return True
        case Variable(name=name, scope=None, splat=False):
            return name.lower() in _CONSTANT_VARIABLES
        case ArrayLiteral(items=items):
            return all(map(_is_constant, items))
        case Unary(op=op, operand=operand):
            return op in _FOLDED and _is_constant(operand)
        case Binary(op=op, left=left, right=right):
            return op in _FOLDED and _is_constant(left) and _is_constant(right)
        case Cast(operand=operand):
            return _is_constant(operand)
        case Member(target=TypeLiteral(), name=String(), static=True):
            return True
        case Paren(pipeline=pipeline):
            inner = pure(pipeline)
            return inner is not None and _is_constant(inner)
        case SubExpression(body=body) if len(body.statements) == 1 and not body.traps:
            inner = pure(body.statements[0])
            return inner is not None and _is_constant(inner)
    return False


def in_list(c: Cursor, item: Expression) -> None:
    if isinstance(item, Variable) and item.splat:
        c.error_late("SplattingNotPermittedInArgumentList", item, item.name)


# -- parameters -------------------------------------------------------------------------------------------------------


def parameter(c: Cursor, found: Parameter) -> None:
    for constraint in found.types:
        name = constraint.name.lower()
        if name == "ordered":
            c.error_late("OrderedAttributeOnlyOnHashLiteralNode", constraint)
        elif name in ("void", "system.void") and not constraint.ranks:
            c.error_late("VoidTypeConstraintNotAllowed", constraint)


def parameters(c: Cursor, found: Sequence[Parameter]) -> None:
    seen: set[str] = set()
    for item in found:
        name = item.name.lower()
        if name in seen:
            c.error_late("DuplicateFormalParameter", item, "$" + item.name)
        seen.add(name)


# -- control flow -----------------------------------------------------------------------------------------------------


def jump(c: Cursor, found: Node, label: Expression | None) -> None:
    """break or continue; a computed label could be any."""
    if label is None:
        leave(c, found, "")
    else:
        leave(c, found, label.value.lower() if isinstance(label, String) else None)


def leave(c: Cursor, found: Node, label: str | None) -> None:
    """Report what leaves a finally block; ``label`` is None for return, which no loop stops."""
    for around in reversed(c.enclosing):
        if around is None:
            c.error_late("ControlLeavingFinally", found)
            return
        if label is not None and label in ("", around):
            return


def catches(c: Cursor, found: Sequence[CatchClause]) -> None:
    for index, earlier in enumerate(found[:-1]):
        later = found[index + 1 :]
        if not earlier.types:
            c.error_late("EmptyCatchNotLast", later[0])
            continue
        for clause in later:
            for caught in clause.types:
                if any(is_caught_by(caught.name, known.name) for known in earlier.types):
                    c.error_late("ExceptionTypeAlreadyCaught", caught, caught.name)
