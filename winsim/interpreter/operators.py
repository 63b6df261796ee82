"""Comparison, containment, type and text operators on values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from winsim.interpreter import compare as comparing
from winsim.interpreter.ambient import heed_stop
from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import NotBuilt
from winsim.interpreter.containers import Hashtable
from winsim.interpreter.convert import convert, to_bool
from winsim.interpreter.errors import ExceptionObject, TerminatingError, error, from_net
from winsim.interpreter.formatting import format_text
from winsim.interpreter.net.catalogue import undescribed
from winsim.interpreter.nettypes import NetError, NetType
from winsim.interpreter.patterns import Match, Pattern
from winsim.interpreter.regexes import compile_pattern, group_order, substitute
from winsim.interpreter.sizes import joined
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import table
from winsim.interpreter.values import Array, NetObject
from winsim.interpreter.wildcards import wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.frames import Frame

Test = Callable[[object, object], bool]


def scalar_tests(ignore_case: bool) -> dict[str, Test]:
    def eq(a: object, b: object) -> bool:
        return comparing.equals(a, b, ignore_case)

    def order(a: object, b: object) -> int:
        return comparing.compare(a, b, ignore_case)

    return {
        "eq": eq,
        "ne": lambda a, b: not eq(a, b),
        "lt": lambda a, b: order(a, b) < 0,
        "le": lambda a, b: order(a, b) <= 0,
        "gt": lambda a, b: order(a, b) > 0,
        "ge": lambda a, b: order(a, b) >= 0,
        "like": lambda a, b: wildcard_match(to_text(b), to_text(a), ignore_case),
        "notlike": lambda a, b: not wildcard_match(to_text(b), to_text(a), ignore_case),
    }


INSENSITIVE = scalar_tests(True)
SENSITIVE = scalar_tests(False)


def filtering(test: Test) -> Callable[[object, object], object]:
    """The operator for a scalar on the left, and the elements that pass for a collection."""

    def operate(left: object, right: object) -> object:
        items = items_of(left) if not isinstance(left, str) else None
        if items is None:
            return test(left, right)
        return Array([item for item in items if test(item, right)])

    return operate


def contains(left: object, right: object, ignore_case: bool) -> bool:
    items = items_of(left)
    if items is None:
        items = [left]
    return any(comparing.equals(item, right, ignore_case) for item in items)


def match(frame: Frame, left: object, right: object, ignore_case: bool, negated: bool) -> object:
    """``-match``: a scalar sets $Matches, a collection is filtered."""
    try:
        pattern = pattern_of(right, ignore_case)
    except TerminatingError as problem:  # this operator lets through what .NET throws, unlike -replace
        inner = problem.record.exception.inner
        raise problem if inner is None else from_net(NetError(inner.type_name, inner.message)) from None
    items = items_of(left)
    if items is not None:
        return Array([item for item in items if bool(pattern.search(to_text(item))) != negated])
    found = pattern.search(to_text(left))
    if found is not None:
        frame.set_automatic("matches", groups_table(found))
    return (found is not None) != negated


def groups_table(found: Match[str]) -> Hashtable:
    """$Matches: the groups that took part, by number or name."""
    pairs: list[tuple[object, object]] = []
    for name, number in group_order(found.re):
        text = found.group(number)
        if text is not None:
            pairs.append((int(name) if name.isdigit() else name, text))
    return Hashtable(pairs)


def pattern_of(value: object, options: int) -> Pattern:
    """A pattern with RegexOptions (true: IgnoreCase); one that a script made has its own."""
    if type(value) is not str:
        made = getattr(unwrap(value), "compiled", None)
        if isinstance(made, Pattern):
            return made
    text = to_text(value)
    try:
        return compile_pattern(text, options)
    except NetError as problem:
        message = f"The regular expression pattern {text} is not valid."
        cause = ExceptionObject(problem.type_name, problem.message)
        raise error("InvalidRegularExpression", message, "InvalidOperation", text, inner=cause) from None


def replace(left: object, right: object, ignore_case: bool) -> object:
    parts = items_of(right)
    arguments = list(parts) if parts is not None else [right]
    if len(arguments) > 2:
        message = f"The -replace operator allows only two elements to follow it, not {len(arguments)}."
        raise error("BadReplaceArgument", message, "InvalidOperation", right)
    pattern = pattern_of(arguments[0] if arguments else "", ignore_case)
    replacement = to_text(arguments[1]) if len(arguments) > 1 else ""

    def one(text: str) -> str:
        return substitute(pattern, replacement, text)

    items = items_of(left)
    if items is None:
        return one(to_text(left))
    return Array([one(to_text(item)) for item in items])


def is_type(left: object, right: object) -> bool:
    target = right if isinstance(right, NetType) else named_type(right)
    return table().is_instance(left, target)


def named_type(value: object) -> NetType:
    """The type that a text or another value stands for, as a conversion to Type gives it."""
    from winsim.interpreter.convert import to_type

    base = unwrap(value)
    if isinstance(base, NetType):
        return base
    try:
        found = to_type(base)
    except TerminatingError as problem:
        exception = problem.record.exception
        raise error("RuntimeException", exception.message, "NotSpecified", inner=exception) from None
    if not isinstance(found, NetType):
        raise error("IsOperatorRequiresType", "The right operand of '-is' must be a type.", "InvalidOperation")
    return found


class WrittenType(NetObject):
    """The name of a type as a script has it (System.Management.Automation.Language.TypeName)."""

    type_names = ("System.Management.Automation.Language.TypeName", "System.Object")

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return self.name

    def adapted_names(self) -> list[str]:
        return list(self._members())

    def adapted_property(self, name: str) -> object:
        members = {key.lower(): value for key, value in self._members().items()}
        return members.get(name.lower(), NotImplemented)

    def _members(self) -> dict[str, object]:
        return {
            "FullName": self.name,
            "Name": self.name.partition(",")[0],
            "AssemblyName": self.name.partition(",")[2].strip() or None,
            "IsArray": False,
            "IsGeneric": False,
            "Extent": self.name,
        }


def type_not_found(name: str) -> TerminatingError:
    if undescribed(name):
        raise NotBuilt(f"the type {name}")
    message = f"Unable to find type [{name}]. Make sure that the assembly that contains this type is loaded."
    return error("TypeNotFound", message, "InvalidOperation", WrittenType(name))


def as_type(left: object, right: object) -> object:
    target = right if isinstance(right, NetType) else named_type(right)
    try:
        return convert(left, target)
    except TerminatingError:
        return None


def join(left: object, right: object) -> object:
    separator = to_text(right)
    items = items_of(left)
    if items is None:
        return to_text(left)
    texts: list[str] = []
    for item in items:
        heed_stop()
        texts.append(to_text(item))
    return joined(separator, texts)


def join_unary(value: object) -> object:
    return join(value, "")


def format_operator(left: object, right: object) -> object:
    items = items_of(right)
    arguments = list(items) if items is not None else [right]
    try:
        return format_text(to_text(left), arguments)
    except NetError as problem:
        message = f"Error formatting a string: {problem.message}."
        cause = ExceptionObject(problem.type_name, problem.message)
        raise error("FormatError", message, "InvalidOperation", to_text(left), inner=cause) from None


def logical_xor(left: object, right: object) -> bool:
    return to_bool(left) != to_bool(right)
