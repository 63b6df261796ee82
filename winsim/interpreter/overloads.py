"""Choice of a .NET overload by the arguments, and the conversion of the arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from winsim.interpreter.collect import unwrap
from winsim.interpreter.convert import Reference, convert
from winsim.interpreter.errors import TerminatingError, error
from winsim.interpreter.nettypes import NetType, Overload
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import NUMBER_TYPES, get_type, table, type_name_of
from winsim.interpreter.values import PSObject

WIDENING: Final[dict[str, tuple[str, ...]]] = {
    "System.SByte": (
        "System.Int16",
        "System.Int32",
        "System.Int64",
        "System.Single",
        "System.Double",
        "System.Decimal",
    ),
    "System.Byte": (
        *("System.Int16", "System.UInt16", "System.Int32", "System.UInt32", "System.Int64", "System.UInt64"),
        *("System.Single", "System.Double", "System.Decimal"),
    ),
    "System.Int16": ("System.Int32", "System.Int64", "System.Single", "System.Double", "System.Decimal"),
    "System.UInt16": ("System.Int32", "System.UInt32", "System.Int64", "System.Double", "System.Decimal"),
    "System.Int32": ("System.Int64", "System.Double", "System.Decimal", "System.Single"),
    "System.UInt32": ("System.Int64", "System.UInt64", "System.Double", "System.Decimal"),
    "System.Int64": ("System.Double", "System.Decimal", "System.Single"),
    "System.UInt64": ("System.Double", "System.Decimal", "System.Single"),
    "System.Char": ("System.UInt16", "System.Int32", "System.UInt32", "System.Int64", "System.Double"),
    "System.Single": ("System.Double",),
}
IMPOSSIBLE: Final = 1_000_000


@lru_cache(maxsize=4096)
def parameter_type(text: str) -> NetType:
    return get_type(text.removeprefix("params ").removeprefix("ref ").removeprefix("out "))


def cost(value: object, target: NetType) -> int:
    """How far the argument is from the parameter: 0 the same type, IMPOSSIBLE where it does not convert."""
    wanted = target.full_name
    if wanted == "System.Object":
        return 40 if value is not None else 5
    if value is None:
        definition = table().definition(wanted)
        value_type = wanted in NUMBER_TYPES or (definition is not None and definition.value_type)
        return 60 if value_type or wanted in ("System.Boolean", "System.Char") else 1
    base = unwrap(value)
    have = type_name_of(base) or ""
    if have == wanted:
        return 0
    if wanted in WIDENING.get(have, ()):
        return 4 + WIDENING[have].index(wanted)
    if table().is_instance(base, target):
        return 2 + distance(have, wanted)
    return conversion_cost(value, base, target, wanted)


def distance(have: str, wanted: str) -> int:
    for steps, name in enumerate(table().bases(have)):
        if name == wanted:
            return steps
    return 12


def conversion_cost(value: object, base: object, target: NetType, wanted: str) -> int:
    try:
        convert(value, target)
    except TerminatingError:
        return IMPOSSIBLE
    number = isinstance(base, int | float) and not isinstance(base, bool)
    if number and wanted in NUMBER_TYPES:
        return 45
    if wanted == "System.String":
        return 90 if isinstance(base, list | PSObject) else 70
    if isinstance(base, str) and wanted == "System.Char":
        return 30
    if isinstance(base, str) and wanted == "System.Char[]":
        return 50
    if isinstance(base, list) and target.element is not None:
        return 30
    if target.element is not None:
        return 80
    return 65 if isinstance(base, str) else 75


def arity_fits(overload: Overload, count: int) -> bool:
    size = len(overload.parameters)
    if overload.variadic:
        return count >= size - 1
    return size - overload.optional <= count <= size


def total_cost(overload: Overload, arguments: Sequence[object]) -> int:
    parameters = overload.parameters
    if overload.variadic and not passes_array(overload, arguments):
        fixed = len(parameters) - 1
        element = parameter_type(parameters[-1]).element
        assert element is not None
        costs = [cost(a, parameter_type(p)) for a, p in zip(arguments[:fixed], parameters, strict=False)]
        costs += [cost(a, element) for a in arguments[fixed:]]
        return sum(costs) + 3
    return sum(cost_at(a, p) for a, p in zip(arguments, parameters, strict=False))


def cost_at(argument: object, parameter: str) -> int:
    if parameter.startswith(("ref ", "out ")):
        return 0 if isinstance(argument, Reference) else IMPOSSIBLE
    return cost(argument, parameter_type(parameter))


def passes_array(overload: Overload, arguments: Sequence[object]) -> bool:
    """Whether the last argument is the whole array of a ``params`` parameter."""
    if len(arguments) != len(overload.parameters):
        return False
    last = unwrap(arguments[-1])
    return isinstance(last, list)


def converted(overload: Overload, arguments: Sequence[object]) -> list[object]:
    parameters = overload.parameters
    if overload.variadic and not passes_array(overload, arguments):
        fixed = len(parameters) - 1
        kind = parameter_type(parameters[-1])
        head = [one(a, p) for a, p in zip(arguments[:fixed], parameters, strict=False)]
        return [*head, convert(list_of(arguments[fixed:]), kind)]
    return [one(a, p) for a, p in zip(arguments, parameters, strict=False)]


def list_of(arguments: Sequence[object]) -> object:
    from winsim.interpreter.values import Array

    return Array(arguments)


def one(argument: object, parameter: str) -> object:
    if parameter.startswith(("ref ", "out ")):
        return argument
    return convert(argument, parameter_type(parameter))


def choose(overloads: Sequence[Overload], arguments: Sequence[object]) -> tuple[Overload, list[object]]:
    """The best overload with converted arguments; LookupError where none takes so many or such arguments."""
    fitting = [o for o in overloads if arity_fits(o, len(arguments))]
    if not fitting:
        raise LookupError
    if len(fitting) == 1:
        return fitting[0], converted(fitting[0], arguments)
    best = min(fitting, key=lambda overload: total_cost(overload, arguments))
    return best, converted(best, arguments)


def choose_for(
    name: str,
    overloads: Sequence[Overload],
    arguments: Sequence[object],
    names: Callable[[int], list[str]] | None = None,
) -> tuple[Overload, list[object]]:
    """As ``choose``, with the errors of a method call; ``names`` gives those of so many parameters."""
    try:
        return choose(overloads, arguments)
    except LookupError:
        raise no_overload(name, arguments) from None
    except TerminatingError as problem:
        raise argument_error(name, overloads, arguments, problem, names) from None


def no_overload(name: str, arguments: Sequence[object]) -> TerminatingError:
    message = f'Cannot find an overload for "{name}" and the argument count: "{len(arguments)}".'
    kind = "System.Management.Automation.MethodException"
    return error("MethodCountCouldNotFindBest", message, "NotSpecified", None, kind)


# Conversions that do not exist between the types, whatever the value is: they rule an overload out.
RULED_OUT: Final = frozenset({"ConvertToFinalInvalidCastException", "nullToObjectInvalidCast"})


def argument_error(
    name: str,
    overloads: Sequence[Overload],
    arguments: Sequence[object],
    problem: TerminatingError,
    names: Callable[[int], list[str]] | None,
) -> TerminatingError:
    overload = next(o for o in overloads if arity_fits(o, len(arguments)))
    written = names(len(overload.parameters)) if names is not None else []
    for index, argument in enumerate(arguments):
        place = min(index, len(overload.parameters) - 1)
        parameter = overload.parameters[place]
        try:
            one(argument, parameter)
        except TerminatingError as reason:
            if len(overloads) > 1 and reason.record.id in RULED_OUT:
                return no_overload(name, arguments)
            text = to_text(argument)
            kind = parameter_type(parameter)
            message = (
                f'Cannot convert argument "{written[place] if written else index}", with value: "{text}", '
                f'for "{name}" to type "{kind}": "{reason.record.exception.message}"'
            )
            id = "MethodArgumentConversionInvalidCastArgument"
            exception = "System.Management.Automation.MethodException"
            failed = reason.record.exception
            return error(id, message, "NotSpecified", None, exception, failed.inner or failed)
    return problem
