"""Binding of pipeline objects: by value, then by property name, first without conversion."""

from __future__ import annotations

from winsim.interpreter.binder import Binding, current_set, missing_in
from winsim.interpreter.binding_values import BINDING, bind_value, binding_error, fits_as_is
from winsim.interpreter.errors import InvocationInfo, TerminatingError
from winsim.interpreter.members import MISSING, get_property_of
from winsim.interpreter.nettypes import NetType
from winsim.interpreter.parameters import ALL_SETS, Parameter


def bind_object(binding: Binding, value: object) -> dict[str, object] | None:
    """The parameters that the object gives, None where it binds to nothing. Leaves the binding as it was."""
    keys, valid, values = set(binding.bound_keys), binding.valid, dict(binding.values)
    found: dict[str, object] = {}
    try:
        for name, block in binding.delayed.items():
            parameter = binding.command.names[name.lower()]
            made = binding.session.value_for(block, binding.session.current_frame(), value)  # type: ignore[arg-type]
            found[name] = bind_value(binding, parameter, made, True)
        by_value(binding, value, found, coerce=False)
        by_name(binding, value, found, coerce=False)
        by_value(binding, value, found, coerce=True)
        by_name(binding, value, found, coerce=True)
        if not found:
            return None
        missing = missing_in(binding, current_set(binding)) if binding.command.has_mandatory else []
        if missing and not any(not missing_in(binding, s) for s in binding.valid):
            names = " ".join(p.name for p in missing)
            message = f"Cannot process command because of one or more missing mandatory parameters: {names}."
            raise binding.error("MissingMandatoryParameter", message, names)
        binding.given = {"set": current_set(binding)}
        return found
    finally:
        binding.bound_keys, binding.valid, binding.values = keys, valid, values


def ordered(binding: Binding, parameters: tuple[Parameter, ...], kind: str) -> list[Parameter]:
    """Candidates, those of the default set first."""
    default = binding.command.default_set
    out = []
    for parameter in parameters:
        if binding.has(parameter) or not binding.fits(parameter):
            continue
        sets = [s for s, d in parameter.sets.items() if getattr(d, kind)]
        usable = [s for s in sets if s == ALL_SETS or s in binding.valid]
        if usable:
            out.append((not (default in usable or ALL_SETS in usable), parameter))
    out.sort(key=lambda pair: pair[0])
    return [parameter for _, parameter in out]


def by_value(binding: Binding, value: object, found: dict[str, object], coerce: bool) -> None:
    for parameter in ordered(binding, binding.command.takes_value, "by_value"):
        if binding.has(parameter) or not binding.fits(parameter):
            continue
        attempt(binding, parameter, value, found, coerce)


def by_name(binding: Binding, value: object, found: dict[str, object], coerce: bool) -> None:
    for parameter in ordered(binding, binding.command.takes_name, "by_name"):
        if binding.has(parameter) or not binding.fits(parameter):
            continue
        held = property_for(parameter, value)
        if held is not MISSING:
            attempt(binding, parameter, held, found, coerce)


def property_for(parameter: Parameter, value: object) -> object:
    for name in (parameter.name, *parameter.aliases):
        held = get_property_of(value, name, MISSING)
        if held is not MISSING:
            return held
    return MISSING


def meant_for(parameter: Parameter, value: object) -> bool:
    """Whether an object has just the type of a parameter: only then one that is not built is asked for."""
    return parameter.type is not None and fits_as_is(parameter, value)


def attempt(binding: Binding, parameter: Parameter, value: object, found: dict[str, object], coerce: bool) -> None:
    built = binding.command.built
    if built is not None and parameter.key not in built and not meant_for(parameter, value):
        return
    try:
        binding.put_object(parameter, value, coerce=coerce)
    except TerminatingError as problem:
        if "Validation" in problem.record.id:
            raise
        return
    found[parameter.name] = binding.values[parameter.name]


def not_bound(binding: Binding, value: object) -> TerminatingError:
    message = (
        "The input object cannot be bound to any parameters for the command either because the command does not take "
        "pipeline input or the input and its properties do not match any of the parameters that take pipeline input."
    )
    problem = binding_error(binding, "InputObjectNotBound", message, None, BINDING, None, "InvalidArgument")
    record = problem.record
    record.exception.properties["TypeSpecified"] = NetType("System.Management.Automation.PSObject")
    record.target = value
    record.category_info.target_type_override = "PSObject"  # as which it came down the pipeline
    record.invocation = InvocationInfo(binding.info, binding.called_as, binding.position)
    return problem
