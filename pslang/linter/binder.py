"""PowerShell's parameter binder for calls that are only read: the parameters that a call binds, or the binding error.

The steps are those of the real binder: arguments are paired with their parameters, named ones bind, then positional
ones, then the parameter set is chosen and mandatory parameters are looked for. Parameter sets are bits, as there: a
parameter of all sets has none, and a call starts with all bits set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pslang.linter.formals import Formal, Formals
from pslang.linter.parameter_sets import Argument, BindingError, State, choose_set, missing_mandatory


@dataclass(frozen=True, slots=True)
class Binding:
    bound: tuple[str, ...]
    error: str | None = None
    #: The name that the error is about, and the argument (None: the whole call).
    subject: str = ""
    argument: Argument | None = None
    candidates: tuple[str, ...] = ()


def bind(
    formals: Formals, arguments: Sequence[Argument], *, pipeline_input: bool = False, splatted: bool = False
) -> Binding:
    """Bind a call. With ``splatted``, more may be bound than is seen: nothing is then missing or undecided."""
    state = State(formals)
    try:
        _bind(state, arguments, pipeline_input, splatted)
    except BindingError as error:
        return Binding(tuple(state.bound), error.error, error.subject, error.argument, error.candidates)
    return Binding(tuple(state.bound))


def _bind(state: State, arguments: Sequence[Argument], pipeline_input: bool, splatted: bool) -> None:
    rest = _named(state, _paired(state, arguments))
    rest = _positional(state, rest)
    splatted = splatted or state.undecided
    if not state.formals.simple:
        if not splatted:
            choose_set(state, before_pipeline=True, set_default=False)
        elif state.current == 0:
            raise BindingError("AmbiguousParameterSet")
    rest = _remaining(state, rest)
    if state.formals.simple:
        return
    _all_processed(rest)
    if splatted:
        return
    if pipeline_input:
        choose_set(state, before_pipeline=True, set_default=False)
    else:
        choose_set(state, before_pipeline=False, set_default=True)
    missing = missing_mandatory(state, pipeline_input)
    if missing:
        raise BindingError("MissingMandatoryParameter", " ".join(missing))


# -- arguments and names --------------------------------------------------------------------------------------------


def match(formals: Formals, name: str) -> Formal | None:
    """The parameter of that name, alias or unique beginning; raises where the beginning is not unique.

    What a provider adds is looked at only where the command itself has nothing of the kind.
    """
    own = [formal for formal in formals.parameters if not formal.dynamic]
    found = _match(own, name)
    if found is None and len(own) < len(formals.parameters):
        return _match(formals.parameters, name)
    return found


def _match(parameters: Sequence[Formal], name: str) -> Formal | None:
    wanted = name.lower()
    found: list[Formal] = []
    for formal in parameters:
        if formal.name.lower() == wanted:
            return formal
        if formal.name.lower().startswith(wanted):
            found.append(formal)
    for formal in parameters:
        for alias in formal.aliases:
            if alias.lower() == wanted:
                return formal
            if alias.lower().startswith(wanted) and formal not in found:
                found.append(formal)
    if len(found) > 1:
        declared = [formal for formal in found if not formal.common]
        if len(declared) != 1:
            raise BindingError("AmbiguousParameter", name, candidates=[formal.name for formal in found])
        return declared[0]
    return found[0] if found else None


def _matched(state: State, argument: Argument) -> Formal | None:
    assert argument.name is not None
    try:
        return match(state.formals, argument.name)
    except BindingError as error:
        error.argument = argument
        raise


def _paired(state: State, arguments: Sequence[Argument]) -> list[Argument]:
    """Each parameter that needs one gets the argument behind it."""
    found: list[Argument] = []
    index = 0
    while index < len(arguments):
        argument = arguments[index]
        index += 1
        if argument.name is None or argument.has_value:
            found.append(argument)
            continue
        formal = _matched(state, argument)
        if formal is None:
            found.append(argument)
            continue
        if formal.is_switch:
            found.append(Argument(formal.name, True, "SwitchParameter", argument.at))
            continue
        if index == len(arguments):
            raise BindingError("MissingArgument", formal.name, argument)
        following = arguments[index]
        if following.name is not None and (following.has_value or _matched(state, following) is not None):
            raise BindingError("MissingArgument", formal.name, argument)
        index += 1
        kind = following.type if following.name is None else "String"
        found.append(Argument(formal.name, True, kind, argument.at))
    return found


def _named(state: State, arguments: Sequence[Argument]) -> list[Argument]:
    rest: list[Argument] = []
    for argument in arguments:
        formal = _matched(state, argument) if argument.name is not None else None
        if formal is None:
            rest.append(argument)
        elif formal.name in state.bound:
            raise BindingError("ParameterAlreadyBound", argument.name or "", argument)
        else:
            state.take(formal)
    return rest


# -- positions ------------------------------------------------------------------------------------------------------


def _positional(state: State, arguments: list[Argument]) -> list[Argument]:
    """Gives the arguments without names to the positional parameters, position by position."""
    if not any(argument.name is None for argument in arguments):
        return arguments
    places: dict[int, list[Formal]] = {}
    for formal in state.unbound():
        if formal.remaining:
            continue
        for position in {facts.position for _, facts in state.matching(formal, state.current)}:
            if position is not None:
                places.setdefault(position, []).append(formal)
    rest: list[Argument] = []
    pending = list(arguments)
    for position in sorted(places):
        candidates = [formal for formal in places[position] if _stands_at(state, formal, position, state.current)]
        if not candidates:
            continue
        while pending and pending[0].name is not None:  # an unknown parameter keeps what looks like its value
            rest.append(pending.pop(0))
            if pending and pending[0].name is None:
                rest.append(pending.pop(0))
        if not pending:
            break
        argument = pending.pop(0)
        if not _take_position(state, candidates, position, argument):
            rest.append(argument)
    return rest + pending


def _stands_at(state: State, formal: Formal, position: int, flags: int) -> bool:
    return any(facts.position == position for _, facts in state.matching(formal, flags))


def _take_position(state: State, candidates: Sequence[Formal], position: int, argument: Argument) -> bool:
    """The default set first, then any; each first for a parameter that needs no conversion of the value."""
    valid = state.current
    state.undecided = state.undecided or (not argument.type and len(candidates) > 1)
    for exact in (True, False):
        for flags in (state.default & valid, valid):
            if not flags:
                continue
            for formal in candidates:
                if formal.name in state.bound or not _stands_at(state, formal, position, flags):
                    continue
                if argument.text is not None and argument.text.lower() in formal.refused:
                    continue
                if not exact or fits(formal.type, argument.type):
                    state.take(formal)
                    return True
    return False


_INTERFACES = {"Hashtable": "idictionary"}


def fits(parameter: str, value: str) -> bool:
    """Whether a value of a type goes into a parameter as it is; types that the text does not show do."""
    wanted = parameter.lower().rpartition(".")[2]
    return not value or wanted in ("object", "psobject", value.lower(), _INTERFACES.get(value))


def _remaining(state: State, arguments: list[Argument]) -> list[Argument]:
    """A parameter that takes what is left over."""
    if not arguments:
        return arguments
    for formal in state.unbound():
        if formal.remaining and state.matching(formal, state.current):
            state.take(formal)
            return []
    return arguments


def _all_processed(rest: Sequence[Argument]) -> None:
    if not rest:
        return
    first = rest[0]
    if first.name is not None:
        raise BindingError("NamedParameterNotFound", first.name, first)
    raise BindingError("PositionalParameterNotFound", "", first)
